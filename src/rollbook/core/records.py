"""From facts to records: one row a student, guardian, staff member, classroom, enrollment or guardianship that changes."""

from __future__ import annotations

from collections.abc import Callable, Collection

import polars as pl

from rollbook.core.diff import Changes, Context
from rollbook.core.diff.changes import EVENT_SCHEMA
from rollbook.core.entities import ACTIONS, KINDS

__all__ = ["bases", "incoming_counts", "records_of"]

_RANK = {action: rank for rank, action in enumerate(("create", "restore", "archive", "suspend", "end", "update"))}
_SINGLE = ("enrollment", "guardianship")
"""Kinds whose every event is a record of its own."""


_RECORDS: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "ref": pl.Int64(),
    "sourced_id": pl.String(),
    "school_id": pl.Int64(),
    "action": pl.String(),
    "reason": pl.String(),
    "names": pl.Boolean(),
}


def records_of(context: Context, changes: Changes) -> pl.DataFrame:
    """``kind``, ``ref``, ``sourced_id``, ``school_id``, ``action``, ``reason``, ``names``; each (kind, ref) once, with
    the weightiest of what happens to it; kinds in their order."""
    every = pl.concat([pl.DataFrame(schema=EVENT_SCHEMA), *(frame for frame in changes.events if frame.height)])
    told = {str(kind): rows for (kind,), rows in every.partition_by("kind", as_dict=True).items()}
    parts = []
    for kind in KINDS:
        rows = told.pop(kind, None)
        if rows is not None:
            rows = rows if kind in _SINGLE else _weightiest(rows)
            rows = rows.join(_homes(context, changes, kind), on="ref", how="left", maintain_order="left")
            rows = rows.join(_sourced_ids(context, kind, rows), on="ref", how="left", maintain_order="left")
            parts.append(rows.select(tuple(_RECORDS)))
    return pl.concat([pl.DataFrame(schema=_RECORDS), *parts])


def _weightiest(rows: pl.DataFrame) -> pl.DataFrame:
    """Each ``ref`` once: the action that weighs most and its reason."""
    return (
        rows.with_columns(rank=pl.col("action").replace_strict(_RANK, return_dtype=pl.Int8))
        .sort("rank", maintain_order=True)
        .group_by("ref", maintain_order=True)
        .agg(pl.col("kind", "action", "reason").first(), pl.col("names").any())
    )


