"""How districts stand: what each source said last, what waits, what the last runs did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, Sum

from rollbook.core.lifecycle import HoldState
from rollbook.reports.set_up import is_daily
from rollbook.store.models import Hold, SourceConnection, SyncRun

__all__ = ["DistrictLine", "SourceLine", "district_lines", "source_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One source. ``run``, ``state``, ``error``: of its newest sync run (None, blank: never run); ``read_at``: when data
    was last received whole; ``applied_at``: when it was last applied; ``waiting``: records in the open holds of the
    newest run; ``holds``: those holds that stand by themselves; ``findings``: of that run;
    ``is_daily``: it is to run every day; ``next_at``: when; ``stopped``: the error that a person has to mend first."""

    connection: int
    name: str
    kind: str
    run: int | None
    state: str
    error: str
    read_at: dt.datetime | None
    applied_at: dt.datetime | None
    waiting: int
    holds: int
    findings: int
    is_daily: bool
    next_at: dt.datetime | None
    stopped: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictLine:
    """One district in a list, from its sources."""

    district: int
    sources: tuple[SourceLine, ...]


def source_lines(districts: Collection[int]) -> dict[int, list[SourceLine]]:
    """district → its sources, in the order they were made. Four queries, however many districts and runs."""
    sources = list(SourceConnection.objects.filter(district__in=districts).order_by("id"))
    newest = SyncRun.objects.syncs().filter(connection__in=[source.pk for source in sources])
    heads = newest.order_by("connection_id", "-id").distinct("connection_id")
    runs = {run.connection_id: run for run in heads.defer("receipt", "seconds", "baseline")}
    read = {
        row["connection_id"]: row
        for row in newest.values("connection_id").annotate(
            read=Max("created_at", filter=~Q(snapshot="")), done=Max("applied_at")
        )
    }
    held = Hold.objects.filter(run__in=[run.pk for run in runs.values()], state=HoldState.OPEN)
    counted = held.values("run_id").annotate(records=Sum("count"), heads=Count("id", filter=Q(depends_on="")))
    waiting = {row["run_id"]: row for row in counted}
    lines: dict[int, list[SourceLine]] = {number: [] for number in districts}
    for source in sources:
        run = runs.get(source.pk)
        times = read.get(source.pk)
        lines[source.district_id].append(
            SourceLine(
                connection=source.pk,
                name=source.name,
                kind=source.kind,
                run=run.pk if run else None,
                state=str(run.state) if run else "",
                error=run.error if run else "",
                read_at=times["read"] if times else None,
                applied_at=times["done"] if times else None,
                waiting=waiting[run.pk]["records"] if run and run.pk in waiting else 0,
                holds=waiting[run.pk]["heads"] if run and run.pk in waiting else 0,
                findings=sum(run.findings.values()) if run else 0,
                is_daily=is_daily(source),
                next_at=source.next_due_at,
                stopped=source.paused_because,
            )
        )
    return lines


def district_lines(districts: Sequence[int]) -> list[DistrictLine]:
    """The districts in the order given."""
    sources = source_lines(districts)
    return [DistrictLine(district=number, sources=tuple(sources[number])) for number in districts]
