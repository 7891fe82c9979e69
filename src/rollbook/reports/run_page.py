"""One run as a page tells it: numbers by school and kind, findings by code, what was received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from rollbook.core.entities import KINDS
from rollbook.core.findings.sentences import grouped
from rollbook.core.lifecycle import RunKind
from rollbook.core.plan import HOLD_SCHEMA
from rollbook.engine.arrow import reading
from rollbook.reports.consequences import consequences
from rollbook.reports.names import school_names
from rollbook.reports.records import released
from rollbook.reports.run_report import plan_of
from rollbook.reports.summary import matrix
from rollbook.store.models import Hold, SyncRun

__all__ = ["GROUP_SCHEMA", "RunFacts", "RunTold", "facts_of", "tell"]

GROUP_SCHEMA: dict[str, pl.DataType] = {
    "code": pl.String(),
    "severity": pl.String(),
    "title": pl.String(),
    "rows": pl.Int64(),
    "file": pl.String(),
    "line": pl.Int64(),
    "sentence": pl.String(),
    "what_to_do": pl.String(),
}
"""One row a finding code, with its first case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A run without its plan. ``rows``: stream → rows received; ``rows_before``: those of the last sync run of the source
    that received something. ``seconds``: stage → how long. ``undoes``, ``undone_by``: run numbers.
    ``leftover``: what a second plan would still change; ``is_busy``: a worker is at it, or is asked to be."""

    run: int
    plan: str
    kind: str
    state: str
    source: str
    day: dt.date | None
    planned_at: dt.datetime
    planned_by: str
    applied_at: dt.datetime | None
    error: str
    leftover: int | None
    is_busy: bool
    is_kept: bool
    rows: Mapping[str, int]
    rows_before: Mapping[str, int]
    seconds: Mapping[str, float]
    inserted: int
    updated: int
    deleted: int
    undoes: int | None
    undone_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTold:
    """``matrix``: ``MATRIX_SCHEMA``. ``people``: consequence → kind → how many people (``reports.consequences``).
    ``findings``: ``GROUP_SCHEMA``, the gravest first. ``holds``: ``HOLD_SCHEMA`` with ``school`` and the ``state`` of each,
    students before what hangs on them, then the largest first. ``left_out``: ``reason``, ``rows``."""

    matrix: pl.DataFrame
    people: Mapping[str, Mapping[str, int]]
    findings: pl.DataFrame
    holds: pl.DataFrame
    left_out: pl.DataFrame


def facts_of(run: SyncRun) -> RunFacts:
    """The run's own row, and two look-ups."""
    before = (
        SyncRun.objects.of(run.connection_id).syncs().filter(pk__lt=run.pk).exclude(rows={}).newest_first()
        if run.kind == RunKind.SYNC
        else SyncRun.objects.none()
    )
    undone_by = SyncRun.objects.filter(undoes=run).newest_first().values_list("pk", flat=True).first()
    receipt = run.receipt or {}
    stages = {**run.seconds, **receipt.get("seconds", {})}
    return RunFacts(
        run=run.pk,
        plan=run.plan or "",
        kind=str(run.kind),
        state=str(run.state),
        source=run.connection.name,
        day=run.day,
        planned_at=run.created_at,
        planned_by=run.created_by,
        applied_at=run.applied_at,
        error=run.error,
        leftover=run.leftover,
        is_busy=bool(run.worker or (run.errand and run.ended_at is None)),
        is_kept=bool(run.plan_artifact) or run.kind == RunKind.UNDO,
        rows=run.rows,
        rows_before=before.values_list("rows", flat=True).first() or {},
        seconds={stage: float(value) for stage, value in stages.items()},
        inserted=sum(receipt.get("inserted", {}).values()),
        updated=sum(receipt.get("updated", {}).values()),
        deleted=sum(receipt.get("deleted", {}).values()),
        undoes=run.undoes_id,
        undone_by=undone_by,
    )


def tell(run: SyncRun, *, approve: Sequence[str] = ()) -> RunTold:
    """What the run's plan says, counted as if the holds in ``approve`` were released, too. Raises NotFound when the plan
    is not kept any more, or has no such hold."""
    with reading() as reader:
        plan = released(run, plan_of(run, reader), approve)
        schools = school_names(reader, run.district_id).select("id", "name")
        found = consequences(run, plan, reader)
    states = dict(Hold.objects.filter(run=run).values_list("key", "state"))
    state = pl.col("hold").replace_strict(states, default="open", return_dtype=pl.String)
    order = {kind: place for place, kind in enumerate(KINDS)}
    kind = pl.col("kind").cast(pl.String).replace_strict(order, return_dtype=pl.Int8)
    holds = (
        plan.holds.select(tuple(HOLD_SCHEMA))
        .join(schools.rename({"id": "school_id", "name": "school"}), on="school_id", how="left", maintain_order="left")
        .with_columns(state=state)
        .sort(kind, "count", descending=[False, True], maintain_order=True)
    )
    return RunTold(
        matrix=matrix(run, plan, schools),
        people={what: dict(rows["kind"].value_counts().iter_rows()) for what, rows in found.items()},
        findings=grouped(plan.findings).select(tuple(GROUP_SCHEMA)),
        holds=holds,
        left_out=plan.left_out.group_by("reason").len("rows").sort("rows", descending=True),
    )
