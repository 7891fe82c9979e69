"""What a person asks of a run besides all of it: plan only, apply what was shown, release, undo. A worker does each once."""

from __future__ import annotations

import pytest
from tests.engine.commands import DAY2, Shell
from tests.jobs.asking import grab, jobs, now, work

from rollbook.core.errors import HoldRequired, PlanStale
from rollbook.core.lifecycle import RunState
from rollbook.engine.dump import dump
from rollbook.services import errands, recovery, scheduling
from rollbook.services.progress import at_work, progress_of
from rollbook.store.models import SourceConnection, SyncRun


@pytest.fixture
def planned(maple: SourceConnection, shell: Shell) -> SyncRun:
    shell.receive(2)
    return SyncRun.objects.get(plan=shell.json("plan", "maple", "--on", DAY2)["plan"])


def test_a_run_that_is_only_planned_waits_to_be_looked_at(maple: SourceConnection, shell: Shell) -> None:
    shell.receive(2)
    before = dump(maple.district_id)
    run = scheduling.request_run(maple, by="alice", now=now(), only_plan=True)
    assert scheduling.request_run(maple, by="alice", now=now(), only_plan=True).pk == run.pk
    work()
    run.refresh_from_db()
    assert (run.state, run.errand, run.worker, dump(maple.district_id) == before) == (RunState.PLANNED, "", "", True)
    assert progress_of(run.pk, now=now()).is_over


def test_whoever_wants_the_whole_run_gets_it_although_another_only_wanted_the_plan(maple: SourceConnection) -> None:
    run = scheduling.request_run(maple, by="alice", now=now(), only_plan=True)
    assert scheduling.request_run(maple, by="bob", now=now()).pk == run.pk
    work()
    run.refresh_from_db()
    assert run.state == RunState.APPLIED


def test_a_plan_is_applied_and_taken_back_by_a_worker_in_the_name_of_who_asked(planned: SyncRun) -> None:
    before = dump(planned.district_id)
    errands.apply(run=planned, by="alice", now=now())
    errands.apply(run=planned, by="alice", now=now())
    assert len(jobs(planned)) == 1
    waiting = at_work(planned.district, now=now())
    assert waiting is not None
    assert (waiting.run, waiting.is_over, waiting.is_forsaken) == (planned.pk, False, True)
    with pytest.raises(PlanStale):
        scheduling.request(planned, errand=errands.Errand.UNDO, by="bob", now=now())
    work()
    planned.refresh_from_db()
    assert (planned.state, planned.leftover, planned.errand) == (RunState.APPLIED, 0, "")
    with pytest.raises(HoldRequired):
        errands.apply(run=planned, by="alice", now=now())
    errands.undo(run=planned, by="bob", now=now())
    work()
    planned.refresh_from_db()
    undo = SyncRun.objects.get(undoes=planned)
    assert (planned.state, planned.follower_id, undo.created_by) == (RunState.UNDONE, undo.pk, "bob")
    assert dump(planned.district_id) == before
    assert at_work(planned.district, now=now()) is None


def test_a_plan_that_is_out_of_date_is_made_again_and_not_applied(planned: SyncRun, shell: Shell) -> None:
    shell.ok("apply", shell.json("plan", "maple", "--on", DAY2)["plan"])
    errands.apply(run=planned, by="alice", now=now())
    work()
    planned.refresh_from_db()
    assert (planned.state, planned.worker) == (RunState.STALE, "")
    renewed = SyncRun.objects.get(pk=planned.follower_id)
    assert renewed.state == RunState.PLANNED
    assert not SyncRun.objects.unfinished().exists()


def test_what_is_in_the_way_of_an_undo_is_said_and_the_run_stays_applied(planned: SyncRun, shell: Shell) -> None:
    shell.ok("apply", str(planned.plan))
    first = SyncRun.objects.order_by("pk")[0]
    errands.undo(run=first, by="alice", now=now())
    work()
    first.refresh_from_db()
    assert (first.state, first.errand) == (RunState.APPLIED, "")
    assert "Nothing was undone." in first.error
    errands.undo(run=first, by="alice", now=now(), exclude_conflicts=True)
    work()
    first.refresh_from_db()
    assert (first.state, first.error) == (RunState.UNDONE, "")


def test_an_errand_is_withdrawn_before_a_worker_begins_and_not_after(planned: SyncRun) -> None:
    errands.apply(run=planned, by="alice", now=now())
    assert scheduling.cancel(planned, by="alice", now=now())
    assert work() == 0
    assert (planned.state, planned.errand) == (RunState.PLANNED, "")
    errands.apply(run=planned, by="alice", now=now())
    grab(planned, state=RunState.PLANNED)
    with pytest.raises(PlanStale):
        scheduling.cancel(planned, by="alice", now=now())


@pytest.mark.parametrize("state", [RunState.PLANNED, RunState.APPLYING])
def test_a_worker_that_dies_leaves_the_plan_as_it_was_shown_to_the_next(planned: SyncRun, state: RunState) -> None:
    """The plan is not made again: nobody has seen another (R-1)."""
    plan = planned.plan_artifact
    errands.apply(run=planned, by="alice", now=now())
    grab(planned, silent=1000, state=state)
    recovery.sweep(now=now())
    planned.refresh_from_db()
    assert (planned.state, planned.errand) == (RunState.PLANNED, "apply")
    work()
    planned.refresh_from_db()
    assert (planned.state, planned.plan_artifact, planned.leftover) == (RunState.APPLIED, plan, 0)


def test_an_errand_that_was_committed_before_its_worker_died_is_not_done_twice(planned: SyncRun, shell: Shell) -> None:
    shell.ok("apply", str(planned.plan))
    planned.refresh_from_db()
    errands.undo(run=planned, by="alice", now=now())
    shell.ok("undo", str(planned.pk))
    grab(planned, silent=1000, state=RunState.UNDONE)
    recovery.sweep(now=now())
    assert work() == 0
    planned.refresh_from_db()
    assert (planned.state, planned.errand, planned.worker) == (RunState.UNDONE, "", "")
    assert SyncRun.objects.filter(undoes=planned).count() == 1


def test_an_errand_that_keeps_killing_its_workers_ends_and_leaves_the_run_as_it_was(
    planned: SyncRun, shell: Shell
) -> None:
    shell.ok("apply", str(planned.plan))
    planned.refresh_from_db()
    errands.undo(run=planned, by="alice", now=now())
    grab(planned, silent=1000, state=RunState.APPLIED, starts=5)
    recovery.sweep(now=now())
    planned.refresh_from_db()
    assert (planned.state, planned.errand) == (RunState.APPLIED, "")
    assert "not begun again" in planned.error
