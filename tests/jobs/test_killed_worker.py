"""kill -9 of the worker at every stage: the directory is that of before or after, the run ends by itself, and tells."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection as database
from tests.engine.commands import Shell
from tests.jobs.asking import ask, now, statuses, work

from rollbook.core.lifecycle import RunState
from rollbook.engine.dump import dump
from rollbook.services import recovery
from rollbook.store.address import url_from_settings
from rollbook.store.models import SourceConnection, SyncRun

ROOT = Path(__file__).parents[2]
LEASE = 1.0
KILLED = [
    # the stage, the state it leaves behind, is it applied already?
    ("read", RunState.PLANNING, False),
    ("clean", RunState.PLANNING, False),
    ("plan", RunState.PLANNING, False),
    ("insert enrollment", RunState.APPLYING, False),  # in the middle of COPY
    ("commit", RunState.APPLYING, False),
    ("verify", RunState.APPLIED, True),
    ("report", RunState.APPLIED, True),
]


def kill_at(stage: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": url_from_settings(database.settings_dict),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        "DJANGO_SETTINGS_MODULE": "rollbook.config.settings",
    }
    program = [sys.executable, str(ROOT / "tests" / "jobs" / "killed_worker.py"), stage]
    done = subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def missed(run: SyncRun) -> list[str]:
    """The sweep of another worker, until it has missed the one that was killed: what it says of runs. (A chore may have
    died with the worker, too.)"""
    deadline = time.monotonic() + 20
    found: list[str] = []
    while not found and time.monotonic() < deadline:
        found = [said for said in recovery.sweep(now=now(), lease_seconds=LEASE) if said.startswith("Run ")]
        time.sleep(0.1)
    run.refresh_from_db()
    return found


@pytest.mark.parametrize(("stage", "left", "is_applied"), KILLED, ids=[row[0] for row in KILLED])
def test_a_killed_worker_leaves_all_or_nothing_and_another_goes_on(
    shell: Shell, maple: SourceConnection, stage: str, left: RunState, is_applied: bool
) -> None:
    shell.receive(2)
    before = dump(maple.district_id)
    run = ask(maple)

    kill_at(stage)

    run.refresh_from_db()
    assert (run.state, bool(run.worker)) == (left, True)
    after = dump(maple.district_id)
    assert (after != before) is is_applied

    found = missed(run)
    assert len(found) == 1
    assert stage in found[0]
    assert (run.state, run.worker) == (RunState.APPLIED if is_applied else RunState.QUEUED, "")
    assert statuses(run) == ["failed", "todo"]
    if stage in ("insert enrollment", "commit"):  # what it had received is enough to go on
        shutil.rmtree(shell.incoming)

    assert work() == 1

    run.refresh_from_db()
    assert (run.state, run.error, run.leftover, run.starts) == (RunState.APPLIED, "", 0, 2)
    assert [stage in note for note in run.notes] == [True]
    assert run.ended_at
    assert statuses(run) == ["failed", "succeeded"]
    assert not is_applied or dump(maple.district_id) == after
    assert SyncRun.objects.of(maple.pk).count() == 2  # the first morning, and this one
    assert shell.json("runs", "maple")["runs"][0]["notes"] == run.notes
    shell.ok("report", str(run.pk), "--out", str(shell.folder / "report"))
    told = json.loads((shell.folder / "report" / "run.json").read_text("utf-8"))
    assert (told["notes"], told["starts"]) == (run.notes, 2)
