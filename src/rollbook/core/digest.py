"""The weekly digest: when it is due, and what it counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["AT", "SourceWeek", "is_due", "week_before"]

AT: Final = dt.time(7)
"""Mondays at seven, local time of the district."""
_MONDAY: Final = 0
_WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWeek:
    """One source's week in numbers. ``waiting``: records that wait for a person now; ``data_days``: the age of its data
    (None: nothing was read yet); ``alarms``: sentences of the alarms that are on."""

    source: str
    runs: int
    failed: int
    added: int
    changed: int
    removed: int
    holds: int
    waiting: int
    data_days: int | None
    alarms: tuple[str, ...]


def is_due(now: dt.datetime, zone: ZoneInfo, last: dt.datetime) -> bool:
    """Whether a Monday at seven has passed since ``last`` (the digest before, or when the recipient was added). Missed
    ones are not made up for: one digest tells of now."""
    return last < _newest_monday(now, zone) <= now


def week_before(now: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """From when to when the digest that is due at ``now`` counts: the week up to the newest Monday at seven."""
    end = _newest_monday(now, zone)
    return _at(end.astimezone(zone).date() - _WEEK, zone), end


def _newest_monday(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    day = now.astimezone(zone).date()
    monday = day - dt.timedelta(days=(day.weekday() - _MONDAY) % 7)
    moment = _at(monday, zone)
    return moment if moment <= now else _at(monday - _WEEK, zone)


def _at(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, AT, tzinfo=zone).astimezone(dt.UTC)
