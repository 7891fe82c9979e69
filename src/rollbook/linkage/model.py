"""What is compared, in which order of likeness, and what each likeness weighs: Splink settings with committed weights."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from rollbook.linkage.people import Kind

__all__ = ["MODELS", "Comparison", "Level", "Model", "Verdict"]


class Verdict(StrEnum):
    """What a score means for a person who decides."""

    CERTAIN = "certain"
    """May be merged without looking at each."""
    LIKELY = "likely"
    """One human, most likely; look at the pair."""
    LOOK = "look"
    """Worth a look; more often two humans than one."""


@dataclass(frozen=True, slots=True)
class Level:
    """A degree of likeness: ``code`` names it, ``sql`` says when it holds (``l`` and ``r`` are the two sides)."""

    code: str
    sql: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One aspect of two people: its levels from most to least alike, the first that holds counts; ``unknown`` holds
    where nothing can be said, and weighs nothing."""

    name: str
    unknown: str
    levels: tuple[Level, ...]
    otherwise: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The levels' codes, ``otherwise`` last."""
        return (*(level.code for level in self.levels), self.otherwise)

    def code_of(self, gamma: int) -> str:
        """The code of Splink's number for a level: 0 is ``otherwise``, −1 unknown."""
        return "unknown" if gamma < 0 else self.codes[len(self.codes) - 1 - gamma]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """How one kind of people is compared. ``blocking``: pairs that agree on one of these are scored, no others; an SQL
    condition, and the list columns that are taken apart for it."""

    kind: Kind
    comparisons: tuple[Comparison, ...]
    blocking: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def weights(self) -> Mapping[str, Any]:
        """The committed weights: ``prior``, ``levels`` (comparison → code → [m, u]), ``thresholds`` (verdict → least
        match weight in bits), ``trained`` (on what)."""
        return _weights(self.kind)

    def settings(self, weights: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Splink's settings; without ``weights`` the committed ones."""
        said = self.weights if weights is None else weights
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": "id",
            "probability_two_random_records_match": said["prior"],
            "blocking_rules_to_generate_predictions": [
                {"blocking_rule": sql, "sql_dialect": "duckdb"}
                | ({"arrays_to_explode": list(exploded)} if exploded else {})
                for sql, exploded in self.blocking
            ],
            "comparisons": [_as_splink(comparison, said["levels"][comparison.name]) for comparison in self.comparisons],
            "retain_matching_columns": True,
            "retain_intermediate_calculation_columns": False,
        }

    def weight(self, comparison: Comparison, code: str) -> float:
        """What a level adds to the score, in bits: 1 doubles the odds."""
        if code == "unknown":
            return 0.0
        m, u = self.weights["levels"][comparison.name][code]
        return math.log2(m / u)


