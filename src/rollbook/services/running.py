"""What a worker does with a run of the queue: from the claim to the last stage, and whatever may come between."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db import connection as database

from rollbook.core.errors import LeaseLost, PlanStale, RollbookError, TransientError
from rollbook.core.lifecycle import OVER, Errand, RunState
from rollbook.core.retries import Verdict, verdict, verdict_on_database
from rollbook.engine import leases, spans
from rollbook.engine.heart import Cancelled, Heart, Stopped
from rollbook.engine.locks import lease
from rollbook.services import applying, errands, planning, scheduling
from rollbook.services.applying import Applied
from rollbook.services.planning import Planned
from rollbook.store.models import SyncRun

__all__ = ["carry_out"]

_BUSY: Final = dt.timedelta(seconds=20)
"""How long a run waits when a person is at work on its connection."""
_RENEWALS: Final = 3
"""How often a run plans again when the directory moves under it."""

_log = structlog.get_logger(__name__)


def carry_out(
    *, run_id: int, job: int, is_stopping: Callable[[], bool] = lambda: False, lease_seconds: float | None = None
) -> RunState | None:
    """The run has ended, or is in the queue again with what it has so far; its state is returned. None when it was not
    there to be carried out: cancelled, replaced, or another's.

    Nothing is raised for what a source, a setting or a person can do; an error of the database is, when nothing can be
    written down any more. The lease then runs out by itself, and another worker goes on.
    """
    waiting = SyncRun.objects.select_related("connection").filter(pk=run_id, job=job).first()
    if waiting is None:
        return None
    with ExitStack() as stack:
        try:
            stack.enter_context(lease(waiting.connection_id))
        except LeaseLost:
            scheduling.postpone(waiting, at=_now() + _BUSY, ends_job=False)
            return RunState(waiting.state)
        run = leases.claim_job(run_id, job=job, worker=_name())
        if run is None:
            return None
        stack.enter_context(spans.about("run", district=run.district.slug, connection=run.connection_id, run=run.pk))
        _log.info("run.begins", worker=run.worker, starts=run.starts, state=str(run.state))
        heart = Heart(
            run,
            lease=lease_seconds or settings.ROLLBOOK_LEASE_SECONDS,
            limit=settings.ROLLBOOK_RUN_HOURS * 3600,
            is_stopping=is_stopping,
        )
        with heart:
            _guarded(heart)
        heart.run.refresh_from_db()
        _log.info("run.ends", state=str(heart.run.state))
        return RunState(heart.run.state)


def _guarded(heart: Heart) -> None:
    """The stages; and what is written down when one of them does not end as it should."""
    try:
        _stages(heart)
    except Stopped:
        note = f"Worker {_short(heart.worker)} was stopped while it was at {heart.stage or 'its beginning'}."
        scheduling.release(heart.run, worker=heart.worker, note=note, now=_now(), ends_job=False)
    except Cancelled as cancelled:
        leases.hand_back(heart.run, state=RunState.CANCELLED, error=f"Cancelled by {cancelled}. Nothing was applied.")
    except (OperationalError, InterfaceError) as error:
        _log.warning("run.database", error=type(error).__name__, stage=heart.stage)
        database.close()  # another session, if there is one; the advisory lock went with the old one
        gone = TransientError(f"The database went away under the run ({type(error).__name__}). Nothing was applied.")
        _failed(heart, gone, verdict_on_database(heart.run.starts))
    except LeaseLost as error:
        if heart.is_lost:
            _log.warning("run.lost", stage=heart.stage)
            return
        _failed(heart, error, Verdict())
    except RollbookError as error:
        _failed(heart, error, verdict(error, heart.run.starts))
    except Exception as error:  # noqa: BLE001  # whatever a stage throws, the run tells that it failed
        where = "".join(traceback.format_tb(error.__traceback__))  # lines of code, no values (T-3)
        _log.error("run.broke", error=type(error).__name__, stage=heart.stage, where=where)
        stage = heart.stage or "its beginning"
        broke = RollbookError(f"The run stopped at {stage} with {type(error).__name__}. Nothing was applied.")
        _failed(heart, broke, Verdict())


def _stages(heart: Heart) -> None:
    """Read, clean, plan, apply, verify, end."""
    run = heart.run
    if run.errand and run.errand != Errand.PLAN:
        errands.carry_out(heart, now=_now())
        return
    if run.state == RunState.APPLIED:
        heart.is_applying = True
        heart("verify", 0, 1)
        leftover = applying.look_again(run, now=_now())
    else:
        planned = planning.make(connection=run.connection, by=run.created_by, now=_now(), progress=heart, into=run)
        heart.check()
        if run.errand:
            leases.end(planned.run, leftover=None)
            return
        heart.is_applying = True
        leftover = _apply(heart, planned).leftover
    heart("report", 0, 1)
    connection = heart.run.connection
    if connection.paused_at is not None:
        scheduling.resume(connection, by=heart.run.created_by)
    leases.end(heart.run, leftover=leftover)


def _apply(heart: Heart, planned: Planned) -> Applied:
    """The plan is applied. When the directory has moved since, it is the plan made again, a bounded number of times."""
    made: Planned | None = planned
    for _ in range(_RENEWALS):
        try:
            return applying.apply(run=heart.run, by=heart.run.created_by, now=_now(), planned=made, progress=heart)
        except PlanStale as stale:
            renewed = stale.detail.get("renewed")
            if renewed is None:
                raise
            heir = SyncRun.objects.select_related("connection", "district").get(pk=renewed)
            leases.adopt(heart.run, heir)
            heart.run, made = heir, None
    raise PlanStale(
        f"The directory moved {_RENEWALS} times while it was planned. Nothing was applied.",
        hint="Run again when nobody else is writing.",
        detail={"run": heart.run.pk},
    )


def _failed(heart: Heart, error: RollbookError, what: Verdict) -> None:
    """``what`` has been done about ``error``."""
    run = SyncRun.objects.select_related("connection").get(pk=heart.run.pk)
    if run.worker != heart.worker:
        return
    _log.warning("run.failed", error=error.code, again=what.after is not None, pauses=what.pauses, detail=error.detail)
    if what.after is not None and run.state not in OVER:
        at = _now() + what.after
        note = f"Try {run.starts}: {error.message}"
        scheduling.release(run, worker=heart.worker, note=note, now=_now(), at=at, ends_job=False)
        return
    if run.state == RunState.APPLIED and run.errand in ("", Errand.APPLY):
        leases.end(run, leftover=None)
        return
    heir = error.detail.get("renewed") if isinstance(error, PlanStale) else None
    state = errands.state_after_failing(run)
    leases.hand_back(run, state=state, error=error.message, failure=error.code, follower=heir)
    if what.pauses and run.errand in ("", Errand.PLAN):
        scheduling.pause(run.connection, because=error.message, now=_now())


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def _short(worker: str) -> str:
    """The machine and the process of a worker."""
    return worker.rpartition(":")[0]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
