"""The database is restarted, and killed, under load: workers come back by themselves, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from tests.engine.commands import EXAMPLE
from tests.jobs.processes import ROOT, wait_until

from rollbook.store import server

TOWNS = [f"town-{number}" for number in range(3)]


@pytest.fixture
def home() -> Iterator[Path]:
    """An installation of its own, with its own server, in a folder whose path is short enough for a socket."""
    with TemporaryDirectory(prefix="rollbook-restart-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)  # as root, PostgreSQL runs as another user, who has to pass
        home = Path(place) / "home"
        yield home
        server.stop(home)


def call(home: Path, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "rollbook.cli.main", *words, "--json"],
        env=surroundings(home),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return json.loads(done.stdout)


def surroundings(home: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**given, "ROLLBOOK_HOME": str(home), "ROLLBOOK_LEASE_SECONDS": "3"}


def runs(home: Path) -> list[tuple[str, bool, int]]:
    """State, whether over, and number of starts of all runs; nothing while the server is down."""
    try:
        with psycopg.connect(server.url(home)) as own:
            return own.execute("SELECT state, ended_at IS NOT NULL, starts FROM sync_run").fetchall()
    except psycopg.OperationalError:
        return []


def test_workers_survive_a_restart_and_a_crash_of_the_database(home: Path) -> None:
    for town in TOWNS:
        call(home, "district", "add", town, "--name", town)
        call(home, "source", "add", town, "--kind", "oneroster_csv", "--path", str(EXAMPLE / "day1"))
        call(home, "schools", town, "--create-missing")
        call(home, "run", town, "--no-wait")
    process = subprocess.Popen(
        [sys.executable, "-m", "rollbook.cli.main", "worker"],
        env=surroundings(home),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: any(state in ("planning", "applying") for state, _, _ in runs(home)))
        server.stop(home)
        server.start(home)
        wait_until(lambda: any(state in ("planning", "applying") for state, _, _ in runs(home)))
        postmaster = server.status(home).pid
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)  # the worker itself starts the embedded server again
        wait_until(lambda: [row[:2] for row in runs(home)] == [("applied", True)] * len(TOWNS), 90)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
    assert sum(starts for _, _, starts in runs(home)) > len(TOWNS)
    with psycopg.connect(server.url(home)) as own:
        students = own.execute("SELECT count(*) FROM student GROUP BY district_id").fetchall()
    assert len(students) == len(TOWNS)
    assert len(set(students)) == 1
