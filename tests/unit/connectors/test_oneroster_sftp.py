"""OneRoster files from an SFTP server: the same roster as from a folder, told when it is not new, and secrets unseen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.connectors.bundles import as_zip, write

from rollbook.connectors.kit.settings import build
from rollbook.connectors.oneroster_csv import read as read_bundle
from rollbook.connectors.oneroster_sftp import Config, check, read
from rollbook.core.errors import ConfigError, DataError
from rollbook.core.policy import Policy
from rollbook.sandbox.server.sftp import SftpFault, SftpSandbox
from rollbook.transport.ledger import LEDGER

POLICY = Policy()
ENOUGH = {"host": "sftp.example.org", "login": "maple", "password": "Quillfeather"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpSandbox]:
    root = tmp_path / "served"
    root.mkdir()
    with SftpSandbox(root) as running:
        yield running
        assert running.writes_attempted == 0


@pytest.fixture
def config(server: SftpSandbox, tmp_path: Path) -> Config:
    return Config(
        host=server.host,
        port=server.port,
        login=server.login,
        password=server.password,
        host_key=server.host_key,
        settle=0.05,
        incoming=tmp_path / "incoming",
    )


def serve(server: SftpSandbox, tmp_path: Path, name: str, when: int, **change: str) -> Path:
    folder = write(tmp_path / f"{name}-{when}", change=change)
    target = as_zip(folder, server.root / name)
    os.utime(target, (when, when))
    return folder


def codes(found: object) -> list[str]:
    return found["code"].to_list()  # type: ignore[index]


def test_a_zip_on_the_server_reads_as_the_folder_it_was_made_of(
    server: SftpSandbox, config: Config, tmp_path: Path
) -> None:
    folder = serve(server, tmp_path, "a.zip", 1000)
    snapshot, beside = read(config, POLICY), read_bundle(folder, POLICY)
    assert snapshot.fingerprint == beside.fingerprint
    assert {name: stream.frame.rows() for name, stream in snapshot.streams.items()} == {
        name: stream.frame.rows() for name, stream in beside.streams.items()
    }
    assert "FIL-030" not in codes(snapshot.findings)


def test_a_delivery_is_never_read_twice_without_saying_so(server: SftpSandbox, config: Config, tmp_path: Path) -> None:
    serve(server, tmp_path, "a.zip", 1000)
    read(config, POLICY)
    same = read(config, POLICY)
    assert "FIL-030" in codes(same.findings)
    assert "a.zip" in same.findings["stream"].to_list()

    serve(server, tmp_path, "b.zip", 2000)
    copied = read(config, POLICY).findings
    assert "its content is that of a.zip" in "".join(copied["detail"])

    serve(server, tmp_path, "c.zip", 3000, orgs="sourcedId,name,type\nd1,Maple Valley,district\ns1,Cedar,school\n")
    assert "FIL-030" not in codes(read(config, POLICY).findings)


def test_a_failed_reading_is_not_remembered(server: SftpSandbox, config: Config, tmp_path: Path) -> None:
    serve(server, tmp_path, "a.zip", 1000, users="nothing\n")
    for _ in range(2):
        with pytest.raises(DataError) as refused:
            read(config, POLICY)
    assert refused.value.findings is not None
    assert "FIL-030" not in codes(refused.value.findings)


def test_the_test_of_the_connection_changes_nothing(server: SftpSandbox, config: Config, tmp_path: Path) -> None:
    serve(server, tmp_path, "a.zip", 1000)
    receipt = check(config, POLICY)
    assert receipt.works
    assert receipt.roles == {"student": 1, "teacher": 1, "guardian": 1}
    assert config.incoming is not None
    assert not (config.incoming / LEDGER).exists()
    assert "FIL-030" not in codes(read(config, POLICY).findings)


@pytest.mark.parametrize("fault", [*SftpFault])
def test_the_test_of_the_connection_says_what_is_wrong_and_what_to_do(
    server: SftpSandbox, config: Config, tmp_path: Path, fault: SftpFault
) -> None:
    serve(server, tmp_path, "a.zip", 1000)
    server.set_fault(fault, {SftpFault.DROPPED: 100, SftpFault.STILL_UPLOADING: 60_000}.get(fault))
    receipt = check(config, POLICY)
    assert receipt.works is (fault in (SftpFault.SLOW, SftpFault.DROPPED))
    assert bool(receipt.problem and receipt.hint and receipt.exit_code) is not receipt.works
    assert server.password not in repr(receipt)


def test_without_a_pinned_host_key_the_answer_shows_it(server: SftpSandbox, config: Config) -> None:
    receipt = check(replace(config, host_key=""), POLICY)
    assert not receipt.works
    assert server.host_key in receipt.problem


def test_guardians_beside_the_roster_do_not_hide_it(server: SftpSandbox, config: Config, tmp_path: Path) -> None:
    serve(server, tmp_path, "a.zip", 1000)
    (server.root / "guardians.csv").write_text("student_id,first_name\n00417,Cy\n")
    assert read(config, POLICY).streams["users"].frame.height == 3


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"host": "sftp://sftp.example.org"}, id="an address"),
        pytest.param({"host": "maple@sftp.example.org"}, id="a login in the host"),
        pytest.param({"port": "70000"}, id="no port"),
        pytest.param({"port": "ssh"}, id="no number"),
        pytest.param({"host_key": "aa:bb"}, id="no fingerprint"),
        pytest.param({"path": "/*/roster.zip"}, id="pattern of folders"),
        pytest.param({"password": ""}, id="neither password nor key"),
        pytest.param({"login": ""}, id="no login"),
        pytest.param({"colour": "blue"}, id="no such setting"),
    ],
)
def test_settings_that_cannot_be_are_refused_without_showing_a_secret(change: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        build(Config, {**ENOUGH, **change})
    assert ENOUGH["password"] not in repr(refused.value.as_dict())


def test_secrets_are_not_shown() -> None:
    config = build(Config, {**ENOUGH, "key": "PRIVATE-KEY-TEXT", "passphrase": "open sesame"})
    shown = f"{config!r} {config} {config.site!r}"
    assert not [secret for secret in ("Quillfeather", "PRIVATE-KEY-TEXT", "open sesame") if secret in shown]
    assert "sftp.example.org" in shown
