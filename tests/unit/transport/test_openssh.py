"""Fetching from the server that most districts really have: OpenSSH's own (`make apt-sshd` brings it here)."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support import sshd

from rollbook.core.errors import AuthError, ConfigError, RollbookError, TransientError
from rollbook.transport.sftp import SftpLimits, fetch
from rollbook.transport.ssh import SftpSite

QUICK = SftpLimits(settle=0.05, patience=0.3, attempts=1)
REQUIRED = os.environ.get("ROLLBOOK_REQUIRE_SSHD") == "1"

pytestmark = pytest.mark.skipif(
    sshd.find() is None and not REQUIRED, reason="no OpenSSH server here; `make apt-sshd` unpacks one on Debian"
)


@pytest.fixture(scope="module")
def openssh() -> Iterator[sshd.Sshd]:
    with sshd.running() as server:
        yield server


@pytest.fixture
def served(openssh: sshd.Sshd, tmp_path: Path) -> Path:
    folder = openssh.files / tmp_path.name
    folder.mkdir()
    return folder


def site(server: sshd.Sshd) -> SftpSite:
    return SftpSite(host="127.0.0.1", port=server.port, login=server.login, key=server.key, host_key=server.host_key())


def loose(folder: Path, size: int = 1000) -> dict[str, bytes]:
    """Two CSV files in the folder."""
    contents = {name: random.Random(name).randbytes(size) for name in ("orgs.csv", "users.csv")}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return contents


def arrived(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("kind", sorted(sshd.HOST_KEYS))
def test_a_pin_of_any_of_its_host_keys_is_found(openssh: sshd.Sshd, served: Path, tmp_path: Path, kind: str) -> None:
    contents = loose(served)
    pinned = replace(site(openssh), host_key=openssh.host_key(kind))
    with fetch(pinned, str(served), tmp_path / "in", limits=QUICK) as found:
        assert arrived(found.path) == contents


def test_large_files_arrive_whole(openssh: sshd.Sshd, served: Path, tmp_path: Path) -> None:
    contents = loose(served, 9_000_001)
    with fetch(site(openssh), str(served), tmp_path / "in", limits=QUICK) as found:
        assert arrived(found.path) == contents
        assert found.received == 18_000_002


def test_a_cut_connection_is_gone_on_with(openssh: sshd.Sshd, served: Path, tmp_path: Path) -> None:
    contents = loose(served, 20_000_000)

    def cut(name: str, here: int, whole: int) -> None:
        if here > whole // 2:
            openssh.cut_sessions()

    with (
        pytest.raises(TransientError, match="failed"),
        fetch(site(openssh), str(served), tmp_path / "in", limits=QUICK, progress=cut),
    ):
        pytest.fail("it was fetched")
    with fetch(site(openssh), str(served), tmp_path / "in", limits=QUICK) as found:
        assert arrived(found.path) == contents
        assert found.received < 32_000_000


@pytest.mark.parametrize(
    ("change", "path", "error", "said"),
    [
        pytest.param({"host_key": ""}, ".", ConfigError, "not known yet", id="no host key pinned"),
        pytest.param({"host_key": "SHA256:" + "A" * 43}, ".", ConfigError, "another host key", id="other host key"),
        pytest.param({"key": "", "password": "guess"}, ".", AuthError, "does not accept", id="password not offered"),
        pytest.param({"login": "somebody-else"}, ".", AuthError, "does not accept", id="unknown login"),
        pytest.param({}, "nowhere", ConfigError, "nothing at", id="no such folder"),
        pytest.param({}, "closed", ConfigError, "let this login read", id="folder without rights"),
    ],
)
def test_what_is_refused(
    openssh: sshd.Sshd,
    served: Path,
    tmp_path: Path,
    change: dict[str, str],
    path: str,
    error: type[RollbookError],
    said: str,
) -> None:
    closed = served / "closed"
    closed.mkdir(mode=0o000)
    with (
        pytest.raises(error, match=said),
        fetch(replace(site(openssh), **change), str(served / path), tmp_path / "in", limits=QUICK),
    ):
        pytest.fail("it was fetched")
    closed.chmod(0o700)


def test_another_key_does_not_log_in(openssh: sshd.Sshd, served: Path, tmp_path: Path) -> None:
    stranger = sshd.HOST_KEYS["ssh-ed25519"].export_private_key().decode()
    with (
        pytest.raises(AuthError),
        fetch(replace(site(openssh), key=stranger), str(served), tmp_path / "in", limits=QUICK),
    ):
        pytest.fail("it was fetched")


def test_a_server_that_only_offers_a_shell_says_so_to_us(tmp_path: Path) -> None:
    with (
        sshd.running(with_sftp=False) as server,
        pytest.raises(TransientError, match="failed"),
        fetch(site(server), ".", tmp_path / "in", limits=QUICK),
    ):
        pytest.fail("it was fetched")
