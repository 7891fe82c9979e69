"""What a worker finds out is told, and the rounds that look where nothing runs are in its calendar."""

from __future__ import annotations

import datetime as dt
import shutil

from procrastinate.contrib.django import app
from tests.engine.commands import Shell

from rollbook.core.lifecycle import RunState, Why
from rollbook.jobs import tasks, worker
from rollbook.services import scheduling
from rollbook.store.models import Letter, SourceConnection, SyncRun


def test_a_run_that_fails_in_a_worker_is_told(shell: Shell, maple: SourceConnection) -> None:
    shell.ok("notify", "add", "maple", "ann@example.org")
    shutil.rmtree(shell.incoming)
    shell.incoming.mkdir()
    run = scheduling.request_run(maple, by="ann", now=dt.datetime.now(dt.UTC), why=Why.MANUAL)
    worker.run(until_idle=True)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert Letter.objects.get().subject.endswith("A file is missing")

    shell.receive(1)
    scheduling.request_run(maple, by="ann", now=dt.datetime.now(dt.UTC), why=Why.MANUAL)
    worker.run(until_idle=True)
    assert [letter.subject.partition(": ")[2] for letter in Letter.objects.order_by("id")] == [
        "A file is missing",
        "The file is there again",
    ]


def test_the_rounds_are_in_the_calendar_and_send_what_was_written(shell: Shell, maple: SourceConnection) -> None:
    rounds = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert rounds["rollbook.look_around"] == "*/5 * * * *"
    assert rounds["rollbook.send_letters"] == "* * * * *"
    shell.ok("notify", "add", "maple", "ann@example.org")
    SyncRun.objects.update(created_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
    SourceConnection.objects.update(
        settings={"daily_sync": "on"}, next_due_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=3)
    )
    assert tasks.look_around(timestamp=0) >= 1
    assert tasks.send_letters(timestamp=0) == 1
    assert Letter.objects.get().sent_at is not None
    assert tasks.send_letters(timestamp=0) == 0
