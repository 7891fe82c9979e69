"""What a person asks a worker to do with a run: apply what was shown, release what was approved late, take it back.

Each takes as long as the district is large, so no request waits for it; the run says how far it is.
"""

from __future__ import annotations

import datetime as dt

from rollbook.core.lifecycle import OVER, Errand, RunState, check_move
from rollbook.engine import leases
from rollbook.engine.heart import Heart
from rollbook.services import applying, approving, releasing, scheduling, undoing
from rollbook.store.models import SyncRun

__all__ = ["apply", "carry_out", "state_after_failing", "undo"]

_UNDOING = (Errand.UNDO, Errand.UNDO_REST)


def apply(*, run: SyncRun, by: str, now: dt.datetime) -> None:
    """A worker will apply the plan as it was shown, with the holds that are approved; of a plan that is applied, what was
    approved since. Raises PlanStale and HoldRequired for what can be seen to be in vain now."""
    if run.state == RunState.APPLIED:
        releasing.ready(run, now=now)
        scheduling.request(run, errand=Errand.RELEASE, by=by, now=now)
        return
    check_move(run.pk, RunState(run.state), RunState.APPLYING)
    approving.approved(run, now=now)
    scheduling.request(run, errand=Errand.APPLY, by=by, now=now)


def undo(*, run: SyncRun, by: str, now: dt.datetime, exclude_conflicts: bool = False) -> None:
    """A worker will take the run back; with ``exclude_conflicts``, all of it that nothing later stands on. Raises PlanStale
    when it is not applied."""
    check_move(run.pk, RunState(run.state), RunState.UNDONE)
    scheduling.request(run, errand=Errand.UNDO_REST if exclude_conflicts else Errand.UNDO, by=by, now=now)


def carry_out(heart: Heart, *, now: dt.datetime) -> None:
    """The errand of the run that ``heart`` beats for is done, and what came of it is its follower. One that was done by a
    worker which died before it could say so is not done twice."""
    run, errand = heart.run, Errand(heart.run.errand)
    heart.is_applying = True
    leftover, follower = run.leftover, None
    if errand in _UNDOING:
        if run.state != RunState.UNDONE:
            heart("look", 0, 1)
            receipt = undoing.undo(
                run=run, by=run.errand_by, now=now, exclude_conflicts=errand is Errand.UNDO_REST, progress=heart
            )
            follower = receipt.run
    elif errand is Errand.RELEASE:
        heart("plan", 0, 1)
        follower = releasing.release(run=run, by=run.errand_by, now=now, progress=heart).run.pk
    elif run.state == RunState.APPLIED:
        heart("verify", 0, 1)
        leftover = applying.look_again(run, now=now)
    else:
        leftover = applying.apply(run=run, by=run.errand_by, now=now, progress=heart).leftover
    leases.end(heart.run, leftover=leftover, follower=follower)


def state_after_failing(run: SyncRun) -> RunState:
    """What a run is whose worker failed: an errand that came to nothing leaves the plan, or what was applied, as it was."""
    state = RunState(run.state)
    stays = {RunState.PLANNED, RunState.APPLIED, RunState.UNDONE} if run.errand else set()
    return state if state in OVER or state in stays else RunState.FAILED
