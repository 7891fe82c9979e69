"""What the tests of the queue do again and again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection as database

from rollbook.core.lifecycle import RunState, Why
from rollbook.jobs import worker
from rollbook.services import scheduling
from rollbook.store.models import SourceConnection, SyncRun


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def ask(source: SourceConnection, why: Why = Why.MANUAL, by: str = "alice") -> SyncRun:
    """A run that waits."""
    return scheduling.request_run(source, by=by, now=now(), why=why)


def work() -> int:
    """A worker works until nothing waits."""
    return worker.run(until_idle=True)


def jobs(run: SyncRun) -> list[tuple[int, str]]:
    """The jobs of a run: number and status, the oldest first."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT id, status FROM procrastinate_jobs WHERE (args->>'run_id')::bigint = %s ORDER BY id", [run.pk]
        )
        return [(number, str(status)) for number, status in cursor.fetchall()]


def statuses(run: SyncRun) -> list[str]:
    return [status for _, status in jobs(run)]


def grab(run: SyncRun, *, worker: str = "box:1:abc", silent: float = 0.0, **values: Any) -> None:
    """A worker has taken the run, and has given no sign of life for so many seconds."""
    with database.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [run.job])
        cursor.execute("SELECT clock_timestamp() - make_interval(secs => %s)", [silent])
        beat = cursor.fetchone()[0]
    given = {"state": RunState.PLANNING, "starts": 1, "stage": "diff", "stage_at": beat, **values}
    SyncRun.objects.filter(pk=run.pk).update(worker=worker, heartbeat_at=beat, **given)
    run.refresh_from_db()
