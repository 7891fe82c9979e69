"""guardians.csv on an SFTP server reads as the file itself, from wherever it lies there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rollbook.connectors import guardians_csv
from rollbook.connectors.guardians_sftp import Config, check, read
from rollbook.core.errors import ConfigError, DataError
from rollbook.core.policy import Policy
from rollbook.sandbox.server.sftp import SftpSandbox

POLICY = Policy()
HEADER = "studentSisId,guardianSisId,firstName,lastName,email,mobilePhone,homePhone,language\n"
ONE = HEADER + "1001,g1,Mia,Ng,mia@home.example,(206) 555-0142,,en\n"
TWO = ONE + "1002,g2,Rob,Roe,rob@home.example,,,en\n"


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


def serve(server: SftpSandbox, name: str, text: str, when: int = 1000) -> Path:
    path = server.root / name
    path.write_text(text)
    os.utime(path, (when, when))
    return path


@pytest.mark.parametrize(
    ("files", "path", "rows"),
    [
        pytest.param({"guardians.csv": TWO, "users.csv": "x\n"}, "guardians.csv", 2, id="the file"),
        pytest.param({"guardians.csv": TWO, "users.csv": "x\n"}, "/", 2, id="the folder, a roster beside it"),
        pytest.param({"g-2026-09-02.csv": ONE, "g-2026-09-01.csv": TWO}, "/g-*.csv", 1, id="dated files: the newest"),
    ],
)
def test_it_reads_as_the_file_itself(
    server: SftpSandbox, config: Config, tmp_path: Path, files: dict[str, str], path: str, rows: int
) -> None:
    for when, (name, text) in enumerate(files.items(), 1000):
        serve(server, name, text, when)
    snapshot = read(replace(config, path=path), POLICY)
    local = tmp_path / "guardians.csv"
    local.write_text(ONE if rows == 1 else TWO)
    assert snapshot.fingerprint == guardians_csv.read(guardians_csv.Config(path=local), POLICY).fingerprint
    assert snapshot.streams["users"].frame.height == rows


def test_the_same_file_again_is_told(server: SftpSandbox, config: Config) -> None:
    serve(server, "guardians.csv", ONE)
    first, second = read(config, POLICY), read(config, POLICY)
    assert "FIL-030" not in first.findings["code"].to_list()
    assert "FIL-030" in second.findings["code"].to_list()


def test_no_file_and_an_empty_one_never_mean_that_nobody_has_guardians(server: SftpSandbox, config: Config) -> None:
    with pytest.raises(ConfigError, match="nothing at"):
        read(config, POLICY)
    serve(server, "guardians.csv", "")
    with pytest.raises(DataError, match="complete"):
        read(config, POLICY)
    assert check(config, POLICY).hint
