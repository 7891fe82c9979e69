"""Fetching from the sandbox's SFTP server: the whole delivery or an error, and nothing ever written there."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rollbook.core.errors import AuthError, ConfigError, DataError, RollbookError, TransientError
from rollbook.sandbox.server.sftp import SftpFault, SftpSandbox
from rollbook.transport.remote import LOOSE
from rollbook.transport.sftp import Fetched, SftpLimits, fetch
from rollbook.transport.ssh import SftpSite

QUICK = SftpLimits(settle=0.05, patience=0.3, attempts=1)
AGAIN = replace(QUICK, attempts=3)
SECRET = "Quillfeather"
"""A name in the files: it must be in no log line and in no error."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpSandbox]:
    root = tmp_path / "served"
    root.mkdir()
    with SftpSandbox(root) as running:
        yield running
        assert running.writes_attempted == 0


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


def site(server: SftpSandbox) -> SftpSite:
    return SftpSite(
        host=server.host,
        port=server.port,
        login=server.login,
        password=server.password,
        host_key=server.host_key,
        connect_timeout=60,
        idle_timeout=60,
    )


def bundle(path: Path, *, size: int = 1000, when: int = 1000) -> Path:
    """A zip with a CSV file of that many random letters, which do not pack."""
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("users.csv", f"sourcedId,familyName\n1,{SECRET}\n" + random.Random(size).randbytes(size).hex())
    os.utime(path, (when, when))
    return path


def fetched(server: SftpSandbox, into: Path, path: str = "/", limits: SftpLimits = QUICK) -> tuple[Fetched, bytes]:
    with fetch(site(server), path, into, limits=limits) as found:
        return found, found.path.read_bytes() if found.path.is_file() else b""


def left(into: Path) -> list[str]:
    return sorted(path.name for path in into.rglob("*") if path.name != ".lock")


