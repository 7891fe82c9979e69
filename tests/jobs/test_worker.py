"""Asked for, carried out: the whole way through the queue, with a real worker."""

from __future__ import annotations

import datetime as dt

from tests.engine.commands import Shell

from rollbook.core.lifecycle import RunState, Why
from rollbook.engine.dump import dump
from rollbook.jobs import worker
from rollbook.services import scheduling
from rollbook.store.models import SourceConnection, SyncRun

NOW = dt.datetime.now(dt.UTC)


def ask(source: SourceConnection, why: Why = Why.MANUAL, by: str = "alice") -> SyncRun:
    return scheduling.request_run(source, by=by, now=dt.datetime.now(dt.UTC), why=why)


def work() -> None:
    worker.run(until_idle=True)


def test_a_run_that_was_asked_for_is_carried_out_to_its_last_stage(shell: Shell, maple: SourceConnection) -> None:
    shell.receive(2)
    before = dump(maple.district_id)
    run = ask(maple)
    assert (run.state, run.worker, run.created_by) == (RunState.QUEUED, "", "alice")

    work()

    run.refresh_from_db()
    assert (run.state, run.worker, run.error, run.leftover, run.starts) == (RunState.APPLIED, "", "", 0, 1)
    assert run.started_at
    assert run.ended_at
    assert run.plan
    assert run.rows["users"]
    assert dump(maple.district_id) != before
