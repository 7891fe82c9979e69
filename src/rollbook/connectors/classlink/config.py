"""What a person sets for ClassLink Roster Server."""

from __future__ import annotations

from dataclasses import dataclass, field

from rollbook.connectors.kit.auth import SIGNATURES
from rollbook.connectors.kit.redaction import Settings
from rollbook.connectors.kit.settings import web_address
from rollbook.core.errors import ConfigError

__all__ = ["ClassLinkConfig"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ClassLinkConfig(Settings):
    """Settings of one source. ``metadata['help']`` is what the form shows; secret fields are stored sealed."""

    mode: str = field(
        default="proxy",
        metadata={
            "help": "proxy: one address for all districts, with a bearer. direct: the district's own Roster Server.",
            "choices": ("proxy", "direct"),
        },
    )
    tenant_id: str = field(default="", metadata={"help": "The district's tenant id, as the partner portal shows it."})
    api_key: str = field(
        default="",
        metadata={
            "help": "Your partner API key. With it Rollbook finds the district's application and bearer by itself.",
            "secret": True,
        },
    )
    application_id: str = field(
        default="",
        metadata={
            "when": ("mode", "proxy"),
            "help": "The oneroster_application_id, exactly as ClassLink gives it, %2F and %3D included. "
            "Needed without API key, or when the district has added the app more than once.",
        },
    )
    bearer: str = field(
        default="",
        metadata={
            "when": ("mode", "proxy"),
            "help": "The district's bearer. Needed in proxy mode without API key.",
            "secret": True,
        },
    )
    host: str = field(
        default="https://oneroster-proxy.apis.classlink.com",
        metadata={"seldom": True, "when": ("mode", "proxy"), "help": "The proxy's address."},
    )
    path: str = field(
        default="/{application}/ims/oneroster/v1p1",
        metadata={
            "seldom": True,
            "when": ("mode", "proxy"),
            "help": "What follows the proxy's address; {application} stands for the application id.",
        },
    )
    endpoint: str = field(
        default="",
        metadata={"when": ("mode", "direct"), "help": "direct: the endpoint URL of the district's Roster Server."},
    )
    client_id: str = field(
        default="", metadata={"when": ("mode", "direct"), "help": "direct: the district's client id (key)."}
    )
    client_secret: str = field(
        default="",
        metadata={"when": ("mode", "direct"), "help": "direct: the district's client secret.", "secret": True},
    )
    signature: str = field(
        default="HMAC-SHA256",
        metadata={
            "seldom": True,
            "when": ("mode", "direct"),
            "help": "direct: how requests are signed.",
            "choices": SIGNATURES,
        },
    )
    page_size: int = field(
        default=10_000, metadata={"seldom": True, "help": "How many rows one answer shall hold; at most 10,000."}
    )
    workers: int = field(default=4, metadata={"seldom": True, "help": "How many requests may be under way at once."})
    only_needed_fields: bool = field(
        default=True, metadata={"seldom": True, "help": "Ask only for the fields that Rollbook uses."}
    )
    pulls: str = field(
        default="full",
        metadata={
            "seldom": True,
            "help": "full: everything whenever something changed. delta: only what changed, and everything once a week, "
            "from servers that count no revisions.",
            "choices": ("full", "delta"),
        },
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "host", web_address(self.host, "host"))
        if self.endpoint:
            object.__setattr__(self, "endpoint", web_address(self.endpoint, "endpoint"))
        if "{application}" not in self.path or not self.path.startswith("/"):
            raise ConfigError(
                "The setting path must begin with / and hold {application}.", detail={"settings": ["path"]}
            )
        if self.page_size > 10_000:
            raise ConfigError(
                "ClassLink gives at most 10,000 rows at once.",
                hint="Set page_size to 10000 or less.",
                detail={"settings": ["page_size"]},
            )
        if self.api_key:
            if not self.tenant_id:
                raise ConfigError(
                    "Which district? tenant_id is missing.",
                    hint="The partner portal shows it under Clients.",
                    detail={"settings": ["tenant_id"]},
                )
        elif self.mode == "proxy" and not (self.application_id and self.bearer):
            raise ConfigError(
                "ClassLink's proxy needs your partner api_key with the district's tenant_id, or application_id and bearer.",
                hint="Both are in the partner portal; the API key also notices a bearer that was replaced.",
                detail={"settings": ["api_key"]},
            )
        elif self.mode == "direct" and not (self.endpoint and self.client_id and self.client_secret):
            raise ConfigError(
                "A district's own Roster Server needs endpoint, client_id and client_secret (or api_key and tenant_id).",
                hint="Partner portal: Clients, View By Tenant, the key icon.",
                detail={
                    "settings": [name for name in ("endpoint", "client_id", "client_secret") if not getattr(self, name)]
                },
            )
