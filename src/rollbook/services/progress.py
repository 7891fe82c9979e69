"""How far a run is: for the command line, the pages and anybody who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rollbook.core.forecast import rate_of, seconds_left
from rollbook.core.lifecycle import RunState
from rollbook.store.models import SyncRun

__all__ = ["Progress", "progress_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands. ``stage``, ``done`` of ``total`` rows (or steps), ``rate`` in rows a second, ``seconds_left``:
    known while a worker is at it, as far as it can be known. ``ahead``: how many other runs wait that were asked for
    earlier. ``failure``: the name of the error that ended it. ``successor``: the run that took its place, or goes on with
    its plan made again."""

    run: int
    state: str
    why: str
    is_over: bool
    stage: str
    done: int
    total: int
    rate: float | None
    seconds_left: float | None
    worker: str
    starts: int
    retry_at: dt.datetime | None
    ahead: int
    notes: tuple[str, ...]
    error: str
    failure: str
    successor: int | None


def progress_of(run_id: int, *, now: dt.datetime) -> Progress:
    """Where the run stands now, as its worker last said (every few seconds)."""
    run = SyncRun.objects.get(pk=run_id)
    is_over = run.ended_at is not None or (not run.worker and run.state not in (RunState.QUEUED, RunState.PLANNING))
    in_stage = (now - run.stage_at).total_seconds() if run.stage_at and run.worker else 0.0
    return Progress(
        run=run.pk,
        state=str(run.state),
        why=run.why,
        is_over=is_over,
        stage=run.stage,
        done=run.done,
        total=run.total,
        rate=rate_of(run.done, in_stage),
        seconds_left=seconds_left(run.stage, in_stage, run.done, run.total, _before(run)) if run.worker else None,
        worker=run.worker.rpartition(":")[0],
        starts=run.starts,
        retry_at=run.retry_at,
        ahead=SyncRun.objects.waiting().filter(pk__lt=run.pk).count() if run.state == RunState.QUEUED else 0,
        notes=tuple(run.notes),
        error=run.error,
        failure=run.failure,
        successor=_successor(run),
    )


def _before(run: SyncRun) -> dict[str, float]:
    """Seconds by stage of the connection's last applied run."""
    earlier = SyncRun.objects.of(run.connection_id).syncs().applied().exclude(pk=run.pk).newest_first().first()
    if earlier is None:
        return {}
    written = earlier.receipt.get("seconds", {})
    return {**earlier.seconds, "apply": sum(written.values())}


def _successor(run: SyncRun) -> int | None:
    """The run to follow instead of one that is over without having been applied, if there is one."""
    if run.state not in (RunState.CANCELLED, RunState.STALE, RunState.FAILED) or run.cancel_by:
        return None
    later = SyncRun.objects.of(run.connection_id).filter(pk__gt=run.pk).exclude(why="")
    found = later.filter(created_at__lte=run.ended_at).order_by("id").first() if run.ended_at else None
    return found.pk if found else None
