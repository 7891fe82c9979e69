"""A district whose files come by SFTP: from the unknown host key to a directory, with nothing left lying about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.commands import EXAMPLE, Shell

from rollbook.sandbox.server.sftp import SftpFault, SftpSandbox
from rollbook.services import incoming
from rollbook.store.models import ChangeLog, SourceConnection, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)

DAY = "2026-09-01"


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpSandbox]:
    root = tmp_path / "served"
    root.mkdir()
    with SftpSandbox(root) as running:
        for path in sorted((EXAMPLE / "day1").glob("*.csv")):
            (root / path.name).write_bytes(path.read_bytes())
        yield running
        assert running.writes_attempted == 0


def add(rollbook: Shell, server: SftpSandbox) -> SourceConnection:
    """The source, with its password from a file; no host key is pinned yet."""
    password = rollbook.folder / "password"
    password.write_text(server.password + "\n")
    rollbook.ok("district", "add", "maple", "--name", "Maple Valley", "--timezone", "America/Los_Angeles")
    settings = {"--host": server.host, "--port": str(server.port), "--login": server.login, "--settle": "0.05"}
    words = [word for setting in settings.items() for word in setting]
    rollbook.ok("source", "add", "maple", "--kind", "oneroster_sftp", *words, "--secret-file", f"password={password}")
    return SourceConnection.objects.get()


def pin(rollbook: Shell, server: SftpSandbox) -> None:
    rollbook.ok("source", "set", "maple", "--host-key", server.host_key)


def test_from_an_unknown_server_to_a_directory(rollbook: Shell, server: SftpSandbox) -> None:
    connection = add(rollbook, server)
    first = rollbook("source", "test", "maple", "--json")
    assert (first.code, first.json["works"]) == (10, False)
    assert server.host_key in first.json["problem"]
    assert server.logins == 0

    pin(rollbook, server)
    tested = rollbook.json("source", "test", "maple")
    assert tested["works"]
    assert tested["roles"]["student"] > 0

    rollbook.ok("schools", "maple", "--create-missing")
    assert rollbook.json("sync", "maple", "--on", DAY)["counts"]["student"]["create"] == tested["roles"]["student"]
    again = rollbook.json("sync", "maple", "--on", DAY)
    assert "FIL-030" in again["findings"]

    folder = incoming.folder_of(SourceConnection.objects.get(pk=connection.pk))
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "received.jsonl"]


def test_the_password_is_in_no_table_and_no_log(
    rollbook: Shell, server: SftpSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    connection = add(rollbook, server)
    pin(rollbook, server)
    rollbook.ok("source", "test", "maple")
    connection.refresh_from_db()
    assert set(connection.config["password"]) == {"sealed"}
    stored = repr(connection.config) + repr(list(ChangeLog.objects.values()))
    assert server.password not in stored + caplog.text


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (SftpFault.REFUSED_LOGIN, 11),
        (SftpFault.HALF_UPLOADED, 13),
        (SftpFault.STILL_UPLOADING, 12),
        (SftpFault.OTHER_HOST_KEY, 10),
    ],
)
def test_a_bad_day_of_the_server_is_an_error_and_no_run(
    rollbook: Shell, server: SftpSandbox, fault: SftpFault, code: int
) -> None:
    add(rollbook, server)
    pin(rollbook, server)
    server.set_fault(fault, 60_000)
    said = rollbook("plan", "maple", "--on", DAY, "--json")
    assert said.code == code, said.out
    assert said.json["error"]["hint"]
    assert not SyncRun.objects.exists()
