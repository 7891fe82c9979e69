"""Runs that nobody works on any more, although they are not over: found and put back into the queue."""

from __future__ import annotations

import datetime as dt

import structlog
from django.conf import settings
from django.db import connection as database
from django.db import transaction

from rollbook.core.errors import LeaseLost
from rollbook.core.lifecycle import RunState
from rollbook.core.retries import MOST_STARTS
from rollbook.engine import leases
from rollbook.engine.runs import recover
from rollbook.services import scheduling
from rollbook.services.errands import state_after_failing
from rollbook.services.scheduling import QUEUE
from rollbook.store.models import SourceConnection, SyncRun

__all__ = ["sweep"]

_LOCK = 0x526F6C6D  # "Rolm": one sweeps at a time
_log = structlog.get_logger(__name__)


def sweep(*, now: dt.datetime, lease_seconds: float | None = None) -> list[str]:
    """Every run that is not over is in the queue or has a living worker; what was found, a sentence each.

    Any number of workers may sweep; one at a time does.
    """
    seconds = lease_seconds or settings.ROLLBOOK_LEASE_SECONDS
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return []
    try:
        return [
            *_silent(seconds, now),
            *_forgotten(seconds, now),
            *_finished(seconds),
            *_chores(seconds),
            *_foreground(),
        ]
    finally:
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _silent(seconds: float, now: dt.datetime) -> list[str]:
    """Runs whose worker has given no sign of life: its session is ended first, so that nothing of it can be committed."""
    sentences = []
    for run in leases.expired(seconds):
        if not leases.fence(run):
            _log.warning("run.unfenced", run=run.pk)
            continue
        worker = run.worker.rpartition(":")[0]
        note = f"Worker {worker} gave no sign of life any more while it was at {run.stage or 'its beginning'}."
        limit = settings.ROLLBOOK_RUN_HOURS * 3600
        is_overdue = run.stage_at is not None and (now - run.stage_at).total_seconds() > limit
        tired = is_overdue or run.starts >= MOST_STARTS
        if tired and (run.errand or run.state != RunState.APPLIED):
            why = "it took longer than a run may" if is_overdue else f"that was its start number {run.starts}"
            error = f"{note} It was not begun again: {why}. Nothing was applied."
            done = leases.hand_back(
                run, state=state_after_failing(run), note=note, error=error, failure=LeaseLost.__name__
            )
        else:
            done = scheduling.release(run, worker=run.worker, note=note, now=now)
        if done:
            _log.warning("run.recovered", run=run.pk, worker=worker, stage=run.stage, starts=run.starts)
            sentences.append(f"Run {run.pk}: {note}")
    return sentences


def _forgotten(seconds: float, now: dt.datetime) -> list[str]:
    """Waiting runs whose job was taken by a worker that died, or lost the database, before it could claim the run."""
    with database.cursor() as cursor:
        cursor.execute(
            """SELECT r.id FROM sync_run r LEFT JOIN procrastinate_jobs j ON j.id = r.job
               LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
               WHERE r.worker = '' AND r.job IS NOT NULL AND r.ended_at IS NULL
                 AND (r.state = %(queued)s OR r.state = %(applied)s OR r.errand <> '')
                 AND (j.id IS NULL OR j.status NOT IN ('todo', 'doing')
                   OR (j.status = 'doing' AND (
                       w.id IS NULL OR w.last_heartbeat < clock_timestamp() - make_interval(secs => %(seconds)s)
                       OR (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started')
                          < clock_timestamp() - make_interval(secs => %(seconds)s))))""",
            {"queued": RunState.QUEUED, "applied": RunState.APPLIED, "seconds": seconds},
        )
        found = [row[0] for row in cursor.fetchall()]
    for run in SyncRun.objects.filter(pk__in=found):
        scheduling.postpone(run, at=now)
    return [f"Run {run} waited without a place in the queue." for run in found]


def _finished(seconds: float) -> list[str]:
    """Jobs that still count as being done although their run is over or has another: they would hold up the next."""
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(
            """UPDATE procrastinate_jobs j SET status = 'failed', worker_id = NULL
               WHERE j.queue_name = %s AND j.status = 'doing'
                 AND NOT EXISTS (SELECT 1 FROM sync_run r WHERE r.job = j.id
                     AND (r.ended_at IS NULL OR r.ended_at > clock_timestamp() - make_interval(secs => %s)))
                 AND (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started')
                     < clock_timestamp() - make_interval(secs => %s)
               RETURNING j.id""",
            [QUEUE, seconds, seconds],
        )
        return [f"Job {row[0]} was over." for row in cursor.fetchall()]


def _chores(seconds: float) -> list[str]:
    """Chores whose worker died in the middle: over, so that the next of their kind can be done. They come again by
    themselves, and none needs an hour."""
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(
            """UPDATE procrastinate_jobs j SET status = 'failed', worker_id = NULL
               WHERE j.queue_name <> %(queue)s AND j.status = 'doing'
                 AND (NOT EXISTS (SELECT 1 FROM procrastinate_workers w WHERE w.id = j.worker_id
                     AND w.last_heartbeat >= clock_timestamp() - make_interval(secs => %(seconds)s))
                   OR (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started')
                     < clock_timestamp() - interval '1 hour')
               RETURNING j.id, j.task_name""",
            {"queue": QUEUE, "seconds": seconds},
        )
        return [f"The chore {name} (job {number}) had no worker any more." for number, name in cursor.fetchall()]


def _foreground() -> list[str]:
    """Runs that a person's command was applying when it died."""
    found = SyncRun.objects.applying().filter(worker="").values_list("connection_id", flat=True).distinct()
    sentences = []
    for connection in SourceConnection.objects.filter(pk__in=found):
        sentences += recover(connection, patience=0.0)
    return sentences
