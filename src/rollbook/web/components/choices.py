"""The choices of a list on a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Choice", "choices"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice: what is sent, what is read, and whether it is the one that was made."""

    value: str
    word: str
    is_chosen: bool


def choices(words: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    """``words``: value → word, in the order in which they are shown."""
    return tuple(Choice(value=value, word=word, is_chosen=value == chosen) for value, word in words.items())
