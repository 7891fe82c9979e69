"""guardians.csv: its headings, its lines, and the roster that they mean."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rollbook.connectors import guardians_csv
from rollbook.connectors.guardians_csv import Config
from rollbook.core.clean import clean
from rollbook.core.errors import ConfigError, DataError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode, Snapshot

HEADER = "studentSisId,guardianSisId,firstName,lastName,email,mobilePhone,homePhone,language"
MIA = "1001,g1,Mia,Ng,mia@home.example,(206) 555-0142,,en"


def read(tmp_path: Path, *lines: str, header: str = HEADER, policy: Policy | None = None, **settings: Any) -> Snapshot:
    file = tmp_path / "guardians.csv"
    file.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return guardians_csv.read(Config(path=file, **settings), policy or Policy())


def users(snapshot: Snapshot, *columns: str) -> list[tuple[str, ...]]:
    return snapshot.streams["users"].frame.select(columns).rows()


def codes(snapshot: Snapshot) -> list[tuple[str, int | None, str]]:
    told = snapshot.findings.filter(~pl.col("code").is_in(["GRD-004", "CSV-016"]))
    return sorted(told.select("code", "line", "detail").rows())


def test_a_file_means_guardians_and_nothing_else(tmp_path: Path) -> None:
    snapshot = read(
        tmp_path, MIA, "1002,g1,Mia,Ng,mia@home.example,(206) 555-0142,,en", "1003,g2,Rob,Roe,,,206-555-0199,"
    )
    assert codes(snapshot) == []
    roster = clean(snapshot, Policy())
    assert roster.frames["users"].select("sourced_id", "given_name", "email", "sms", "phone").rows() == [
        ("g1", "Mia", "mia@home.example", "+12065550142", None),
        ("g2", "Rob", None, None, "+12065550199"),
    ]
    assert roster.frames["roles"].select("user_sourced_id", "org_sourced_id", "role").rows() == [
        ("g1", None, "guardian"),
        ("g2", None, "guardian"),
    ]
    assert roster.frames["agents"].select("user_sourced_id", "agent_sourced_id").rows() == [
        ("g1", "1001"),
        ("g1", "1002"),
        ("g2", "1003"),
    ]
    assert roster.refused.is_empty()
    assert {frame for frame, mode in roster.modes.items() if mode is Mode.BULK} == {"users", "roles", "agents"}
    assert ("users", "agents") in roster.received
    assert ("users", "enabled") not in roster.received


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (HEADER, []),
        (HEADER.upper(), ["studentSisId", "guardianSisId", "firstName", "lastName", "email", "mobilePhone", "homePhone",
                          "language"]),
        ("Student ID,Guardian ID,First Name,Last Name,Email Address,Cell Phone,Alternative Phone,Preferred Language",
         ["studentSisId", "guardianSisId", "firstName", "lastName", "email", "mobilePhone", "homePhone", "language"]),
        ("studentSourcedId,parent_id,givenName,familyName,email,sms,phone,lang",
         ["studentSisId", "guardianSisId", "firstName", "lastName", "mobilePhone", "homePhone", "language"]),
    ],
)  # fmt: skip
def test_other_headings_are_understood_and_told(tmp_path: Path, header: str, told: list[str]) -> None:
    snapshot = read(tmp_path, MIA, header=header)
    assert users(snapshot, "sourcedId", "givenName", "sms") == [("g1", "Mia", "(206) 555-0142")]
    assert snapshot.findings.filter(pl.col("code") == "HDR-004")["column"].to_list() == told


@pytest.mark.parametrize(
    ("header", "code", "column"),
    [
        ("a,b,c", "HDR-001", None),
        ("studentSisId,student id,firstName,lastName,email", "HDR-002", "studentSisId"),
        ("guardianSisId,firstName,lastName,email", "HDR-003", "studentSisId"),
        ("studentSisId,firstName,email", "HDR-003", "lastName"),
        ("studentSisId,firstName,lastName,homePhone", "HDR-003", "email"),
    ],
)
def test_headings_that_cannot_be_used(tmp_path: Path, header: str, code: str, column: str | None) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, "1,2,3,4,5", header=header)
    assert caught.value.findings is not None
    assert caught.value.findings.select("code", "column").row(0) == (code, column)


def test_columns_in_any_order_and_separator_and_unknown_ones_dropped(tmp_path: Path) -> None:
    header = "lastName;firstName;studentSisId;mobilePhone;SSN"
    snapshot = read(tmp_path, "Ng;Mia;1001;2065550142;123-45-6789", header=header)
    assert users(snapshot, "givenName", "familyName", "sms", "agentSourcedIds") == [("Mia", "Ng", "2065550142", "1001")]
    assert ("HDR-006", 1, "SSN") in codes(snapshot)
    assert "123-45-6789" not in str(snapshot.streams["users"].frame.rows())


@pytest.mark.parametrize(
    ("lines", "expected", "refused", "told"),
    [
        pytest.param(
            (MIA, "1002,g1,Mia,Ng-Roe,new@home.example,,,"),
            [("g1", "Ng-Roe", "new@home.example", "(206) 555-0142", "1001,1002")],
            [],
            [("GRD-003", 2, "")],
            id="lines that disagree: the last one counts, blanks do not",
        ),
        pytest.param(
            (MIA, MIA), [("g1", "Ng", "mia@home.example", "(206) 555-0142", "1001")], [], [], id="twice the same"
        ),
        pytest.param(
            (",g1,Mia,Ng,mia@home.example,,,", "1001,g2,Rob,Roe,,,,"),
            [("g2", "Roe", "", "", "1001")],
            [("g1", 2)],
            [("GRD-001", 2, "")],
            id="no student: the guardian is frozen",
        ),
        pytest.param(
            ('"1001,1002",g1,Mia,Ng,,,,',), [], [("g1", 2)], [("GRD-002", 2, "")], id="two students in one cell"
        ),
        pytest.param((), [], [], [("FIL-020", None, "")], id="headings alone"),
    ],
)
def test_lines(
    tmp_path: Path, lines: tuple[str, ...], expected: list[Any], refused: list[Any], told: list[Any]
) -> None:
    snapshot = read(tmp_path, *lines)
    assert users(snapshot, "sourcedId", "familyName", "email", "sms", "agentSourcedIds") == expected
    assert snapshot.streams["users"].refused.select("sourcedId", "_line").rows() == refused
    assert codes(snapshot) == told


def test_guardians_without_an_id_get_one_that_lasts_and_tells_nothing(tmp_path: Path) -> None:
    lines = ("1001,,Mia,Ng,mia@home.example,,,", "1002,,MIA,ng,MIA@home.example,,,", "1003,,Rob,Roe,,(206) 555-0142,,",
             "1004,,Sam,Poe,,,,", "1005,,Sam,Poe,,,,")  # fmt: skip
    snapshot = read(tmp_path, *lines)
    ids = [row[0] for row in users(snapshot, "sourcedId")]
    assert users(snapshot, "sourcedId", "agentSourcedIds") == list(
        zip(ids, ("1001,1002", "1003", "1004", "1005"), strict=True)
    )
    assert len(set(ids)) == 4, "who shares a name and has no contact is the guardian of that child alone"
    assert ids[0] == "auto-324487988f29811c367e"
    assert all(one.startswith("auto-") and "mia" not in one for one in ids)
    assert ("GRD-005", None, "5") in codes(snapshot)


def test_the_mobile_goes_where_the_setting_looks_for_it(tmp_path: Path) -> None:
    roster = clean(read(tmp_path, MIA, policy=Policy(phone_column="phone")), Policy(phone_column="phone"))
    assert roster.frames["users"].select("sms", "phone").rows() == [(None, "+12065550142")]


def test_without_abandon_nobody_is_spoken_of_who_is_not_there(tmp_path: Path) -> None:
    assert read(tmp_path, MIA, abandon=False).streams["users"].mode is Mode.DELTA


@pytest.mark.parametrize("name", ["folder", "zip", "dated"])
def test_where_the_file_may_lie(tmp_path: Path, name: str) -> None:
    text = f"{HEADER}\n{MIA}\n"
    place = tmp_path / name
    place.mkdir()
    if name == "folder":
        (place / "Guardians.CSV").write_text(text)
        (place / "users.csv").write_text("not ours")
    elif name == "zip":
        place = place / "today.zip"
        with zipfile.ZipFile(place, "w") as packed:
            packed.writestr("guardians.csv", text)
    else:
        for day, content in (("2026-09-01", HEADER), ("2026-09-02", text)):
            with zipfile.ZipFile(place / f"{day}.zip", "w") as packed:
                packed.writestr("guardians.csv", content)
    assert users(guardians_csv.read(Config(path=place), Policy()), "sourcedId") == [("g1",)]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        guardians_csv.read(Config(path=tmp_path / "nowhere"), Policy())
    (tmp_path / "users.csv").write_text("a,b\n1,2\n")
    receipt = guardians_csv.check(Config(path=tmp_path), Policy())
    assert not receipt.works
    assert "guardians.csv is missing" in receipt.problem


def test_the_receipt_counts(tmp_path: Path) -> None:
    file = tmp_path / "guardians.csv"
    file.write_text(f"{HEADER}\n{MIA}\n")
    receipt = guardians_csv.check(Config(path=file), Policy())
    assert receipt.works
    assert receipt.rows == {"users": 1}
    assert receipt.roles == {"guardian": 1}


def test_a_file_that_breaks_off_fails(tmp_path: Path) -> None:
    file = tmp_path / "guardians.csv"
    file.write_text(f'{HEADER}\n{MIA}\n1002,g2,"Rob')
    with pytest.raises(DataError):
        guardians_csv.read(Config(path=file), Policy())


def test_two_readings_of_one_file_are_equal(tmp_path: Path) -> None:
    assert read(tmp_path, MIA).fingerprint == read(tmp_path, MIA).fingerprint != read(tmp_path).fingerprint
