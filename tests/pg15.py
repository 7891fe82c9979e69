"""Run a command with DATABASE_URL naming a private cluster of the system's PostgreSQL (15 where Debian 12 brings it).

    python -m tests.pg15 COMMAND …     runs it
    python -m tests.pg15 --present     exit code 0 when there is such a PostgreSQL

The cluster lives in a temporary directory, on a loopback port, as an unprivileged user; it is stopped and removed when
the command ends, fails or is interrupted.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rollbook.store.programs import Programs, complain

OLDEST = 15
USERS = ("postgres", "pgserver", "nobody")


def find() -> Path | None:
    """The programs of the oldest system PostgreSQL that Rollbook supports: what works there works on the newer ones."""
    found: dict[int, Path] = {}
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin")]
    on_path = shutil.which("pg_ctl")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for directory in candidates:
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            said = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=False)
            version = re.search(r"(\d+)", said.stdout)
            if version:
                found.setdefault(int(version[1]), directory)
    supported = sorted(version for version in found if version >= OLDEST)
    return found[supported[0]] if supported else None


def unprivileged() -> pwd.struct_passwd | None:
    """Who runs PostgreSQL; None for ourselves, when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in USERS if name in known)


@contextmanager
def cluster(directory: Path) -> Iterator[str]:
    """A running cluster; gives the URL for a role that may make databases and nothing else."""
    programs = Programs(directory=directory, owner=unprivileged())
    place = Path(tempfile.mkdtemp(prefix="rollbook-pg15-"))
    data = place / "data"
    password = secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        data.mkdir(mode=0o700)
        for made in (place, data):
            programs.hand_over(made)
        initialised = programs.run(
            "initdb",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--username=postgres",
            f"--pgdata={data}",
            timeout=120,
        )
        if initialised.returncode != 0:
            raise complain("make a private cluster", initialised)
        sql = (
            f"CREATE ROLE rollbook LOGIN NOSUPERUSER CREATEDB PASSWORD '{password}'\n"
            "CREATE DATABASE rollbook OWNER rollbook\n"
        )
        filled = programs.run("postgres", "--single", "-D", str(data), "postgres", timeout=120, given=sql)
        if "ERROR:" in filled.stderr:
            raise complain("make its role and database", filled)
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {place} -c fsync=off -c max_wal_size=2GB -c jit=off"
        started = programs.run(
            "pg_ctl",
            "start",
            "--wait",
            f"--pgdata={data}",
            f"--log={data}/server.log",
            f"--options={options}",
            timeout=120,
        )
        if started.returncode != 0:
            raise complain("start a private cluster", started)
        yield f"postgresql://rollbook:{password}@127.0.0.1:{port}/rollbook"
    finally:
        programs.run("pg_ctl", "stop", "--mode=immediate", "--wait", f"--pgdata={data}", timeout=120)
        shutil.rmtree(place, ignore_errors=True)


def main(command: list[str]) -> int:
    """The exit code of the command; 0 without running it when there is no PostgreSQL and nobody insists."""
    directory = find()
    if command == ["--present"]:
        return 0 if directory else 1
    if directory is None:
        say("No PostgreSQL ≥ 15 of the system was found: try `apt-get install postgresql-15`.")
        is_required = os.environ.get("ROLLBOOK_REQUIRE_PG15") == "1"
        say("That is an error here." if is_required else "NOT RUN: the tests on it. The embedded server was tested.")
        return 1 if is_required else 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(128 + signal.SIGTERM))
    with cluster(directory) as url:
        say(f"PostgreSQL of {directory}, private cluster on loopback")
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


def say(sentence: str) -> None:
    """To stderr, beside the command's own output."""
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
