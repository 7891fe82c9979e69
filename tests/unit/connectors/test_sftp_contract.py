"""Sources of files over SFTP keep what every connector promises (house.md, section 5), as far as it applies to files: the
wire is SFTP, so the faults are its own (the sandbox's), and what is never sent is a write."""

from __future__ import annotations

import logging
import os
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import stamina
from tests.unit.connectors.bundles import FILES_11, as_zip, write

from rollbook.connectors import guardians_sftp, oneroster_sftp
from rollbook.connectors.kit.receipt import SharingReceipt
from rollbook.connectors.kit.redaction import HIDDEN, secret_fields
from rollbook.connectors.kit.settings import build
from rollbook.core.clean import clean
from rollbook.core.errors import AuthError, ConfigError, DataError, RollbookError, TransientError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot
from rollbook.sandbox.server.sftp import SftpFault, SftpSandbox

POLICY = Policy()
GIVEN, FAMILY, MAIL = "Quillfeather", "Ravenscroft", "families.example"
"""In every person of the files below; they must be nowhere else."""


def roster(folder: Path, people: int) -> Path:
    """A zip of a bundle with so many students."""
    heading = FILES_11["users"].partition("\n")[0]
    lines = [f"{n:06},,,true,s1,student,u{n},,{GIVEN}{n},{FAMILY}{n},,{n:06},u{n}@{MAIL},,,,06," for n in range(people)]
    seats = [f"e{n},,,c1,s1,{n:06},student,,," for n in range(people)]
    enrollments = FILES_11["enrollments"].partition("\n")[0]
    change = {"users": "\n".join([heading, *lines, ""]), "enrollments": "\n".join([enrollments, *seats, ""])}
    return as_zip(write(folder / f"bundle-{people}", change=change), folder / "served" / "roster.zip")


