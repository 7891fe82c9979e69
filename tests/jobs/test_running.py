"""What a worker makes of what goes wrong: errors, cancelling, being told to end, a directory that moves, a person at work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError
from django.db import connection as database
from tests.engine.commands import Shell
from tests.jobs.asking import ask, now, statuses, work

from rollbook.core.errors import AuthError, ConfigError, DataError, RateLimited, RollbookError, TransientError
from rollbook.core.lifecycle import RunState, Why
from rollbook.engine.dump import dump
from rollbook.engine.heart import Heart
from rollbook.services import planning, reading, running, scheduling, sources
from rollbook.services.progress import progress_of
from rollbook.store.address import url_from_settings
from rollbook.store.models import SourceConnection, SyncRun


def at_stage(monkeypatch: pytest.MonkeyPatch, stage: str, act: Callable[[Heart], object]) -> None:
    """When a run comes to that stage, something happens."""
    whole = Heart.__call__

    def told(self: Heart, name: str, done: int, total: int) -> None:
        if name == stage:
            act(self)
        whole(self, name, done, total)

    monkeypatch.setattr(Heart, "__call__", told)


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_words: Any, **_named: Any) -> Any:
        raise error

    return fail


ENDS = [
    # the error, what the run becomes, seconds until it is tried again, is its connection paused?
    (TransientError("The server is busy."), RunState.QUEUED, 60, False),
    (RateLimited("Slow down.", retry_after=600), RunState.QUEUED, 600, False),
    (OperationalError("secret values"), RunState.QUEUED, 5, False),
    (IntegrityError("secret values"), RunState.FAILED, None, False),
    (AuthError("The password is wrong."), RunState.QUEUED, 60, False),
    (ConfigError("There is no such folder."), RunState.FAILED, None, True),
    (DataError("The file is cut short."), RunState.FAILED, None, False),
    (ZeroDivisionError("secret values"), RunState.FAILED, None, False),
]


@pytest.mark.parametrize(("error", "becomes", "seconds", "pauses"), ENDS, ids=[type(row[0]).__name__ for row in ENDS])
def test_what_a_source_fails_with_decides_what_becomes_of_the_run(
    maple: SourceConnection,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    becomes: RunState,
    seconds: int | None,
    pauses: bool,
) -> None:
    before = dump(maple.district_id)
    run = ask(maple)
    with monkeypatch.context() as patched:
        patched.setattr(planning, "_standing", lambda *_words, **_named: None)
        patched.setattr(reading, "read", raising(error))
        work()
    run.refresh_from_db()
    maple.refresh_from_db()
    assert (run.state, run.worker, dump(maple.district_id) == before) == (becomes, "", True)
    assert (maple.paused_at is not None, bool(maple.paused_because)) == (pauses, pauses)
    assert "secret values" not in run.error + " ".join(run.notes)
    if seconds is None:
        assert run.error
        assert run.failure == (type(error).__name__ if isinstance(error, RollbookError) else "RollbookError")
        assert run.ended_at
        assert statuses(run) == ["succeeded"]  # the job did what it could; the run tells the rest
    else:
        assert statuses(run) == ["succeeded", "todo"]
        assert run.retry_at is not None
        wait = (run.retry_at - now()).total_seconds()
        assert seconds - 30 < wait <= seconds  # some of it has passed


def test_wrong_credentials_are_looked_up_once_more_and_then_the_connection_waits_for_a_person(
    maple: SourceConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(maple)
    with monkeypatch.context() as patched:
        patched.setattr(planning, "_standing", lambda *_words, **_named: None)
        patched.setattr(reading, "read", raising(AuthError("The password is wrong.")))
        work()
        assert ask(maple).pk == run.pk  # does not wait for its next try
        work()
    run.refresh_from_db()
    maple.refresh_from_db()
    assert (run.state, run.error, maple.paused_because) == (
        RunState.FAILED,
        "The password is wrong.",
        "The password is wrong.",
    )
    sources.change(maple, config={"max_files": 50}, by="alice")  # a person has mended it
    maple.refresh_from_db()
    assert maple.paused_at is None


def test_a_run_that_works_ends_the_pause(maple: SourceConnection) -> None:
    scheduling.pause(maple, because="The password is wrong.", now=now())
    ask(maple)
    work()
    maple.refresh_from_db()
    assert maple.paused_at is None


@pytest.mark.parametrize("stage", ["clean", "match", "keep"])
def test_a_cancelled_run_ends_between_two_stages(
    shell: Shell, maple: SourceConnection, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    shell.receive(2)
    before = dump(maple.district_id)
    run = ask(maple)

    def cancel(heart: Heart) -> None:
        assert scheduling.cancel(run, by="bob", now=now()) is False
        heart._tell()

    at_stage(monkeypatch, stage, cancel)
    work()
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.CANCELLED, "Cancelled by bob. Nothing was applied.")
    assert dump(maple.district_id) == before
    assert run.ended_at


def test_a_worker_that_is_told_to_end_hands_its_run_back(
    shell: Shell, maple: SourceConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.receive(2)
    run = ask(maple)
    with monkeypatch.context() as patched:
        at_stage(patched, "diff", lambda heart: setattr(heart, "is_stopping", lambda: True))
        job = run.job
        assert job is not None
        with database.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        assert running.carry_out(run_id=run.pk, job=job) == RunState.QUEUED
    run.refresh_from_db()
    assert (run.state, run.starts, run.retry_at) == (RunState.QUEUED, 1, None)
    assert "was stopped while it was at diff" in run.notes[0]
    scheduling._end_job(job)  # as the worker itself would have
    work()
    run.refresh_from_db()
    assert (run.state, run.starts) == (RunState.APPLIED, 2)


def test_what_is_being_applied_is_finished_also_by_a_worker_that_is_told_to_end(
    shell: Shell, maple: SourceConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.receive(2)
    run = ask(maple)
    at_stage(monkeypatch, "edits", lambda heart: setattr(heart, "is_stopping", lambda: True))
    assert run.job is not None
    assert running.carry_out(run_id=run.pk, job=run.job) == RunState.APPLIED


@pytest.mark.parametrize("stage", ["match", "edits"])
def test_a_worker_that_has_lost_its_lease_writes_nothing_any_more(
    shell: Shell, maple: SourceConnection, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    shell.receive(2)
    before = dump(maple.district_id)
    run = ask(maple)

    def lose(heart: Heart) -> None:
        if not database.in_atomic_block:
            SyncRun.objects.filter(pk=run.pk).update(worker="box:2:other", starts=2)
        heart.is_lost = True

    at_stage(monkeypatch, stage, lose)
    work()
    assert dump(maple.district_id) == before
    run.refresh_from_db()
    assert stage == "edits" or (run.state, run.worker) == (RunState.PLANNING, "box:2:other")


@pytest.mark.parametrize("stage", ["match", "edits"])
def test_a_run_that_takes_too_long_is_stopped(
    shell: Shell, maple: SourceConnection, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    shell.receive(2)
    before = dump(maple.district_id)
    run = ask(maple)
    at_stage(monkeypatch, stage, lambda heart: setattr(heart, "limit", 0.0))
    work()
    run.refresh_from_db()
    assert (run.state, run.worker, dump(maple.district_id) == before) == (RunState.FAILED, "", True)
    assert "took longer than" in run.error
    assert run.ended_at


def test_a_directory_that_moves_meanwhile_is_planned_for_again(
    shell: Shell, maple: SourceConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.receive(2)
    run = ask(maple, Why.DAILY)
    moved: list[int] = []

    def move(_heart: Heart) -> None:
        if not moved:
            moved.append(1)
            with database.cursor() as cursor:
                cursor.execute("UPDATE district SET revision = revision + 1 WHERE id = %s", [maple.district_id])

    at_stage(monkeypatch, "keep", move)
    work()
    run.refresh_from_db()
    heir = SyncRun.objects.of(maple.pk).newest_first()[0]
    assert (run.state, run.worker) == (RunState.STALE, "")
    assert (heir.state, heir.why, heir.leftover, heir.worker) == (RunState.APPLIED, Why.DAILY, 0, "")
    assert f"run {run.pk}" in heir.notes[0]
    assert heir.ended_at
    assert progress_of(run.pk, now=now()).successor == heir.pk


def test_a_run_waits_for_the_person_who_is_at_work_on_its_connection(maple: SourceConnection) -> None:
    run = ask(maple)
    with psycopg.connect(url_from_settings(database.settings_dict)) as person:
        person.execute("SELECT pg_advisory_lock(%s)", [(0x52 << 56) | maple.pk])
        work()
        run.refresh_from_db()
        assert (run.state, run.starts, statuses(run)) == (RunState.QUEUED, 0, ["succeeded", "todo"])
    with database.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    work()
    run.refresh_from_db()
    assert run.state == RunState.APPLIED


def test_an_unchanged_night_is_a_run_like_any_other(maple: SourceConnection) -> None:
    run = ask(maple)
    work()
    run.refresh_from_db()
    assert (run.state, run.leftover, run.receipt["inserted"]) == (RunState.APPLIED, 0, {})


def test_progress_is_told_while_a_run_is_at_work(
    shell: Shell, maple: SourceConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.receive(2)
    run = ask(maple)
    waiting = progress_of(run.pk, now=now())
    assert (waiting.state, waiting.is_over, waiting.ahead, waiting.stage) == ("queued", False, 0, "")
    seen = []

    def look(heart: Heart) -> None:
        heart.stage, heart.done, heart.total = "diff", 250, 1000
        heart._tell()
        seen.append(progress_of(run.pk, now=now() + dt.timedelta(seconds=2)))

    at_stage(monkeypatch, "plan", look)
    work()
    (found,) = seen
    assert (found.state, found.stage, found.done, found.total, found.is_over) == ("planning", "diff", 250, 1000, False)
    assert found.rate is not None
    assert found.rate > 0
    assert found.seconds_left is not None
    assert found.worker
    after = progress_of(run.pk, now=now())
    assert (after.state, after.is_over, after.stage, after.seconds_left) == ("applied", True, "", None)
