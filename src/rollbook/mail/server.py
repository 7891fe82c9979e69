"""The mail server of an installation, from one address in the environment."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from rollbook.core.errors import ConfigError

__all__ = ["CONSOLE", "ENVIRONMENT", "FROM", "NOWHERE", "settings_from_url"]

ENVIRONMENT: Final = "ROLLBOOK_SMTP_URL"
FROM: Final = "ROLLBOOK_MAIL_FROM"
NOWHERE: Final = "django.core.mail.backends.dummy.EmailBackend"
"""Django's backend that sends nothing: no server is named, and letters wait."""
CONSOLE: Final = "django.core.mail.backends.console.EmailBackend"
_SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"
_NO_SERVER: Final = MappingProxyType(
    {
        "EMAIL_HOST": "",
        "EMAIL_PORT": 0,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": False,
    }
)
_PORTS: Final = {"smtp": 587, "smtps": 465}


def settings_from_url(url: str | None) -> dict[str, Any]:
    """Django's mail settings: ``smtp://user:password@host:587`` (STARTTLS; ``?tls=off`` for a server beside this one),
    ``smtps://user:password@host:465`` (TLS from the first byte), ``console:`` (mails are printed), or nothing.

    Raises ConfigError, without the password, for an address that is none of these.
    """
    if not url:
        return {"EMAIL_BACKEND": NOWHERE, **_NO_SERVER}
    if url == "console:":
        return {"EMAIL_BACKEND": CONSOLE, **_NO_SERVER}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused() from None
    options = parse_qs(parts.query, keep_blank_values=True)
    tls = options.pop("tls", ["on"])
    if parts.scheme not in _PORTS or not parts.hostname or options or tls not in (["on"], ["off"]):
        raise _refused()
    if parts.path not in ("", "/") or parts.fragment:
        raise _refused()
    return {
        "EMAIL_BACKEND": _SMTP,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and tls == ["on"],
    }


def _refused() -> ConfigError:
    return ConfigError(
        f"{ENVIRONMENT} is no address of a mail server.",
        hint="Write smtp://user:password@host:587, smtps://user:password@host:465 or console:. A character such as @ or / "
        "in the password is written as %40 or %2F.",
    )