def guardians(folder: Path, people: int) -> Path:
    """guardians.csv with so many guardians."""
    lines = [f"{n:06},g{n},{GIVEN}{n},{FAMILY}{n},g{n}@{MAIL},,," for n in range(people)]
    target = folder / "served" / "guardians.csv"
    heading = "studentSisId,guardianSisId,firstName,lastName,email,mobilePhone,homePhone,language"
    target.write_text("\n".join([heading, *lines, ""]))
    return target


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of source: how its files are made, and what may become of each fault that stays."""

    config: type[Any]
    read: Callable[..., Snapshot]
    check: Callable[..., SharingReceipt]
    put: Callable[[Path, int], Path]


KINDS = {
    "oneroster_sftp": Kind(
        config=oneroster_sftp.Config, read=oneroster_sftp.read, check=oneroster_sftp.check, put=roster
    ),
    "guardians_sftp": Kind(
        config=guardians_sftp.Config, read=guardians_sftp.read, check=guardians_sftp.check, put=guardians
    ),
}
ERRORS: dict[SftpFault, tuple[type[RollbookError], ...]] = {
    SftpFault.REFUSED_LOGIN: (AuthError,),
    SftpFault.OTHER_HOST_KEY: (AuthError, ConfigError),
    SftpFault.STILL_UPLOADING: (TransientError, DataError),
    SftpFault.HALF_UPLOADED: (DataError,),
}
"""A fault that stays → what it must become; the others are survived."""


@dataclass
class World:
    """A server with files, and a source of them."""

    kind: Kind
    server: SftpSandbox
    folder: Path
    days: int = 0

    def settings(self) -> dict[str, str]:
        return {
            "host": self.server.host,
            "port": str(self.server.port),
            "login": self.server.login,
            "password": self.server.password,
            "key": self.server.client_key,
            "host_key": self.server.host_key,
            "settle": "0.1",
        }

    def config(self) -> Any:
        return build(self.kind.config, self.settings())

    def put(self, people: int) -> None:
        """So many people are in a newer delivery."""
        self.days += 1
        path = self.kind.put(self.folder, people)
        os.utime(path, (self.days * 1000,) * 2)

    def read(self) -> Snapshot:
        return self.kind.read(self.config(), POLICY)

    def check(self) -> SharingReceipt:
        return self.kind.check(self.config(), POLICY)

    def secrets(self) -> list[str]:
        return [self.server.password, self.server.client_key]


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "served").mkdir()
    with stamina.set_testing(True, attempts=3, cap=True), SftpSandbox(tmp_path / "served") as running:
        yield World(request.param, running, tmp_path)
        assert running.writes_attempted == 0, "a source is read-only (S-1)"


def test_settings_reject_unknown_keys_and_say_what_they_are(world: World) -> None:
    with pytest.raises(ConfigError, match="colour"):
        build(world.kind.config, {**world.settings(), "colour": "red"})
    shown = [item for item in fields(world.kind.config) if not item.metadata.get("internal")]
    assert [item.name for item in shown if not item.metadata.get("help")] == []


def test_secrets_are_not_shown(world: World) -> None:
    assert {"password", "key", "passphrase"} <= secret_fields(world.kind.config)
    shown = f"{world.config()!r} {world.config()} {world.config().site!r}"
    assert HIDDEN in shown
    assert [secret for secret in world.secrets() if secret in shown] == []


def test_no_secret_and_no_person_is_logged_or_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.put(3)
    world.read()
    told = []
    for fault in SftpFault:
        world.server.set_fault(fault, {SftpFault.DROPPED: 100, SftpFault.STILL_UPLOADING: 60_000}.get(fault))
        receipt = world.check()
        told.append(f"{receipt.problem} {receipt.hint} {receipt.findings.to_dicts()}")
    everything = "\n".join([*told, caplog.text])
    assert [word for word in (*world.secrets(), GIVEN, FAMILY, MAIL) if word in everything] == []


@pytest.mark.parametrize("people", [1, 40])
def test_each_sourced_id_comes_once_and_can_be_cleaned(world: World, people: int) -> None:
    world.put(people)
    snapshot = world.read()
    for name, stream in snapshot.streams.items():
        if "sourcedId" in stream.columns:
            assert stream.frame["sourcedId"].is_duplicated().sum() == 0, name
    cleaned = clean(snapshot, POLICY)
    assert cleaned.frames["users"].height == people
    assert cleaned.findings.filter(severity="error").is_empty()


def test_a_delivery_without_people_is_told(world: World) -> None:
    world.put(0)
    assert "FIL-020" in world.read().findings["code"].to_list()


def test_two_readings_of_one_state_are_equal_and_of_two_are_not(world: World) -> None:
    world.put(25)
    first, second = world.read(), world.read()
    world.put(26)
    assert first.fingerprint == second.fingerprint
    assert first.fingerprint != world.read().fingerprint


def test_twenty_thousand_rows_in_flat_memory(world: World) -> None:
    world.put(10)
    world.read()
    world.put(20_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert world.read().streams["users"].frame.height == 20_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 400 * 1024 * 1024


def test_check_says_what_is_shared(world: World) -> None:
    world.put(5)
    receipt = world.check()
    assert (receipt.works, receipt.rows["users"]) == (True, 5)
    assert receipt.roles
    assert receipt.speaks == ("guardians.csv" if world.kind is KINDS["guardians_sftp"] else "OneRoster 1.1")


@pytest.mark.parametrize("fault", [*SftpFault])
def test_a_fault_is_survived_or_told_with_what_to_do(world: World, fault: SftpFault) -> None:
    world.put(30)
    good = world.read().fingerprint
    amount = {SftpFault.DROPPED: 100, SftpFault.STILL_UPLOADING: 60_000}.get(fault)
    world.server.set_fault(fault, amount)
    receipt = world.check()
    if fault not in ERRORS:
        assert receipt.works
        assert world.read().fingerprint == good
        return
    assert not receipt.works
    assert receipt.problem
    assert receipt.hint
    with pytest.raises(ERRORS[fault]) as failed:
        world.read()
    if fault is not SftpFault.STILL_UPLOADING:  # it moves while we look
        assert receipt.exit_code == failed.value.exit_code
    world.server.set_fault(None)
    assert world.read().fingerprint == good, "nothing was left behind that spoils the next reading"


@pytest.mark.parametrize("tenth", range(0, 10, 2))
def test_a_connection_that_is_cut_anywhere_changes_nothing(world: World, tenth: int) -> None:
    world.put(200)
    good = world.read().fingerprint
    size = max(path.stat().st_size for path in (world.folder / "served").iterdir())
    world.server.set_fault(SftpFault.DROPPED, 1 + size * tenth // 10)
    assert world.read().fingerprint == good
