"""When a weekly digest is due: Mondays at seven, by the district's clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from rollbook.core.digest import is_due, week_before

LA = ZoneInfo("America/Los_Angeles")


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LA).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2026-09-14 06:59", "2026-09-07 07:00", False),  # Monday, a minute early
        ("2026-09-14 07:00", "2026-09-07 07:00", True),
        ("2026-09-14 07:01", "2026-09-14 07:00", False),  # told already
        ("2026-09-16 12:00", "2026-09-07 07:05", True),  # nobody was there on Monday
        ("2026-09-16 12:00", "2026-09-15 09:00", False),  # wanted since Tuesday
        ("2026-09-30 12:00", "2026-09-01 09:00", True),  # once, for all that was missed
        ("2026-03-09 07:00", "2026-03-02 07:00", True),  # the clock went forward on the day before
        ("2026-03-09 06:59", "2026-03-02 07:00", False),
        ("2026-11-02 07:00", "2026-10-26 07:00", True),  # it went back
        ("2026-11-02 06:59", "2026-10-26 07:00", False),
        ("2027-01-04 07:00", "2026-12-28 07:00", True),  # another year
    ],
)
def test_a_digest_is_due(now: str, last: str, due: bool) -> None:
    assert is_due(local(now), LA, local(last)) is due


@pytest.mark.parametrize(
    ("now", "begins", "ends"),
    [
        ("2026-09-14 07:00", "2026-09-07 07:00", "2026-09-14 07:00"),
        ("2026-09-17 23:00", "2026-09-07 07:00", "2026-09-14 07:00"),
        ("2026-09-14 06:00", "2026-08-31 07:00", "2026-09-07 07:00"),
        ("2026-03-09 08:00", "2026-03-02 07:00", "2026-03-09 07:00"),
    ],
)
def test_the_week_it_tells_of(now: str, begins: str, ends: str) -> None:
    assert week_before(local(now), LA) == (local(begins), local(ends))
