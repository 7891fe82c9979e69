"""Who and what leaves (R-9): absent from a whole reading within scope, or named as gone. Nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.diff.changes import Changes, edit_rows, events, field_edits
from rollbook.core.diff.context import Context

__all__ = ["Leaving", "diff_removals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Ids of the objects that this reading says are gone, were it for the second time: what hangs on them may still be
    there. ``unjudged_students`` are gone, too, but may be at a school of which this reading has nothing to say;
    ``kept_students`` only lose their enrollments (setting); ``archived_persons`` are archived in this run;
    ``ended_classes``: gone because their session was known to end."""

    students: pl.Series
    unjudged_students: pl.Series
    kept_students: pl.Series
    persons: pl.Series
    archived_persons: pl.Series
    classrooms: pl.Series
    ended_classes: pl.Series


def diff_removals(context: Context, changes: Changes) -> Leaving:
    """Archives what left, suspends what belongs to a school that is no longer shared, freezes what could not be read.

    An object of a school that was never, or is no longer, matched is left alone.
    """
    gone, unjudged = _students(context)
    live = pl.col("status").is_in(["active", "suspended"])
    students = gone.filter(live & ((pl.col("action") == "archive") | (pl.col("status") == "active")))
    kept = students.clear()
    if context.policy.leaving_students == "end_enrollments":
        kept = students.filter(pl.col("action") == "archive")
        students = students.filter(pl.col("action") != "archive")
    _archive(changes, students, "student")
    persons = _persons(context, pl.concat([kept["id"], unjudged]))
    rows = persons.with_columns(row_id=pl.col("id"), disabled_by=pl.lit("sync"), disabled_by_old=pl.col("disabled_by"))
    edits = field_edits(rows, ["disabled_by"]).join(rows.select("row_id", "kind"), on="row_id", maintain_order="left")
    changes.edit(edit_rows(edits, "person", kind=pl.col("kind"), action="archive"))
    changes.tell(events(rows, kind=pl.col("kind"), ref="id", action="archive", reason=pl.col("reason")))
    classes = _classrooms(context)
    _archive(
        changes,
        classes.filter(live & ((pl.col("action") == "archive") | (pl.col("status") == "active"))),
        "classroom",
    )
    archived = pl.col("action") == "archive"
    return Leaving(
        students=gone.filter(archived & ~pl.col("id").is_in(kept["id"].implode()))["id"],
        unjudged_students=unjudged,
        kept_students=kept["id"],
        persons=_gone(context, "person", "users", context.matched.persons["ref"])["id"],
        archived_persons=persons["id"],
        classrooms=classes.filter(archived)["id"],
        ended_classes=classes.filter(archived & (pl.col("reason") == "session_ended"))["id"],
    )


def _archive(changes: Changes, rows: pl.DataFrame, table: str) -> None:
    rows = rows.with_columns(
        row_id=pl.col("id"),
        status_old=pl.col("status"),
        archived_by_old=pl.col("archived_by"),
        archive_reason_old=pl.lit(None, dtype=pl.String),
    )
    archived = rows.filter(pl.col("action") == "archive").with_columns(
        status=pl.lit("archived"), archived_by=pl.lit("sync"), archive_reason=pl.col("reason")
    )
    suspended = rows.filter(pl.col("action") == "suspend").with_columns(status=pl.lit("suspended"))
    for part, fields in ((archived, ["status", "archived_by", "archive_reason"]), (suspended, ["status"])):
        edits = field_edits(part, fields).join(part.select("row_id", "action"), on="row_id", maintain_order="left")
        changes.edit(edit_rows(edits, table, kind=table, action=pl.col("action")))
    changes.tell(events(rows, kind=table, ref="id", action=pl.col("action"), reason=pl.col("reason")))


def _gone(context: Context, kind: str, frame: str, refs: pl.Series) -> pl.DataFrame:
    """``id``, ``reason`` of linked objects that this reading has no row in scope for, and may judge."""
    links = context.links(kind)
    if not context.whole(frame):
        # an object with several ids is gone only when all of them are spoken of
        silent = links.join(context.roster.frames[frame], on="sourced_id", how="anti")["object_id"]
        links = links.filter(~pl.col("object_id").is_in(silent.implode()))
    why = context.scope.left_out.filter(pl.col("kind") == kind).select("sourced_id", "reason").unique("sourced_id")
    links = links.filter(
        ~pl.col("object_id").is_in(refs.implode()) & ~pl.col("object_id").is_in(context.frozen_objects(kind).implode())
    )
    return (
        links.join(why, on="sourced_id", how="left", maintain_order="left")
        .with_columns(pl.col("reason").fill_null("absent"))
        .select(id="object_id", reason="reason")
        .unique("id", keep="first", maintain_order=True)
    )


