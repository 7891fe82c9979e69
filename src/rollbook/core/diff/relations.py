"""Memberships, staff roles, guardianships and enrollments against the directory: small rows, compared whole."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.diff.changes import Changes, edit_rows, events, field_edits, insert_rows
from rollbook.core.diff.context import Context
from rollbook.core.diff.pairs import join_pairs
from rollbook.core.diff.removals import Leaving

__all__ = ["Relation", "diff_relations", "relations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One relation table, both sides. ``incoming``: key and value columns as references; ``current``: the state frame.
    ``kind``: what a row counts as: an expression over the row. ``record``: the column of the record it counts under, or
    None when each row is a record of its own. ``speaks``: current rows on which this reading has a say."""

    table: str
    key: tuple[str, ...]
    fields: tuple[str, ...]
    incoming: pl.DataFrame
    current: pl.DataFrame
    kind: pl.Expr
    record: str | None
    speaks: pl.Expr


def relations(context: Context, leaving: Leaving) -> tuple[Relation, ...]:
    """The relations to compare. Students who leave keep their school (C-1); those who only lose their enrollments keep
    their guardians, too."""
    state = context.state.frames
    in_scope = pl.col("school_id").is_in(context.school_ids.implode())
    students = pl.col("student_id")
    persons = pl.col("person_id")
    frozen_students = context.frozen_objects("student").implode()
    frozen_persons = context.frozen_objects("person").implode()
    said = ("roles", "role") in context.roster.received and not context.roles_unreadable
    # a delta may send a role row without its user's own; those whose own row says that they are gone keep their school
    users, named = context.roster.frames["users"], context.roster.frames["roles"]["user_sourced_id"].unique()
    alone = named.filter(~named.is_in(users["sourced_id"].implode())) if not context.whole("users") else named.clear()
    gone = users.filter(pl.col("status") != "active")["sourced_id"]
    students_alone = context.links("student").filter(pl.col("sourced_id").is_in(alone.implode()))["object_id"]
    spoken = pl.concat([alone, gone]).implode()
    persons_alone = context.links("person").filter(pl.col("sourced_id").is_in(spoken))["object_id"]
    here_students = pl.concat([context.students["ref"], students_alone]).unique().implode()
    here_persons = pl.concat([context.matched.persons["ref"], persons_alone]).unique().implode()
    whole_roles = pl.lit(said and context.whole("roles") and "staff" not in context.unreadable)
    result = [
        Relation(
            table="student_school",
            key=("student_id", "school_id"),
            fields=(),
            incoming=context.student_schools,
            current=state["student_schools"],
            kind=pl.lit("student"),
            record="student_id",
            speaks=pl.lit(said)
            & in_scope
            & students.is_in(here_students)
            & ~students.is_in(frozen_students)
            & ~students.is_in(context.still_students.implode()),
        ),
        Relation(
            table="staff_role",
            key=("person_id", "school_id", "role"),
            fields=(),
            incoming=context.staff_roles,
            current=state["staff_roles"],
            kind=pl.lit("staff"),
            record="person_id",
            speaks=(in_scope | pl.col("school_id").is_null())
            & ~persons.is_in(frozen_persons)
            & (
                (pl.lit(said) & persons.is_in(here_persons))
                | persons.is_in(leaving.archived_persons.implode())
                | whole_roles
            ),
        ),
    ]
    if context.policy.manage_guardians:
        result.append(
            Relation(
                table="guardianship",
                key=("student_id", "person_id"),
                fields=("relationship", "rights")
                if ("users", "rights") in context.roster.received
                else ("relationship",),
                incoming=context.guardianships,
                current=state["guardianships"],
                kind=pl.lit("guardianship"),
                record=None,
                speaks=(
                    _speaks_of_pair(context, leaving.students, leaving.persons)
                    & ~students.is_in(context.still_students.implode())
                    & ~students.is_in(pl.concat([leaving.kept_students, leaving.unjudged_students]).implode())
                    & ~persons.is_in(frozen_persons)
                )
                | persons.is_in(context.without_rights.implode()),
            )
        )
    return tuple(result)