def test_the_newest_zip_arrives_whole_and_does_not_stay(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip", when=1000)
    newest = bundle(server.root / "b.zip", size=3000, when=2000)
    found, content = fetched(server, into)
    assert (found.path.name, found.received, content) == ("b.zip", newest.stat().st_size, newest.read_bytes())
    assert found.findings.is_empty()
    assert left(into) == []
    assert into.stat().st_mode & 0o077 == 0


def test_a_key_logs_in_too(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip")
    with fetch(replace(site(server), password="", key=server.client_key), "/", into, limits=QUICK) as found:
        assert found.received == found.offer.size > 0


def test_loose_files_and_folders_arrive_as_folders(server: SftpSandbox, into: Path) -> None:
    (server.root / "users.csv").write_text("a")
    (server.root / "orgs.csv").write_text("bc")
    with fetch(site(server), "/", into, limits=QUICK) as found:
        assert found.path.name == LOOSE
        assert {path.name: path.read_text() for path in found.path.iterdir()} == {"users.csv": "a", "orgs.csv": "bc"}
    dated = server.root / "2026-09-02"
    dated.mkdir()
    (dated / "users.csv").write_text("day two")
    with fetch(site(server), "/2026*", into, limits=QUICK) as found:
        assert {path.name: path.read_text() for path in found.path.iterdir()} == {"users.csv": "day two"}


def test_loose_files_that_are_no_roster_do_not_hide_the_zip(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip", when=1000)
    (server.root / "guardians.csv").write_text("newer")
    with fetch(site(server), "/", into, limits=QUICK, marks=frozenset({"users.csv"})) as found:
        assert found.offer.name == "a.zip"


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        pytest.param({"password": "wrong"}, AuthError, "does not accept the login", id="wrong password"),
        pytest.param({"login": "someone"}, AuthError, "does not accept the login", id="wrong login"),
        pytest.param({"password": ""}, ConfigError, "neither a password nor a key", id="nothing to log in with"),
        pytest.param({"key": "-----BEGIN"}, ConfigError, "cannot be read", id="no key"),
        pytest.param({"host_key": ""}, ConfigError, "not known yet", id="no host key pinned"),
        pytest.param({"host_key": "SHA256:" + "A" * 43}, ConfigError, "another host key", id="other host key"),
        pytest.param({"port": 1}, TransientError, "failed", id="nobody listens"),
    ],
)
def test_a_server_that_is_not_the_one_or_not_open_to_us(
    server: SftpSandbox, into: Path, change: dict[str, str], error: type[RollbookError], said: str
) -> None:
    bundle(server.root / "a.zip")
    with pytest.raises(error, match=said) as refused, fetch(replace(site(server), **change), "/", into, limits=QUICK):
        pytest.fail("it was fetched")
    assert refused.value.hint
    assert server.password not in repr(refused.value.as_dict())
    if "host_key" in change:
        assert server.host_key in refused.value.message
        assert server.logins == 0


@pytest.mark.parametrize("fault", [SftpFault.REFUSED_LOGIN, SftpFault.OTHER_HOST_KEY])
def test_a_server_that_changed(server: SftpSandbox, into: Path, fault: SftpFault) -> None:
    bundle(server.root / "a.zip")
    server.set_fault(fault)
    with pytest.raises((AuthError, ConfigError)):
        fetched(server, into)
    server.set_fault(None)
    fetched(server, into)


@pytest.mark.parametrize(
    ("path", "error", "code"),
    [
        pytest.param("/nowhere", ConfigError, None, id="no such folder"),
        pytest.param("/empty", DataError, "FIL-001", id="nothing of ours"),
        pytest.param("/cut", DataError, "FIL-015", id="only a cut zip"),
        pytest.param("/zero", DataError, "FIL-015", id="a file without a byte"),
        pytest.param("/many", DataError, "FIL-006", id="too many files"),
        pytest.param("/large", DataError, "FIL-007", id="too many bytes"),
    ],
)
def test_what_lies_there_cannot_be_used(
    server: SftpSandbox, into: Path, path: str, error: type[RollbookError], code: str | None
) -> None:
    for name in ("empty", "cut", "zero", "many", "large"):
        (server.root / name).mkdir()
    cut = bundle(server.root / "cut" / "a.zip")
    cut.write_bytes(cut.read_bytes()[:-1])
    (server.root / "zero" / "users.csv").touch()
    for number in range(6):
        (server.root / "many" / f"{number}.csv").write_text("x")
    bundle(server.root / "large" / "a.zip", size=10_000)
    with pytest.raises(error) as refused:
        fetched(server, into, path, replace(QUICK, files=5, total_bytes=10_000))
    if isinstance(refused.value, DataError):
        assert refused.value.findings is not None
        assert refused.value.findings["code"].to_list() == [code]
    assert left(into) == []


def test_a_broken_newer_delivery_is_passed_over_and_told(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip", when=1000)
    broken = bundle(server.root / "b.zip", when=2000)
    broken.write_bytes(broken.read_bytes()[:-9])
    found, _ = fetched(server, into)
    assert found.offer.name == "a.zip"
    assert found.findings.select("code", "stream", "detail").rows() == [("FIL-031", "a.zip", "b.zip")]


def test_links_and_other_things_on_the_server_are_passed_over(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip", when=1000)
    (server.root / "b.zip").symlink_to(server.root / "a.zip")
    os.mkfifo(server.root / "c.zip")
    assert fetched(server, into)[0].offer.name == "a.zip"


def test_a_file_that_grows_is_waited_for(server: SftpSandbox, into: Path) -> None:
    whole = bundle(server.root / "a.zip", size=200_000).read_bytes()
    server.set_fault(SftpFault.STILL_UPLOADING, 400)
    assert fetched(server, into, limits=SftpLimits(settle=0.1, patience=10))[1] == whole
    assert server.is_whole_again()


def test_a_file_that_grows_for_too_long_fails_the_run(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip", size=200_000)
    server.set_fault(SftpFault.STILL_UPLOADING, 60_000)
    with pytest.raises(TransientError, match=r"a\.zip is still being uploaded"):
        fetched(server, into, limits=SftpLimits(settle=0.5, patience=1))


def test_an_upload_under_a_temporary_name_is_waited_for_but_its_corpse_is_not(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip")
    (server.root / "b.zip.filepart").write_bytes(b"PK")
    assert fetched(server, into)[0].offer.name == "a.zip"
    growing = threading.Event()

    def upload() -> None:
        while not growing.wait(0.02):
            with (server.root / "b.zip.filepart").open("ab") as stream:
                stream.write(b"x")

    thread = threading.Thread(target=upload)
    thread.start()
    try:
        with pytest.raises(TransientError, match=r"b\.zip\.filepart is still being uploaded"):
            fetched(server, into)
    finally:
        growing.set()
        thread.join()


def test_a_file_that_changes_while_it_is_fetched_fails_the_run(server: SftpSandbox, into: Path) -> None:
    path = bundle(server.root / "a.zip", size=9_000_000)

    def touch(name: str, here: int, whole: int) -> None:
        os.utime(path, (5000, 5000))

    with (
        pytest.raises(TransientError, match="changed on the server"),
        fetch(site(server), "/", into, limits=QUICK, progress=touch),
    ):
        pytest.fail("it was taken for whole")


def test_a_broken_download_is_gone_on_with_at_once(server: SftpSandbox, into: Path) -> None:
    path = bundle(server.root / "a.zip", size=7_000_000)
    server.set_fault(SftpFault.DROPPED, 11_000_000)
    found, content = fetched(server, into, limits=AGAIN)
    assert content == path.read_bytes()
    assert 0 < found.received <= path.stat().st_size - 4 * 1024**2
    assert server.logins == 2


def test_a_broken_download_is_gone_on_with_the_next_time(server: SftpSandbox, into: Path) -> None:
    path = bundle(server.root / "a.zip", size=7_000_000)
    server.set_fault(SftpFault.DROPPED, 11_000_000)
    with pytest.raises(TransientError, match="failed"):
        fetched(server, into)
    found, content = fetched(server, into)
    assert content == path.read_bytes()
    assert 0 < found.received <= path.stat().st_size - 4 * 1024**2
    assert left(into) == []


def test_bytes_of_another_delivery_are_never_gone_on_with(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip", size=7_000_000, when=1000)
    server.set_fault(SftpFault.DROPPED, 11_000_000)
    with pytest.raises(TransientError):
        fetched(server, into)
    path = bundle(server.root / "a.zip", size=7_000_001, when=2000)
    found, content = fetched(server, into)
    assert content == path.read_bytes()
    assert found.received == path.stat().st_size


def test_a_silent_server_does_not_hold_us_for_ever(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip")
    server.set_fault(SftpFault.SLOW, 60_000)
    started = time.monotonic()
    with (
        pytest.raises(TransientError, match="in time"),
        fetch(replace(site(server), idle_timeout=0.3), "/", into, limits=QUICK),
    ):
        pytest.fail("it answered")
    with pytest.raises(TransientError, match="longer than"):
        fetched(server, into, limits=replace(QUICK, total=0.5))
    assert time.monotonic() - started < 40


def test_a_login_that_is_refused_is_not_tried_again(server: SftpSandbox, into: Path) -> None:
    server.set_fault(SftpFault.REFUSED_LOGIN)
    started = time.monotonic()
    with pytest.raises(AuthError):
        fetched(server, into, limits=replace(AGAIN, attempts=30))
    assert time.monotonic() - started < 20


def test_two_processes_do_not_fetch_into_one_folder(server: SftpSandbox, into: Path) -> None:
    bundle(server.root / "a.zip")
    with (
        fetch(site(server), "/", into, limits=QUICK),
        pytest.raises(TransientError, match="Another process"),
        fetch(site(server), "/", into, limits=QUICK),
    ):
        pytest.fail("both did")


def test_no_secret_and_nothing_of_the_files_is_logged(
    server: SftpSandbox, into: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncssh").setLevel(logging.DEBUG)
    bundle(server.root / "a.zip")
    for _ in range(2):
        fetched(server, into)
    with fetch(replace(site(server), password="", key=server.client_key), "/", into, limits=QUICK):
        pass
    key_body = server.client_key.splitlines()[1]
    for planted in (SECRET, server.password, key_body):
        assert planted not in caplog.text
    assert server.password not in repr(site(server))
