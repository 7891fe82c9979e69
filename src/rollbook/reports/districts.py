"""How districts stand: what each source said last, what waits, what the last runs did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, Sum

from rollbook.core.alarms import EVENTS
from rollbook.core.health import Health, health_of
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.reports.set_up import is_daily
from rollbook.store.models import Alarm, Hold, SourceConnection, SyncRun
from rollbook.store.models.sync_run import SyncRunQuerySet

__all__ = ["DistrictLine", "SourceLine", "district_lines", "source_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One source. ``run``, ``state``, ``error``: of its newest sync run that was not cancelled (None, blank: never run);
    ``read_at``: when data was last received whole; ``applied_at``: when it was last applied; ``held_run``: the newest plan,
    if anything of it waits; ``waiting``: records in its open holds; ``holds``: those that stand by themselves;
    ``findings``: of the newest run; ``alarms``: the kinds that are on; ``is_daily``: it is to run every day; ``next_at``:
    when; ``stopped``: the error that a person has to mend first."""

    connection: int
    name: str
    kind: str
    health: Health
    run: int | None
    state: str
    error: str
    read_at: dt.datetime | None
    applied_at: dt.datetime | None
    held_run: int | None
    waiting: int
    holds: int
    findings: int
    alarms: tuple[str, ...]
    is_daily: bool
    next_at: dt.datetime | None
    stopped: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictLine:
    """One district in a list, from its sources."""

    district: int
    sources: tuple[SourceLine, ...]


def source_lines(districts: Collection[int]) -> dict[int, list[SourceLine]]:
    """district → its sources, in the order they were made. Six queries, however many districts and runs."""
    sources = list(SourceConnection.objects.filter(district__in=districts).order_by("id"))
    numbers = [source.pk for source in sources]
    ran = SyncRun.objects.syncs().filter(connection__in=numbers)
    heads = ran.exclude(state=RunState.CANCELLED).order_by("connection_id", "-id").distinct("connection_id")
    runs = {run.connection_id: run for run in heads.defer("receipt", "seconds", "baseline")}
    read = {
        row["connection_id"]: row
        for row in ran.values("connection_id").annotate(
            read=Max("created_at", filter=~Q(snapshot="")), done=Max("applied_at")
        )
    }
    waiting = _waiting(ran)
    alarms: dict[int, list[str]] = {}
    on = Alarm.objects.filter(connection__in=numbers, over_at=None).exclude(kind__in=[kind.value for kind in EVENTS])
    for number, kind in on.order_by("kind").distinct().values_list("connection_id", "kind"):
        alarms.setdefault(number, []).append(kind)
    lines: dict[int, list[SourceLine]] = {number: [] for number in districts}
    for source in sources:
        run = runs.get(source.pk)
        times = read.get(source.pk)
        held = waiting.get(source.pk)
        kinds = tuple(alarms.get(source.pk, ()))
        holds = held["heads"] if held else 0
        state = RunState(run.state) if run else None
        lines[source.district_id].append(
            SourceLine(
                connection=source.pk,
                name=source.name,
                kind=source.kind,
                health=health_of(state, holds=holds, alarms=kinds, is_paused=bool(source.paused_because)),
                run=run.pk if run else None,
                state=str(run.state) if run else "",
                error=run.error if run else "",
                read_at=times["read"] if times else None,
                applied_at=times["done"] if times else None,
                held_run=held["run_id"] if held else None,
                waiting=held["records"] if held else 0,
                holds=holds,
                findings=sum(run.findings.values()) if run else 0,
                alarms=kinds,
                is_daily=is_daily(source),
                next_at=source.next_due_at,
                stopped=source.paused_because,
            )
        )
    return lines


def _waiting(ran: SyncRunQuerySet) -> Mapping[int, Mapping[str, Any]]:
    """source → ``run_id``, ``records``, ``heads`` of the open holds in its newest plan. A run that is only asked for, or
    that failed, takes nothing of them away."""
    decidable = ran.filter(state__in=(RunState.PLANNED, RunState.APPLIED))
    newest = dict(decidable.values("connection_id").annotate(newest=Max("id")).values_list("newest", "connection_id"))
    held = Hold.objects.filter(run__in=list(newest), state=HoldState.OPEN)
    counted = held.values("run_id").annotate(records=Sum("count"), heads=Count("id", filter=Q(depends_on="")))
    return {newest[row["run_id"]]: row for row in counted}


def district_lines(districts: Sequence[int]) -> list[DistrictLine]:
    """The districts in the order given."""
    sources = source_lines(districts)
    return [DistrictLine(district=number, sources=tuple(sources[number])) for number in districts]
