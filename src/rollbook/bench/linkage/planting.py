"""Duplicates and look-alikes planted among people, by seed."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

import polars as pl

from rollbook.bench.linkage.slips import BIRTH, NAMES, plain, typo
from rollbook.linkage import PEOPLE_SCHEMA, Kind

__all__ = ["Planted", "plant"]

_DUPLICATES = 0.02
_TWINS, _COUSINS, _NAMESAKES = 0.015, 0.01, 0.015
_NO_CONTACT = 0.06
_GRADES = ["KG", *(f"{grade:02d}" for grade in range(1, 13))]
_NUMBER_OF_SLIPS = ((1, 2, 3), (55, 35, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """``people``: everybody (``PEOPLE_SCHEMA``), in no order that tells. ``pairs``: ``left_id``, ``right_id``, ``slips``
    of those who are one; no other pair is. ``look_alikes``: how many were planted who are not."""

    people: pl.DataFrame
    pairs: pl.DataFrame
    look_alikes: int


def plant(people: pl.DataFrame, kind: Kind, *, seed: int) -> Planted:
    """``people`` with about 2 % of them entered twice, and about 4 % who only look like somebody else. A second entry
    has one to three slips (names, birth date, school), often no id, and mostly, not always, a contact in common."""
    dice = random.Random(f"{seed}-{kind}")
    rows = (_with_common_names(people, dice) if kind is Kind.STUDENT else people).rows(named=True)
    for row in dice.sample(rows, round(len(rows) * _NO_CONTACT)):
        row |= {"contacts": [], "kin": []}
    families = [row["family_name"] for row in dice.sample(rows, min(len(rows), 500))]
    schools = sorted({school for row in rows for school in row["schools"]}) or [1]
    book = _Book(dice, max(row["id"] for row in rows) + 1, families, schools)
    doubled = dice.sample(rows, max(1, round(len(rows) * _DUPLICATES)))
    second = [book.second(kind, row) for row in doubled]
    like = []
    if kind is Kind.STUDENT:
        for share, make in ((_TWINS, book.twin), (_COUSINS, book.cousin), (_NAMESAKES, book.namesake)):
            like += [make(row) for row in dice.sample(rows, max(1, round(len(rows) * share)))]
    else:
        like += [book.namesake(row) for row in dice.sample(rows, max(1, round(len(rows) * _NAMESAKES)))]
        kin = [row for row in rows if row["kin"]]
        like += [book.elder(row) for row in dice.sample(kin, max(1, round(len(kin) * _COUSINS)))]
    everybody = [*rows, *(human for human, _slips in second), *like]
    dice.shuffle(everybody)
    renumbered = {row["id"]: number for number, row in enumerate(everybody, 1)}
    made = pl.DataFrame(everybody, schema=PEOPLE_SCHEMA).with_columns(pl.col("id").replace_strict(renumbered))
    pairs = [
        (*sorted((renumbered[row["id"]], renumbered[human["id"]])), ", ".join(slips))
        for row, (human, slips) in zip(doubled, second, strict=True)
    ]
    schema = {"left_id": pl.Int64, "right_id": pl.Int64, "slips": pl.String}
    return Planted(people=made, pairs=pl.DataFrame(pairs, schema=schema, orient="row"), look_alikes=len(like))


def _with_common_names(people: pl.DataFrame, dice: random.Random) -> pl.DataFrame:
    """The generator deals names out evenly; life does not. A quarter of the names become one of a few; brothers and
    sisters keep one family name."""
    given = sorted(people["given_name"].unique())
    family = sorted(people["family_name"].drop_nulls().unique())
    often = {name: dice.choice(_OFTEN_GIVEN) for name in dice.sample(given, len(given) // 4)}
    kin = {name: dice.choice(_OFTEN_FAMILY) for name in dice.sample(family, len(family) // 4)}
    return people.with_columns(pl.col("given_name").replace(often), pl.col("family_name").replace(kin))


class _Book:
    """Writes new people, each with an id of their own."""

    def __init__(self, dice: random.Random, first_id: int, families: list[str], schools: list[int]) -> None:
        self.dice = dice
        self.next_id = first_id
        self.families = families
        self.schools = schools

    def second(self, kind: Kind, row: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The same human entered again, and what went wrong."""
        dice, human = self.dice, self._copy(row)
        slips: list[str] = []
        count = dice.choices(*_NUMBER_OF_SLIPS)[0]
        possible = {**{name: weight for name, (_slip, weight) in NAMES.items()}}
        possible |= {"wrong birth date": 14, "moved school": 14} if kind is Kind.STUDENT else {"changed contact": 20}
        while len(slips) < count:
            name = dice.choices(list(possible), weights=list(possible.values()))[0]
            del possible[name]
            slips.append(name)
            if name == "moved school":
                human["schools"] = [dice.choice(self.schools)]
                human["grade"] = self._grade(row["grade"], dice.choice((0, 0, 0, 1)))
            elif name == "changed contact":
                human["contacts"] = [dice.choice(row["contacts"])] if row["contacts"] else []
            elif name == "wrong birth date":
                BIRTH(dice, human, self.families)
            else:
                NAMES[name][0](dice, human, self.families)
        self._other_ids(human)
        self._family_of_second(kind, human, row)
        if dice.random() < 0.25:
            human |= {name: plain(human[name]) for name in ("given_name", "family_name")}
        return human, slips

    def _other_ids(self, human: dict[str, Any]) -> None:
        dice = self.dice
        human["number"] = dice.choices((human["number"], None, self._number()), weights=(20, 45, 35))[0]
        human["state_id"] = dice.choices((human["state_id"], None), weights=(15, 85))[0]
        human["email"] = dice.choices((human["email"], None), weights=(15, 85))[0]
        human["preferred_given_name"] = dice.choice((human["preferred_given_name"], None))

    def _family_of_second(self, kind: Kind, human: dict[str, Any], row: dict[str, Any]) -> None:
        dice = self.dice
        if kind is Kind.PERSON:
            human["kin"] = dice.choices((row["kin"], row["kin"][:1], []), weights=(55, 25, 20))[0]
            if dice.random() < 0.1:
                human["contacts"] = [self._mobile()]
            return
        human["kin"] = row["kin"] if dice.random() < 0.35 else [self._id() for _guardian in row["kin"]]
        known = row["contacts"]
        if human["kin"] != row["kin"]:
            some = dice.sample(known, dice.randint(1, len(known))) if known else []
            human["contacts"] = dice.choices((known, some, [self._mobile()], []), weights=(45, 35, 10, 10))[0]

    def twin(self, row: dict[str, Any]) -> dict[str, Any]:
        """Born on the same day into the same family; one in four with much the same name."""
        human = self._copy(row) | {"preferred_given_name": None}
        similar = self.dice.random() < 0.25
        human["given_name"] = typo(self.dice, row["given_name"]) if similar else self._other_given(row)
        self._own_ids(human)
        return human

    def cousin(self, row: dict[str, Any]) -> dict[str, Any]:
        """The same family name, a grandparent's number, about the same age; one in ten has the same given name."""
        human = self._copy(row) | {"kin": [self._id()], "preferred_given_name": None}
        human["contacts"] = [*row["contacts"][:1], self._mobile()]
        if self.dice.random() > 0.1:
            human["given_name"] = self._other_given(row)
        self._another_day(human)
        self._own_ids(human)
        return human

    def namesake(self, row: dict[str, Any]) -> dict[str, Any]:
        """The same name and nothing else; half of them at the same school and in the same grade, one in thirty born on
        the same day."""
        dice = self.dice
        human = self._copy(row) | {"kin": [self._id()], "contacts": [self._mobile()], "preferred_given_name": None}
        if dice.random() < _NO_CONTACT:
            human |= {"kin": [], "contacts": []}
        if dice.random() < 0.5:
            human["schools"] = [dice.choice(self.schools)]
            human["grade"] = dice.choice(_GRADES)
        if dice.random() > 1 / 30:
            self._another_day(human)
        self._own_ids(human)
        return human

    def elder(self, row: dict[str, Any]) -> dict[str, Any]:
        """A grandparent of the same name, guardian of the same child, with a number of their own."""
        return self._copy(row) | {"contacts": [self._mobile()], "schools": []}

    def _copy(self, row: dict[str, Any]) -> dict[str, Any]:
        return row | {"id": self._id()}

    def _id(self) -> int:
        self.next_id += 1
        return self.next_id

    def _other_given(self, row: dict[str, Any]) -> str:
        other = str(row["given_name"])
        while other == row["given_name"]:
            other = self.dice.choice(_GIVEN)
        return other

    def _another_day(self, human: dict[str, Any]) -> None:
        if human["birth_on"] is not None:
            human["birth_on"] += dt.timedelta(days=self.dice.choice((-1, 1)) * self.dice.randint(2, 500))

    def _own_ids(self, human: dict[str, Any]) -> None:
        human["number"] = self._number() if human["number"] else None
        known = human["state_id"] and self.dice.random() < 0.9
        human["state_id"] = str(self.dice.randrange(10**9, 10**10)) if known else None
        human["email"] = f"{self._id()}@students.example.org" if human["email"] else None

    def _number(self) -> str:
        return str(self.dice.randrange(10**7, 10**8))

    def _mobile(self) -> str:
        return f"+1206556{self.dice.randrange(10**6):06d}"

    @staticmethod
    def _grade(grade: str | None, later: int) -> str | None:
        if grade not in _GRADES:
            return grade
        return _GRADES[min(_GRADES.index(grade) + later, len(_GRADES) - 1)]


_OFTEN_GIVEN = ("Emma", "Liam", "Sofia", "Noah", "Mia", "Daniel", "Camila", "David", "José", "Emily")
_OFTEN_FAMILY = ("Smith", "García", "Johnson", "Hernández", "Nguyen", "Brown", "Lopez", "Kim")
_GIVEN = (
    "Aaliyah Abel Ada Adele Alan Albert Alma Amos Andrea Angela April Arthur Audrey Aurora Beatrice Bella Bianca Boris "
    "Brenda Bruno Carla Carmen Celia Chad Clarence Colin Cora Cyrus Dahlia Damon Daphne Darius Dennis Diana Donna Doris "
    "Edgar Edith Edwin Ella Elliot Elsa Erin Ernest Estelle Eugene Evelyn Fabian Faye Felix Flora Frances Frank Fred"
).split()
