"""The roster as a whole: modes, received columns, custody, birth dates, privacy, habits of an export."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from tests.unit.clean.snapshots import CLASS, ENROLLMENT, USER, cleaned, stream, variant

from rollbook.core.clean.sheet import SYSTEMATIC
from rollbook.core.findings import CATALOGUE, FINDING_SCHEMA
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode


def test_modes_follow_the_streams() -> None:
    modes = cleaned(
        stream("users", [USER], mode=Mode.DELTA), stream("classes", [CLASS]), stream("roles", [], mode=Mode.ABSENT)
    ).modes
    assert modes == {
        "sessions": Mode.ABSENT,
        "orgs": Mode.ABSENT,
        "courses": Mode.ABSENT,
        "classes": Mode.BULK,
        "users": Mode.DELTA,
        "roles": Mode.DELTA,
        "agents": Mode.DELTA,
        "enrollments": Mode.ABSENT,
    }


def test_a_stream_declared_absent_is_not_read() -> None:
    roster = cleaned(stream("users", [USER], mode=Mode.ABSENT))
    assert roster.frames["users"].is_empty()
    assert roster.received == frozenset()


def test_received_names_only_columns_that_were_there() -> None:
    users = stream("users", [USER | {"grades": "", "agentSourcedIds": "", "metadata.custody": ""}])
    roster = cleaned(users, policy=Policy(custody_column="metadata.custody"))
    assert roster.received == {
        *(("users", name) for name in ("sourced_id", "status", "enabled", "given_name", "family_name", "grade")),
        *{("users", "agents"), ("users", "rights"), ("roles", "role"), ("roles", "org_sourced_id")},
    }


CUSTODY = [("none", "none"), ("NONE", "none"), (" No ", "none"), ("", "full"), ("joint", "full"), ("NULL", "full")]


@pytest.mark.parametrize(("cell", "rights"), CUSTODY)
def test_the_custody_column_gives_rights(cell: str, rights: str) -> None:
    roster = variant("users", {"metadata.custody": cell}, policy=Policy(custody_column="metadata.custody"))
    assert roster.frames["users"]["rights"].to_list() == [rights]


def test_without_custody_column_nothing_is_known_of_rights() -> None:
    roster = variant("users", {}, policy=Policy(custody_column="metadata.custody"))
    assert roster.frames["users"]["rights"].to_list() == [None]


def test_birth_dates_come_from_demographics() -> None:
    rows = [{"sourcedId": "u2", "birthDate": "03/14/2015"}, {"sourcedId": "u9", "birthDate": "2015-01-01"}]
    roster = cleaned(stream("users", [USER, USER | {"sourcedId": "u2"}]), stream("demographics", rows))
    assert roster.frames["users"].select("sourced_id", "birth_on").rows() == [
        ("u1", None),
        ("u2", dt.date(2015, 3, 14)),
    ]
    assert ("users", "birth_on") in roster.received
    assert roster.findings.select("code", "detail").rows() == [("DEM-010", "MM/DD/YYYY")]


def test_findings_hold_no_name_contact_or_birth_date() -> None:
    personal = {
        "givenName": " Secret ",
        "familyName": "Secre\u0301t",
        "email": "secret@nowhere",
        "sms": "secret",
        "phone": "111-SECRET",
        "userIds": "secret",
        "username": " secret",
        "identifier": " secret",
    }
    roster = cleaned(
        stream("users", [USER | personal]),
        stream("demographics", [{"sourcedId": "u1", "birthDate": "secret"}]),
    )
    assert roster.findings.height >= 8
    assert roster.findings["detail"].unique().to_list() == [""]


def test_every_finding_is_whole() -> None:
    roster = cleaned(
        stream("users", [USER | {"grades": "K", "sms": "1"}, USER | {"sourcedId": ""}]),
        stream("enrollments", [ENROLLMENT | {"role": "guest"}]),
    )
    assert dict(roster.findings.schema) == FINDING_SCHEMA
    for code, severity, name, line in roster.findings.select("code", "severity", "stream", "line").rows():
        assert severity == CATALOGUE[code].severity.value
        assert name in {"users.csv", "enrollments.csv"}
        assert line in {2, 3}
    assert roster.findings["school_sourced_id"].unique().to_list() == ["s1"]
    assert roster.findings["detail"].null_count() == 0


def test_every_code_tells_its_sentence() -> None:
    words = dict.fromkeys(("stream", "line", "column", "sourced_id", "detail"), "")
    for kind in CATALOGUE.values():
        assert kind.sentence.format(**words)
        assert kind.remedy.format(**words)
        assert "<" not in kind.sentence + kind.remedy


def test_a_habit_of_the_export_is_said_once() -> None:
    rows = [USER | {"sourcedId": f"u{number}", "enabledUser": "TRUE"} for number in range(SYSTEMATIC + 5)]
    findings = cleaned(stream("users", rows)).findings
    assert findings.group_by("code").len().sort("code").rows() == [("USR-013", SYSTEMATIC), ("USR-017", 1)]
    assert findings.filter(pl.col("code") == "USR-017")["detail"].to_list() == [f"USR-013 on {SYSTEMATIC + 5:,} rows"]


def test_warnings_are_said_for_every_row() -> None:
    rows = [USER | {"sourcedId": f"u{number}", "grades": "blue"} for number in range(SYSTEMATIC + 5)]
    assert cleaned(stream("users", rows)).findings.height == SYSTEMATIC + 5


def test_cleaning_changes_nothing_it_was_given() -> None:
    users = stream("users", [USER | {"givenName": " Ada ", "sms": "(206) 555-0100"}, USER])
    before = replace(users, frame=users.frame.clone())
    cleaned(users)
    assert users.frame.equals(before.frame)


def test_an_empty_stream_is_an_empty_frame_that_was_received() -> None:
    users = replace(stream("users", [USER]), frame=stream("users", [USER]).frame.clear())
    roster = cleaned(users)
    assert roster.frames["users"].is_empty()
    assert roster.modes["users"] is Mode.BULK
    assert ("users", "given_name") in roster.received
