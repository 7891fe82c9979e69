"""The address of a database: between a URL (DATABASE_URL, libpq, ADBC) and Django's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from rollbook.core.errors import ConfigError

SCHEMES = ("postgres", "postgresql")


def settings_from_url(url: str) -> dict[str, Any]:
    """Django's `DATABASES` entry for a PostgreSQL URL.

    A socket directory may stand as `?host=/run/postgresql`; other query parameters (sslmode, …) become driver options.
    Raises ConfigError for any other database than PostgreSQL, and for a URL without a database name. The message never
    repeats the URL, since it may hold a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ConfigError(
            "DATABASE_URL does not name a PostgreSQL database.",
            hint="It looks like postgresql://user:password@host:5432/name, or postgresql:///name?host=/socket/dir.",
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ConfigError("DATABASE_URL has no database name.", hint="Add it after the last slash: …/rollbook.")
    try:
        port = parts.port
    except ValueError as error:
        raise ConfigError("The port in DATABASE_URL is not a number.", hint="PostgreSQL listens on 5432.") from error
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or (str(port) if port else ""),
        "OPTIONS": options,
    }


def url_from_settings(settings: Mapping[str, Any], *, with_password: bool = True) -> str:
    """The libpq URL of a Django `DATABASES` entry, as psycopg and ADBC read it.

    With `with_password=False` it is fit for a screen or a log.
    """
    user = quote(str(settings.get("USER") or ""), safe="")
    password = quote(str(settings.get("PASSWORD") or ""), safe="")
    host = str(settings.get("HOST") or "")
    port = str(settings.get("PORT") or "")
    known = {k: str(v) for k, v in (settings.get("OPTIONS") or {}).items() if isinstance(v, str | int)}
    login = f"{user}:{password}@" if password and with_password else (f"{user}@" if user else "")
    place = ""
    if host.startswith("/"):
        known = {"host": host, **({"port": port} if port else {}), **known}
    elif host:
        place = f"[{host}]" if ":" in host else host
        place += f":{port}" if port else ""
    query = f"?{urlencode(known, safe='/')}" if known else ""
    return f"postgresql://{login}{place}/{quote(str(settings['NAME']), safe='')}{query}"
