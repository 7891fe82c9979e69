"""What a person sets for a OneRoster server."""

from __future__ import annotations

from dataclasses import dataclass, field

from rollbook.connectors.kit.auth import SIGNATURES, TOKEN_STYLES
from rollbook.connectors.kit.redaction import Settings
from rollbook.connectors.kit.settings import web_address

__all__ = ["OneRosterRestConfig"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OneRosterRestConfig(Settings):
    """Settings of one source. ``metadata['help']`` is what the form shows; secret fields are stored sealed."""

    base_url: str = field(
        metadata={"help": "The server's address, with or without /ims/oneroster/…; for example https://sis.example.org"}
    )
    client_id: str = field(metadata={"help": "The client id (consumer key) that the server's administrator gave you."})
    client_secret: str = field(metadata={"help": "The client secret (consumer secret).", "secret": True})
    auth: str = field(
        default="oauth2",
        metadata={
            "help": "How the server wants us to prove who we are: oauth2 (client credentials) or oauth1 (signatures).",
            "choices": ("oauth2", "oauth1"),
        },
    )
    version: str = field(
        default="auto",
        metadata={
            "seldom": True,
            "help": "Which OneRoster the server speaks; auto looks.",
            "choices": ("auto", "1.1", "1.2"),
        },
    )
    signature: str = field(
        default="HMAC-SHA1",
        metadata={
            "seldom": True,
            "when": ("auth", "oauth1"),
            "help": "How oauth1 requests are signed.",
            "choices": SIGNATURES,
        },
    )
    token_url: str = field(
        default="",
        metadata={
            "seldom": True,
            "when": ("auth", "oauth2"),
            "help": "Where oauth2 tokens come from. Empty: as the server says, or /token at its address.",
        },
    )
    token_style: str = field(
        default="basic",
        metadata={
            "seldom": True,
            "when": ("auth", "oauth2"),
            "help": "Where client id and secret go when a token is asked for.",
            "choices": TOKEN_STYLES,
        },
    )
    token_params: str = field(
        default="",
        metadata={
            "seldom": True,
            "when": ("auth", "oauth2"),
            "help": "More parameters for the token, as name=value&name=value; e.g. appName=rollbook.",
        },
    )
    scope: str = field(
        default="auto",
        metadata={
            "seldom": True,
            "when": ("auth", "oauth2"),
            "help": "The scopes asked for, with blanks between; auto: what is needed; none: ask for none.",
        },
    )
    page_size: int = field(default=5000, metadata={"seldom": True, "help": "How many rows one answer shall hold."})
    workers: int = field(default=4, metadata={"seldom": True, "help": "How many requests may be under way at once."})
    only_needed_fields: bool = field(
        default=True,
        metadata={
            "seldom": True,
            "help": "Ask only for the fields that Rollbook uses; a server that cannot is read whole.",
        },
    )
    pulls: str = field(
        default="full",
        metadata={
            "seldom": True,
            "help": "full: everything every day. delta: what changed, and everything once a week.",
            "choices": ("full", "delta"),
        },
    )
    ca_file: str = field(
        default="",
        metadata={
            "seldom": True,
            "on_server": True,
            "help": "A PEM file with the certificates that the server's rests on.",
        },
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", web_address(self.base_url, "base_url"))
        if self.token_url:
            object.__setattr__(self, "token_url", web_address(self.token_url, "token_url"))
