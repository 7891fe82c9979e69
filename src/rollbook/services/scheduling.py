"""Runs that workers carry out: asking for one, cancelling it, putting it back into the queue.

The run's row and its job are written in one transaction, so that neither is ever there without the other. One run of a
connection waits at most; one is at work at most (R-14).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import connection as database
from django.db import transaction
from procrastinate import App
from procrastinate.contrib.django.django_connector import DjangoConnector

from rollbook.core.errors import PlanStale
from rollbook.core.lifecycle import OVER, Errand, RunKind, RunState, Why, check_move
from rollbook.services.changelog import note_values
from rollbook.store.models import SourceConnection, SyncRun

__all__ = ["QUEUE", "TASK", "cancel", "pause", "postpone", "release", "request", "request_run", "resume"]

TASK: Final = "rollbook.run"
QUEUE: Final = "runs"
_QUEUES: Final = App(connector=DjangoConnector())
"""Puts jobs into the queue on Django's connection: in our transaction, also inside a worker, whose own connector is not."""
_PRIORITY: Final = {Why.MANUAL: 10, Why.DAILY: 0, Why.CATCH_UP: 0}
_ERRAND: Final = 20
"""A person has looked, and waits for what was looked at."""


def request_run(
    connection: SourceConnection,
    *,
    by: str,
    now: dt.datetime,
    why: Why = Why.MANUAL,
    due_at: dt.datetime | None = None,
    only_plan: bool = False,
) -> SyncRun:
    """A run of ``connection`` waits for a worker, and is returned: the one that waited already, or a new one.

    A person's run takes the place of a waiting one of the schedule, which is cancelled and says so. ``due_at``: the moment
    of the schedule that it serves; it does not begin earlier. ``only_plan``: the plan waits to be looked at; where a run
    waits already, it does what the first who asked for it wanted, and is applied when anybody wants it.
    """
    with transaction.atomic():
        kept = _alone(connection.pk)
        waiting = SyncRun.objects.of(kept.pk).waiting().first()
        if waiting is not None and (why != Why.MANUAL or waiting.why == Why.MANUAL or only_plan):
            if not only_plan and waiting.errand:
                SyncRun.objects.filter(pk=waiting.pk).update(errand="")
            if why == Why.MANUAL and waiting.retry_at is not None:
                _hurry(waiting)
            return waiting
        if waiting is not None:
            _drop_job(waiting.job)
            waiting.state = RunState.CANCELLED  # makes room: one waits at most
            waiting.ended_at = now
            waiting.save(update_fields=["state", "ended_at"])
        run = SyncRun.objects.create(
            district_id=kept.district_id,
            connection=kept,
            kind=RunKind.SYNC,
            state=RunState.QUEUED,
            created_at=now,
            created_by=by,
            why=why,
            due_at=due_at,
            errand=Errand.PLAN if only_plan else "",
            errand_by=by if only_plan else "",
        )
        _enqueue(run, at=due_at)
        if waiting is not None:
            SyncRun.objects.filter(pk=waiting.pk).update(error=f"Run {run.pk}, asked for by a person, took its place.")
    return run


def request(run: SyncRun, *, errand: Errand, by: str, now: dt.datetime) -> None:
    """The errand waits for a worker, in the name of ``by``; asking twice is asking once. What may be asked of which run,
    ``errands`` says. Raises PlanStale when something else is asked of the run already, or a worker is at it."""
    with transaction.atomic():
        _alone(run.connection_id)
        kept = SyncRun.objects.select_for_update().get(pk=run.pk)
        if kept.worker or (kept.errand and kept.ended_at is None):
            if kept.errand != errand:
                raise PlanStale(f"Run {run.pk} is at work already.", hint="Wait until that has ended, then look again.")
        else:
            SyncRun.objects.filter(pk=kept.pk).update(
                errand=errand, errand_by=by, ended_at=None, error="", failure="", starts=0, cancel_by="", follower=None
            )
            _drop_job(kept.job)  # of an earlier errand that somebody else has done
            _enqueue(kept, at=None, priority=_ERRAND)
    run.refresh_from_db()


def cancel(run: SyncRun, *, by: str, now: dt.datetime) -> bool:
    """The run is cancelled (True), or its worker will end it before anything is applied (False). Of a run whose plan was
    made already, only what waits to be done with it is withdrawn.

    Raises PlanStale when it is too late: it is being applied, or over. An applied run can be undone instead.
    """
    with transaction.atomic():
        _alone(run.connection_id)
        kept = SyncRun.objects.select_for_update().get(pk=run.pk)
        if kept.errand and kept.state in (RunState.PLANNED, RunState.APPLIED):
            _withdraw(kept, by=by, now=now)
            run.refresh_from_db()
            return True
        if kept.state in (RunState.PLANNING, RunState.PLANNED) and kept.worker:
            SyncRun.objects.filter(pk=kept.pk).update(cancel_by=by)
            return False
        check_move(kept.pk, RunState(kept.state), RunState.CANCELLED)
        _drop_job(kept.job)
        SyncRun.objects.filter(pk=kept.pk).update(
            state=RunState.CANCELLED, cancel_by=by, error=f"Cancelled by {by}. Nothing was applied.", ended_at=now
        )
    run.refresh_from_db()
    return True


