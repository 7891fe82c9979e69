"""Why a OneRoster server refused, in the standard's own words: 1.1's list and 1.2's object."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["reason_of"]

_WORDS = frozenset(
    {
        "forbidden",
        "internal_server_error",
        "invalid data",
        "invalid_blank_selection_field",
        "invalid_filter_field",
        "invalid_selection_field",
        "invalid_sort_field",
        "invaliddata",
        "server_busy",
        "unauthorisedrequest",
        "unauthorized",
        "unknown object",
        "unknownobject",
    }
)
"""The closed vocabulary; any other text may hold anything, so it is not repeated."""


def reason_of(body: bytes) -> str:
    """The standard's word in an error body, 1.1 (``statusInfoSet``) or 1.2 (``imsx_CodeMinor``); empty without one."""
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return ""
    return next((word for word in _words(answer) if word in _WORDS), "")


def _words(value: Any) -> list[str]:
    """Every text in a body of a few lines."""
    if isinstance(value, dict):
        return [word for item in value.values() for word in _words(item)]
    if isinstance(value, list):
        return [word for item in value for word in _words(item)]
    return [value.strip().casefold()] if isinstance(value, str) else []
