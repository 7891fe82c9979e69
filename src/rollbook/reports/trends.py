"""What a district's runs did over time: changes a day, how old the data became, where the time went (section 8)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.db.models import F, Max, Sum
from django.db.models.functions import Coalesce

from rollbook.core.entities import REMOVALS
from rollbook.core.lifecycle import RunState
from rollbook.store.models import District, Hold, SyncRun

__all__ = ["DAYS", "STAGES", "DayLine", "RunTime", "Trends", "sheet", "trends"]

DAYS = (14, 30, 90)
"""How far back one may look."""
STAGES = ("read", "clean", "state", "scope", "match", "diff", "plan", "keep", "apply")
"""What takes time, in the order of a run; ``apply`` is all that was written."""
_TIMED = 30
_FIELDS = (
    "id",
    "connection_id",
    "connection__name",
    "applied_at",
    "started_at",
    "created_at",
    "counts",
    "seconds",
    "receipt",
    "rows",
)
_MARKS: Mapping[str, tuple[str, ...]] = {
    "added": ("create", "restore"),
    "changed": ("update",),
    "removed": REMOVALS,
}
_GROUPS: Mapping[str, str] = {"create": "added", "update": "changed", "removal": "removed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """One day of the district. ``added``, ``changed``, ``removed``: what the runs of that day did, records of all kinds;
    ``held``: what they left for a person, whatever was decided since; ``runs``: how many were applied, ``run``: the last of
    them; ``age_hours``: how old the oldest of the sources' data became on that day (None: there was none yet)."""

    day: dt.date
    added: int
    changed: int
    removed: int
    held: int
    runs: int
    run: int | None
    age_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTime:
    """One applied run: stage → seconds; ``rows`` received."""

    run: int
    source: str
    at: dt.datetime
    seconds: Mapping[str, float]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """``days``: the oldest first, one a day without gaps; ``times``: the newest thirty of the runs that were applied in
    these days, the oldest first; ``stages``: those that any of them has."""

    days: tuple[DayLine, ...]
    times: tuple[RunTime, ...]
    stages: tuple[str, ...]


def trends(district: District, *, days: int, now: dt.datetime) -> Trends:
    """The last ``days`` days, today included, in the district's own time. Three queries, however many runs."""
    zone = ZoneInfo(district.timezone)
    first = now.astimezone(zone).date() - dt.timedelta(days=days - 1)
    begin = dt.datetime.combine(first, dt.time(), zone)
    done = SyncRun.objects.filter(district=district, applied_at__isnull=False).syncs()
    runs = list(
        done.filter(applied_at__gte=begin, state__in=(RunState.APPLIED, RunState.UNDONE))
        .order_by("applied_at", "id")
        .values(*_FIELDS)
    )
    before = (
        done.filter(applied_at__lt=begin)
        .values("connection_id")
        .annotate(read=Max(Coalesce("started_at", "created_at")))
    )
    reads = {row["connection_id"]: row["read"] for row in before}
    held = _held([run["id"] for run in runs])
    by_day: dict[dt.date, list[dict[str, Any]]] = defaultdict(list)
    for run in runs:
        by_day[run["applied_at"].astimezone(zone).date()].append(run)
    lines = []
    for number in range(days):
        day = first + dt.timedelta(days=number)
        end = min(now, dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone))
        lines.append(_line(day, by_day.get(day, ()), held, _age(reads, by_day.get(day, ()), end)))
    times = tuple(_time(run) for run in runs[-_TIMED:])
    known = {stage for time in times for stage, seconds in time.seconds.items() if seconds}
    return Trends(days=tuple(lines), times=times, stages=tuple(stage for stage in STAGES if stage in known))


def sheet(found: Trends) -> pl.DataFrame:
    """The days as a table: one row a day."""
    columns = ("day", "added", "changed", "removed", "held", "runs", "age_hours")
    schema = {"day": pl.Date(), **dict.fromkeys(columns[1:6], pl.Int64()), "age_hours": pl.Float64()}
    return pl.DataFrame([{name: getattr(line, name) for name in columns} for line in found.days], schema=schema)


def _held(runs: Sequence[int]) -> Mapping[int, Counter[str]]:
    """run → mark → records that it did not do: they waited when it was applied."""
    waited = Hold.objects.filter(run__in=runs).exclude(released_run=F("run"), released_run__isnull=False)
    found: dict[int, Counter[str]] = defaultdict(Counter)
    counted = waited.values("run", "group").annotate(number=Sum("count"))
    for run, group, number in counted.values_list("run", "group", "number"):
        found[run][_GROUPS[group]] += number
    return found


def _line(
    day: dt.date, runs: Sequence[Mapping[str, Any]], held: Mapping[int, Counter[str]], age: float | None
) -> DayLine:
    marks: Counter[str] = Counter()
    for run in runs:
        waits = held.get(run["id"], Counter())
        for mark, actions in _MARKS.items():
            planned = sum(by_action.get(action, 0) for by_action in run["counts"].values() for action in actions)
            marks[mark] += max(0, planned - waits[mark])
        marks["held"] += waits.total()
    return DayLine(
        day=day,
        added=marks["added"],
        changed=marks["changed"],
        removed=marks["removed"],
        held=marks["held"],
        runs=len(runs),
        run=runs[-1]["id"] if runs else None,
        age_hours=age,
    )


def _age(reads: dict[int, dt.datetime], runs: Sequence[Mapping[str, Any]], end: dt.datetime) -> float | None:
    """How old, in hours, the data of any source became until ``end``; ``reads``, source → when what is in the directory was
    read, goes along with the day's runs."""
    oldest = [(run["applied_at"] - before).total_seconds() for run, before in _renewed(reads, runs)]
    oldest += [(end - read).total_seconds() for read in reads.values()]
    return round(max(0.0, *oldest) / 3600, 2) if oldest else None


def _renewed(
    reads: dict[int, dt.datetime], runs: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], dt.datetime]]:
    for run in runs:
        source = run["connection_id"]
        if source in reads:
            yield run, reads[source]
        reads[source] = run["started_at"] or run["created_at"]


def _time(run: Mapping[str, Any]) -> RunTime:
    seconds = {stage: round(float(run["seconds"].get(stage, 0.0)), 3) for stage in STAGES}
    seconds["apply"] = round(sum((run["receipt"] or {}).get("seconds", {}).values()), 3)
    return RunTime(
        run=run["id"],
        source=run["connection__name"],
        at=run["applied_at"],
        seconds=seconds,
        rows=sum(run["rows"].values()),
    )