def release(
    run: SyncRun, *, worker: str, note: str, now: dt.datetime, at: dt.datetime | None = None, ends_job: bool = True
) -> bool:
    """``worker`` has no lease on the run any more, and the run is in the queue again (not before ``at``), with what it has
    received so far. False when the lease was not that worker's, and then nothing changed. ``ends_job``: the worker is gone
    and will not end its job itself.

    A run that is applied stays so and waits to be looked at again. One that is over stays over; when that is because the
    directory moved, a new run is asked for. When another run of the connection waits already, this one has failed: the
    other does the same, with newer data.
    """
    with transaction.atomic():
        _alone(run.connection_id)
        kept = SyncRun.objects.select_for_update().filter(pk=run.pk, worker=worker).exclude(worker="").first()
        if kept is None:
            return False
        if ends_job:
            _end_job(kept.job)
        state, errand = RunState(kept.state), kept.errand
        values: dict[str, Any] = {"worker": "", "backend_pid": None, "heartbeat_at": None, "stage": ""}
        values["notes"] = [*kept.notes, note]
        other = SyncRun.objects.of(kept.connection_id).waiting().exclude(pk=kept.pk).first()
        if state in OVER or state == RunState.UNDONE:
            values |= {"ended_at": now, "errand": ""}
        elif state == RunState.APPLIED:
            values["ended_at"] = None
        elif kept.errand == Errand.APPLY:
            values |= {"state": RunState.PLANNED, "retry_at": at}
        elif other is not None:
            values |= {
                "state": RunState.FAILED,
                "error": f"{note} Run {other.pk}, which waited already, goes on in its place.",
                "ended_at": now,
            }
        else:
            values |= {"state": RunState.QUEUED, "retry_at": at}
        SyncRun.objects.filter(pk=kept.pk).update(**values)
        kept.refresh_from_db()
        if kept.ended_at is None:
            _enqueue(kept, at=at, priority=_ERRAND if kept.errand else None)
        elif state == RunState.STALE and not errand:
            request_run(kept.connection, by=kept.created_by, now=now, why=Why(kept.why or Why.MANUAL))
    run.refresh_from_db()
    return True


def pause(connection: SourceConnection, *, because: str, now: dt.datetime) -> None:
    """The schedule leaves the connection alone until a person has mended it; ``because`` says what."""
    SourceConnection.objects.filter(pk=connection.pk).update(paused_at=now, paused_because=because, next_due_at=None)


def resume(connection: SourceConnection, *, by: str) -> bool:
    """The schedule runs the connection again. False when it was not paused by an error."""
    with transaction.atomic():
        kept = _alone(connection.pk)
        if kept.paused_at is None:
            return False
        SourceConnection.objects.filter(pk=kept.pk).update(paused_at=None, paused_because="")
        note_values(
            district_id=kept.district_id,
            table="source_connection",
            row_id=kept.pk,
            old={"paused_because": kept.paused_because},
            new={"paused_because": ""},
            by=by,
        )
    return True


def postpone(run: SyncRun, *, at: dt.datetime, ends_job: bool = True) -> None:
    """A waiting run has a new place in the queue, not before ``at``: its old one was lost, or a person is at work on its
    connection (then its worker ends the old job itself: no ``ends_job``). Nothing happens when it has got one since."""
    with transaction.atomic():
        _alone(run.connection_id)
        kept = SyncRun.objects.select_for_update().filter(pk=run.pk, job=run.job, worker="").first()
        if kept is not None and kept.ended_at is None:
            if ends_job:
                _end_job(kept.job)
            _enqueue(kept, at=at)


def _alone(connection_id: int) -> SourceConnection:
    """Until this transaction ends, nobody else asks for a run of the connection, cancels or releases one."""
    return SourceConnection.objects.select_for_update().get(pk=connection_id)


def _withdraw(kept: SyncRun, *, by: str, now: dt.datetime) -> None:
    if kept.worker:
        raise PlanStale(
            f"A worker has begun with run {kept.pk}: it is too late to withdraw it.",
            hint="Wait until it is done; what is applied can be undone.",
            detail={"run": kept.pk},
        )
    _drop_job(kept.job)
    note = f"{by} withdrew it before a worker had begun."
    SyncRun.objects.filter(pk=kept.pk).update(errand="", ended_at=now, notes=[*kept.notes, note])


def _enqueue(run: SyncRun, *, at: dt.datetime | None, priority: int | None = None) -> None:
    """The run has a job. Of those that are to begin, a connection has one; one that is to be looked at again may wait
    beside it."""
    name = f"connection:{run.connection_id}"
    deferrer = _QUEUES.configure_task(
        TASK,
        queue=QUEUE,
        lock=name,
        queueing_lock=name if run.state == RunState.QUEUED else f"{name}:run:{run.pk}",
        priority=_PRIORITY.get(Why(run.why or Why.MANUAL), 0) if priority is None else priority,
        schedule_at=at,
    )
    job = deferrer.defer(run_id=run.pk)
    SyncRun.objects.filter(pk=run.pk).update(job=job)
    run.job = job


def _hurry(run: SyncRun) -> None:
    """A run that waited for its next try need not wait."""
    _drop_job(run.job)
    SyncRun.objects.filter(pk=run.pk).update(retry_at=None)
    _enqueue(run, at=None)


def _drop_job(job: int | None) -> None:
    """A job that has not begun will not."""
    _move_job(job, "todo", "cancelled")


def _end_job(job: int | None) -> None:
    """A job whose worker has gone, or is about to end it, holds nothing up."""
    _move_job(job, "doing", "failed")


def _move_job(job: int | None, old: str, new: str) -> None:
    if job is None:
        return
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s, worker_id = NULL, abort_requested = false"
            " WHERE id = %s AND status = %s",
            [new, job, old],
        )