def _as_splink(comparison: Comparison, levels: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    told = [{"sql_condition": comparison.unknown, "label_for_charts": "unknown", "is_null_level": True}]
    conditions = (*((level.code, level.sql) for level in comparison.levels), (comparison.otherwise, "ELSE"))
    for code, sql in conditions:
        m, u = levels[code]
        told.append({"sql_condition": sql, "label_for_charts": code, "m_probability": m, "u_probability": u})
    return {"output_column_name": comparison.name, "comparison_levels": told}


@cache
def _weights(kind: Kind) -> Mapping[str, Any]:
    text = (files("rollbook.linkage") / "weights" / f"{kind}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


def _near(column: str) -> str:
    """One slip of the pen in a word of three letters, two in a long one, or much the same letters in the same order."""
    left, right = f"{column}_l", f"{column}_r"
    shorter, slips = f"least(length({left}), length({right}))", f"damerau_levenshtein({left}, {right})"
    return (
        f"(jaro_winkler_similarity({left}, {right}) >= 0.93 OR ({shorter} >= 3 AND {slips} <= 1)"
        f" OR ({shorter} >= 8 AND {slips} <= 2))"
    )


_SWAPPED: Final = "given_key_l = family_key_r AND family_key_l = given_key_r"
_ABOUT_SWAPPED: Final = (
    "jaro_winkler_similarity(given_key_l, family_key_r) >= 0.9"
    " AND jaro_winkler_similarity(family_key_l, given_key_r) >= 0.9"
)
_VAGUE: Final = (
    "(jaro_winkler_similarity(given_key_l, given_key_r) >= 0.8"
    " OR jaro_winkler_similarity(given_key_l, family_key_r) >= 0.9"
    " OR jaro_winkler_similarity(family_key_l, given_key_r) >= 0.9)"
)
"""Two slips at once: a short form that is mistyped, names exchanged and one of them another."""
_GIVEN: Final = (
    ("same", "given_key_l = given_key_r"),
    ("nickname", "list_has_any(given_roots_l, given_roots_r)"),
    ("part", "list_has_any(given_parts_l, given_parts_r)"),
    ("swapped", _SWAPPED),
    ("near", _near("given_key")),
    ("vague", _VAGUE),
)
_SHARED = "list_has_any(contacts_l, contacts_r)"
_FAMILY_TIE = f"({_SHARED} OR list_has_any(kin_l, kin_r))"
_FAMILY_UNKNOWN = "(len(contacts_l) + len(kin_l) = 0 OR len(contacts_r) + len(kin_r) = 0)"
_CHILD = "list_has_any(kin_l, kin_r)"
_CONTACT_UNKNOWN = "(len(contacts_l) = 0 OR len(contacts_r) = 0)"


def _given_and(*ties: tuple[str, str]) -> Comparison:
    """Given name and family ties judged together: whoever shares a guardian is a brother or sister far more often than
    the same child, unless the given name agrees, too. Apart from each other the two would make twins one."""
    levels = [
        Level(f"{code}, {tie}", f"({sql}) AND {holds}")
        for code, sql in (*_GIVEN, ("other", "TRUE"))
        for tie, holds in (*ties, ("apart", "TRUE"))
    ]
    return Comparison("given", "given_key_l IS NULL OR given_key_r IS NULL", tuple(levels[:-1]), "other, apart")


_FAMILY = Comparison(
    "family",
    "family_key_l IS NULL OR family_key_r IS NULL",
    (
        Level("same", "family_key_l = family_key_r"),
        Level("part", "list_has_any(family_parts_l, family_parts_r)"),
        Level("swapped", _SWAPPED),
        Level("about swapped", _ABOUT_SWAPPED),
        Level("near", _near("family_key")),
    ),
    "other",
)
_RARITY = Comparison(
    "rarity",
    "whole_key_l IS NULL OR whole_key_r IS NULL OR whole_key_l <> whole_key_r",
    (
        Level("rare", "greatest(chance_l, chance_r) < 0.05"),
        Level("seldom", "greatest(chance_l, chance_r) < 0.5"),
        Level("known", "greatest(chance_l, chance_r) < 5"),
    ),
    "common",
)
_ALIKE = "jaro_winkler_similarity(whole_key_l, whole_key_r) >= 0.9"
_SLIP_OF_BIRTH = "birth_l = birth_swapped_r OR damerau_levenshtein(birth_l, birth_r) <= 1"
_BIRTH = Comparison(
    "birth",
    "birth_l IS NULL OR birth_r IS NULL",
    (
        Level("same, with the name", f"birth_l = birth_r AND {_ALIKE}"),
        Level("same", "birth_l = birth_r"),
        Level("slip, with the name", f"({_SLIP_OF_BIRTH}) AND {_ALIKE}"),
        Level("slip", _SLIP_OF_BIRTH),
        Level("same day, other year", "birth_l[5:] = birth_r[5:]"),
        Level("same year", "birth_l[:4] = birth_r[:4]"),
    ),
    "other",
)
_GRADE = Comparison(
    "grade",
    "grade_l IS NULL OR grade_r IS NULL",
    (Level("same", "grade_l = grade_r"), Level("next", "abs(grade_l - grade_r) = 1")),
    "other",
)
_SCHOOL = Comparison(
    "school",
    "len(schools_l) = 0 OR len(schools_r) = 0",
    (Level("same", "list_has_any(schools_l, schools_r)"),),
    "other",
)
_STATE_ID = Comparison(
    "state_id",
    "state_id_l IS NULL OR state_id_r IS NULL",
    (Level("same", "state_id_l = state_id_r"),),
    "other",
)
_NUMBER = Comparison(
    "number",
    "number_l IS NULL OR number_r IS NULL",
    (Level("same", "number_l = number_r"),),
    "other",
)
_EMAIL = Comparison("email", "email_l IS NULL OR email_r IS NULL", (Level("same", "email_l = email_r"),), "other")
_CONTACTS = Comparison(
    "contacts",
    f"NOT {_SHARED}",
    (Level("all", "list_has_all(contacts_l, contacts_r) OR list_has_all(contacts_r, contacts_l)"),),
    "some",
)
_CHILDREN = Comparison(
    "children", "len(kin_l) = 0 OR len(kin_r) = 0", (Level("same", "list_has_any(kin_l, kin_r)"),), "other"
)

_ANY_NAME = (
    ("l.whole_key = r.whole_key", ()),
    ("l.contacts = r.contacts", ("contacts",)),
    ("l.kin = r.kin", ("kin",)),
)
MODELS: Final[Mapping[Kind, Model]] = MappingProxyType(
    {
        Kind.STUDENT: Model(
            kind=Kind.STUDENT,
            comparisons=(
                _given_and(("tied", _FAMILY_TIE), ("unknown", _FAMILY_UNKNOWN)),
                _FAMILY,
                _RARITY,
                _BIRTH,
                _GRADE,
                _SCHOOL,
                _STATE_ID,
                _NUMBER,
                _EMAIL,
            ),
            blocking=(
                *_ANY_NAME,
                ("l.state_id = r.state_id", ()),
                ("l.number = r.number", ()),
                ("l.email = r.email", ()),
                ("l.birth = r.birth AND l.initial = r.initial", ()),
                ("l.birth = r.birth AND l.family_start = r.family_start", ()),
                ("l.family_key = r.family_key AND l.initial = r.initial AND l.grade_word = r.grade_word", ()),
                ("l.given_key = r.given_key AND l.family_start = r.family_start", ()),
                ("l.given_key = r.given_key AND l.grade_word = r.grade_word AND l.schools = r.schools", ("schools",)),
            ),
        ),
        Kind.PERSON: Model(
            kind=Kind.PERSON,
            comparisons=(
                _given_and(("tied", _SHARED), ("child", _CHILD), ("unknown", _CONTACT_UNKNOWN)),
                _FAMILY,
                _RARITY,
                _CONTACTS,
                _CHILDREN,
                _SCHOOL,
            ),
            blocking=(*_ANY_NAME, ("l.given_key = r.given_key AND l.family_start = r.family_start", ())),
        ),
    }
)
"""Blocking finds a pair by any one thing that agrees: the whole name in any order, a contact, a relative, an id, the
birth date with a beginning of a name, the family name with grade, the given name with a beginning of the family name. A
duplicate that differs in all of them at once is not found."""
