"""What goes wrong when a human is entered a second time."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from nicknames import NickNamer

__all__ = ["BIRTH", "NAMES", "plain", "typo"]

_LETTERS = "aeiourstlnmdch"


def typo(dice: random.Random, word: str) -> str:
    """``word`` with one letter wrong, missing, doubled or in its neighbour's place; never the same word."""
    if len(word) < 2:
        return word + dice.choice(_LETTERS)
    at = dice.randrange(len(word) - 1)
    made = dice.choice(
        (
            word[:at] + dice.choice(_LETTERS) + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return made.capitalize() if made.casefold() != word.casefold() else word + word[-1]


def plain(word: str) -> str:
    """``word`` as an old system spells it: capitals, no accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter)
    ).upper()


def _typo_given(dice: random.Random, human: dict[str, Any], _families: list[str]) -> None:
    human["given_name"] = typo(dice, human["given_name"])


def _typo_family(dice: random.Random, human: dict[str, Any], _families: list[str]) -> None:
    human["family_name"] = typo(dice, human["family_name"])


def _swapped(_dice: random.Random, human: dict[str, Any], _families: list[str]) -> None:
    human["given_name"], human["family_name"] = human["family_name"], human["given_name"]


def _nickname(dice: random.Random, human: dict[str, Any], _families: list[str]) -> None:
    known = sorted(_namer().nicknames_of(human["given_name"].lower()))
    human["given_name"] = dice.choice(known).capitalize() if known else typo(dice, human["given_name"])


def _surname(dice: random.Random, human: dict[str, Any], families: list[str]) -> None:
    """A second surname is added or dropped, or it is another one altogether."""
    old, new = human["family_name"], dice.choice(families)
    parts = old.split("-")
    if len(parts) > 1:
        human["family_name"] = dice.choice(parts)
    else:
        human["family_name"] = dice.choice((f"{old}-{new}", f"{new} {old}", new))


def _slip_of_birth(dice: random.Random, human: dict[str, Any], _families: list[str]) -> None:
    """Day and month exchanged, a digit wrong, another year, a first of January, or not known."""
    born: dt.date | None = human["birth_on"]
    if born is None:
        return
    swapped = born.replace(month=born.day, day=born.month) if born.day <= 12 else born + dt.timedelta(days=1)
    human["birth_on"] = dice.choices(
        (
            swapped,
            born + dt.timedelta(days=dice.choice((-10, -1, 1, 10))),
            born + dt.timedelta(days=dice.choice((-365, 365))),
            born.replace(month=1, day=1),
            None,
        ),
        weights=(25, 35, 15, 10, 15),
    )[0]


Slip = Callable[[random.Random, dict[str, Any], list[str]], None]
NAMES: Mapping[str, tuple[Slip, int]] = {
    "typo in the given name": (_typo_given, 18),
    "typo in the family name": (_typo_family, 18),
    "names swapped": (_swapped, 10),
    "nickname": (_nickname, 16),
    "changed surname": (_surname, 14),
}
"""What may be wrong with a name, and how often against each other."""
BIRTH: Slip = _slip_of_birth


@cache
def _namer() -> NickNamer:
    return NickNamer()
