"""Trends, ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rollbook.reports.trends import DAYS, DayLine, RunTime, Trends
from rollbook.web.progress.presenters import stage_words

__all__ = ["Choice", "DayRow", "TimeRow", "TrendsPage", "day_rows", "days_of", "trends_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One day. ``age``: in hours, blank where there were no data."""

    day: dt.date
    added: int
    changed: int
    removed: int
    held: int
    runs: int
    run: int | None
    age: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """One run: its seconds in the order of the stages, and all of them together, as the picture reads them."""

    run: int
    source: str
    at: dt.datetime
    rows: int
    seconds: tuple[tuple[str, float], ...]
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How far back."""

    days: int
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendsPage:
    """The page. ``stages``: key and name of the columns of ``times``."""

    slug: str
    days: int
    choices: tuple[Choice, ...]
    lines: tuple[DayRow, ...]
    has_runs: bool
    stages: tuple[tuple[str, str], ...]
    times: tuple[TimeRow, ...]


def days_of(word: str) -> int:
    """The days that an address names; the fewest for anything else."""
    return int(word) if word in {str(days) for days in DAYS} else DAYS[0]


def day_rows(lines: Sequence[DayLine]) -> tuple[DayRow, ...]:
    """The days of a chart."""
    return tuple(
        DayRow(
            day=line.day,
            added=line.added,
            changed=line.changed,
            removed=line.removed,
            held=line.held,
            runs=line.runs,
            run=line.run,
            age="" if line.age_hours is None else f"{line.age_hours:.1f}",
        )
        for line in lines
    )


def trends_page(slug: str, days: int, found: Trends) -> TrendsPage:
    """The last ``days`` days."""
    words = {**stage_words(), "apply": stage_words()["write"]}
    return TrendsPage(
        slug=slug,
        days=days,
        choices=tuple(Choice(days=choice, is_chosen=choice == days) for choice in DAYS),
        lines=day_rows(found.days),
        has_runs=bool(found.times),
        stages=tuple((stage, words[stage]) for stage in found.stages),
        times=tuple(_time(time, found.stages) for time in found.times),
    )


def _time(time: RunTime, stages: Sequence[str]) -> TimeRow:
    seconds = tuple((f"{time.seconds.get(stage, 0.0):.3f}", time.seconds.get(stage, 0.0)) for stage in stages)
    return TimeRow(
        run=time.run,
        source=time.source,
        at=time.at,
        rows=time.rows,
        seconds=seconds,
        total=sum(value for _text, value in seconds),
    )
