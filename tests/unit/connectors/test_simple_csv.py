"""students.csv: its headings, its rows, and the roster that they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rollbook.connectors import simple_csv
from rollbook.connectors.simple_csv import Config
from rollbook.core.clean import clean
from rollbook.core.errors import ConfigError, DataError
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Mode, Snapshot

HEADER = (
    "student_number,first_name,last_name,school,grade,birth_date,"
    "guardian1_first_name,guardian1_last_name,guardian1_relationship,guardian1_email,guardian1_mobile,"
    "guardian2_first_name,guardian2_last_name,guardian2_home_phone"
)
ADA = "00017,Ada,Ng,Cedar,3,2017-05-04,Mia,Ng,mother,mia@home.example,206-555-0142,Rob,Ng,206-555-0199"
BO = "00018,Bo,Ng,Cedar,K,,Mia,Ng,mother,MIA@home.example,206-555-0142,,,"


def read(tmp_path: Path, *lines: str, header: str = HEADER, policy: Policy | None = None, **settings: Any) -> Snapshot:
    file = tmp_path / "students.csv"
    file.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return simple_csv.read(Config(path=file, **settings), policy or Policy())


def rows(roster: Roster, frame: str, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(roster.frames[frame].select(columns).rows(), key=str)


def codes(snapshot: Snapshot) -> list[tuple[str, int | None]]:
    told = snapshot.findings.filter(~pl.col("code").is_in(["GRD-005", "CSV-016"]))
    return sorted(told.select("code", "line").rows())


def test_a_row_is_a_student_with_school_and_guardians(tmp_path: Path) -> None:
    snapshot = read(tmp_path, ADA, BO)
    assert codes(snapshot) == []
    roster = clean(snapshot, Policy())
    assert rows(roster, "orgs", "sourced_id", "name", "type") == [("Cedar", "Cedar", "school")]
    people = rows(roster, "users", "sourced_id", "given_name", "email", "sms", "phone")
    mia, rob = (next(one for one in people if one[1] == name) for name in ("Mia", "Rob"))
    assert mia[0].startswith("auto-")
    assert mia[2:] == ("mia@home.example", "+12065550142", None)
    assert rob[2:] == (None, None, "+12065550199")
    assert [one[:2] for one in people if one not in (mia, rob)] == [("00017", "Ada"), ("00018", "Bo")]
    assert rows(roster, "agents", "user_sourced_id", "agent_sourced_id") == sorted(
        [(mia[0], "00017"), (mia[0], "00018"), (rob[0], "00017")]
    )
    assert {(who, role) for who, role in rows(roster, "roles", "user_sourced_id", "role")} == {
        ("00017", "student"),
        ("00018", "student"),
        (mia[0], "parent"),
        (rob[0], "guardian"),
    }
    assert roster.refused.is_empty()
    assert {frame for frame, mode in roster.modes.items() if mode is Mode.BULK} == set()


def test_who_is_missing_leaves_only_when_that_is_said(tmp_path: Path) -> None:
    roster = clean(read(tmp_path, ADA, missing_leave=True), Policy())
    assert {frame for frame, mode in roster.modes.items() if mode is Mode.BULK} == {"orgs", "users", "roles", "agents"}


def test_birth_dates_are_kept_only_when_that_is_said(tmp_path: Path) -> None:
    policy = Policy(keep_birth_dates=True)
    roster = clean(read(tmp_path, ADA, BO, policy=policy), policy)
    assert [str(day) for (day,) in rows(roster, "users", "birth_on") if day] == ["2017-05-04"]
    assert "2017" not in str(read(tmp_path, ADA).streams["users"].frame.rows())


def test_two_schools_are_two_rows_and_what_disagrees_is_told(tmp_path: Path) -> None:
    snapshot = read(tmp_path, ADA, ADA.replace("Cedar", '"Oak, North"').replace("Ada", "Ida"))
    assert codes(snapshot) == [("SIM-003", 2)]
    quoted = ADA.replace("Cedar", '"Oak, North"')
    roster = clean(read(tmp_path, ADA, quoted), Policy())
    schools = {org for who, org in rows(roster, "roles", "user_sourced_id", "org_sourced_id") if who == "00017"}
    assert schools == {"Cedar", "Oak; North"}
    assert ("Oak; North", "Oak, North") in rows(roster, "orgs", "sourced_id", "name")


@pytest.mark.parametrize(
    ("line", "code", "frozen"),
    [
        (ADA.replace("00017", ""), "SIM-001", None),
        (ADA.replace("00017", '"17,18"'), "SIM-001", "17,18"),
        (ADA.replace("Cedar", ""), "SIM-002", "00017"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_and_its_student_stays(
    tmp_path: Path, line: str, code: str, frozen: str | None
) -> None:
    snapshot = read(tmp_path, line, BO)
    assert codes(snapshot) == [(code, 2)]
    assert snapshot.streams["users"].refused["sourcedId"].to_list() == [frozen]
    assert "00018" in snapshot.streams["users"].frame["sourcedId"].to_list()


def test_usual_headings_are_understood_and_own_ones_can_be_said(tmp_path: Path) -> None:
    header = "Schüler-Nr;Given Name;Surname;Building;Parent 1 First;Parent 1 Last;Parent 1 Cell Phone;Lieblingsfarbe"
    line = "00017;Ada;Ng;Cedar;Mia;Ng;206-555-0142;blau"
    with pytest.raises(DataError) as refused:
        read(tmp_path, line, header=header)
    assert refused.value.findings["code"].to_list().count("HDR-003") == 1
    snapshot = read(tmp_path, line, header=header, columns="Schüler-Nr = student_number")
    assert snapshot.streams["users"].frame.filter(pl.col("role") == "student")["givenName"].to_list() == ["Ada"]
    told = dict(snapshot.findings.filter(pl.col("code") == "HDR-006").select("code", "detail").rows())
    assert told == {"HDR-006": "Lieblingsfarbe"}


@pytest.mark.parametrize("columns", ["Rufname", "= first_name", "Rufname = vorname", "A = guardian7_email"])
def test_a_mapping_that_cannot_be_is_refused(tmp_path: Path, columns: str) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, ADA, columns=columns)


def test_a_made_id_is_the_same_tomorrow(tmp_path: Path) -> None:
    def made(*lines: str) -> set[str]:
        ids = read(tmp_path, *lines).streams["users"].frame["sourcedId"].to_list()
        return {one for one in ids if one.startswith("auto-")}

    assert made(ADA, BO) == made(BO, ADA)
    assert made(ADA) - made(ADA.replace("mia@home", "mia.ng@home")) != set()
