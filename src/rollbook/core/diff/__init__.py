"""Roster against directory: facts, no decisions. What would be created, changed, brought back, ended."""

from __future__ import annotations

import polars as pl

from rollbook.core.diff.changes import Changes, insert_rows
from rollbook.core.diff.context import Context
from rollbook.core.diff.enrollments import enrollments
from rollbook.core.diff.objects import diff_classrooms, diff_students, diff_terms
from rollbook.core.diff.persons import diff_persons
from rollbook.core.diff.relations import diff_relations, relations
from rollbook.core.diff.removals import Leaving, diff_removals

__all__ = ["Changes", "Context", "Leaving", "diff"]


def diff(context: Context) -> tuple[Changes, Leaving]:
    """All facts of a run. Nothing is held yet; see ``rollbook.core.holds``."""
    changes = Changes()
    diff_terms(context, changes)
    diff_classrooms(context, changes)
    diff_students(context, changes)
    diff_persons(context, changes)
    leaving = diff_removals(context, changes)
    gone_students = pl.concat([leaving.students, leaving.kept_students])
    unlinked = (
        pl.when(pl.col("person_id").is_in(context.without_rights.implode()))
        .then(pl.lit("no_rights"))
        .when(pl.col("student_id").is_in(gone_students.implode()))
        .then(pl.lit("student_left"))
        .otherwise(pl.lit("absent"))
    )
    for relation in relations(context, leaving):
        diff_relations(context, changes, relation, unlinked if relation.table == "guardianship" else None)
    ended = (
        pl.when(pl.col("classroom_id").is_in(leaving.ended_classes.implode()))
        .then(pl.lit("session_ended"))
        .when((pl.col("ends_on") < context.today).fill_null(False))
        .then(pl.lit("enrollment_ended"))
        .when(pl.col("classroom_id").is_in(leaving.classrooms.implode()))
        .then(pl.lit("class_left"))
        .when(pl.col("student_id").is_in(gone_students.implode()).fill_null(False))
        .then(pl.lit("student_left"))
        .otherwise(pl.lit("absent"))
    )
    for relation in enrollments(context, changes, leaving.classrooms, gone_students, leaving.persons):
        diff_relations(context, changes, relation, ended)
    _link(context, changes)
    return changes, leaving


def _link(context: Context, changes: Changes) -> None:
    """New source links, with the fingerprint of what they bind."""
    links = context.matched.links
    nothing = pl.DataFrame(schema={"ref": pl.Int64, "fp": pl.Int64})
    parts = [links.clear().with_columns(fp=pl.lit(None, dtype=pl.Int64))]
    for (kind,), rows in links.group_by("kind", maintain_order=True):
        prints = changes.fingerprints.get(str(kind), nothing).join(rows, on="ref", how="semi").unique("ref")
        parts.append(rows.join(prints.select("ref", "fp"), on="ref", how="left", maintain_order="left"))
    links = pl.concat(parts).with_columns(
        object_id=pl.col("ref"),
        fingerprint=pl.col("fp"),
        record=pl.col("ref"),
        counted=pl.when(pl.col("kind") == "person").then(context.person_kind("ref")).otherwise("kind"),
    )
    changes.insert(
        "source_link", insert_rows("source_link", links.drop("ref"), kind=pl.col("counted"), record="record")
    )
