"""Debian's own OpenSSH server on a loopback port, with a configuration and keys of one test run, unprivileged.

It is found installed, or unpacked in ``.venv/sshd`` (``make apt-sshd``: taken out of the package, so that no service is
ever set up on the machine). Started by root it runs as ``daemon``, otherwise as whoever runs the tests; it lets in that
one user, with one key, to read.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh

UNPACKED = Path(__file__).resolve().parents[2] / ".venv" / "sshd"
UNPRIVILEGED = "daemon"
"""Not nobody, whom some systems declare locked; OpenSSH lets no locked account in."""
HOST_KEYS = {kind: asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")}


@dataclass(frozen=True, slots=True)
class Sshd:
    """A running server: how to reach it, and how to stop its sessions."""

    port: int
    login: str
    key: str
    files: Path
    process: subprocess.Popen[bytes]

    def host_key(self, kind: str = "ssh-ed25519") -> str:
        """The fingerprint of one of its host keys."""
        return HOST_KEYS[kind].get_fingerprint()

    def cut_sessions(self) -> None:
        """Every open connection is gone; the server goes on listening."""
        for pid in _descendants(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they did."""
    listed = subprocess.run(["ps", "-e", "-o", "ppid=,pid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for parent, child in (map(int, line.split()) for line in listed.splitlines()):
        children.setdefault(parent, []).append(child)
    found = list(children.get(pid, []))
    for started in found:
        found += children.get(started, [])
    return found


def find() -> Path | None:
    """The folder that holds usr/sbin/sshd, if there is one."""
    return next((root for root in (UNPACKED, Path("/")) if (root / "usr/sbin/sshd").is_file()), None)


@contextlib.contextmanager
def running(*, with_sftp: bool = True) -> Iterator[Sshd]:
    """A server over an empty folder ``files``, which is gone afterwards."""
    found = find()
    assert found is not None
    user = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    base = Path(tempfile.mkdtemp(prefix="rollbook-sshd-"))
    try:
        base.chmod(0o755)
        files = base / "files"
        files.mkdir()
        program, libraries = _program(found, base)
        client = asyncssh.generate_private_key("ssh-ed25519")
        (base / "authorized_keys").write_bytes(client.export_public_key())
        for kind, key in HOST_KEYS.items():
            (base / kind).write_bytes(key.export_private_key())
            (base / kind).chmod(0o600)
        port = _free_port()
        _write_config(base, port, with_sftp=with_sftp)
        for path in (base, *base.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        process = subprocess.Popen(
            [program, "-D", "-E", base / "log", "-f", base / "sshd_config"],
            env={"LD_LIBRARY_PATH": ":".join(map(str, libraries)), "PATH": os.defpath},
            cwd=base,
            **identity,
        )
        try:
            _await(port, process, base / "log")
            server = Sshd(port, user.pw_name, client.export_private_key().decode(), files, process)
            yield server
            server.cut_sessions()
        finally:
            process.terminate()
            process.wait(timeout=10)
    finally:
        shutil.rmtree(base)


def _program(root: Path, base: Path) -> tuple[Path, list[Path]]:
    """The server where its user may run it, and where its libraries are."""
    if root == Path("/"):
        return Path("/usr/sbin/sshd"), []
    program = base / "sshd"
    shutil.copy(root / "usr/sbin/sshd", program)
    libraries = base / "libraries"
    libraries.mkdir()
    for library in root.glob("**/*.so.*"):
        shutil.copy(library, libraries / library.name)
    return program, [libraries]


def _write_config(base: Path, port: int, *, with_sftp: bool) -> None:
    lines = [
        "ListenAddress 127.0.0.1",
        f"Port {port}",
        *(f"HostKey {base / kind}" for kind in HOST_KEYS),
        f"AuthorizedKeysFile {base / 'authorized_keys'}",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "UsePAM no",
        "StrictModes no",
        "PidFile none",
        "AllowTcpForwarding no",
        *(["Subsystem sftp internal-sftp -R", "ForceCommand internal-sftp -R"] if with_sftp else []),
    ]
    (base / "sshd_config").write_text("\n".join(lines) + "\n")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    said = log.read_text(errors="replace") if log.is_file() else ""
    raise AssertionError(f"sshd did not start: {said}")
