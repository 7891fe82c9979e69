"""The row of a run: opening it with its holds, moving it on, finding those that died."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection as database
from django.db import transaction

from rollbook.core.errors import LeaseLost
from rollbook.core.lifecycle import RunKind, RunState, check_move
from rollbook.core.plan import Plan
from rollbook.engine.holds import keep_holds
from rollbook.engine.locks import is_free
from rollbook.store.models import SourceConnection, SyncRun

__all__ = ["claim", "open_run", "recover", "settle"]

_PATIENCE: Final = 3.0
"""Seconds until PostgreSQL has noticed that the process behind a session is gone (see ``apply``)."""


def open_run(
    connection: SourceConnection,
    plan: Plan,
    *,
    plan_id: str,
    by: str,
    now: dt.datetime,
    day: dt.date | None = None,
    seconds: Mapping[str, float],
    rows: Mapping[str, int],
    fingerprint: str,
    snapshot: str = "",
    plan_artifact: str = "",
    into: SyncRun | None = None,
) -> SyncRun:
    """The run of ``plan`` is kept, planned, together with its holds.

    ``into``: the run that is being planned for it, which keeps who asked for it and when; else it is a new one. Raises
    LeaseLost when that run is not being planned any more.
    """
    findings = dict(plan.findings["code"].value_counts().iter_rows())
    with transaction.atomic():
        values = {
            "state": RunState.PLANNED,
            "plan": plan_id,
            "baseline": plan.baseline,
            "day": day,
            "counts": plan.totals(),
            "seconds": dict(seconds),
            "findings": findings,
            "rows": dict(rows),
            "fingerprint": fingerprint,
            "snapshot": snapshot,
            "plan_artifact": plan_artifact,
        }
        if into is None:
            run = SyncRun.objects.create(
                district_id=connection.district_id,
                connection=connection,
                kind=RunKind.SYNC,
                created_at=now,
                created_by=by,
                **values,
            )
        else:
            run = _filled(into, values)
        keep_holds(run, plan)
    return run


def _filled(run: SyncRun, values: Mapping[str, Any]) -> SyncRun:
    """The run that was being planned has its plan; what an earlier try had planned for it is forgotten."""
    planning = SyncRun.objects.filter(pk=run.pk, state=RunState.PLANNING, worker=run.worker)
    if not planning.update(**values):
        raise LeaseLost(f"Run {run.pk} went on without this worker.", hint="Nothing to do.", detail={"run": run.pk})
    run.holds.all().delete()
    run.refresh_from_db()
    return run


def claim(run: SyncRun) -> None:
    """The run is being applied by this session, and no other can claim it (a compare-and-set in its own transaction).

    Raises PlanStale when it is not there to be applied.
    """
    with database.cursor() as cursor, transaction.atomic(durable=True):
        cursor.execute(
            "UPDATE sync_run SET state = %s, backend_pid = pg_backend_pid() WHERE id = %s AND state = %s",
            [RunState.APPLYING, run.pk, RunState.PLANNED],
        )
        claimed = cursor.rowcount == 1
    run.refresh_from_db()
    if not claimed:
        check_move(run.pk, RunState(run.state), RunState.APPLYING)


def settle(run: SyncRun, state: RunState, sentence: str) -> bool:
    """A run that was being applied has ended as ``state`` without any change. False when it had ended already."""
    with transaction.atomic(durable=True):
        ended = SyncRun.objects.applying().filter(pk=run.pk).update(state=state, error=sentence, backend_pid=None)
    run.refresh_from_db()
    return bool(ended)


def recover(connection: SourceConnection, *, patience: float = _PATIENCE) -> list[str]:
    """No run of ``connection`` claims to be at work unless a session is; what was found, a sentence each.

    Apply is one transaction: a run that died in it has changed nothing. A run of the queue is left to the workers, who go
    on with it.
    """
    runs = list(SyncRun.objects.of(connection.pk).applying().filter(worker="").order_by("id"))
    if not runs:
        return []
    deadline = time.monotonic() + patience
    while not is_free(connection.pk):
        if time.monotonic() > deadline:
            return []
        time.sleep(0.05)
    sentences = []
    for run in runs:
        sentence = f"Run {run.pk} ended before it was done: nothing was applied."
        if settle(run, RunState.FAILED, sentence):
            sentences.append(sentence)
    return sentences


def record_applied(cursor: Any, run: SyncRun, values: Mapping[str, Any]) -> None:
    """The run is applied, as part of the transaction that applies it."""
    cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM change_log_id_seq")
    mark = int(cursor.fetchone()[0])
    SyncRun.objects.filter(pk=run.pk).update(
        state=RunState.APPLIED, log_mark=mark, backend_pid=None, error="", **values
    )
