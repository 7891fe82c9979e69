"""The lease of a run: a worker's time-limited right to it, in the run's own row (R-14).

Two things hold together. The advisory lock of ``engine.locks`` says who may work on a connection, and ends with the
session. The row says who works, how far it is, and when it last gave a sign of life, by the database's clock. A worker
that gives no sign is *fenced* before anybody goes on: its session is ended, so that nothing of it can still be committed.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection as database
from django.db import transaction

from rollbook.core.lifecycle import RunState
from rollbook.engine.locks import holders
from rollbook.store.models import SyncRun

__all__ = ["Beat", "adopt", "beat", "claim_job", "end", "expired", "fence", "hand_back"]

_GONE: Final = 5.0
"""Seconds that the session of a silent worker may take to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What the row said to a sign of life: whether the lease is still ours, and who wants the run cancelled (blank:
    nobody)."""

    is_ours: bool
    cancel_by: str = ""


def claim_job(run_id: int, *, job: int, worker: str) -> SyncRun | None:
    """The run is ``worker``'s: a queued one begins to be planned, one that was applied but not looked at again goes on,
    and so does one with an errand. None when it is not there to be claimed: another has it, or it is over. This session
    bears the worker's mark."""
    with transaction.atomic(durable=True), database.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)", [_mark(worker)])
        cursor.execute(
            """UPDATE sync_run SET
                 state = CASE WHEN state = %(queued)s THEN %(planning)s ELSE state END,
                 worker = %(worker)s, backend_pid = pg_backend_pid(), heartbeat_at = clock_timestamp(),
                 started_at = coalesce(started_at, clock_timestamp()), starts = starts + 1, retry_at = NULL,
                 stage = '', done = 0, total = 0, stage_at = clock_timestamp()
               WHERE id = %(run)s AND job = %(job)s AND worker = '' AND ended_at IS NULL
                 AND (state IN (%(queued)s, %(applied)s) OR errand <> '')""",
            {
                "run": run_id,
                "job": job,
                "worker": worker,
                "queued": RunState.QUEUED,
                "planning": RunState.PLANNING,
                "applied": RunState.APPLIED,
            },
        )
        if not cursor.rowcount:
            return None
    return SyncRun.objects.select_related("connection", "district").get(pk=run_id)


def adopt(run: SyncRun, heir: SyncRun) -> None:
    """``heir``, the plan of ``run`` made again, is what the worker of ``run`` carries out from now on."""
    with transaction.atomic():
        kept = SyncRun.objects.select_for_update().get(pk=run.pk)
        SyncRun.objects.filter(pk=heir.pk).update(
            why=kept.why,
            due_at=kept.due_at,
            job=kept.job,
            worker=kept.worker,
            heartbeat_at=kept.heartbeat_at,
            starts=kept.starts,
            started_at=kept.started_at,
            notes=[
                *kept.notes,
                f"The directory moved while run {run.pk} was planned; it was planned again as this run.",
            ],
        )
        SyncRun.objects.filter(pk=run.pk).update(worker="", stage="", job=None, ended_at=dt.datetime.now(dt.UTC))
    run.refresh_from_db()
    heir.refresh_from_db()


def beat(cursor: Any, run_id: int, worker: str, *, stage: str, done: int, total: int) -> Beat:
    """The worker has given a sign of life, and said how far it is."""
    cursor.execute(
        """UPDATE sync_run SET heartbeat_at = clock_timestamp(), done = %s, total = %s, stage = %s,
             stage_at = CASE WHEN stage = %s THEN stage_at ELSE clock_timestamp() END
           WHERE id = %s AND worker = %s RETURNING cancel_by""",
        [done, total, stage, stage, run_id, worker],
    )
    row = cursor.fetchone()
    return Beat(is_ours=row is not None, cancel_by=row[0] if row else "")


def hand_back(
    run: SyncRun,
    *,
    state: RunState,
    note: str = "",
    error: str = "",
    failure: str = "",
    follower: int | None = None,
) -> bool:
    """The run's worker has no lease on it any more, nor an errand; it is over, in ``state``, with the sentence ``error``
    and the name of the error, ``failure``; ``follower`` goes on. False when the lease was not that worker's any more, and
    then nothing changed."""
    with transaction.atomic():
        kept = SyncRun.objects.select_for_update().filter(pk=run.pk, worker=run.worker).exclude(worker="").first()
        if kept is None:
            return False
        SyncRun.objects.filter(pk=run.pk).update(
            state=state,
            worker="",
            backend_pid=None,
            heartbeat_at=None,
            stage="",
            error=error,
            failure=failure,
            notes=[*kept.notes, note] if note else kept.notes,
            errand="",
            follower_id=follower,
            ended_at=dt.datetime.now(dt.UTC),
        )
    run.refresh_from_db()
    return True


def end(run: SyncRun, *, leftover: int | None, follower: int | None = None) -> bool:
    """All stages of a run, or its errand, are done; ``follower`` came of it. False when the lease is another's."""
    ended = (
        SyncRun.objects.filter(pk=run.pk, worker=run.worker)
        .exclude(worker="")
        .update(
            worker="",
            backend_pid=None,
            heartbeat_at=None,
            stage="",
            leftover=leftover,
            errand="",
            follower_id=follower,
            ended_at=dt.datetime.now(dt.UTC),
        )
    )
    run.refresh_from_db()
    return bool(ended)


def expired(seconds: float) -> list[SyncRun]:
    """The runs whose worker has given no sign of life for so long."""
    return list(
        SyncRun.objects.at_work()
        .extra(where=["heartbeat_at < clock_timestamp() - make_interval(secs => %s)"], params=[seconds])
        .order_by("id")
    )


def fence(run: SyncRun) -> bool:
    """No session of the run's worker works on the connection: one that did has been ended, and what it had not committed
    is undone. False when it would not end in time."""
    deadline = time.monotonic() + _GONE
    while pids := holders(run.connection_id, _mark(run.worker)):
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [pids])
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _mark(worker: str) -> str:
    """What tells the sessions of this lease from all others: the part of its name that was drawn."""
    return f"rollbook {worker.rpartition(':')[2]}"
