"""What another worker finds, and mends: silent workers, places in the queue that were lost, jobs that never ended."""

from __future__ import annotations

import datetime as dt
import threading
import time

import psycopg
import pytest
from django.db import connection as database
from tests.builders import connection, plan, planned
from tests.jobs.asking import ask, grab, jobs, now, statuses

from rollbook.core.lifecycle import RunState
from rollbook.core.retries import MOST_STARTS
from rollbook.engine.leases import claim_job
from rollbook.jobs import tasks
from rollbook.services import recovery
from rollbook.store.address import url_from_settings
from rollbook.store.models import SyncRun

LEASE = 5.0


def sweep() -> list[str]:
    return recovery.sweep(now=now(), lease_seconds=LEASE)


SILENT = [
    # state, seconds of silence, starts, what it becomes
    (RunState.PLANNING, 4.0, 1, RunState.PLANNING),
    (RunState.PLANNING, 6.0, 1, RunState.QUEUED),
    (RunState.PLANNED, 6.0, 1, RunState.QUEUED),
    (RunState.APPLYING, 6.0, 1, RunState.QUEUED),
    (RunState.APPLIED, 6.0, 1, RunState.APPLIED),
    (RunState.PLANNING, 6.0, MOST_STARTS - 1, RunState.QUEUED),
    (RunState.PLANNING, 6.0, MOST_STARTS, RunState.FAILED),
    (RunState.APPLYING, 6.0, MOST_STARTS, RunState.FAILED),
    (RunState.APPLIED, 6.0, MOST_STARTS, RunState.APPLIED),
]


@pytest.mark.parametrize(("state", "silence", "starts", "becomes"), SILENT)
def test_a_silent_worker_loses_its_run(state: RunState, silence: float, starts: int, becomes: RunState) -> None:
    run = ask(connection())
    grab(run, silent=silence, state=state, starts=starts)
    found = sweep()
    run.refresh_from_db()
    is_silent = silence > LEASE
    assert (bool(found), run.state, run.worker == "") == (is_silent, becomes, is_silent)
    if becomes == RunState.FAILED:
        assert "It was not begun again" in run.error
        assert run.ended_at
    assert sweep() == []


def test_a_run_that_has_taken_too_long_is_not_begun_again() -> None:
    run = ask(connection())
    grab(run, silent=60.0, stage_at=now() - dt.timedelta(hours=7))
    sweep()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "longer than a run may" in run.error


def test_a_worker_that_only_slept_can_commit_nothing_any_more() -> None:
    run = ask(connection())
    grab(run, worker="box:1:sleepy", silent=60.0, state=RunState.APPLYING)
    with psycopg.connect(url_from_settings(database.settings_dict)) as asleep:
        asleep.execute("SET application_name = 'rollbook sleepy'")
        asleep.execute("SELECT pg_advisory_lock(%s)", [(0x52 << 56) | run.connection_id])
        asleep.execute("UPDATE district SET name = 'half' WHERE id = %s", [run.district_id])
        assert len(sweep()) == 1
        with pytest.raises(psycopg.OperationalError):
            asleep.execute("SELECT 1")
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    run.district.refresh_from_db()
    assert run.district.name != "half"


def test_a_person_at_work_on_the_connection_is_not_disturbed() -> None:
    run = ask(connection())
    grab(run, silent=60.0)
    with psycopg.connect(url_from_settings(database.settings_dict)) as person:
        person.execute("SELECT pg_advisory_lock(%s)", [(0x52 << 56) | run.connection_id])
        assert len(sweep()) == 1
        assert person.execute("SELECT 1").fetchone() == (1,)


LOST = [
    # the job's status, since when it is being done, its worker lives, is the run given a new place?
    ("todo", None, True, False),
    ("doing", 1.0, True, False),
    ("doing", 60.0, True, True),  # it never came to claim the run
    ("doing", 1.0, False, True),
    ("failed", None, True, True),
    ("succeeded", None, True, True),
    ("gone", None, True, True),
]


@pytest.mark.parametrize(("status", "since", "lives", "mended"), LOST)
def test_a_waiting_run_has_a_place_in_the_queue(status: str, since: float | None, lives: bool, mended: bool) -> None:
    run = ask(connection())
    with database.cursor() as cursor:
        cursor.execute("SELECT worker_id FROM procrastinate_register_worker_v1()")
        worker = cursor.fetchone()[0]
        if not lives:
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        if status == "gone":
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [run.job])
        else:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = %s, worker_id = %s WHERE id = %s", [status, worker, run.job]
            )
        if since is not None:
            cursor.execute(
                "UPDATE procrastinate_events SET at = clock_timestamp() - make_interval(secs => %s) WHERE job_id = %s",
                [since, run.job],
            )
    assert bool(sweep()) is mended
    assert [status for _, status in jobs(run)].count("todo") == (1 if mended or status == "todo" else 0)
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    assert sweep() == []


def test_a_job_that_never_ended_holds_up_nothing() -> None:
    run = ask(connection())
    grab(run)
    SyncRun.objects.filter(pk=run.pk).update(
        state=RunState.APPLIED, worker="", ended_at=now() - dt.timedelta(minutes=1)
    )
    with database.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = clock_timestamp() - interval '1 minute'")
    assert len(sweep()) == 1
    assert statuses(run) == ["failed"]


CHORES = [
    # does its worker live, since when is it being done, is it over?
    (True, 1.0, False),
    (True, 1800.0, False),
    (True, 7200.0, True),
    (False, 1.0, True),
]


@pytest.mark.parametrize(("lives", "since", "is_over"), CHORES)
def test_a_chore_whose_worker_died_does_not_keep_the_next_from_being_done(
    lives: bool, since: float, is_over: bool
) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT worker_id FROM procrastinate_register_worker_v1()")
        worker = cursor.fetchone()[0]
        if not lives:
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        chore = tasks.ask_for_due.configure().defer(timestamp=0)
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, chore])
        cursor.execute(
            "UPDATE procrastinate_events SET at = clock_timestamp() - make_interval(secs => %s) WHERE job_id = %s",
            [since, chore],
        )
        assert bool(sweep()) is is_over
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [chore])
        assert cursor.fetchone()[0] == ("failed" if is_over else "doing")


def test_a_command_that_died_while_it_applied_is_told_by_any_worker() -> None:
    run = planned(connection(), plan())
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.APPLYING)
    assert sweep() == [f"Run {run.pk} ended before it was done: nothing was applied."]
    run.refresh_from_db()
    assert run.state == RunState.FAILED


def test_one_worker_sweeps_at_a_time() -> None:
    run = ask(connection())
    grab(run, silent=60.0)
    with psycopg.connect(url_from_settings(database.settings_dict)) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [0x526F6C6D])
        assert sweep() == []
    deadline = time.monotonic() + 5
    while not sweep() and time.monotonic() < deadline:
        time.sleep(0.05)
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


def test_of_many_that_claim_a_run_one_gets_it() -> None:
    run = ask(connection())
    assert run.job is not None
    job = run.job
    got: list[str] = []
    start = threading.Barrier(6)

    def claim(name: str) -> None:
        try:
            start.wait()
            if claim_job(run.pk, job=job, worker=name) is not None:
                got.append(name)
        finally:
            database.close()

    threads = [threading.Thread(target=claim, args=(f"box:{number}:x",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert got == [run.worker]
    assert run.starts == 1