def _speaks_of_pair(context: Context, gone_students: pl.Series, gone_persons: pl.Series) -> pl.Expr:
    """Whether this reading can say that a student and a guardian are no longer linked. A delta can only when it holds
    both rows, or the student's row with other guardians in it."""
    if ("users", "agents") not in context.roster.received:
        return pl.lit(False)
    gone = pl.col("student_id").is_in(gone_students.implode()) | pl.col("person_id").is_in(gone_persons.implode())
    reach = pl.col("student_id").is_in(context.students_here.implode())
    if context.whole("users"):
        return reach
    users = context.roster.frames["users"]["sourced_id"]
    rows = context.links("student").filter(pl.col("sourced_id").is_in(users.implode()))["object_id"]
    adults = context.links("person").filter(pl.col("sourced_id").is_in(users.implode()))["object_id"]
    listing = context.guardianships["student_id"].unique()
    named = pl.col("student_id").is_in(rows.implode())
    listed = pl.col("person_id").is_in(adults.implode()) | pl.col("student_id").is_in(listing.implode())
    return reach & (gone | (named & listed))


def diff_relations(context: Context, changes: Changes, relation: Relation, ended_reason: pl.Expr | None = None) -> None:
    """New rows, rows that come back, rows whose values moved, and rows that end. Rows made by hand count as present and
    are never touched (R-9)."""
    key, fields, current = list(relation.key), list(relation.fields), relation.current
    old = current.select("id", *key, "status", "managed", *(pl.col(name).alias(f"{name}_old") for name in fields))
    both = join_pairs(relation.incoming, old, key)
    new = both.filter(pl.col("id").is_null()).with_columns(
        status=pl.lit("active"), ref=-pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    )
    if relation.table == "enrollment" and changes.inserts.get("enrollment"):
        made = sum(frame.height for frame in changes.inserts["enrollment"])
        new = new.with_columns(ref=pl.col("ref") - made)
    record = relation.record or "ref"
    changes.insert(
        relation.table,
        insert_rows(relation.table, new.with_columns(record=pl.col(record)), kind=relation.kind, record="record"),
    )
    if relation.record is None:
        changes.tell(events(new, kind=relation.kind, ref="ref", action="create", reason="new"))
    else:
        changes.tell(events(new, kind=relation.kind, ref=record, action="update", reason="moved"))

    mine = both.filter(pl.col("id").is_not_null() & pl.col("managed").fill_null(False))
    asleep = pl.col("status") != "active"
    moved = pl.any_horizontal(asleep, *(pl.col(name).ne_missing(pl.col(f"{name}_old")) for name in fields))
    touched = mine.filter(moved).with_columns(row_id=pl.col("id"), status_old=pl.col("status"), status=pl.lit("active"))
    _edit(changes, relation, touched, [*fields, "status"], "restore", "update", "changed", "reappeared")

    active = current.filter(pl.col("managed") & (pl.col("status") == "active"))
    gone = active.join(both.select("id"), on="id", how="anti", maintain_order="left")
    if gone.height:
        gone = gone.filter(relation.speaks)
    gone = gone.with_columns(row_id=pl.col("id"), status_old=pl.col("status"), status=pl.lit("ended"))
    if ended_reason is not None and gone.height:
        gone = gone.with_columns(reason=ended_reason)
    _edit(changes, relation, gone, ["status"], "end", "end", "absent", "absent")


def _edit(
    changes: Changes,
    relation: Relation,
    rows: pl.DataFrame,
    fields: list[str],
    woken: str,
    otherwise: str,
    reason: str,
    woken_reason: str,
) -> None:
    """Edits and events of existing rows; relations that count under a record make it an update."""
    if rows.is_empty():
        return
    was_asleep = (pl.col("status_old") != "active") & (pl.col("status") == "active")
    rows = rows.with_columns(
        action=pl.when(was_asleep).then(pl.lit(woken)).otherwise(pl.lit(otherwise)),
        reason=pl.col("reason")
        if "reason" in rows.columns
        else pl.when(was_asleep).then(pl.lit(woken_reason)).otherwise(pl.lit(reason)),
        counted=relation.kind,
        record=pl.col(relation.record or "id"),
    )
    if relation.record is not None:
        rows = rows.with_columns(action=pl.lit("update"), reason=pl.lit("moved"))
    edits = field_edits(rows, fields).join(
        rows.select("row_id", "record", "counted", "action"), on="row_id", maintain_order="left"
    )
    changes.edit(edit_rows(edits, relation.table, kind=pl.col("counted"), record="record", action=pl.col("action")))
    changes.tell(events(rows, kind=pl.col("counted"), ref="record", action=pl.col("action"), reason=pl.col("reason")))
