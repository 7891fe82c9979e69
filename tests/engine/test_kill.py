"""kill -9 anywhere in apply: nothing or everything, and the next command says which (R-14)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection as database
from tests.builders import connection, plan, planned, small_district

from rollbook.core.errors import LeaseLost
from rollbook.core.lifecycle import RunState
from rollbook.engine.apply import apply_plan
from rollbook.engine.dump import dump
from rollbook.engine.runs import recover
from rollbook.store.address import url_from_settings
from rollbook.store.models import SourceConnection, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]
MOMENTS = 3 + len(small_district()) + 1
"""How often apply tells its progress: ids, log, edits, each table, commit."""


def start(run: SyncRun, calls: int) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": url_from_settings(database.settings_dict),
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "rollbook.config.settings",
    }
    program = [sys.executable, str(ROOT / "tests" / "engine" / "killed_apply.py"), str(run.pk), str(calls)]
    return subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize("calls", [1, 2, 3, 4, 9, MOMENTS - 1, MOMENTS])
def test_a_killed_apply_has_changed_nothing_and_the_next_command_says_so(calls: int) -> None:
    feed = connection()
    what = plan(small_district())
    run = planned(feed, what)
    before = dump(feed.district_id)

    assert start(run, calls).returncode == -signal.SIGKILL

    assert recover(feed) == [f"Run {run.pk} ended before it was done: nothing was applied."]
    assert dump(feed.district_id) == before
    run.refresh_from_db()
    assert (run.state, run.backend_pid) == (RunState.FAILED, None)
    assert "nothing was applied" in run.error
    assert recover(feed) == []

    again = planned(feed, what)
    apply_plan(again, what)
    assert dump(feed.district_id) != before


def test_an_apply_that_is_not_killed_has_done_everything() -> None:
    feed = connection()
    what = plan(small_district())
    run = planned(feed, what)
    assert start(run, MOMENTS + 1).returncode == 0  # one moment more than there are: MOMENTS is the last
    run.refresh_from_db()
    assert run.state == RunState.APPLIED
    assert recover(feed) == []
    assert sum(text.count(b"\n") for text in dump(feed.district_id).values()) == sum(run.receipt["inserted"].values())


def test_a_run_that_is_at_work_is_left_alone() -> None:
    feed: SourceConnection = connection()
    run = planned(feed, plan())
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.APPLYING)
    with psycopg.connect(url_from_settings(database.settings_dict)) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [(0x52 << 56) | feed.pk])
        assert recover(feed, patience=0.1) == []
        with pytest.raises(LeaseLost):
            apply_plan(run, plan())
    run.refresh_from_db()
    assert run.state == RunState.APPLYING


def test_runs_of_other_connections_are_left_alone() -> None:
    mine, other = connection(), connection(name="second")
    run = planned(other, plan())
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.APPLYING)
    assert recover(mine) == []
    assert len(recover(other)) == 1


def test_an_apply_stopped_by_hand_is_failed_and_says_so() -> None:
    feed = connection()
    what = plan(small_district())
    run = planned(feed, what)

    def stop(stage: str, _done: int, _total: int) -> None:
        if stage == "commit":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_plan(run, what, progress=stop)
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "Stopped by hand. Nothing was applied.")
    assert not any(dump(feed.district_id).values())


def test_a_lost_connection_is_nothing_and_recovered() -> None:
    feed = connection()
    what = plan(small_district())
    run = planned(feed, what)

    def cut(stage: str, _done: int, _total: int) -> None:
        if stage == "insert enrollment":
            with psycopg.connect(url_from_settings(database.settings_dict), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [run.backend_pid])

    with pytest.raises(Exception, match=r"terminat|clos|lost"):
        apply_plan(run, what, progress=cut)
    database.close()
    recover(feed)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert not any(dump(feed.district_id).values())
