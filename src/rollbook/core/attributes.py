"""Values of student attributes: of one of four types, kept as text that means one thing only (section 9)."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

__all__ = ["AttributeType", "name_refusal", "parse_value"]

_NO, _YES = frozenset({"no", "n", "false", "0", "off"}), frozenset({"yes", "y", "true", "1", "on", "x"})
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,6})?")
_TAKEN = frozenset({"studentsisid", "student_number", "state_id", "pk"})
_LONGEST_NAME, _LONGEST_VALUE = 60, 500


class AttributeType(StrEnum):
    """What the value of an attribute is."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes-no"


def name_refusal(name: str) -> str:
    """Why ``name`` cannot be the name of an attribute, as a sentence; blank when it can."""
    if not name.strip():
        return "An attribute needs a name."
    if len(name) > _LONGEST_NAME:
        return f"The name of an attribute has at most {_LONGEST_NAME} characters."
    if name.startswith("_") or name.casefold() in _TAKEN:
        return "This name is taken: it is the heading of another column."
    if not name.isprintable() or set(name) & set(',;|"'):
        return "The name of an attribute is the heading of a column: it has no comma, semicolon, bar, quotation mark or line end."
    return ""


def parse_value(kind: AttributeType, text: str) -> str:
    """The value as it is kept: trimmed text; a number without leading zeros; a date as 2026-09-01; ``yes`` or ``no``.

    Raises ValueError with what can be written instead. A blank is no value, and never comes here.
    """
    text = text.strip()
    match kind:
        case AttributeType.TEXT:
            if len(text) > _LONGEST_VALUE or not text.isprintable():
                raise ValueError(f"one line of at most {_LONGEST_VALUE} characters")
            return text
        case AttributeType.NUMBER:
            if not _NUMBER.fullmatch(text):
                raise ValueError("a number such as 12 or 3.5")
            whole, point, part = text.lstrip("+").partition(".")
            minus = "-" if whole.startswith("-") else ""
            number = (whole.lstrip("-").lstrip("0") or "0") + (point + part).rstrip("0").rstrip(".")
            return number if number == "0" else minus + number
        case AttributeType.DATE:
            try:
                return dt.date.fromisoformat(text).isoformat()
            except ValueError:
                raise ValueError("a date such as 2026-09-01") from None
        case AttributeType.YES_NO:
            if text.casefold() in _YES:
                return "yes"
            if text.casefold() in _NO:
                return "no"
            raise ValueError("yes or no")
