"""What a person sets for a Clever source."""

from __future__ import annotations

from dataclasses import dataclass, field

from rollbook.connectors.kit.redaction import Settings
from rollbook.connectors.kit.settings import web_address
from rollbook.core.errors import ConfigError

__all__ = ["CONTACT_TYPES", "PHONE_TYPES", "VERSIONS", "Config"]

CONTACT_TYPES = ("Parent/Guardian", "Emergency", "Primary", "Secondary", "Family", "Other")
PHONE_TYPES = ("Cell", "Home", "Work", "Other")
VERSIONS = ("v3.1", "v3.0")
_LARGEST_PAGE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Config(Settings):
    """Settings of one district's Clever connection. ``metadata['help']`` is what the form shows; fields with
    ``metadata['secret']`` are kept sealed and never shown.

    Either ``token``, or ``district_id`` with ``client_id`` and ``client_secret``: then the token of today is looked up
    at each run, so that a token that Clever replaced is no interruption.
    """

    district_id: str = field(
        default="", metadata={"help": "The district's id in Clever: 24 letters and digits, on the district's page."}
    )
    token: str = field(
        default="",
        metadata={
            "help": "The district's token, when it is not looked up with the app's id and secret.",
            "secret": True,
        },
    )
    client_id: str = field(default="", metadata={"help": "The client id of your app in Clever."})
    client_secret: str = field(default="", metadata={"help": "The client secret of your app.", "secret": True})
    api_version: str = field(
        default="v3.1", metadata={"seldom": True, "help": "The version of the data API.", "choices": VERSIONS}
    )
    base_url: str = field(
        default="https://api.clever.com",
        metadata={"seldom": True, "help": "Where the data API is; another one only for practice."},
    )
    token_url: str = field(
        default="https://clever.com/oauth/tokens",
        metadata={"seldom": True, "help": "Where tokens are looked up with id and secret."},
    )
    page_size: int = field(
        default=_LARGEST_PAGE, metadata={"seldom": True, "help": "Records a page; Clever gives at most 10,000."}
    )
    pulls: str = field(
        default="full",
        metadata={
            "seldom": True,
            "help": "full: everything every day. delta: Clever's events, and everything once a week.",
            "choices": ("full", "delta"),
        },
    )
    contact_types: str = field(
        default="Parent/Guardian",
        metadata={
            "words": CONTACT_TYPES,
            "help": f"Contacts of which types become guardians, with commas: {', '.join(CONTACT_TYPES)}.",
        },
    )
    mobile_phone_types: str = field(
        default="Cell",
        metadata={
            "words": PHONE_TYPES,
            "help": f"Phones of which types are mobiles for sign-in, with commas: {', '.join(PHONE_TYPES)}.",
        },
    )

    def __post_init__(self) -> None:
        if not self.token and not self.can_look_up:
            raise ConfigError(
                "A Clever source needs a token, or a district id with the app's client id and client secret.",
                hint="They are in your Clever dashboard: the token on the district's page, id and secret under Settings.",
                detail={"settings": ["token"]},
            )
        if self.api_version not in VERSIONS:
            raise ConfigError(
                f"Clever's data API {self.api_version!r} is not known here.", hint=f"Known: {', '.join(VERSIONS)}."
            )
        if not 1 <= self.page_size <= _LARGEST_PAGE:
            raise ConfigError(
                "The setting page_size is out of range.", hint="Choose 1 to 10000.", detail={"settings": ["page_size"]}
            )
        web_address(self.base_url, "base_url")
        web_address(self.token_url, "token_url")
        for name, words, known in (
            ("contact_types", self.synced_types, CONTACT_TYPES),
            ("mobile_phone_types", self.mobile_types, PHONE_TYPES),
        ):
            if set(words) - set(known):
                raise ConfigError(
                    f"The setting {name} has a word that Clever has not.",
                    hint=f"Use: {', '.join(known)}.",
                    detail={"settings": [name]},
                )

    @property
    def can_look_up(self) -> bool:
        """Whether today's token can be looked up with the app's id and secret."""
        return bool(self.district_id and self.client_id and self.client_secret)

    @property
    def synced_types(self) -> tuple[str, ...]:
        """``contact_types``, one by one."""
        return _words(self.contact_types)

    @property
    def mobile_types(self) -> tuple[str, ...]:
        """``mobile_phone_types``, one by one."""
        return _words(self.mobile_phone_types)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
