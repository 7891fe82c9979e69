"""Classes: how many sections each subject has, which one a student sits in, and what the rest of the year changed.

A class is (school, grade, subject, section). Nobody's class is stored: it follows from the student's rank, from the
student's own ``moves``, and from ``rules`` (a class that opened beside another, a class that closed).
"""

from __future__ import annotations

import polars as pl

from rollbook.sandbox.district.courses import ELECTIVE, HOMEROOM, MATH, SUBJECTS, VARIANTS, courses
from rollbook.sandbox.district.mix import Dice
from rollbook.sandbox.district.schools import FIRST_SECONDARY_GRADE, Schools

__all__ = ["CLASS_KEY", "MOVES", "OFFER_KEY", "RULES", "class_id", "classes", "offers", "seats", "sections_of"]

OFFER_KEY = ["school", "grade", "subject"]
CLASS_KEY = [*OFFER_KEY, "section"]

MOVES = pl.Schema({"student": pl.UInt32, "subject": pl.UInt8, "to_section": pl.UInt32, "moved": pl.Date})
"""A student's own class changes; at most one per student and subject."""
RULES = pl.Schema(
    {
        "school": pl.UInt32,
        "grade": pl.UInt8,
        "subject": pl.UInt8,
        "section": pl.UInt32,
        "target": pl.UInt32,
        "opens": pl.Boolean,
        "ruled": pl.Date,
    }
)
"""``opens``: class ``target`` opened and took half of ``section``; else ``section`` closed and ``target`` took all."""

_ELEMENTARY_SIZE, _SECONDARY_SIZE = 24, 26
# Primes larger than any year group of one school: each subject shuffles the ranks in its own way, without a collision.
_STRIDES = (10007, 20011, 30011, 40009, 50021, 60013, 70001)


def offers(students: pl.DataFrame) -> pl.DataFrame:
    """One row per school, grade and subject: ``size`` (students of the first day) and ``sections``."""
    grade, subject = pl.col("grade"), pl.col("subject")
    groups = students.group_by("school", "grade").agg(size=pl.len()).sort("school", "grade")
    secondary = grade >= FIRST_SECONDARY_GRADE
    per_section = pl.when(secondary).then(_SECONDARY_SIZE).otherwise(_ELEMENTARY_SIZE)
    # Languages and electives are a choice, so there are always two of them.
    fewest = pl.when(secondary & (subject >= ELECTIVE - 1)).then(2).otherwise(1)
    return (
        groups.with_columns(subject=pl.lit(list(range(SUBJECTS)), dtype=pl.List(pl.UInt8)))
        .explode("subject")
        .with_columns(
            sections=pl.max_horizontal((pl.col("size") + per_section - 1) // per_section, fewest).cast(pl.UInt32)
        )
    )


def classes(offered: pl.DataFrame, rules: pl.DataFrame, schools: Schools) -> pl.DataFrame:
    """One row per class that exists under ``rules``: class key, class_id, course, ``begins`` (when it opened later)."""
    first = offered.select(
        *OFFER_KEY, section=pl.int_ranges(pl.col("sections"), dtype=pl.UInt32), begins=pl.lit(None, dtype=pl.Date)
    ).explode("section")
    opened = rules.filter("opens").select(*OFFER_KEY, section="target", begins="ruled")
    closed = rules.filter(~pl.col("opens"))
    variants = pl.lit(pl.Series(VARIANTS, dtype=pl.UInt32)).gather(pl.col("subject").cast(pl.UInt32))
    return (
        pl.concat([first, opened])
        .join(closed, on=CLASS_KEY, how="anti")
        .with_columns(
            variant=pl.when(pl.col("grade") >= FIRST_SECONDARY_GRADE)
            .then(pl.col("section") % variants)
            .otherwise(0)
            .cast(pl.UInt32)
        )
        .join(courses(), on=["grade", "subject", "variant"], how="left")
        .join(schools.frame.select("school", "org"), on="school", how="left")
        .with_columns(class_id=class_id())
        .sort(CLASS_KEY)
    )


def class_id() -> pl.Expr:
    """sourcedId of a class, from columns org, grade, subject, section: ``0102-07-E02``."""
    letters = pl.lit(pl.Series(list("ABCDEFG"))).gather(pl.col("subject").cast(pl.UInt32))
    number = (pl.col("section") + 1).cast(pl.String).str.zfill(2)
    return pl.format("{}-{}-{}{}", "org", pl.col("grade").cast(pl.String).str.zfill(2), letters, number)


def sections_of() -> pl.Expr:
    """Section on the first day, from columns grade, subject, rank, size, sections: even sizes, mixed by subject.

    An elementary class stays together in all subjects, so there the first subject decides for all.
    """
    subject = pl.when(pl.col("grade") >= FIRST_SECONDARY_GRADE).then(pl.col("subject")).otherwise(HOMEROOM)
    stride = pl.lit(pl.Series(_STRIDES, dtype=pl.UInt64)).gather(subject.cast(pl.UInt32))
    place = (pl.col("rank") % pl.col("size")).cast(pl.UInt64) * stride % pl.col("size")
    return (place * pl.col("sections") // pl.col("size")).cast(pl.UInt32)


def seats(
    dice: Dice, students: pl.DataFrame, offered: pl.DataFrame, moves: pl.DataFrame, rules: pl.DataFrame
) -> pl.DataFrame:
    """One row per student and subject: student, class key, ``since`` (date of the latest cause; null = first day)."""
    as_guest = pl.col("guest_school").is_not_null() & (pl.col("subject") == MATH)
    half = dice.pick("opened", 2, pl.col("student"), pl.col("target")) == 0
    ruled = pl.col("target").is_not_null() & (~pl.col("opens") | half)
    return (
        students.select("student", "school", "guest_school", "grade", "rank", "joined")
        .with_columns(subject=pl.lit(list(range(SUBJECTS)), dtype=pl.List(pl.UInt8)))
        .explode("subject")
        .with_columns(
            school=pl.when(as_guest).then("guest_school").otherwise("school"),
            grade=pl.when(as_guest).then(pl.col("grade") + 1).otherwise("grade"),
        )
        .join(offered, on=OFFER_KEY, how="inner", maintain_order="left")
        .join(moves, on=["student", "subject"], how="left", maintain_order="left")
        .with_columns(section=pl.coalesce("to_section", sections_of()))
        .join(rules, on=CLASS_KEY, how="left", maintain_order="left")
        .select(
            "student",
            *OFFER_KEY,
            section=pl.when(ruled).then("target").otherwise("section"),
            since=pl.max_horizontal("joined", "moved", pl.when(ruled).then("ruled")),
        )
    )
