"""Facts → plan: records, counts and holds, and every row knows the hold it waits in."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rollbook.core.diff import Changes, Context
from rollbook.core.elsewhere import Elsewhere
from rollbook.core.entities import TABLES
from rollbook.core.findings import make, merge, of_rows
from rollbook.core.holds import hold
from rollbook.core.plan import COUNT_SCHEMA, EDIT_SCHEMA, RECORD_SCHEMA, Plan
from rollbook.core.records import incoming_counts, records_of

__all__ = ["decide"]


def decide(
    context: Context,
    changes: Changes,
    earlier: Sequence[pl.DataFrame],
    settings_digest: str,
    elsewhere: Elsewhere | None = None,
) -> Plan:
    """The plan of one run. ``earlier``: findings of reading, cleaning, scope and matching. ``elsewhere``: what the rest
    of the district counts, when this is a part. The same inputs give the same plan, row for row."""
    records, holds = hold(context, changes, records_of(context, changes), elsewhere)
    counts = _counts(context, changes, records, elsewhere)
    waiting = records.filter(pl.col("hold").is_not_null()).select("kind", record="ref", hold="hold")
    acting = records.select("kind", record_id="ref", action="action")
    return Plan(
        baseline=f"{context.state.revision}-{settings_digest}",
        inserts={table: _inserts(pl.concat(frames), table, waiting) for table, frames in changes.inserts.items()},
        edits=_edits(changes, acting, waiting),
        records=records.select(tuple(RECORD_SCHEMA)).cast(pl.Schema(RECORD_SCHEMA)),
        holds=holds,
        counts=counts,
        findings=merge([*earlier, context.matched.findings, *changes.findings, *_checks(context, counts)]),
        left_out=context.scope.left_out,
    )


def _inserts(rows: pl.DataFrame, table: str, waiting: pl.DataFrame) -> pl.DataFrame:
    """Rows as in ``Plan.inserts``. Rows nothing refers to are numbered here."""
    if rows["ref"].null_count():
        rows = rows.with_columns(ref=-pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    if waiting.is_empty():
        rows = rows.with_columns(hold=pl.lit(None, dtype=pl.String))
    else:
        rows = rows.join(
            waiting.rename({"kind": "kind_counted"}), on=("kind_counted", "record"), how="left", maintain_order="left"
        )
    return rows.select("ref", *TABLES[table].columns, "hold")


def _edits(changes: Changes, acting: pl.DataFrame, waiting: pl.DataFrame) -> pl.DataFrame:
    """Edits under the action of their record, in the order of the tables."""
    if not changes.edits:
        return pl.DataFrame(schema=EDIT_SCHEMA)
    order = {name: place for place, name in enumerate(TABLES)}
    return (
        pl.concat(changes.edits)
        .drop("action")
        .join(acting, on=("kind", "record_id"), how="left", maintain_order="left")
        .join(waiting.rename({"record": "record_id"}), on=("kind", "record_id"), how="left", maintain_order="left")
        .with_columns(
            action=pl.when(pl.col("action").is_not_null())
            .then("action")
            .when(pl.col("table") == "source_link")
            .then(pl.lit("unchanged"))
            .otherwise(pl.lit("update"))
        )
        .sort(pl.col("table").replace_strict(order, return_dtype=pl.Int8), maintain_order=True)
        .select(tuple(EDIT_SCHEMA))
        .cast(pl.Schema(EDIT_SCHEMA))
    )


def _counts(
    context: Context, changes: Changes, records: pl.DataFrame, elsewhere: Elsewhere | None = None
) -> pl.DataFrame:
    """Every change, waiting ones included, and what stayed as it was."""
    received = incoming_counts(context, changes)
    if elsewhere is not None:
        both = pl.concat([received, elsewhere.counts.select(received.columns)])
        received = both.group_by("kind", "school_id").agg(pl.col("received").sum())
    acted = records.group_by("school_id", "kind", "action").agg(
        waiting=pl.col("hold").is_not_null().sum().cast(pl.Int64), number=pl.len().cast(pl.Int64)
    )
    present = (
        records.filter(pl.col("action").is_in(["create", "update", "restore"]))
        .group_by("school_id", "kind")
        .agg(touched=pl.len().cast(pl.Int64))
    )
    still = (
        received.join(present, on=("kind", "school_id"), how="left", nulls_equal=True)
        .select(
            "school_id",
            "kind",
            action=pl.lit("unchanged"),
            waiting=pl.lit(0, dtype=pl.Int64),
            number=pl.max_horizontal(pl.col("received") - pl.col("touched").fill_null(0), pl.lit(0)),
        )
        .filter(pl.col("number") > 0)
    )
    return (
        pl.concat([acted.select(tuple(COUNT_SCHEMA)), still.select(tuple(COUNT_SCHEMA))])
        .cast(pl.Schema(COUNT_SCHEMA))
        .sort("school_id", "kind", "action", nulls_last=True)
    )


def _checks(context: Context, counts: pl.DataFrame) -> list[pl.DataFrame]:
    """Findings about the whole: matched schools that receive nothing, children with many guardians."""
    result = []
    schools = context.scope.schools
    if context.whole("users"):
        for kind, word in (("student", "students"), ("classroom", "classrooms")):
            served = counts.filter(
                (pl.col("kind") == kind) & pl.col("action").is_in(["create", "update", "restore", "unchanged"])
            )["school_id"]
            idle = schools.filter(~pl.col("school_id").is_in(served.drop_nulls().unique().implode()))
            result.append(of_rows(idle, "SCP-012", stream="orgs.csv", sourced_id=pl.col("org_sourced_id"), detail=word))
    result.append(_unjudged(context))
    lent = context.scope.lent.select(sourced_id="student_sourced_id", ref="student_id")
    many = (
        context.guardianships.group_by("student_id")
        .agg(number=pl.len())
        .filter(pl.col("number") > 6)
        .join(pl.concat([context.matched.students, lent]), left_on="student_id", right_on="ref")
        .sort("sourced_id")
    )
    result.append(
        of_rows(
            many,
            "PLN-008",
            stream="users.csv",
            sourced_id=pl.col("sourced_id"),
            detail=pl.col("number").cast(pl.String),
        )
    )
    return result


def _unjudged(context: Context) -> pl.DataFrame:
    """PLN-007 for every stream with rows that nobody can tell whom they are about."""
    frames = [frame for frame in ("users", "roles", "classes", "enrollments") if frame in context.nameless]
    return merge(make("PLN-007", stream=f"{frame}.csv") for frame in frames)