def _sourced_ids(context: Context, kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    """``ref``, ``sourced_id`` of ``rows``; enrollments and guardianships have none of their own."""
    matched = context.matched
    link = "person" if kind in ("staff", "guardian") else kind
    frames = {"student": matched.students, "person": matched.persons, "classroom": matched.classes}
    if link not in frames:
        return pl.DataFrame(schema={"ref": pl.Int64, "sourced_id": pl.String})
    known = context.links(link).select("sourced_id", ref="object_id")
    both = pl.concat([frames[link].select("sourced_id", "ref"), known]).join(rows, on="ref", how="semi")
    return both.unique("ref", keep="first", maintain_order=True)


def _homes(context: Context, changes: Changes, kind: str) -> pl.DataFrame:
    """``ref``, ``school_id`` of every record of a kind that could change."""
    state = context.state.frames
    match kind:
        case "student":
            return context.student_homes
        case "staff" | "guardian":
            return context.person_homes
        case "classroom":
            return context.class_homes
        case "enrollment":
            return _relation_homes(changes, state["enrollments"], "enrollment", "classroom_id", context.class_homes)
        case "guardianship":
            return _relation_homes(changes, state["guardianships"], "guardianship", "student_id", context.student_homes)
    return pl.DataFrame(schema={"ref": pl.Int64, "school_id": pl.Int64})


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


def bases(context: Context, records: pl.DataFrame, kinds: Collection[str]) -> pl.DataFrame:
    """``kind``, ``school_id``, ``base``, for ``kinds``: what percentages are of. All that was active and of this source
    before the run, where it was counted then, and all that this reading holds, where it is counted now: so what a run
    makes cannot lift a threshold tomorrow that held something back today."""
    before, here = _before(context), _here(context)
    one = pl.lit(1, dtype=pl.Int64)
    made = records.filter((pl.col("kind") == "enrollment") & pl.col("action").is_in(["create", "restore"]))
    parts = []
    for kind in kinds:
        rows = before[kind]()
        if kind == "enrollment":
            parts += [rows, made.select("kind", "school_id", number=one)]
            continue
        same = [name for name in rows.columns if name != "kind"]
        arriving = here[kind]().join(rows, on=same, how="anti", nulls_equal=True)
        parts += [part.select("kind", "school_id", number=one) for part in (rows, arriving)]
    shape = {"kind": pl.String(), "school_id": pl.Int64(), "number": pl.Int64()}
    every = pl.concat([pl.DataFrame(schema=shape), *parts])
    return every.group_by("kind", "school_id").agg(base=pl.col("number").sum())


def _before(context: Context) -> dict[str, Callable[[], pl.DataFrame]]:
    """kind → ``kind``, ``ref`` (for a guardianship its pair), ``school_id`` of active records before the run; of
    enrollments ``kind``, ``school_id``, ``number``."""
    state = context.state.frames
    active = pl.col("status") == "active"
    mine = pl.col("managed") & active
    homes = context.student_homes_before
    classrooms = state["classrooms"].select(pl.col("id").alias("ref"), "school_id")

    def linked(kind: str) -> pl.DataFrame:
        known = state["links"].filter(pl.col("kind") == kind).select(ref="object_id")
        recognised = context.matched.adopted.filter(pl.col("kind") == kind).select("ref")
        return pl.concat([known, recognised]).unique()

    def students() -> pl.DataFrame:
        rows = linked("student").join(state["students"].filter(active), left_on="ref", right_on="id", how="semi")
        return _counted(rows.join(homes, on="ref", how="left"), "student", "ref")

    def persons(kind: str) -> pl.DataFrame:
        awake = state["persons"].filter(pl.col("disabled_by").is_null() | (pl.col("disabled_by") == "source"))
        rows = linked("person").join(awake, left_on="ref", right_on="id", how="semi")
        rows = rows.filter(context.person_kind("ref") == kind)
        return _counted(rows.join(context.person_homes_before, on="ref", how="left"), kind, "ref")

    def classes() -> pl.DataFrame:
        rows = linked("classroom").join(state["classrooms"].filter(active), left_on="ref", right_on="id", how="semi")
        return _counted(rows.join(classrooms, on="ref", how="left"), "classroom", "ref")

    def enrollments() -> pl.DataFrame:
        return _by_school(_numbers(state["enrollments"].filter(mine), "classroom_id"), classrooms, "enrollment")

    def pairs() -> pl.DataFrame:
        rows = state["guardianships"].filter(mine).select("student_id", "person_id")
        rows = rows.join(homes, left_on="student_id", right_on="ref", how="left")
        return _counted(rows, "guardianship", "student_id", "person_id")

    return {
        "student": students,
        "staff": lambda: persons("staff"),
        "guardian": lambda: persons("guardian"),
        "classroom": classes,
        "enrollment": enrollments,
        "guardianship": pairs,
    }


def _here(context: Context) -> dict[str, Callable[[], pl.DataFrame]]:
    """kind → the same columns for what is in scope of this reading; of enrollments there is a count only."""

    def persons(kind: str) -> pl.DataFrame:
        rows = context.matched.persons.select("ref").unique().filter(context.person_kind("ref") == kind)
        return _counted(rows.join(context.person_homes, on="ref", how="left"), kind, "ref")

    homes = context.student_homes
    return {
        "student": lambda: _counted(context.students.select("ref").join(homes, on="ref", how="left"), "student", "ref"),
        "staff": lambda: persons("staff"),
        "guardian": lambda: persons("guardian"),
        "classroom": lambda: _counted(
            context.matched.classes.select("ref").unique().join(context.class_homes, on="ref", how="left"),
            "classroom",
            "ref",
        ),
        "guardianship": lambda: _counted(
            context.guardianships.join(homes, left_on="student_id", right_on="ref", how="left"),
            "guardianship",
            "student_id",
            "person_id",
        ),
    }


def _counted(rows: pl.DataFrame, kind: str, *key: str) -> pl.DataFrame:
    return rows.select(*key, "school_id", kind=pl.lit(kind))


def _numbers(rows: pl.DataFrame, owner: str) -> pl.DataFrame:
    """``ref``, ``number``: how many of ``rows`` each owner has. Owners are few where rows are many."""
    return rows.group_by(ref=owner).agg(number=pl.len().cast(pl.Int64))


def _by_school(refs: pl.DataFrame, homes: pl.DataFrame, kind: str) -> pl.DataFrame:
    """``kind``, ``school_id``, ``number`` of ``refs`` (each counts once, or ``number`` times) in their homes."""
    number = pl.col("number").sum() if "number" in refs.columns else pl.len().cast(pl.Int64)
    counted = refs.join(homes, on="ref", how="left").group_by("school_id").agg(number=number)
    return counted.select(kind=pl.lit(kind), school_id="school_id", number="number")


def _persons_by_school(context: Context, refs: pl.DataFrame, homes: pl.DataFrame) -> list[pl.DataFrame]:
    staff = context.staff_ids.implode()
    return [
        _by_school(refs.filter(pl.col("ref").is_in(staff)), homes, "staff"),
        _by_school(refs.filter(~pl.col("ref").is_in(staff)), homes, "guardian"),
    ]


def incoming_counts(context: Context, changes: Changes) -> pl.DataFrame:
    """``kind``, ``school_id``, ``received``: records in scope of this reading, changed or not."""
    people = context.matched.persons.select("ref").unique()
    made = pl.concat(
        [
            *(_numbers(frame, "classroom_id") for frame in changes.incoming_enrollments),
            pl.DataFrame(schema={"ref": pl.Int64, "number": pl.Int64}),
        ]
    )
    schools = context.scope.schools.select("school_id").unique()
    parts = [
        _by_school(context.students.select("ref"), context.student_homes, "student"),
        *_persons_by_school(context, people, context.person_homes),
        _by_school(context.matched.classes.select("ref"), context.class_homes, "classroom"),
        _by_school(made, context.class_homes, "enrollment"),
        _by_school(_numbers(context.guardianships, "student_id"), context.student_homes, "guardianship"),
        schools.select(kind=pl.lit("school"), school_id="school_id", number=pl.lit(1, dtype=pl.Int64)),
    ]
    return pl.concat(parts).rename({"number": "received"})


assert set(_RANK) | {"unchanged"} == set(ACTIONS)
