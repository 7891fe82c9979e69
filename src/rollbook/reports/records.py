"""The lines of a run: one a record, or one a field where a record changes (section 8)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import polars as pl

from rollbook.core.entities import KINDS
from rollbook.core.explain import REASONS
from rollbook.core.lifecycle import RunState
from rollbook.core.plan import Plan
from rollbook.engine.arrow import Reader
from rollbook.reports.fields import field_lines
from rollbook.reports.names import names, school_names
from rollbook.store.models import SyncRun

__all__ = ["LINE_SCHEMA", "acted", "lines", "released"]

LINE_SCHEMA: dict[str, pl.DataType] = {
    "school": pl.String(),
    "kind": pl.String(),
    "sis_id": pl.String(),
    "name": pl.String(),
    "action": pl.String(),
    "field": pl.String(),
    "old": pl.String(),
    "new": pl.String(),
    "result": pl.String(),
    "reason": pl.String(),
    "message": pl.String(),
}
"""One row a record and, where it changes, a field. ``result``: ``applied``, ``held`` (waits for a person), ``planned``
(not applied yet), ``undone``, or ``not applied`` (the run ended otherwise). ``school`` is null for the district."""

_RESULTS = {
    RunState.APPLIED: "applied",
    RunState.UNDONE: "undone",
    RunState.PLANNED: "planned",
    RunState.APPLYING: "planned",
}


def acted(run: SyncRun, plan: Plan) -> pl.DataFrame:
    """The plan's records with ``result``; a record waits as long as nobody has released its hold."""
    released = pl.Series(sorted(run.approved), dtype=pl.String)
    waits = pl.col("hold").is_not_null() & ~pl.col("hold").is_in(released.implode())
    ended = _RESULTS.get(RunState(run.state), "not applied")
    return plan.records.with_columns(result=pl.when(waits).then(pl.lit("held")).otherwise(pl.lit(ended)))


def released(run: SyncRun, plan: Plan, approve: Sequence[str]) -> Plan:
    """``plan``; ``run``, the object in hand and not its row in the database, says that the holds ``approve`` are released."""
    if approve:
        run.approved = sorted({*run.approved, *plan.released(approve)})
    return plan


def lines(
    run: SyncRun,
    plan: Plan,
    reader: Reader,
    *,
    kinds: Collection[str] = KINDS,
    schools: Collection[int | None] | None = None,
    actions: Collection[str] | None = None,
    hold: str | None = None,
    chosen: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """(kind, ``LINE_SCHEMA``), a kind at a time in the order of ``KINDS``: by school, name and id. ``schools``: ids,
    None for the district; without it all. ``hold``: only what waits in it. ``chosen``: keeps some of the plan's records."""
    places = school_names(reader, run.district_id)
    records = acted(run, plan)
    if chosen is not None:
        records = chosen(records)
    holds = plan.holds.select("hold", waits="sentence")
    for kind in KINDS:
        if kind not in kinds:
            continue
        rows = records.filter(pl.col("kind") == kind)
        if schools is not None:
            ids = pl.Series([school for school in schools if school is not None], dtype=pl.Int64)
            district = pl.lit(None in schools) & pl.col("school_id").is_null()
            rows = rows.filter(pl.col("school_id").is_in(ids.implode()) | district)
        if hold is not None:
            rows = rows.filter(pl.col("hold") == hold)
        if actions is not None:
            rows = rows.filter(pl.col("action").is_in(list(actions)))
        if rows.is_empty():
            continue
        yield kind, _lines(run, plan, kind, rows, reader, places, holds)


def _lines(
    run: SyncRun,
    plan: Plan,
    kind: str,
    rows: pl.DataFrame,
    reader: Reader,
    places: pl.DataFrame,
    holds: pl.DataFrame,
) -> pl.DataFrame:
    rows = rows.select("ref", "school_id", "hold", "result", *(pl.col(c).cast(pl.String) for c in ("action", "reason")))
    district_id = run.district_id
    named = names(plan, kind, rows["ref"], reader=reader, district_id=district_id)
    fields = field_lines(
        plan, kind, reader=reader, district_id=district_id, run_id=run.pk, schools=places.select("id", "name")
    )
    why = pl.col("reason").replace_strict(dict(REASONS), default=pl.col("reason"), return_dtype=pl.String)
    waits = pl.col("result") == "held"
    return (
        rows.join(fields, on="ref", how="left", maintain_order="left")
        .join(named, on="ref", how="left", maintain_order="left")
        .join(places.select("id", school="name"), left_on="school_id", right_on="id", how="left", maintain_order="left")
        .join(holds, on="hold", how="left", maintain_order="left")
        .with_columns(
            kind=pl.lit(kind),
            message=pl.when(waits).then(pl.concat_str([pl.lit("Waits: "), "waits"])).otherwise(why),
        )
        .sort("school", "name", "sis_id", "field", nulls_last=True, maintain_order=True)
        .select(tuple(LINE_SCHEMA))
        .cast(pl.Schema(LINE_SCHEMA))
    )
