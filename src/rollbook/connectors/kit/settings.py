"""Settings as they are stored or typed (text) → a connector's frozen Config. Unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import urlsplit

from rollbook.core.errors import ConfigError

__all__ = ["build", "is_loopback", "value_of", "web_address"]

T = TypeVar("T")

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def build(config: type[T], values: Mapping[str, Any]) -> T:
    """The Config that ``values`` describe; text is read as the type of its field.

    Raises ConfigError for a key that is no setting, a setting that must be given and is not, a value that is not of
    its type or not among its ``metadata['choices']``; the error never shows the value.
    """
    known = {item.name: item for item in fields(config) if item.init}  # type: ignore[arg-type]
    if unknown := sorted(set(values) - set(known)):
        raise ConfigError(
            f"This kind of source has no setting {', '.join(unknown)}.", hint=f"It has: {', '.join(known)}."
        )
    missing = [
        name
        for name, item in known.items()
        if item.default is MISSING and item.default_factory is MISSING and values.get(name) in (None, "")
    ]
    if missing:
        raise ConfigError(
            f"This source needs {', '.join(missing)}.",
            hint=" ".join(f"{name}: {known[name].metadata.get('help', '')}".strip() for name in missing),
            detail={"settings": missing},
        )
    types = get_type_hints(config)
    return config(**{name: value_of(known[name], types[name], given) for name, given in values.items()})


def web_address(value: str, setting: str) -> str:
    """``value`` as an address that may be called: https (http on this machine only), without user, query or trailing
    slash. Raises ConfigError naming ``setting``."""
    named = {"settings": [setting]}
    text = value.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ConfigError(
            f"The setting {setting} is not a web address.", hint="It looks like: https://example.org", detail=named
        ) from None
    if parts.scheme not in ("https", "http") or not parts.hostname or not port_is_fine:
        raise ConfigError(
            f"The setting {setting} is not a web address.", hint="It looks like: https://example.org", detail=named
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigError(
            f"The setting {setting} begins with http://, which anybody on the way can read.",
            hint="Use the https:// address. http:// is for servers on this machine only.",
            detail=named,
        )
    if parts.username or parts.password:
        raise ConfigError(
            f"The setting {setting} holds a login.",
            hint="Give client id and secret as their own settings.",
            detail=named,
        )
    if parts.query or parts.fragment:
        raise ConfigError(f"The setting {setting} goes on after a ? or #.", hint="Leave that part out.", detail=named)
    return text


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine."""
    return host in _LOOPBACK


def value_of(item: Field[Any], wanted: Any, given: Any) -> Any:
    """What ``given`` (text, or a value) means for one setting of the type ``wanted``. Raises ConfigError, which never
    shows the value."""
    value = _read(item.name, wanted, given)
    choices = item.metadata.get("choices")
    if choices and value not in choices:
        raise ConfigError(f"The setting {item.name} must be one of: {', '.join(map(str, choices))}.")
    return value


def _read(name: str, wanted: Any, given: Any) -> Any:
    if wanted is bool:
        return given if isinstance(given, bool) else _boolean(name, str(given))
    if wanted in (int, float):
        try:
            number = wanted(given)
        except (TypeError, ValueError):
            raise ConfigError(f"The setting {name} must be a number.") from None
        if number <= 0:
            raise ConfigError(f"The setting {name} must be more than 0.")
        return number
    if wanted is Path:
        return Path(str(given))
    if wanted is str:
        return str(given).strip()
    return given


def _boolean(name: str, text: str) -> bool:
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ConfigError(f"The setting {name} must be yes or no.")
