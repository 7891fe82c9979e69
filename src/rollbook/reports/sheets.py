"""The tables of a run report, one after the other, so that a large run needs little memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rollbook.core.explain import left_out_sentence
from rollbook.core.findings.sentences import told
from rollbook.core.lifecycle import RunKind
from rollbook.core.plan import Plan
from rollbook.engine.arrow import Reader
from rollbook.reports.names import school_names
from rollbook.reports.records import LINE_SCHEMA, lines
from rollbook.reports.summary import summary
from rollbook.store.models import Hold, SyncRun

__all__ = ["Sheet", "run_facts", "sheets"]

_HOLDS: dict[str, pl.DataType] = {
    "hold": pl.String(),
    "school": pl.String(),
    "kind": pl.String(),
    "group": pl.String(),
    "count": pl.Int64(),
    "of": pl.Int64(),
    "percent": pl.Float64(),
    "threshold": pl.Int64(),
    "cause": pl.String(),
    "sentence": pl.String(),
    "waits_with": pl.String(),
    "state": pl.String(),
    "decided_by": pl.String(),
    "decided_at": pl.String(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table: ``name``, its columns, and its rows in pieces (``title``, frame); a piece is a kind of records, or all
    there is. ``pieces`` can be called once."""

    name: str
    schema: Mapping[str, pl.DataType]
    pieces: Callable[[], Iterator[tuple[str, pl.DataFrame]]]


def sheets(run: SyncRun, plan: Plan, reader: Reader) -> Iterator[Sheet]:
    """Summary, holds, findings, what was left out, and the lines of all records. An undo received nothing and judged
    nothing: it has lines only."""
    names = school_names(reader, run.district_id).select("id", "name")
    if run.kind != RunKind.UNDO:
        yield _whole("summary", summary(run, plan, names))
        yield _whole("holds", _holds(run, names))
        yield _whole("findings", _findings(plan, run, reader))
        yield _whole("left_out", _left_out(plan))
    yield Sheet(name="records", schema=LINE_SCHEMA, pieces=lambda: lines(run, plan, reader))


def _whole(name: str, frame: pl.DataFrame) -> Sheet:
    return Sheet(name=name, schema=frame.schema, pieces=lambda: iter([(name, frame)]))


def run_facts(run: SyncRun) -> dict[str, Any]:
    """The run itself as JSON values: when, by whom, from what, with which result."""
    return {
        "run": run.pk,
        "plan": run.plan,
        "kind": str(run.kind),
        "state": str(run.state),
        "district": run.district.slug,
        "source": run.connection.name,
        "day": _iso(run.day),
        "planned_at": _iso(run.created_at),
        "planned_by": run.created_by,
        "applied_at": _iso(run.applied_at),
        "approved": list(run.approved),
        "undoes": run.undoes_id,
        "baseline": run.baseline,
        "fingerprint": run.fingerprint,
        "rows": run.rows,
        "counts": run.counts,
        "findings": run.findings,
        "seconds": run.seconds,
        "receipt": run.receipt,
        "error": run.error,
        "failure": run.failure,
        "why": run.why,
        "due_at": _iso(run.due_at),
        "started_at": _iso(run.started_at),
        "ended_at": _iso(run.ended_at),
        "starts": run.starts,
        "notes": list(run.notes),
        "leftover": run.leftover,
    }


def _iso(value: dt.datetime | dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def _holds(run: SyncRun, schools: pl.DataFrame) -> pl.DataFrame:
    rows = Hold.objects.filter(run=run).order_by("-count", "key")
    names = dict(schools.iter_rows())
    return pl.DataFrame(
        [
            {
                "hold": hold.key,
                "school": names.get(hold.school_id),
                "kind": hold.kind,
                "group": hold.group,
                "count": hold.count,
                "of": hold.base,
                "percent": hold.percent,
                "threshold": hold.threshold,
                "cause": hold.cause,
                "sentence": hold.sentence,
                "waits_with": hold.depends_on or None,
                "state": hold.state,
                "decided_by": hold.decided_by or None,
                "decided_at": _iso(hold.decided_at),
            }
            for hold in rows
        ],
        schema=_HOLDS,
    )


def _findings(plan: Plan, run: SyncRun, reader: Reader) -> pl.DataFrame:
    """Every finding with its school: the one it names, by the id that the source has for it."""
    schools = reader.read(
        f"""SELECT l.sourced_id AS school_sourced_id, s.name AS school FROM source_link l
        JOIN school s ON s.id = l.object_id
        WHERE l.connection_id = {int(run.connection_id)} AND l.kind = 'school'""",
        {"school_sourced_id": pl.String(), "school": pl.String()},
    )
    named = told(plan.findings).join(schools, on="school_sourced_id", how="left", maintain_order="left")
    return named.select(
        "code",
        "severity",
        "file",
        "line",
        "column",
        "sourced_id",
        pl.coalesce("school", "school_sourced_id").alias("school"),
        "sentence",
        "what_to_do",
    )


def _left_out(plan: Plan) -> pl.DataFrame:
    reasons = {reason: left_out_sentence(reason) for reason in plan.left_out["reason"].unique().drop_nulls()}
    said = pl.col("reason").replace_strict(reasons, return_dtype=pl.String)
    return plan.left_out.select("kind", "sourced_id", "reason", sentence=said).sort("kind", "reason", "sourced_id")
