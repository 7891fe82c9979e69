"""What operators look at: sources with their health and the age of their data, the queue, the last day's work."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.builders import connection, hold, plan, planned
from tests.engine.commands import Shell

from rollbook.core.health import Health
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.reports.exposition import text
from rollbook.reports.signals import SourceSignal, source_signals, work
from rollbook.services import scheduling
from rollbook.store.models import Alarm, Hold, SourceConnection, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 11, 1, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def run(feed: SourceConnection, state: RunState, hours: float, **values: Any) -> SyncRun:
    """A run of that many hours ago."""
    made = planned(feed, plan(holds=values.pop("held", ())))
    SyncRun.objects.filter(pk=made.pk).update(state=state, created_at=NOW - hours * HOUR, **values)
    return made


def signal() -> SourceSignal:
    [one] = source_signals()
    return one


def samples(name: str) -> dict[str, float]:
    """The lines of one metric: labels as they stand → value."""
    lines = [line for line in text(now=NOW).decode().splitlines() if not line.startswith("#")]
    found = [line.rpartition(" ") for line in lines if line.partition("{")[0].partition(" ")[0] == name]
    return {head.removeprefix(name): float(value) for head, _, value in found}


def test_a_source_that_never_ran() -> None:
    connection()
    one = signal()
    assert (one.health, one.run, one.data_at, one.state) == (Health.NEW, None, None, "")
    assert samples("rollbook_data_age_seconds") == {}
    assert samples("rollbook_sources")['{health="new"}'] == 1


def test_the_age_of_the_data_is_that_of_what_was_applied_last() -> None:
    feed = connection()
    run(feed, RunState.APPLIED, 50)
    last = run(feed, RunState.APPLIED, 26)
    run(feed, RunState.UNDONE, 9)
    failed = run(feed, RunState.FAILED, 2, error="No answer.")
    run(feed, RunState.CANCELLED, 1)
    one = signal()
    assert one.data_at == NOW - 26 * HOUR, last
    assert (one.run, one.state, one.error, one.health) == (failed.pk, "failed", "No answer.", Health.FAILING)
    labels = '{district="maple-valley",source="main"}'
    assert samples("rollbook_data_age_seconds") == {labels: 26 * 3600}
    assert samples("rollbook_source_failing") == {labels: 1}


def test_a_queued_run_dates_from_when_it_began() -> None:
    run(connection(), RunState.APPLIED, 30, started_at=NOW - 3 * HOUR)
    assert signal().data_at == NOW - 3 * HOUR


def test_what_waits_is_counted_in_the_newest_plan_alone() -> None:
    feed = connection()
    two = [hold("a", count=7), hold("b", count=2, depends_on="a"), hold("c", count=30)]
    run(feed, RunState.APPLIED, 26, held=two)
    newest = run(feed, RunState.APPLIED, 2, held=two)
    Hold.objects.filter(run=newest, key="c").update(state=HoldState.REJECTED)
    run(feed, RunState.FAILED, 1)
    one = signal()
    assert (one.holds, one.waiting) == (1, 9)
    assert samples("rollbook_records_waiting") == {'{district="maple-valley",source="main"}': 9}


def test_alarms_that_are_over_are_not_on() -> None:
    feed = connection()
    run(feed, RunState.APPLIED, 1)
    Alarm.objects.create(connection=feed, kind="stale", since=NOW)
    Alarm.objects.create(connection=feed, kind="failed", since=NOW, over_at=NOW)
    assert (signal().alarms, signal().health) == (("stale",), Health.FAILING)
    assert samples("rollbook_alarms") == {'{kind="stale"}': 1}


def test_every_source_of_every_district_is_there_by_district() -> None:
    run(connection("oak"), RunState.APPLIED, 1)
    run(connection("elm"), RunState.PLANNED, 1)
    connection("elm", name="families")
    assert [(one.slug, one.source, one.health) for one in source_signals()] == [
        ("elm", "main", Health.PLANNED),
        ("elm", "families", Health.NEW),
        ("oak", "main", Health.GOOD),
    ]


def test_the_queue_has_a_depth_and_an_age() -> None:
    now = dt.datetime.now(dt.UTC)
    first, second, later = connection("a"), connection("b"), connection("c")
    scheduling.request_run(first, by="alice", now=now - 2 * HOUR)
    scheduling.request_run(second, by="alice", now=now - 3 * HOUR, due_at=now - HOUR)
    scheduling.request_run(later, by="alice", now=now - 9 * HOUR, due_at=now + HOUR)
    found = work(now=now)
    assert (found.queued, found.working, found.workers) == (3, 0, 0)
    assert found.oldest_at == now - 2 * HOUR, "what is not due yet does not wait"
    SyncRun.objects.filter(connection=first).update(state=RunState.PLANNING, worker="w")
    assert (work(now=now).queued, work(now=now).working) == (2, 1)


def test_workers_are_those_that_gave_a_sign_of_life() -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) SELECT %s - make_interval(mins => age)"
            " FROM unnest(ARRAY[0, 0, 1, 1, 3, 90]) age",
            [NOW],
        )
    assert work(now=NOW).workers == 2


def test_the_last_day_is_what_was_done_in_it() -> None:
    feed = connection()
    receipt = {"inserted": {"student": 4}, "updated": {}, "deleted": {}, "seconds": {"edits": 0.5}}
    done = {"seconds": {"read": 1.5}, "rows": {"users": 10}, "receipt": receipt}
    run(feed, RunState.APPLIED, 25, **done, applied_at=NOW - 25 * HOUR)
    run(feed, RunState.APPLIED, 2, **done, applied_at=NOW - 2 * HOUR)
    run(feed, RunState.PLANNED, 1, seconds={"read": 0.5}, rows={"users": 3})
    found = work(now=NOW)
    assert found.seconds == {"edits": (0.5, 1), "read": (2.0, 2)}
    assert found.rows == {"users": 13}
    assert found.written == {("inserted", "student"): 4}
    assert found.runs == {"applied": 2, "planned": 1}
    assert samples("rollbook_stage_seconds_last_day") == {'{stage="edits"}': 0.5, '{stage="read"}': 2.0}
    assert samples("rollbook_rows_written_last_day") == {'{operation="inserted",table="student"}': 4}


def test_the_number_of_queries_does_not_grow() -> None:
    def asked() -> int:
        with CaptureQueriesContext(database) as queries:
            text(now=NOW)
        return len(queries)

    run(connection("one"), RunState.APPLIED, 1)
    few = asked()
    for number in range(8):
        run(connection(f"more-{number}"), RunState.APPLIED, 1)
    assert asked() == few == 6


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def test_the_status_is_one_screen(rollbook: Shell) -> None:
    assert "Add one" in rollbook.ok("status").out
    rollbook.begin()
    rollbook.ok("district", "add", "oak", "--name", "Oak")
    rollbook.ok("source", "add", "oak", "--kind", "oneroster_csv", "--path", str(rollbook.folder))
    shown = rollbook.ok("status").out
    assert [word for word in ("maple", "good", "applied", "oak", "0 workers; 0 runs wait") if word not in shown] == []
    said = rollbook.json("status")
    assert {source["slug"]: source["health"] for source in said["sources"]}["maple"] == "good"
    assert said["sources"][0]["data_age_seconds"] < 600
    assert said["work"]["last_day"]["rows"]["users"] > 0
    SyncRun.objects.filter(district__slug="maple").update(state=RunState.FAILED, error="No answer.")
    shown = rollbook.ok("status", "--failing").out
    assert "maple" in shown
    assert "No answer." in shown


def test_nobodys_name_is_in_a_signal(rollbook: Shell) -> None:
    rollbook.begin()
    users = (rollbook.incoming / "users.csv").read_text(encoding="utf-8").splitlines()[1:]
    names = {cell for line in users for cell in line.split(",")[8:10] if len(cell) > 3}
    assert len(names) > 50
    told = text(now=dt.datetime.now(dt.UTC)).decode() + rollbook.ok("status", "--json").out
    assert [name for name in names if f'"{name}' in told] == []