def _judged(context: Context, rows: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Adds ``action``: ``archive`` where all of the object's schools (``id``, ``school_id``) are in scope, ``suspend``
    where one of them is no longer shared; drops objects of which a school is not matched: this sync cannot say that
    they left it."""
    here = pl.col("school_id").is_in(context.school_ids.implode())
    shut = pl.col("school_id").is_in(list(context.scope.unshared))
    verdict = schools.join(rows, on="id", how="semi").group_by("id").agg(judged=(here | shut).all(), shut=shut.any())
    return (
        rows.join(verdict, on="id", how="left", maintain_order="left")
        .with_columns(pl.col("judged").fill_null(True), pl.col("shut").fill_null(False))
        .filter("judged")
        .with_columns(action=pl.when("shut").then(pl.lit("suspend")).otherwise(pl.lit("archive")))
        .with_columns(reason=pl.when("shut").then(pl.lit("school_not_shared")).otherwise("reason"))
        .drop("judged", "shut")
    )


def _students(context: Context) -> tuple[pl.DataFrame, pl.Series]:
    """``id``, ``status``, ``archived_by``, ``action``, ``reason``; and the ids of those who are not to be archived."""
    rows = _gone(context, "student", "users", context.students["ref"])
    rows = rows.join(context.state.frames["students"], on="id", maintain_order="left")
    schools = context.state.frames["student_schools"].filter(pl.col("status") == "active")
    judged = _judged(context, rows, schools.select(id="student_id", school_id="school_id"))
    archived = judged.filter(pl.col("action") == "archive")["id"]
    return judged, rows["id"].filter(~rows["id"].is_in(archived.implode()))


def _classrooms(context: Context) -> pl.DataFrame:
    """``id``, ``status``, ``archived_by``, ``action``, ``reason``. A class that is absent after its session's known end
    left because the session ended."""
    rows = _gone(context, "classroom", "classes", context.matched.classes["ref"])
    rows = rows.join(context.state.frames["classrooms"], on="id", maintain_order="left")
    over = (pl.col("ends_on") < context.today).fill_null(False)
    rows = rows.with_columns(
        reason=pl.when(over & pl.col("reason").is_in(["absent", "session_ended"]))
        .then(pl.lit("session_ended"))
        .when(pl.col("reason") == "session_ended")
        .then(pl.lit("session_shortened"))
        .otherwise("reason")
    )
    return _judged(context, rows, rows.select("id", "school_id"))


def _persons(context: Context, kept_students: pl.Series) -> pl.DataFrame:
    """``id``, ``kind``, ``disabled_by``, ``reason`` of persons with nothing left (R-9): no role and no child that this
    run does not end. What is made by hand, lies outside the schools in scope, or could not be read, is left."""
    state = context.state.frames
    rows = _gone(context, "person", "users", context.matched.persons["ref"])
    rows = rows.join(state["persons"], on="id", maintain_order="left")
    awake = pl.col("disabled_by").is_null() | (pl.col("disabled_by") == "source")
    rows = rows.filter(awake).with_columns(kind=context.person_kind("id"))
    listing = ("users", "agents") in context.roster.received and context.policy.manage_guardians
    if not listing:
        rows = rows.filter(pl.col("kind") == "staff")
    active = pl.col("status") == "active"
    in_scope = pl.col("school_id").is_null() | pl.col("school_id").is_in(context.school_ids.implode())
    roles = state["staff_roles"].filter(active & (~pl.col("managed") | ~in_scope))
    student = pl.col("student_id")
    stays = (
        ~pl.col("managed")
        | ~student.is_in(context.students_here.implode())
        | student.is_in(context.still_students.implode())
        | student.is_in(kept_students.implode())
    ) & ~(pl.col("managed") & pl.col("person_id").is_in(context.without_rights.implode()))
    pairs = state["guardianships"].filter(active & (stays if listing else pl.lit(True)))
    left = pl.concat([roles["person_id"], pairs["person_id"]])
    return rows.filter(~pl.col("id").is_in(left.implode()))
