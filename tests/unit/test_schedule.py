"""When a connection is due, as tables: daylight saving both ways, year end, leap day, pause, blackout, outage, spread."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.core.lifecycle import Why
from rollbook.core.policy import Policy
from rollbook.core.schedule import SPREAD, Schedule, due, moment_on, next_moment, schedule_of, spread_of

NEW_YORK, BERLIN, HONOLULU = (ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Pacific/Honolulu"))


def at(text: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def daily(start: str = "03:00", zone: ZoneInfo = NEW_YORK, **given: object) -> Schedule:
    return Schedule(start=dt.time.fromisoformat(start), zone=zone, **given)  # type: ignore[arg-type]


MOMENTS = [
    # start, zone, day, in UTC
    ("03:00", NEW_YORK, "2026-01-15", "2026-01-15 08:00"),
    ("03:00", NEW_YORK, "2026-07-15", "2026-07-15 07:00"),
    ("02:30", NEW_YORK, "2026-03-07", "2026-03-07 07:30"),
    ("02:30", NEW_YORK, "2026-03-08", "2026-03-08 07:30"),  # 02:30 is skipped: 03:30 on the wall
    ("03:00", NEW_YORK, "2026-03-08", "2026-03-08 07:00"),
    ("02:30", NEW_YORK, "2026-03-09", "2026-03-09 06:30"),
    ("01:30", NEW_YORK, "2026-10-31", "2026-10-31 05:30"),
    ("01:30", NEW_YORK, "2026-11-01", "2026-11-01 05:30"),  # comes twice: the first
    ("01:30", NEW_YORK, "2026-11-02", "2026-11-02 06:30"),
    ("02:30", BERLIN, "2026-03-29", "2026-03-29 01:30"),
    ("02:30", BERLIN, "2026-10-25", "2026-10-25 00:30"),
    ("03:00", HONOLULU, "2026-03-08", "2026-03-08 13:00"),
    ("00:00", BERLIN, "2027-01-01", "2026-12-31 23:00"),
    ("03:00", NEW_YORK, "2028-02-29", "2028-02-29 08:00"),
]


@pytest.mark.parametrize(("start", "zone", "day", "moment"), MOMENTS)
def test_the_moment_of_a_day(start: str, zone: ZoneInfo, day: str, moment: str) -> None:
    assert moment_on(daily(start, zone), dt.date.fromisoformat(day)) == at(moment)


NEXT = [
    # case, schedule, after, the next moment
    ("later today", daily(), "2026-01-15 07:59", "2026-01-15 08:00"),
    ("exactly now is not later", daily(), "2026-01-15 08:00", "2026-01-16 08:00"),
    ("over the end of the year", daily(), "2026-12-31 08:00", "2027-01-01 08:00"),
    ("leap day", daily(), "2028-02-28 08:00", "2028-02-29 08:00"),
    ("after leap day", daily(), "2028-02-29 08:00", "2028-03-01 08:00"),
    ("not the second 01:30 of autumn", daily("01:30"), "2026-11-01 05:30", "2026-11-02 06:30"),
    ("the skipped 02:30 of spring, once", daily("02:30"), "2026-03-08 07:30", "2026-03-09 06:30"),
    ("paused", daily(pause_until=dt.date(2026, 2, 1)), "2026-01-15 08:00", "2026-02-01 08:00"),
    ("the pause is over", daily(pause_until=dt.date(2026, 1, 1)), "2026-01-15 08:00", "2026-01-16 08:00"),
    (
        "over the holidays",
        daily(blackouts=((dt.date(2026, 12, 21), dt.date(2027, 1, 1)),)),
        "2026-12-20 08:00",
        "2027-01-02 08:00",
    ),
    (
        "two ranges that meet",
        daily(blackouts=((dt.date(2026, 1, 16),) * 2, (dt.date(2026, 1, 17), dt.date(2026, 1, 18)))),
        "2026-01-15 08:00",
        "2026-01-19 08:00",
    ),
    (
        "the offset carries yesterday's over midnight",
        daily("23:55", BERLIN, offset=dt.timedelta(minutes=9)),
        "2026-01-15 23:01",
        "2026-01-15 23:04",
    ),
]


@pytest.mark.parametrize(("case", "schedule", "after", "moment"), NEXT, ids=[row[0] for row in NEXT])
def test_the_next_moment(case: str, schedule: Schedule, after: str, moment: str) -> None:
    assert next_moment(schedule, at(after)) == at(moment)


def test_a_blackout_for_ever_has_no_next_moment() -> None:
    schedule = daily(blackouts=((dt.date(2026, 1, 1), dt.date(2099, 1, 1)),))
    assert next_moment(schedule, at("2026-01-15 08:00")) is None


DUE = [
    # case, schedule, planned, now, why, following
    ("never computed", daily(), None, "2026-01-15 08:00", None, "2026-01-16 08:00"),
    ("not yet", daily(), "2026-01-15 08:00", "2026-01-15 07:59", None, "2026-01-15 08:00"),
    ("now", daily(), "2026-01-15 08:00", "2026-01-15 08:00", Why.DAILY, "2026-01-16 08:00"),
    ("half an hour late", daily(), "2026-01-15 08:00", "2026-01-15 08:30", Why.DAILY, "2026-01-16 08:00"),
    ("an outage of hours", daily(), "2026-01-15 08:00", "2026-01-15 14:00", Why.CATCH_UP, "2026-01-16 08:00"),
    ("an outage of a week, once", daily(), "2026-01-08 08:00", "2026-01-15 14:00", Why.CATCH_UP, "2026-01-16 08:00"),
    ("missed, but the next is near", daily(), "2026-01-14 08:00", "2026-01-15 07:10", None, "2026-01-15 08:00"),
    ("the start time was moved", daily("05:00"), "2026-01-15 08:00", "2026-01-15 07:00", None, "2026-01-15 10:00"),
    (
        "paused since",
        daily(pause_until=dt.date(2026, 2, 1)),
        "2026-01-15 08:00",
        "2026-01-15 08:00",
        None,
        "2026-02-01 08:00",
    ),
    (
        "today is a blackout, also for what was missed",
        daily(blackouts=((dt.date(2026, 1, 15), dt.date(2026, 1, 20)),)),
        "2026-01-14 08:00",
        "2026-01-15 14:00",
        None,
        "2026-01-21 08:00",
    ),
    ("switched off", None, "2026-01-15 08:00", "2026-01-15 08:00", None, None),
]


@pytest.mark.parametrize(("case", "schedule", "planned", "now", "why", "following"), DUE, ids=[row[0] for row in DUE])
def test_what_is_due(
    case: str, schedule: Schedule | None, planned: str | None, now: str, why: Why | None, following: str | None
) -> None:
    said = due(schedule, at(planned) if planned else None, at(now))
    assert said.why == why
    assert said.moment == (at(planned) if why and planned else None)
    assert said.following == (at(following) if following else None)


def test_after_an_outage_of_a_week_there_is_one_run() -> None:
    schedule = daily()
    planned, now, asked = at("2026-01-08 08:00"), at("2026-01-15 14:00"), 0
    for minute in range(60 * 10):
        said = due(schedule, planned, now + dt.timedelta(minutes=minute))
        asked += said.why is not None
        assert said.following is not None
        planned = said.following
    assert asked == 1


@given(
    start=st.times(),
    zone=st.sampled_from([NEW_YORK, BERLIN, HONOLULU, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")]),
    hours=st.integers(0, 12 * 365 * 24),
    seconds=st.integers(0, SPREAD - 1),
)
def test_every_day_has_exactly_one_moment(start: dt.time, zone: ZoneInfo, hours: int, seconds: int) -> None:
    schedule = Schedule(start=start.replace(tzinfo=None), zone=zone, offset=dt.timedelta(seconds=seconds))
    moment = at("2020-01-01 00:00") + dt.timedelta(hours=hours)
    days = []
    for _ in range(8):
        following = next_moment(schedule, moment)
        assert following is not None
        assert following > moment
        moment = following
        days.append((moment - schedule.offset).astimezone(zone).date())
    assert all(later - earlier == dt.timedelta(days=1) for earlier, later in pairwise(days))


def test_hundreds_of_connections_do_not_start_together() -> None:
    offsets = [spread_of(str(number)) for number in range(600)]
    assert offsets == [spread_of(str(number)) for number in range(600)]
    assert all(dt.timedelta() <= offset < dt.timedelta(seconds=SPREAD) for offset in offsets)
    assert max(Counter(offset // dt.timedelta(seconds=1) for offset in offsets).values()) <= 8
    assert min(Counter(offset // dt.timedelta(minutes=1) for offset in offsets).values()) >= 30  # of 60 a minute


def test_the_schedule_is_that_of_the_settings() -> None:
    policy = Policy(daily_sync=True, start_time="04:15", blackouts=("2026-12-21..2027-01-01", "2027-03-15"))
    schedule = schedule_of(policy, "Europe/Berlin", "7")
    assert schedule is not None
    assert (schedule.start, schedule.zone) == (dt.time(4, 15), BERLIN)
    assert [
        schedule.is_free(dt.date(*day)) for day in [(2026, 12, 20), (2026, 12, 21), (2027, 1, 1), (2027, 3, 15)]
    ] == [
        True,
        False,
        False,
        False,
    ]
    assert schedule_of(Policy(), "Europe/Berlin", "7") is None
