"""From facts to records: one row a student, guardian, staff member, classroom, enrollment or guardianship that changes."""

from __future__ import annotations

import polars as pl

from rollbook.core.diff import Changes, Context
from rollbook.core.entities import ACTIONS, KINDS

__all__ = ["bases", "incoming_counts", "records_of"]

_RANK = {action: rank for rank, action in enumerate(("create", "restore", "archive", "suspend", "end", "update"))}
_SINGLE = ("enrollment", "guardianship")
"""Kinds whose every event is a record of its own."""


def records_of(context: Context, changes: Changes) -> pl.DataFrame:
    """``kind``, ``ref``, ``sourced_id``, ``school_id``, ``action``, ``reason``, ``names``; each (kind, ref) once, with
    the weightiest of what happens to it."""
    told = [frame for frame in changes.events if frame.height]
    if not told:
        return pl.DataFrame(
            schema={
                "kind": pl.String,
                "ref": pl.Int64,
                "sourced_id": pl.String,
                "school_id": pl.Int64,
                "action": pl.String,
                "reason": pl.String,
                "names": pl.Boolean,
            }
        )
    every = pl.concat(told)
    single = pl.col("kind").is_in(list(_SINGLE))
    grouped = (
        every.filter(~single)
        .with_columns(rank=pl.col("action").replace_strict(_RANK, return_dtype=pl.Int8))
        .sort("rank", maintain_order=True)
        .group_by("kind", "ref", maintain_order=True)
        .agg(pl.col("action", "reason").first(), pl.col("names").any())
    )
    every = pl.concat([grouped, every.filter(single).select(grouped.columns)])
    every = every.filter(pl.col("kind").is_in(list(KINDS)))
    homes = _homes(context, changes)
    named = pl.concat([_sourced_ids(context, kind) for kind in ("student", "person", "classroom")])
    named = pl.concat(
        [
            named.filter(pl.col("kind") != "person"),
            *(
                named.filter(pl.col("kind") == "person").with_columns(kind=pl.lit(kind))
                for kind in ("staff", "guardian")
            ),
        ]
    )
    return (
        every.join(homes, on=("kind", "ref"), how="left", maintain_order="left")
        .join(named, on=("kind", "ref"), how="left", maintain_order="left")
        .select("kind", "ref", "sourced_id", "school_id", "action", "reason", "names")
    )


def _sourced_ids(context: Context, kind: str) -> pl.DataFrame:
    matched = context.matched
    here = {"student": matched.students, "person": matched.persons, "classroom": matched.classes}[kind]
    known = context.links(kind).select("sourced_id", ref="object_id")
    rows = pl.concat([here.select("sourced_id", "ref"), known]).unique("ref", keep="first", maintain_order=True)
    return rows.select(kind=pl.lit(kind), ref="ref", sourced_id="sourced_id")


def _homes(context: Context, changes: Changes) -> pl.DataFrame:
    """``kind``, ``ref``, ``school_id`` of every record that could change."""
    state = context.state.frames
    enrollment = _relation_homes(changes, state["enrollments"], "enrollment", "classroom_id", context.class_homes)
    guardianship = _relation_homes(changes, state["guardianships"], "guardianship", "student_id", context.student_homes)
    parts = {
        "student": context.student_homes,
        "staff": context.person_homes,
        "guardian": context.person_homes,
        "classroom": context.class_homes,
        "enrollment": enrollment,
        "guardianship": guardianship,
    }
    return pl.concat(
        [
            frame.select(kind=pl.lit(kind), ref=pl.col("ref"), school_id=pl.col("school_id"))
            for kind, frame in parts.items()
        ]
    )


