"""The tasks that workers carry out. Each calls one service; the rules are there."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter

import structlog
from django.db import DatabaseError, InterfaceError
from procrastinate import JobContext
from procrastinate.contrib.django import app

from rollbook.core.errors import TransientError
from rollbook.services import announcement_mails, backpacks, daily, examining, letters, running, watching
from rollbook.services.scheduling import QUEUE, TASK

__all__ = [
    "CHORES",
    "DONE",
    "STOPPING",
    "ask_for_due",
    "carry_out_run",
    "clear_backpacks",
    "examine",
    "forget_old_jobs",
    "look_around",
    "send_letters",
]

CHORES = "chores"
"""The queue of what takes a moment: it is never stuck behind runs."""
STOPPING = threading.Event()
"""Set when this process is to end: runs are handed back between two steps."""
DONE: Counter[str] = Counter()
"""The runs that this process had in hand, by what became of them."""
KEPT_HOURS = 24 * 14

_log = structlog.get_logger(__name__)


@app.task(name=TASK, queue=QUEUE, pass_context=True)
def carry_out_run(context: JobContext, *, run_id: int) -> str | None:
    """One run, from reading to applied; its state."""
    assert context.job.id is not None
    try:
        state = running.carry_out(run_id=run_id, job=context.job.id, is_stopping=STOPPING.is_set)
        if state is not None:
            watching.after_run(run_id, now=dt.datetime.now(dt.UTC))
    except (DatabaseError, InterfaceError) as error:  # its message may repeat values (T-3)
        raise TransientError(f"The database has gone ({type(error).__name__}); the lease runs out by itself.") from None
    if state is None:
        return None
    DONE[str(state)] += 1
    return str(state)


@app.task(name=examining.TASK, queue=examining.QUEUE)
def examine(*, examination_id: int) -> bool:
    """One look at a source that changes nothing: a test of the connection, a self-check; whether it was there to be
    carried out."""
    return examining.carry_out(examination_id, now=lambda: dt.datetime.now(dt.UTC))


@app.periodic(cron="* * * * *")
@app.task(name="rollbook.ask_for_due", queue=CHORES, queueing_lock="ask_for_due", lock="ask_for_due", priority=10)
def ask_for_due(timestamp: int) -> int:
    """Every minute: the runs that are due have been asked for."""
    asked = daily.ask_for_due(now=dt.datetime.now(dt.UTC))
    if asked:
        _log.info("schedule.asked", runs=[run.pk for run in asked])
    return len(asked)


@app.periodic(cron="*/5 * * * *")
@app.task(name="rollbook.look_around", queue=CHORES, queueing_lock="look_around", lock="look_around")
def look_around(timestamp: int) -> int:
    """Every five minutes: alarms are up to date also where nothing runs, and digests that are due are written; how many
    alarms began."""
    return watching.go_round(now=dt.datetime.now(dt.UTC)).begun


@app.periodic(cron="* * * * *")
@app.task(name="rollbook.send_letters", queue=CHORES, queueing_lock="send_letters")
def send_letters(timestamp: int) -> int:
    """Every minute: mails whose time has come have been tried; how many were sent."""
    now = dt.datetime.now(dt.UTC)
    return letters.deliver(now=now).sent + announcement_mails.deliver(now=now).sent


@app.periodic(cron="41 3 * * *")
@app.task(name="rollbook.clear_backpacks", queue=CHORES, queueing_lock="clear_backpacks", lock="clear_backpacks")
def clear_backpacks(timestamp: int) -> int:
    """Every night: files that were taken out of a backpack and whose time is over are gone; how many."""
    return backpacks.purge(now=dt.datetime.now(dt.UTC))


@app.periodic(cron="17 * * * *")
@app.task(name="rollbook.forget_old_jobs", queue=CHORES, queueing_lock="forget_old_jobs")
async def forget_old_jobs(timestamp: int) -> None:
    """Every hour: jobs that ended two weeks ago are gone. The runs stay."""
    await app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
