"""Posts and who holds them: administrators, counselors, aides, homeroom teachers, teachers of a subject.

A post outlives its holder: replacing a teacher gives the post a new person and leaves its classes as they are.
"""

from __future__ import annotations

import polars as pl

from rollbook.sandbox.district.classes import CLASS_KEY
from rollbook.sandbox.district.courses import HOMEROOM, SPECIALS
from rollbook.sandbox.district.mix import Dice
from rollbook.sandbox.district.schools import FIRST_SECONDARY_GRADE, Schools

__all__ = ["TEACHER", "assignments", "posts"]

TEACHER = "teacher"
_SECTIONS_PER_TEACHER = 5
_SECTIONS_PER_SPECIALIST = 20
_PECULIAR_FAMILIES = 3


def _offices(students: pl.DataFrame, schools: Schools) -> pl.DataFrame:
    """Posts without classes; ``school`` is null for those of the district."""
    district = pl.DataFrame(
        {
            "school": None,
            "role": ["districtAdministrator"] * (1 + len(students) // 20_000) + ["systemAdministrator"],
        },
        schema_overrides={"school": pl.UInt32},
    )
    sizes = schools.frame.select("school").join(
        students.group_by("school").agg(size=pl.len()), on="school", how="left", maintain_order="left"
    )
    size = pl.col("size").fill_null(0)
    by_school = [
        sizes.select("school", role=pl.lit(role).repeat_by(count)).explode("role", empty_as_null=False)
        for role, count in (
            ("principal", pl.lit(1)),
            ("siteAdministrator", size // 700),
            ("counselor", 1 + size // 450),
            ("aide", 1 + size // 200),
        )
    ]
    return pl.concat([district, *by_school])


def _taught_by(rooms: pl.DataFrame) -> pl.DataFrame:
    """The classes with the key of the post that gives each: role, school, grade, section, subject."""
    secondary = pl.col("grade") >= FIRST_SECONDARY_GRADE
    special = ~secondary & pl.col("subject").is_in(SPECIALS)
    nth = pl.int_range(pl.len(), dtype=pl.UInt32).over("school", secondary, "subject")
    return rooms.select(
        *CLASS_KEY,
        post_role=pl.lit(TEACHER),
        post_grade=pl.when(~secondary & ~special).then("grade").cast(pl.UInt8),
        post_section=pl.when(secondary)
        .then(1000 + nth // _SECTIONS_PER_TEACHER)
        .when(special)
        .then(nth // _SECTIONS_PER_SPECIALIST)
        .otherwise("section")
        .cast(pl.UInt32),
        post_subject=pl.when(secondary | special).then("subject").otherwise(HOMEROOM).cast(pl.UInt8),
    )


def posts(dice: Dice, students: pl.DataFrame, rooms: pl.DataFrame, schools: Schools) -> pl.DataFrame:
    """One row per post: post (row number), school, role, ``holder`` (a person's number, the post's own at first),
    ``since`` (date of a replacement) and ``family``: of which family the holder is the first parent, if of any here.
    """
    teaching = (
        _taught_by(rooms)
        .select(
            "school",
            role="post_role",
            grade="post_grade",
            section="post_section",
            subject="post_subject",
        )
        .unique(maintain_order=True)
    )
    households = students.get_column("family").n_unique()
    offices = _offices(students, schools)
    number = pl.col("post")
    parent = (pl.col("role") == TEACHER) & (
        dice.chance("teacher is parent", 0.08, number) | (number == number.filter(pl.col("role") == TEACHER).min())
    )
    # A prime stride larger than any district spreads the parents over the families without meeting one twice; the first
    # few families have their own peculiarities (see users.py).
    family = _PECULIAR_FAMILIES + number.cast(pl.UInt64) * 1_000_003 % max(1, households - _PECULIAR_FAMILIES)
    parent = parent & (family < households)
    return (
        pl.concat([offices, teaching], how="diagonal")
        .with_row_index("post")
        .with_columns(family=pl.when(parent).then(family).cast(pl.UInt32))
        .with_columns(family=pl.when(pl.col("family").is_first_distinct()).then("family"))
        .with_columns(holder="post", since=pl.lit(None, dtype=pl.Date))
    )


def assignments(dice: Dice, jobs: pl.DataFrame, rooms: pl.DataFrame) -> pl.DataFrame:
    """Who teaches the classes of the first day: class key, post, primary. Every class has one primary teacher.

    Some classes have a second teacher of the same school, and a few teachers (at least one where there are two schools)
    also stand beside the teacher of a class at the next school.
    """
    key = ["school", "role", "grade", "section", "subject"]
    primary = (
        _taught_by(rooms)
        .join(
            jobs.rename({name: f"post_{name}" for name in key if name != "school"}),
            on=["school", "post_role", "post_grade", "post_section", "post_subject"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .select(*CLASS_KEY, "post", primary=pl.lit(True))
    )
    teachers = jobs.filter(pl.col("role") == TEACHER)
    neighbours = teachers.select("school", post="post", beside=pl.col("post").shift(-1).over("school")).drop_nulls()
    second = (
        primary.filter(dice.chance("co-teacher", 0.04, *(pl.col(name) for name in CLASS_KEY)))
        .join(neighbours, on=["school", "post"], how="inner", maintain_order="left")
        .select(*CLASS_KEY, post="beside", primary=pl.lit(False))
    )
    last = rooms.get_column("school").max()
    first_rooms = rooms.group_by("school", maintain_order=True).first().select(CLASS_KEY)
    next_school = pl.when(pl.col("school") == last).then(0).otherwise(pl.col("school") + 1).cast(pl.UInt32)
    number = pl.col("post")
    visiting = (
        teachers.filter(pl.col("grade").is_null())
        .filter(dice.chance("two schools", 0.03, number) | (number == number.min()))
        .select("post", here="school", school=next_school)
        .join(first_rooms, on="school", how="inner", maintain_order="left")
        .filter(pl.col("school") != pl.col("here"))
        .select(*CLASS_KEY, "post", primary=pl.lit(False))
    )
    return pl.concat([primary, second, visiting])
