"""The schedule asks for the runs that are due: at the district's local time, once, and not of those that wait for a person."""

from __future__ import annotations

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from tests.builders import connection
from tests.jobs.asking import ask, now, statuses

from rollbook.core.lifecycle import RunState, Why
from rollbook.core.schedule import next_moment, schedule_of
from rollbook.jobs import tasks
from rollbook.services import daily, policies, scheduling
from rollbook.store.models import SourceConnection, SyncRun

ZONE = ZoneInfo("America/Los_Angeles")
EVENING = dt.datetime(2026, 9, 1, 20, 0, tzinfo=ZONE)
DAY = dt.timedelta(days=1)


def nightly(name: str = "main", **settings: str) -> SourceConnection:
    """A connection that is synced every day."""
    source = connection(name=name)
    source.district.timezone = "America/Los_Angeles"
    source.district.save()
    policies.change(connection=source, values={"daily_sync": "on", **settings}, by="alice")
    return source


def tick(moment: dt.datetime) -> list[SyncRun]:
    """The schedule looks, at that moment."""
    return daily.ask_for_due(now=moment)


def due_of(source: SourceConnection) -> dt.datetime | None:
    source.refresh_from_db()
    return source.next_due_at


def test_the_next_moment_is_known_and_kept() -> None:
    source = nightly()
    assert tick(EVENING) == []
    schedule = schedule_of(policies.policy_of(source), "America/Los_Angeles", "maple-valley/main")
    assert schedule is not None
    assert due_of(source) == next_moment(schedule, EVENING)
    local = (source.next_due_at or EVENING).astimezone(ZONE)
    assert (local.date(), local.hour, local.minute < 10) == (dt.date(2026, 9, 2), 3, True)


def test_a_run_is_asked_for_when_its_moment_comes_and_begins_not_earlier() -> None:
    source = nightly()
    tick(EVENING)
    moment = due_of(source)
    assert moment is not None
    assert tick(moment - dt.timedelta(minutes=3)) == []
    (run,) = tick(moment - dt.timedelta(seconds=30))
    assert (run.state, run.why, run.due_at, run.created_by) == (RunState.QUEUED, Why.DAILY, moment, "schedule")
    with database.cursor() as cursor:
        cursor.execute("SELECT scheduled_at FROM procrastinate_jobs WHERE id = %s", [run.job])
        assert cursor.fetchone()[0] == moment
    assert tick(moment + dt.timedelta(seconds=30)) == []
    assert due_of(source) == moment + DAY


def test_after_an_outage_of_a_week_there_is_one_run_that_says_so() -> None:
    source = nightly()
    tick(EVENING)
    back = EVENING + 7 * DAY
    (run,) = tick(back)
    assert run.why == Why.CATCH_UP
    assert [tick(back + dt.timedelta(minutes=minute)) for minute in (1, 2, 60)] == [[], [], []]
    assert (due_of(source) or EVENING) - back < DAY


def test_two_that_look_at_the_same_moment_ask_once() -> None:
    source = nightly()
    tick(EVENING)
    moment = due_of(source)
    assert moment is not None
    start, asked = threading.Barrier(4), []

    def look() -> None:
        try:
            start.wait()
            asked.extend(tick(moment))
        finally:
            database.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    assert SyncRun.objects.of(source.pk).count() == 1


def test_a_run_that_waits_already_is_enough() -> None:
    source = nightly()
    tick(EVENING)
    waiting = ask(source)
    assert [run.pk for run in tick(EVENING + DAY)] == [waiting.pk]
    assert statuses(waiting) == ["todo"]


@pytest.mark.parametrize(
    ("settings", "day"),
    [
        ({"start_time": "04:30"}, dt.date(2026, 9, 2)),
        ({"pause_until": "2026-09-05"}, dt.date(2026, 9, 5)),
        ({"blackouts": "2026-09-02..2026-09-03,2026-09-04"}, dt.date(2026, 9, 5)),
    ],
)
def test_a_changed_setting_moves_the_next_moment(settings: dict[str, str], day: dt.date) -> None:
    source = nightly()
    tick(EVENING)
    policies.change(connection=source, values=settings, by="alice")
    assert tick(EVENING + dt.timedelta(minutes=1)) == []
    moment = due_of(source)
    assert moment is not None
    assert moment.astimezone(ZONE).date() == day


def test_who_is_switched_off_or_paused_has_no_next_moment() -> None:
    off, paused = nightly(), nightly(name="second")
    tick(EVENING)
    assert due_of(off)
    assert due_of(paused)
    policies.change(connection=off, values={"daily_sync": "off"}, by="alice")
    scheduling.pause(paused, because="The password is wrong.", now=now())
    assert tick(EVENING + DAY) == []
    assert (due_of(off), due_of(paused)) == (None, None)
    scheduling.resume(paused, by="alice")
    assert tick(EVENING + DAY) == []
    assert due_of(paused)


def test_a_connection_that_cannot_be_read_does_not_stop_the_others() -> None:
    broken, good = nightly(), nightly(name="second")
    tick(EVENING)
    SourceConnection.objects.filter(pk=broken.pk).update(settings={"daily_sync": "on", "start_time": "late"})
    assert [run.connection_id for run in tick(EVENING + DAY)] == [good.pk]
    broken.refresh_from_db()
    assert "late" in broken.paused_because
    policies.change(connection=broken, values={"start_time": "03:00"}, by="alice")
    broken.refresh_from_db()
    assert broken.paused_at is None


def test_the_task_of_every_minute_is_the_schedule() -> None:
    nightly()
    assert tasks.ask_for_due(0) == 0
    assert SourceConnection.objects.get().next_due_at is not None
