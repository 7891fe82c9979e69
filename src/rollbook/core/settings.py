"""Settings as people write them: ``KEY=VALUE`` → typed values, and back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from rollbook.core.clean.grades import GRADES
from rollbook.core.entities import TABLES
from rollbook.core.errors import ConfigError
from rollbook.core.policy import Policy
from rollbook.core.roster import GUARDIAN_ROLES

__all__ = ["SETTINGS", "Setting", "default_of", "legal", "parse", "written"]

_TRUE, _FALSE = ("on", "true", "yes", "1"), ("off", "false", "no", "0")
_OWNERS = ("source", "school", "person")
_OWNED = frozenset(
    name for table in ("student", "person", "classroom", "course", "academic_session") for name in TABLES[table].columns
) | {"email", "mobile", "home_phone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How one setting is written: ``parse`` makes its value of a text and raises ValueError with the legal values,
    ``legal`` names them, ``help`` says what it does."""

    name: str
    parse: Callable[[str], Any]
    legal: str
    help: str


def _boolean(text: str) -> bool:
    if text.casefold() in (*_TRUE, *_FALSE):
        return text.casefold() in _TRUE
    raise ValueError("on or off")


def _integer(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,6}", text) or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def _choice(choices: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        found = next((choice for choice in choices if choice.casefold() == text.casefold()), None)
        if found is None:
            raise ValueError(", ".join(choices))
        return found

    return parse


def _clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("a time of day such as 03:00")
    return text


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("a date such as 2026-09-01") from None


def _days(text: str) -> tuple[str, ...]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, dots, last = part.partition("..")
        begins = _date(first.strip())
        ends = _date(last.strip()) if dots else begins
        if ends < begins:
            raise ValueError(f"ranges whose first day comes first (not {part})")
        found.append(f"{begins}..{ends}" if ends != begins else str(begins))
    return tuple(found)


def _words(choices: tuple[str, ...] = ()) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        if choices and (wrong := [word for word in words if word not in choices]):
            raise ValueError(f"any of {', '.join(choices)}, with commas between them (not {wrong[0]})")
        return words

    return parse


def _pairs(value: Callable[[str, str], Any], example: str) -> Callable[[str], Mapping[str, Any]]:
    def parse(text: str) -> Mapping[str, Any]:
        found = {}
        for pair in filter(None, (part.strip() for part in text.split(";"))):
            key, equals, worth = (part.strip() for part in pair.partition("="))
            if not key or not equals:
                raise ValueError(f"pairs such as {example}")
            found[key] = value(key, worth)
        return MappingProxyType(found)

    return parse


def _percent(_key: str, text: str) -> int:
    return _integer(0, 100)(text)


def _owner(key: str, text: str) -> str:
    table, _, name = key.rpartition(".")
    if name not in _OWNED or (table and table not in TABLES):
        raise ValueError(f"fields of the directory, such as given_name or student.email (not {key})")
    return _choice(_OWNERS)(text)


_PERCENT = (_integer(0, 100), "a whole number from 0 to 100")
_SPECIAL: Mapping[str, tuple[Callable[[str], Any], str]] = MappingProxyType(
    {
        "start_time": (_clock, "a time of day such as 03:00"),
        "deletion_threshold": _PERCENT,
        "update_threshold": _PERCENT,
        "approval_days": (_integer(1, 366), "a whole number from 1 to 366"),
        "school_deletion_thresholds": (_pairs(_percent, "0012=20;0040=5"), "school number or id = percent; …"),
        "guardian_relationships": (_words(GUARDIAN_ROLES), f"any of {', '.join(GUARDIAN_ROLES)}, with commas between"),
        "class_grades": (_words(tuple(GRADES)), f"any of {', '.join(GRADES)}, with commas between"),
        "chosen_sessions": (_words(), "sourcedIds with commas between"),
        "custody_no_rights": (_words(), "words with commas between"),
        "look_ahead_days": (_integer(0, 366), "a whole number from 0 to 366"),
        "field_owners": (_pairs(_owner, "email=person;student.grade=source"), f"field = {' | '.join(_OWNERS)}; …"),
        "pause_until": (_date, "a date such as 2026-09-01"),
        "blackouts": (_days, "dates or first..last with commas between, such as 2026-12-21..2027-01-01,2027-03-15"),
    }
)  # fmt: skip


def _settings() -> dict[str, Setting]:
    found = {}
    for field in fields(Policy):
        if field.name == "region":  # the district's, not the source's
            continue
        choices = field.metadata.get("choices")
        if field.name in _SPECIAL:
            parse, legal = _SPECIAL[field.name]
        elif choices:
            parse, legal = _choice(choices), ", ".join(choices)
        elif isinstance(field.default, bool):
            parse, legal = _boolean, "on or off"
        else:
            parse, legal = str, "text"
        found[field.name] = Setting(name=field.name, parse=parse, legal=legal, help=field.metadata["help"])
    return found


SETTINGS: Mapping[str, Setting] = MappingProxyType(_settings())
"""name → how it is written, in the order of ``Policy``. ``region`` is not here: it is the district's."""


def default_of(name: str) -> Any:
    """The value of a setting that nobody has set."""
    field = next(field for field in fields(Policy) if field.name == name)
    if field.default is not MISSING:
        return field.default
    assert field.default_factory is not MISSING
    return field.default_factory()


def legal(name: str) -> str:
    """The legal values of a setting in words."""
    return SETTINGS[name].legal


def parse(name: str, text: str) -> Any:
    """The value that ``text`` means; a blank text means the default. Raises ConfigError with the legal values."""
    if name not in SETTINGS:
        if name == "region":
            raise ConfigError(
                "The region belongs to the district, not to a source.", hint="It is given with rollbook district add."
            )
        near = get_close_matches(name, SETTINGS, n=1)
        raise ConfigError(
            f"There is no setting {name!r}.",
            hint=f"Did you mean {near[0]}?" if near else "rollbook settings SLUG lists them.",
        )
    if not text.strip():
        return default_of(name)
    try:
        return SETTINGS[name].parse(text.strip())
    except ValueError as error:
        raise ConfigError(f"{text!r} is no value of {name}.", hint=f"It takes {error}.") from None


def written(value: Any) -> str:
    """A value as ``KEY=VALUE`` takes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Mapping):
        return ";".join(f"{key}={worth}" for key, worth in value.items())
    if isinstance(value, tuple | list):
        return ",".join(value)
    return str(value)
