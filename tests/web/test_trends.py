"""Trends: what was done on which day of the district, what was left, how old the data became."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.web.people import asking, browser, person

from rollbook.reports.trends import DayLine, trends
from rollbook.store.models import District, Hold, SourceConnection, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)

ZONE = ZoneInfo("America/Los_Angeles")
NOW = dt.datetime(2026, 9, 10, 12, tzinfo=ZONE)


@pytest.fixture
def oak() -> District:
    return District.objects.create(slug="oak", name="Oak", timezone="America/Los_Angeles")


def run(source: SourceConnection, day: int, hour: float, **counts: int) -> SyncRun:
    """A run that was read at that hour of September, and applied six minutes later."""
    read = dt.datetime(2026, 9, day, tzinfo=ZONE) + dt.timedelta(hours=hour)
    values: dict[str, Any] = {"counts": {"student": counts}, "seconds": {"read": 1.5}, "rows": {"users": 10}}
    return SyncRun.objects.create(
        district=source.district,
        connection=source,
        state="applied",
        created_at=read,
        created_by="tests",
        applied_at=read + dt.timedelta(minutes=6),
        receipt={"seconds": {"ids": 0.5, "log": 1.0}},
        **values,
    )


def hold(of: SyncRun, group: str, count: int, **given: Any) -> None:
    numbers = {"count": count, "base": 100, "percent": 1.0, "threshold": 3}
    Hold.objects.create(
        run=of, key=f"k-{group}", kind="student", group=group, cause="x", sentence="x", **numbers, **given
    )


def line(oak: District, day: int, days: int = 14) -> DayLine:
    [found] = [one for one in trends(oak, days=days, now=NOW).days if one.day == dt.date(2026, 9, day)]
    return found


def test_a_day_is_the_districts_own_and_what_waits_was_not_done(oak: District) -> None:
    source = SourceConnection.objects.create(district=oak, name="main", kind="oneroster_csv")
    late = run(source, 8, 23.5, create=5, restore=1, update=7, archive=10, end=2)  # the 9th already in Greenwich
    hold(late, "removal", 9)
    hold(late, "update", 4, released_run=late)
    run(source, 8, 3, create=100)
    found = line(oak, 8)
    assert (found.added, found.changed, found.removed, found.held) == (106, 7, 3, 9)
    assert (found.runs, found.run) == (2, late.pk)
    assert line(oak, 9).runs == 0


def test_data_age_until_they_are_read_again_and_the_oldest_source_counts(oak: District) -> None:
    one = SourceConnection.objects.create(district=oak, name="one", kind="oneroster_csv")
    run(one, 6, 3)
    run(one, 7, 3)
    assert line(oak, 5).age_hours is None
    assert line(oak, 6).age_hours == 21
    assert line(oak, 7).age_hours == 24.1  # just before the new data are in the directory
    assert line(oak, 9).age_hours == 69
    assert line(oak, 10).age_hours == 81  # now
    two = SourceConnection.objects.create(district=oak, name="two", kind="clever")
    run(two, 1, 0)
    assert line(oak, 7).age_hours == 168
    assert line(oak, 7, days=5).age_hours == 168  # read before the first day that is shown


def test_many_runs_are_asked_for_like_one(oak: District) -> None:
    def questions() -> int:
        with asking() as asked:
            trends(oak, days=90, now=NOW)
        return asked.number

    sources = [SourceConnection.objects.create(district=oak, name=f"s{n}", kind="clever") for n in range(3)]
    run(sources[0], 1, 1, create=1)
    few = questions()
    for source in sources:
        for day in range(1, 10):
            hold(run(source, day, 1, archive=5), "removal", 5)
    assert questions() == few


def test_the_times_of_the_stages_and_the_file(oak: District) -> None:
    source = SourceConnection.objects.create(district=oak, name="main", kind="clever")
    run(source, 9, 3, create=1)
    found = trends(oak, days=14, now=NOW)
    assert found.stages == ("read", "apply")
    assert found.times[0].seconds["apply"] == 1.5
    bea = browser(person("bea@example.org", "oak"))
    assert bea.get("/d/oak/runs/trends/?days=nonsense").status_code == 200
    csv = bea.get("/d/oak/runs/trends.csv?days=30").content.decode().splitlines()
    assert csv[0] == "day,added,changed,removed,held,runs,age_hours"
    assert len(csv) == 31
