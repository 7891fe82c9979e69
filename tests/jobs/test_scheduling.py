"""Asking for runs, cancelling them, giving them back: who waits, and what of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from tests.builders import connection, plan, planned
from tests.jobs.asking import ask, grab, jobs, now, statuses

from rollbook.core.errors import PlanStale
from rollbook.core.lifecycle import RunState, Why
from rollbook.services import scheduling
from rollbook.store.models import ChangeLog, SourceConnection, SyncRun

D, M, C = Why.DAILY, Why.MANUAL, Why.CATCH_UP

REQUESTS = [
    # who waits, who comes, is the one who waits kept?
    (D, D, True),
    (D, C, True),
    (C, D, True),
    (D, M, False),
    (C, M, False),
    (M, D, True),
    (M, C, True),
    (M, M, True),
]


@pytest.mark.parametrize(("first", "second", "kept"), REQUESTS)
def test_one_waits_and_a_person_comes_before_the_schedule(first: Why, second: Why, kept: bool) -> None:
    source = connection()
    waiting, other = ask(source, first), ask(source, second, by="bob")
    waiting.refresh_from_db()
    assert (other.pk == waiting.pk) is kept
    assert list(SyncRun.objects.waiting().values_list("pk", flat=True)) == [other.pk]
    if kept:
        assert statuses(waiting) == ["todo"]
    else:
        assert (waiting.state, statuses(waiting), statuses(other)) == (RunState.CANCELLED, ["cancelled"], ["todo"])
        assert f"Run {other.pk}" in waiting.error
        assert waiting.ended_at


def test_the_row_and_its_job_are_there_together_or_not_at_all() -> None:
    source = connection()
    with transaction.atomic():
        run = ask(source)
        assert statuses(run) == ["todo"]
        transaction.set_rollback(True)
    assert not SyncRun.objects.filter(pk=run.pk).exists()
    assert statuses(run) == []


def test_the_database_itself_lets_one_wait() -> None:
    run = ask(connection())
    with pytest.raises(IntegrityError):
        SyncRun.objects.create(
            district_id=run.district_id,
            connection_id=run.connection_id,
            state=RunState.QUEUED,
            created_at=now(),
            created_by="x",
        )


def test_runs_of_other_connections_wait_beside_each_other() -> None:
    first, second = ask(connection()), ask(connection(name="second"))
    assert statuses(first) == statuses(second) == ["todo"]


def test_one_waits_behind_the_one_at_work() -> None:
    source = connection()
    first = ask(source)
    grab(first)
    second = ask(source, Why.DAILY)
    assert second.pk != first.pk
    assert (statuses(first), statuses(second)) == (["doing"], ["todo"])


def test_a_run_that_waits_for_its_next_try_goes_at_once_when_a_person_asks() -> None:
    source = connection()
    run = ask(source)
    grab(run)
    later = now() + dt.timedelta(hours=1)
    assert scheduling.release(run, worker=run.worker, note="Try 1: busy.", now=now(), at=later)
    assert run.retry_at == later
    assert ask(source).pk == run.pk
    run.refresh_from_db()
    assert run.retry_at is None
    assert statuses(run) == ["failed", "cancelled", "todo"]


def test_a_waiting_run_is_cancelled_at_once() -> None:
    run = ask(connection())
    assert scheduling.cancel(run, by="bob", now=now()) is True
    assert (run.state, statuses(run)) == (RunState.CANCELLED, ["cancelled"])
    assert run.error == "Cancelled by bob. Nothing was applied."


@pytest.mark.parametrize("state", [RunState.PLANNING, RunState.PLANNED])
def test_a_run_at_work_is_asked_to_end(state: RunState) -> None:
    run = ask(connection())
    grab(run, state=state)
    assert scheduling.cancel(run, by="bob", now=now()) is False
    run.refresh_from_db()
    assert (run.state, run.cancel_by) == (state, "bob")


@pytest.mark.parametrize(
    "state",
    [
        RunState.APPLYING,
        RunState.APPLIED,
        RunState.UNDONE,
        RunState.STALE,
        RunState.DISCARDED,
        RunState.FAILED,
        RunState.CANCELLED,
    ],
)
def test_what_is_being_applied_or_over_cannot_be_cancelled(state: RunState) -> None:
    run = ask(connection())
    grab(run, state=state)
    with pytest.raises(PlanStale, match=f"Run {run.pk}"):
        scheduling.cancel(run, by="bob", now=now())


def test_a_plan_made_by_a_command_can_be_cancelled_too() -> None:
    run = planned(connection(), plan())
    assert scheduling.cancel(run, by="bob", now=now()) is True
    assert run.state == RunState.CANCELLED


RELEASED = [
    # the state it is given back in, what it becomes, does it wait again, is another run asked for?
    (RunState.PLANNING, RunState.QUEUED, True, False),
    (RunState.PLANNED, RunState.QUEUED, True, False),
    (RunState.APPLYING, RunState.QUEUED, True, False),
    (RunState.APPLIED, RunState.APPLIED, True, False),
    (RunState.STALE, RunState.STALE, False, True),
    (RunState.FAILED, RunState.FAILED, False, False),
    (RunState.CANCELLED, RunState.CANCELLED, False, False),
]


@pytest.mark.parametrize(("state", "becomes", "waits", "successor"), RELEASED)
def test_what_becomes_of_a_run_that_is_given_back(
    state: RunState, becomes: RunState, waits: bool, successor: bool
) -> None:
    source = connection()
    run = ask(source, Why.DAILY)
    grab(run, state=state)
    assert scheduling.release(run, worker=run.worker, note="Worker box:1 ended.", now=now())
    assert (run.state, run.worker, run.notes) == (becomes, "", ["Worker box:1 ended."])
    assert statuses(run) == (["failed", "todo"] if waits else ["failed"])
    assert (run.ended_at is None) is waits
    later = SyncRun.objects.of(source.pk).waiting().exclude(pk=run.pk).first()
    assert (later is not None) is successor
    assert later is None or (later.why, statuses(later)) == (Why.DAILY, ["todo"])


def test_a_lease_that_is_anothers_is_not_given_back() -> None:
    run = ask(connection())
    grab(run, worker="box:2:new")
    before = jobs(run)
    assert scheduling.release(run, worker="box:1:old", note="", now=now()) is False
    assert (run.state, run.worker, jobs(run)) == (RunState.PLANNING, "box:2:new", before)


def test_a_run_given_back_while_another_waits_leaves_the_work_to_it() -> None:
    source = connection()
    first = ask(source)
    grab(first)
    second = ask(source)
    assert scheduling.release(first, worker=first.worker, note="Worker box:1 ended.", now=now())
    assert first.state == RunState.FAILED
    assert f"Run {second.pk}" in first.error
    assert statuses(second) == ["todo"]


def test_a_run_that_is_to_be_looked_at_again_may_wait_beside_another() -> None:
    source = connection()
    first = ask(source)
    grab(first, state=RunState.APPLIED)
    second = ask(source)
    assert scheduling.release(first, worker=first.worker, note="Worker box:1 ended.", now=now())
    assert (statuses(first), statuses(second)) == (["failed", "todo"], ["todo"])
    assert ask(source).pk == second.pk


def test_a_paused_connection_is_resumed_once_and_that_is_logged() -> None:
    source = connection()
    assert scheduling.resume(source, by="alice") is False
    scheduling.pause(source, because="The password is wrong.", now=now())
    kept = SourceConnection.objects.get(pk=source.pk)
    assert (kept.paused_because, kept.next_due_at) == ("The password is wrong.", None)
    assert scheduling.resume(source, by="alice") is True
    assert SourceConnection.objects.get(pk=source.pk).paused_at is None
    line = ChangeLog.objects.filter(table="source_connection", row_id=source.pk).latest("id")
    assert (line.by, line.old) == ("alice", {"paused_because": "The password is wrong."})
