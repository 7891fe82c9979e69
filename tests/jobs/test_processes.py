"""Workers as processes: told to end, killed at random, beside a web server, followed from the command line."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.db import connection as database
from tests.engine.commands import Shell
from tests.jobs.asking import ask, now
from tests.jobs.processes import ROOT, environment, wait_until, worker

from rollbook.cli.run import _follow
from rollbook.core.errors import ConfigError
from rollbook.core.lifecycle import RunState
from rollbook.services import access, scheduling
from rollbook.store.models import SourceConnection, SyncRun


def over(*runs: SyncRun) -> bool:
    return SyncRun.objects.filter(pk__in=[run.pk for run in runs], ended_at=None).count() == 0


def workers_there() -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        return int(cursor.fetchone()[0])


def test_a_worker_works_until_it_is_told_to_end_and_then_says_what_it_did(
    shell: Shell, maple: SourceConnection
) -> None:
    shell.receive(2)
    process = worker("--json")
    try:
        wait_until(workers_there)
        run = ask(maple)  # it listens: no need to wait for its next look
        wait_until(lambda: over(run))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, json.loads(out)) == (0, {"runs": 1}), err.decode()
    run.refresh_from_db()
    assert (run.state, run.leftover) == (RunState.APPLIED, 0)
    assert workers_there() == 0


def test_workers_that_are_killed_at_random_lose_nothing_and_do_nothing_twice(shell: Shell) -> None:
    shell.receive(1)
    slugs = [f"town-{number}" for number in range(6)]
    for slug in slugs:
        shell.ok("district", "add", slug, "--name", slug)
        shell.ok("source", "add", slug, "--kind", "oneroster_csv", "--path", str(shell.incoming))
        shell.ok("schools", slug, "--create-missing")
    sources = [access.connection(access.district(slug)) for slug in slugs]
    runs = [ask(source) for source in sources]
    draw = random.Random(7)
    fleet = [worker(), worker()]
    killed = set()
    try:
        while len(killed) < 3 and not over(*runs):
            leases = SyncRun.objects.at_work().values_list("worker", flat=True)
            victim = next((one for one in fleet if any(f":{one.pid}:" in lease for lease in leases)), None)
            if victim is None:
                time.sleep(0.05)
                continue
            time.sleep(draw.random() / 2)
            victim.kill()
            victim.communicate()
            killed.add(victim.pid)
            fleet[fleet.index(victim)] = worker()
        wait_until(lambda: over(*runs), 90)
        for process in fleet:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(timeout=30) for process in fleet] == [0, 0]
    finally:
        for process in fleet:
            process.kill()
            process.communicate()
    for source, run in zip(sources, runs, strict=True):
        run.refresh_from_db()
        assert (run.state, run.leftover, run.error) == (RunState.APPLIED, 0, "")
        assert SyncRun.objects.of(source.pk).count() == 1
        assert run.receipt["inserted"]["student"] == runs[0].receipt["inserted"]["student"]
    assert len(killed) == 3


BESIDE = """
import sys, django
django.setup()
from rollbook.jobs.worker import run_beside
with run_beside():
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("is_killed", [False, True])
def test_the_worker_beside_a_server_works_and_ends_with_it(maple: SourceConnection, is_killed: bool) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", BESIDE],
        env=environment(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert server.stdin is not None
    try:
        run = ask(maple)
        wait_until(lambda: over(run))
        if is_killed:
            os.kill(server.pid, signal.SIGKILL)
        else:
            server.stdin.write(b"\n")
            server.stdin.flush()
        server.wait(timeout=30)
        wait_until(lambda: workers_there() == 0)
    finally:
        server.kill()
        server.communicate()
    run.refresh_from_db()
    assert run.state == RunState.APPLIED


def test_run_now_is_followed_to_its_end(shell: Shell, maple: SourceConnection) -> None:
    shell.receive(2)
    process = worker()
    try:
        said: Any = shell.json("run", "maple")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert (said["state"], said["is_over"], said["why"], said["error"]) == ("applied", True, "manual", "")
    assert SyncRun.objects.get(pk=said["run"]).leftover == 0


def test_run_now_without_waiting_and_cancel(shell: Shell, maple: SourceConnection) -> None:
    asked = shell.ok("run", "maple", "--no-wait")
    assert "waits for a worker" in asked.out
    run = SyncRun.objects.of(maple.pk).waiting().get()
    listed = shell.ok("runs", "maple").out
    assert "queued" in listed
    assert "undo" not in listed
    assert run.created_by.startswith("cli")
    assert shell.json("run", "maple", "--no-wait")["run"] == run.pk
    assert shell.json("cancel", str(run.pk)) == {"run": run.pk, "cancelled": True}
    assert shell("run", "nowhere").code == 30
    again = shell("cancel", str(run.pk))
    assert again.code == 21
    assert "was cancelled" in again.err


def test_a_run_that_is_cancelled_is_followed_to_its_end_and_says_why(shell: Shell, maple: SourceConnection) -> None:
    asked = shell.json("run", "maple", "--no-wait")
    run = SyncRun.objects.get(pk=asked["run"])
    scheduling.cancel(run, by="bob", now=now())
    found = _follow(run.pk)
    assert (found.state, found.is_over, found.error) == ("cancelled", True, "Cancelled by bob. Nothing was applied.")


def test_run_now_ends_with_the_code_of_what_went_wrong(shell: Shell, maple: SourceConnection) -> None:
    shutil.rmtree(shell.incoming)
    process = worker()
    try:
        said = shell("run", "maple")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    run = SyncRun.objects.of(maple.pk).newest_first()[0]
    assert (said.code, run.state, run.failure) == (ConfigError.exit_code, RunState.FAILED, "ConfigError")
    assert run.error in said.out
    assert str(shell.incoming) in said.out