def _relation_homes(
    changes: Changes, current: pl.DataFrame, table: str, owner: str, homes: pl.DataFrame
) -> pl.DataFrame:
    """``ref``, ``school_id`` of the relation rows that this run speaks of; the school is their owner's."""
    touched = pl.concat(
        [
            *(frame.select("row_id") for frame in changes.edits if frame.height and frame["table"][0] == table),
            pl.DataFrame(schema={"row_id": pl.Int64}),
        ]
    )
    rows = pl.concat(
        [
            *(frame.select("ref", owner) for frame in changes.inserts.get(table, [])),
            current.join(touched, left_on="id", right_on="row_id", how="semi").select(pl.col("id").alias("ref"), owner),
        ]
    )
    return rows.join(homes.rename({"ref": owner}), on=owner, how="left", maintain_order="left").select(
        "ref", "school_id"
    )


def bases(context: Context) -> pl.DataFrame:
    """``kind``, ``school_id``, ``base``: what percentages are of: active records of this source before the run, in
    the school they were counted in until then, and those that this run recognises."""
    state = context.state.frames
    active = pl.col("status") == "active"
    links = context.state.frames["links"]

    def linked(kind: str) -> pl.DataFrame:
        known = links.filter(pl.col("kind") == kind).select(ref="object_id")
        recognised = context.matched.adopted.filter(pl.col("kind") == kind).select("ref")
        return pl.concat([known, recognised]).unique()

    students = linked("student").join(state["students"].filter(active), left_on="ref", right_on="id", how="semi")
    persons = linked("person").join(
        state["persons"].filter(pl.col("disabled_by").is_null() | (pl.col("disabled_by") == "source")),
        left_on="ref",
        right_on="id",
        how="semi",
    )
    classes = linked("classroom").join(state["classrooms"].filter(active), left_on="ref", right_on="id", how="semi")
    mine = pl.col("managed") & active
    enrolled = state["enrollments"].filter(mine).select(ref="classroom_id")
    paired = state["guardianships"].filter(mine).select(ref="student_id")
    persons = persons.with_columns(kind=context.person_kind("ref"))
    classrooms = state["classrooms"].select(pl.col("id").alias("ref"), "school_id")
    homes = context.student_homes_before
    parts = [
        students.join(homes, on="ref", how="left").select(kind=pl.lit("student"), school_id="school_id"),
        persons.join(context.person_homes_before, on="ref", how="left").select("kind", "school_id"),
        classes.join(classrooms, on="ref", how="left").select(kind=pl.lit("classroom"), school_id="school_id"),
        enrolled.join(classrooms, on="ref", how="left").select(kind=pl.lit("enrollment"), school_id="school_id"),
        paired.join(homes, on="ref", how="left").select(kind=pl.lit("guardianship"), school_id="school_id"),
    ]
    return pl.concat(parts).group_by("kind", "school_id").agg(base=pl.len().cast(pl.Int64))


def incoming_counts(context: Context, changes: Changes) -> pl.DataFrame:
    """``kind``, ``school_id``, ``received``: records in scope of this reading, changed or not."""
    people = pl.concat([context.matched.persons.select("ref")]).unique().with_columns(kind=context.person_kind("ref"))
    made = pl.concat(
        [
            *(frame.select(ref="classroom_id") for frame in changes.incoming_enrollments),
            pl.DataFrame(schema={"ref": pl.Int64}),
        ]
    )
    parts = [
        context.students.select("ref")
        .join(context.student_homes, on="ref", how="left")
        .select(kind=pl.lit("student"), school_id="school_id"),
        people.join(context.person_homes, on="ref", how="left").select("kind", "school_id"),
        context.matched.classes.select("ref")
        .join(context.class_homes, on="ref", how="left")
        .select(kind=pl.lit("classroom"), school_id="school_id"),
        made.join(context.class_homes, on="ref", how="left").select(kind=pl.lit("enrollment"), school_id="school_id"),
        context.guardianships.select(ref="student_id")
        .join(context.student_homes, on="ref", how="left")
        .select(kind=pl.lit("guardianship"), school_id="school_id"),
        context.scope.schools.select("school_id").unique().select(kind=pl.lit("school"), school_id="school_id"),
    ]
    return pl.concat(parts).group_by("kind", "school_id").agg(received=pl.len().cast(pl.Int64))


assert set(_RANK) | {"unchanged"} == set(ACTIONS)
