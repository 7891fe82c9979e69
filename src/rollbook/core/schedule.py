"""When a connection is due: pure, given the time, the zone and the settings.

A connection has one *next moment*. When it has come, one run is asked for and the next moment is the first one after now:
so a week without anybody to do the work makes one run, not seven.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from rollbook.core.lifecycle import Why
from rollbook.core.policy import Policy

__all__ = ["Due", "Schedule", "due", "moment_on", "next_moment", "schedule_of", "spread_of"]

LATE: Final = dt.timedelta(hours=1)
"""A run that begins later than this catches up, and says so."""
NEAR: Final = dt.timedelta(hours=1)
"""When the next moment is so near, what was missed is left to it."""
FAR: Final = 800
"""Days to look ahead before it is said that there is no next moment."""
SPREAD: Final = 600
"""Seconds over which connections of equal start time are spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When one connection runs: every day at ``start`` in ``zone``, ``offset`` later, not before ``pause_until``, on no
    day of ``blackouts`` (first and last day)."""

    start: dt.time
    zone: ZoneInfo
    offset: dt.timedelta = dt.timedelta()
    pause_until: dt.date | None = None
    blackouts: tuple[tuple[dt.date, dt.date], ...] = ()

    def is_free(self, day: dt.date) -> bool:
        """Whether that day of the district has a run."""
        if self.pause_until is not None and day < self.pause_until:
            return False
        return not any(first <= day <= last for first, last in self.blackouts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What the schedule says now: whether to ask for a run (``why``; None: not now), of which moment, and when the next
    one is (None: never, as things are)."""

    why: Why | None
    moment: dt.datetime | None
    following: dt.datetime | None


def schedule_of(policy: Policy, zone: str, key: str) -> Schedule | None:
    """The schedule of a connection with these settings; None when it has none. ``key`` is what its place in the spread is
    computed from: the same every day."""
    if not policy.daily_sync:
        return None
    hour, minute = policy.start_time.split(":")
    return Schedule(
        start=dt.time(int(hour), int(minute)),
        zone=ZoneInfo(zone),
        offset=spread_of(key),
        pause_until=policy.pause_until,
        blackouts=tuple(_range(text) for text in policy.blackouts),
    )


def spread_of(key: str, seconds: int = SPREAD) -> dt.timedelta:
    """A part of ``seconds`` that belongs to ``key``: the same everywhere and always, evenly over many keys."""
    digest = hashlib.sha256(key.encode()).digest()
    return dt.timedelta(seconds=int.from_bytes(digest[:8], "big") % seconds)


def moment_on(schedule: Schedule, day: dt.date) -> dt.datetime:
    """The moment of that day of the district, in UTC. A start time that the clock skips in spring comes as much later as
    it skips; one that comes twice in autumn means the first."""
    local = dt.datetime.combine(day, schedule.start, tzinfo=schedule.zone)
    return local.astimezone(dt.UTC) + schedule.offset


def next_moment(schedule: Schedule, after: dt.datetime) -> dt.datetime | None:
    """The first moment later than ``after`` on a day that is free; None when there is none in two years."""
    today = after.astimezone(schedule.zone).date()
    for ahead in range(-1, FAR):  # yesterday: its moment plus the offset may be today
        day = today + dt.timedelta(days=ahead)
        if schedule.is_free(day) and (moment := moment_on(schedule, day)) > after:
            return moment
    return None


def due(schedule: Schedule | None, planned: dt.datetime | None, now: dt.datetime) -> Due:
    """What to do now. ``planned``: the next moment as it was last computed (None: never before).

    A moment that has come asks for one run. One that was missed asks for one, too, unless the next is near, today is not
    free, or the schedule has changed so that it is none any more.
    """
    if schedule is None:
        return Due(why=None, moment=None, following=None)
    following = next_moment(schedule, now)
    if planned is None or planned > now:
        return Due(why=None, moment=None, following=following)
    today = now.astimezone(schedule.zone).date()
    is_late = now - planned > LATE
    is_near = is_late and following is not None and following - now <= NEAR
    if not schedule.is_free(today) or is_near:
        return Due(why=None, moment=None, following=following)
    return Due(why=Why.CATCH_UP if is_late else Why.DAILY, moment=planned, following=following)


def _range(text: str) -> tuple[dt.date, dt.date]:
    first, _, last = text.partition("..")
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
