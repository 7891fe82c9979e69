"""The embedded server, for real: started, shared, killed, found again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rollbook.core.errors import ConfigError
from rollbook.store import server

pytestmark = pytest.mark.slow


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of its own, with no server in it afterwards."""
    place = Path(tempfile.mkdtemp(prefix="rollbook-server-"))
    place.chmod(0o755)
    yield place / "var"
    server.stop(place / "var")
    shutil.rmtree(place)


def ask(url: str, query: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


def kill(home: Path) -> int:
    """kill -9 the postmaster; its pid."""
    pid = server.status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while server.status(home).is_running:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return pid


def test_the_server_starts_is_found_again_and_stops(home: Path) -> None:
    assert not server.status(home).is_made
    url = server.start(home)
    first = server.status(home)
    assert first.is_running
    assert server.start(home) == url
    assert server.status(home).pid == first.pid
    assert ask(url, "SELECT 1") == (1,)
    assert server.stop(home) is True
    assert not server.status(home).is_running
    assert server.stop(home) is False


def test_the_role_owns_its_database_and_has_no_other_power(home: Path) -> None:
    url = server.start(home)
    assert ask(
        url,
        """SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
                  (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database())
             FROM pg_roles WHERE rolname = current_user""",
    ) == ("rollbook", False, True, False, False, False, "rollbook")


def test_the_server_is_set_up_for_bulk_loads_and_listens_to_no_network(home: Path) -> None:
    url = server.start(home)
    names = ("server_encoding", "listen_addresses", "synchronous_commit", "jit", "max_wal_size", "work_mem")
    found = ask(url, "SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
    assert dict(zip(names, found, strict=True)) == {
        "server_encoding": "UTF8",
        "listen_addresses": "",
        "synchronous_commit": "on",
        "jit": "off",
        "max_wal_size": "4GB",
        "work_mem": "64MB",
    }


def test_finding_a_running_server_costs_less_than_a_tenth_of_a_second(home: Path) -> None:
    server.start(home)
    begun = time.perf_counter()
    server.start(home)
    assert time.perf_counter() - begun < 0.1


def test_commands_that_start_together_share_one_server(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from rollbook.store import server; "
        "home = Path(sys.argv[1]); server.start(home); print(server.status(home).pid)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=120)[0].strip() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0]
    assert len(set(answers)) == 1
    assert answers[0] == str(server.status(home).pid)


def test_a_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    url = server.start(home)
    with psycopg.connect(url) as committed:
        committed.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    lost = psycopg.connect(url)
    lost.execute("DELETE FROM kept")
    killed = kill(home)
    assert server.start(home) == url
    assert server.status(home).pid != killed
    assert ask(url, "SELECT count(*) FROM kept") == (1000,)
    lost.close()


def test_a_stale_postmaster_pid_that_names_another_process_is_no_server(home: Path) -> None:
    url = server.start(home)
    kill(home)
    pid_file = server.data_directory(home) / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not server.status(home).is_running
    assert server.start(home) == url
    assert ask(url, "SELECT 1") == (1,)


def test_a_server_whose_socket_was_cleaned_away_is_started_anew(home: Path) -> None:
    url = server.start(home)
    (server.socket_directory(home) / f".s.PGSQL.{server.PORT}").unlink()
    assert not server.status(home).is_running
    assert server.start(home) == url
    assert ask(url, "SELECT 1") == (1,)


def test_a_home_too_deep_for_a_socket_still_has_a_server_of_its_own(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    try:
        url = server.start(deep)
        sockets = server.socket_directory(deep)
        assert sockets.parent == Path("/tmp")
        assert sockets.stat().st_mode & 0o077 == 0
        assert ask(url, "SELECT current_user") == ("rollbook",)
    finally:
        server.stop(deep)
        shutil.rmtree(server.socket_directory(deep))


def test_a_cluster_whose_making_was_interrupted_is_made_again(home: Path) -> None:
    half = home / "postgres.making"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert not server.status(home).is_made
    assert ask(server.start(home), "SELECT 1") == (1,)
    assert not half.exists()


def test_a_cluster_of_another_version_is_refused_with_a_way_on(home: Path) -> None:
    server.start(home)
    server.stop(home)
    (server.data_directory(home) / "PG_VERSION").write_text("16\n")
    with pytest.raises(ConfigError, match=r"is of PostgreSQL 16; this Rollbook brings 18") as caught:
        server.start(home)
    assert "own-postgresql" in caught.value.hint


def test_a_statement_that_fails_leaves_no_personal_data_in_the_log(home: Path) -> None:
    url = server.start(home)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (email text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('marker@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES (%s)", ["marker@example.org"])
    assert "marker@" not in (server.data_directory(home) / "server.log").read_text()
