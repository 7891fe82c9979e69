"""Families: children who are brothers and sisters, and the adults they share."""

from __future__ import annotations

import polars as pl

from rollbook.sandbox.district.mix import Dice
from rollbook.sandbox.district.names import FAMILY, GIVEN, GIVEN_SEX
from rollbook.sandbox.district.schools import LAST_GRADE, ZONES, Schools

__all__ = ["adults", "children", "enrol", "families", "given_name", "is_female"]

_CHILDREN = (0.77, 0.185, 0.04, 0.005)
"""Share of families with 1, 2, 3, 4 children of school age; 1.28 on average."""
_GUARDIANS = (0.25, 0.60, 0.125, 0.025)
"""Share of families with 1, 2, 3, 4 known adults; 1.93 on average, so about 1.5 for each child."""
_GRADES = LAST_GRADE + 1
_GUEST_GRADE = 8


def families(dice: Dice, first: int, end: int) -> pl.DataFrame:
    """Families numbered ``first`` to ``end`` - 1: how many children and adults, where they live, their two surnames.

    Family 0 always has two children and a couple, so that the smallest district has siblings and a shared address.
    """
    family = pl.col("family")
    surname = dice.pick("surname", len(FAMILY), family)
    return pl.DataFrame({"family": pl.int_range(first, end, dtype=pl.UInt32, eager=True)}).with_columns(
        kids=pl.when(family == 0).then(2).otherwise(1 + dice.weighted("kids", _CHILDREN, family)).cast(pl.UInt8),
        adults=pl.when(family == 0).then(2).otherwise(1 + dice.weighted("adults", _GUARDIANS, family)).cast(pl.UInt8),
        zone=dice.pick("zone", ZONES, family).cast(pl.UInt32),
        surname=surname.cast(pl.UInt32),
        other_surname=((surname + 1 + dice.pick("other surname", len(FAMILY) - 1, family)) % len(FAMILY)).cast(
            pl.UInt32
        ),
    )


def children(dice: Dice, households: pl.DataFrame) -> pl.DataFrame:
    """One row per child: student (row number), family, child (0 = eldest), zone, grade; siblings mostly years apart."""
    family, child = pl.col("family"), pl.col("child")
    return (
        households.select("family", "zone", child=pl.int_ranges(pl.col("kids"), dtype=pl.UInt8))
        .explode("child")
        .with_columns(
            grade=(
                (dice.pick("grade", _GRADES, family) + child * (1 + dice.pick("years apart", 3, family, child)))
                % _GRADES
            ).cast(pl.UInt8)
        )
        .with_row_index("student")
    )


def enrol(dice: Dice, kids: pl.DataFrame, schools: Schools) -> pl.DataFrame:
    """The students of the first day: school by zone, rank within school and grade, and who goes to a second school.

    About one eighth-grader in twelve (at least one, where middle and high school are two) takes mathematics at the high
    school: ``guest_school`` is filled for them.
    """
    student, grade = pl.col("student"), pl.col("grade")
    guest = (grade == _GUEST_GRADE) & (
        dice.chance("guest", 0.08, student) | (student == student.filter(grade == _GUEST_GRADE).min())
    )
    single = len(schools.frame) == 1
    return (
        kids.with_columns(
            school=schools.near(pl.col("zone"), grade),
            guest_school=pl.when(guest & (not single)).then(schools.near(pl.col("zone"), grade + 1)),
        )
        .with_columns(rank=pl.int_range(pl.len(), dtype=pl.UInt32).over("school", "grade"))
        .select(
            "student",
            "family",
            "child",
            "grade",
            "school",
            "guest_school",
            "rank",
            renames=pl.lit(0, dtype=pl.UInt8),
            joined=pl.lit(None, dtype=pl.Date),
            left=pl.lit(None, dtype=pl.UInt16),
        )
    )


def adults(dice: Dice, households: pl.DataFrame) -> pl.DataFrame:
    """One row per guardian: family, slot (0 and 1 the parents), given and surname (indexes into the name lists)."""
    family, slot = pl.col("family"), pl.col("slot")
    other = dice.chance("own surname", 0.35, family, slot)
    return (
        households.select("family", "surname", "other_surname", slot=pl.int_ranges(pl.col("adults"), dtype=pl.UInt8))
        .explode("slot")
        .select(
            "family",
            "slot",
            given=given_name(dice, "guardian", family * 4 + slot),
            surname=pl.when((slot > 0) & other).then(pl.col("other_surname")).otherwise(pl.col("surname")),
        )
    )


def is_female(dice: Dice, topic: str, key: pl.Expr) -> pl.Expr:
    """True for about half of the people of one topic."""
    return dice.pick(f"{topic} sex", 2, key) == 0


def given_name(dice: Dice, topic: str, key: pl.Expr, *more: pl.Expr) -> pl.Expr:
    """Index of a given name that goes with the person's sex; one in twelve names goes with either."""
    first_female, females = GIVEN_SEX["female"]
    first_male, males = GIVEN_SEX["male"]
    first_either = females + males
    return (
        pl.when(dice.chance(f"{topic} neutral", 0.08, key))
        .then(first_either + dice.pick(f"{topic} given", len(GIVEN) - first_either, key, *more))
        .when(is_female(dice, topic, key))
        .then(first_female + dice.pick(f"{topic} given", females, key, *more))
        .otherwise(first_male + dice.pick(f"{topic} given", males, key, *more))
        .cast(pl.UInt32)
    )
