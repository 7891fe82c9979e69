"""How far a run is: for the command line, the pages and anybody who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import connection as database
from django.db.models import BooleanField, ExpressionWrapper, Q

from rollbook.core.forecast import rate_of, seconds_left
from rollbook.core.lifecycle import RunState
from rollbook.store.models import District, SyncRun

__all__ = ["ALIVE", "Progress", "at_work", "progress_of", "worker_seen_at"]

ALIVE: Final = dt.timedelta(minutes=2)
"""A worker that has said nothing for so long is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands. ``stage``, ``done`` of ``total`` rows (or steps), ``rate`` in rows a second, ``seconds_left``:
    known while a worker is at it, as far as it can be known. ``ahead``: how many other runs wait that were asked for
    earlier. ``failure``: the name of the error that ended it. ``errand``: what is asked of it, where that is not the whole
    run. ``successor``: the run that took its place, goes on with its plan made again, or came of its errand.
    ``is_forsaken``: it waits, and no worker looks at the queue; ``worker_seen_at``: when one last did (None: never, or
    long ago)."""

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
    errand: str
    successor: int | None
    worker_seen_at: dt.datetime | None
    is_forsaken: bool


def progress_of(run_id: int, *, now: dt.datetime) -> Progress:
    """Where the run stands now, as its worker last said (every few seconds)."""
    run = SyncRun.objects.get(pk=run_id)
    is_waiting = not run.worker and run.ended_at is None and (run.state == RunState.QUEUED or bool(run.errand))
    is_over = not is_waiting and not run.worker and (run.ended_at is not None or run.state != RunState.PLANNING)
    seen_at = worker_seen_at() if is_waiting else None
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
        ahead=SyncRun.objects.waiting().filter(pk__lt=run.pk).count() if is_waiting else 0,
        notes=tuple(run.notes),
        error=run.error,
        failure=run.failure,
        errand=run.errand,
        successor=_successor(run),
        worker_seen_at=seen_at,
        is_forsaken=is_waiting and (seen_at is None or now - seen_at > ALIVE),
    )


def at_work(district: District, *, now: dt.datetime) -> Progress | None:
    """The run of the district that a worker is at, else the one that waits longest; None when there is none. One query
    then."""
    runs = SyncRun.objects.filter(district=district).unfinished()
    found = (
        runs.order_by(ExpressionWrapper(Q(worker=""), output_field=BooleanField()), "id")
        .values_list("pk", flat=True)
        .first()
    )
    return None if found is None else progress_of(found, now=now)


def worker_seen_at() -> dt.datetime | None:
    """When a worker last said that it lives; each does every few seconds, and one that ends is forgotten."""
    with database.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        found: dt.datetime | None = cursor.fetchone()[0]
        return found


def _before(run: SyncRun) -> dict[str, float]:
    """Seconds by stage of the connection's last applied run."""
    earlier = SyncRun.objects.of(run.connection_id).syncs().applied().exclude(pk=run.pk).newest_first().first()
    if earlier is None:
        return {}
    written = earlier.receipt.get("seconds", {})
    return {**earlier.seconds, "apply": sum(written.values())}


def _successor(run: SyncRun) -> int | None:
    """The run to follow instead of one that is over, if there is one."""
    if run.follower_id is not None:
        return int(run.follower_id)
    if run.state not in (RunState.CANCELLED, RunState.STALE, RunState.FAILED) or run.cancel_by:
        return None
    later = SyncRun.objects.of(run.connection_id).filter(pk__gt=run.pk).exclude(why="")
    found = later.filter(created_at__lte=run.ended_at).order_by("id").first() if run.ended_at else None
    return found.pk if found else None
