"""Which rows are out, which of several counts, and what is said about it."""

from __future__ import annotations

import pytest
from tests.unit.clean.snapshots import CLASS, ENROLLMENT, USER, cleaned, codes, stream, variant

from rollbook.core.roster import ROSTER_SCHEMAS
from rollbook.core.snapshot import Mode

#   stream, frame, cells that make the row unusable, (code, column) of every finding
UNUSABLE = [
    ("users", "users", {"sourcedId": ""}, [("USR-001", "sourcedId")]),
    ("users", "users", {"familyName": ""}, [("USR-018", "familyName")]),
    ("users", "users", {"givenName": " "}, [("USR-018", "givenName")]),
    ("users", "users", {"givenName": "", "familyName": ""}, [("USR-018", "givenName"), ("USR-018", "familyName")]),
    ("classes", "classes", {"sourcedId": ""}, [("CLS-001", "sourcedId")]),
    ("classes", "classes", {"schoolSourcedId": ""}, [("CLS-018", "schoolSourcedId")]),
    ("orgs", "orgs", {"sourcedId": ""}, [("ORG-001", "sourcedId")]),
    ("courses", "courses", {"sourcedId": ""}, [("CRS-001", "sourcedId")]),
    ("academicSessions", "sessions", {"sourcedId": ""}, [("SES-001", "sourcedId")]),
    ("academicSessions", "sessions", {"endDate": ""}, [("SES-039", "endDate")]),
    ("academicSessions", "sessions", {"endDate": "2026-01-01"}, [("SES-012", "endDate"), ("SES-039", "endDate")]),
    ("academicSessions", "sessions", {"startDate": "soon"}, [("SES-011", "startDate"), ("SES-039", "startDate")]),
    ("enrollments", "enrollments", {"classSourcedId": ""}, [("ENR-018", "classSourcedId")]),
]


@pytest.mark.parametrize(("name", "frame", "cells", "found"), UNUSABLE)
def test_an_unusable_row_is_refused(name: str, frame: str, cells: dict[str, str], found: list[tuple[str, str]]) -> None:
    roster = variant(name, cells)
    assert roster.frames[frame].is_empty()
    assert roster.refused.select("frame", "line").rows() == [(frame, 2)]
    assert [(code, column) for code, _, column in codes(roster)] == found


def test_a_refused_row_says_whom_it_was_about() -> None:
    roster = cleaned(
        stream("users", [USER | {"familyName": ""}]),
        stream("classes", [CLASS | {"schoolSourcedId": ""}]),
        stream("enrollments", [ENROLLMENT | {"role": "guest"}]),
    )
    assert roster.refused.rows() == [
        ("classes", "c1", None, "c1", None, 2),
        ("users", "u1", None, None, "s1", 2),
        ("enrollments", "e1", "u1", "c1", "s1", 2),
    ]
    assert roster.frames["roles"].is_empty()


def test_a_row_that_could_not_be_split_is_refused_too() -> None:
    roster = cleaned(stream("users", [USER], refused=[(3, "u2"), (4, None)]))
    assert roster.refused.select("frame", "sourced_id", "line").rows() == [("users", "u2", 3), ("users", None, 4)]
    assert roster.findings.is_empty()


@pytest.mark.parametrize("cells", [{"givenName": ""}, {"role": ""}, {"role": "wizard"}, {"orgSourcedIds": ""}])
def test_a_row_to_be_deleted_needs_no_more_than_its_id(cells: dict[str, str]) -> None:
    roster = variant("users", {"status": "tobedeleted"} | cells, mode=Mode.DELTA)
    assert roster.frames["users"].select("sourced_id", "status").rows() == [("u1", "tobedeleted")]
    assert roster.refused.is_empty()


def test_of_equal_rows_one_is_read() -> None:
    roster = variant("users", {}, {})
    assert roster.frames["users"]["line"].to_list() == [3]
    assert roster.frames["roles"]["line"].to_list() == [3]
    assert roster.findings.select("code", "line", "detail").rows() == [("USR-002", 2, "see line 3")]


def test_of_different_rows_the_last_is_read() -> None:
    roster = variant("users", {"givenName": "Old"}, {"sourcedId": "u2"}, {"givenName": "New", "email": "a@example.org"})
    assert roster.frames["users"].select("sourced_id", "given_name", "line").rows() == [
        ("u2", "Ada", 3),
        ("u1", "New", 4),
    ]
    assert roster.findings.select("code", "line", "detail").rows() == [("USR-003", 2, "see line 4")]


def test_a_row_that_a_later_one_replaces_is_neither_refused_nor_remarked() -> None:
    roster = variant("users", {"familyName": "", "grades": "blue"}, {})
    assert roster.refused.is_empty()
    assert roster.findings["code"].to_list() == ["USR-003"]


def test_a_good_row_does_not_save_a_later_bad_one() -> None:
    roster = variant("users", {}, {"familyName": ""})
    assert roster.frames["users"].is_empty()
    assert roster.refused["line"].to_list() == [3]


def test_an_id_with_blanks_is_the_same_id() -> None:
    roster = variant("users", {"sourcedId": "u1 "}, {})
    assert roster.frames["users"]["sourced_id"].to_list() == ["u1"]
    assert roster.findings["code"].to_list() == ["USR-002"]


def test_enrollments_without_sourced_id_do_not_replace_each_other() -> None:
    roster = variant("enrollments", {"sourcedId": ""}, {"sourcedId": "", "userSourcedId": "u2"})
    assert roster.frames["enrollments"]["user_sourced_id"].to_list() == ["u1", "u2"]


def test_the_same_membership_under_two_ids_stays_twice() -> None:
    roster = variant("enrollments", {"sourcedId": "e1"}, {"sourcedId": "e2"})
    assert roster.frames["enrollments"]["sourced_id"].to_list() == ["e1", "e2"]
    assert roster.findings.is_empty()


def test_ids_keep_their_leading_zeros_and_bytes() -> None:
    ids = ["0000417", "417", "Ａ", "a{b}|c:d", "u\u0301", "ú"]
    roster = variant("users", *({"sourcedId": value} for value in ids))
    assert roster.frames["users"]["sourced_id"].to_list() == ids
    assert codes(roster) == [("USR-043", line, "sourcedId") for line in (4, 5, 6, 7)]


@pytest.mark.parametrize("frame", list(ROSTER_SCHEMAS))
def test_every_frame_has_its_schema_with_and_without_rows(frame: str) -> None:
    full = cleaned(
        stream("users", [USER | {"agentSourcedIds": "u2"}]),
        stream("classes", [CLASS]),
        stream("enrollments", [ENROLLMENT]),
    )
    for roster in (full, cleaned()):
        assert dict(roster.frames[frame].schema) == ROSTER_SCHEMAS[frame]


#   the statuses of six rows of a whole file, (code, line) of every finding
STATUSES = [
    (["", "", "", "", "", ""], []),
    (["active"] * 6, []),
    (["active"] * 5 + [""], [("USR-041", 7)]),
    (["", "", "", "", "", "active"], [("USR-041", 7)]),
    (["active"] * 5 + ["tobedeleted"], [("USR-042", 7)]),
]


@pytest.mark.parametrize(("statuses", "found"), STATUSES)
def test_a_status_unlike_the_others_is_told(statuses: list[str], found: list[tuple[str, int]]) -> None:
    roster = variant("users", *({"sourcedId": f"u{n}", "status": status} for n, status in enumerate(statuses)))
    assert roster.findings.select("code", "line").rows() == found


def test_a_delta_may_delete_without_remark() -> None:
    assert variant("users", {"status": "tobedeleted"}, {"sourcedId": "u2"}, mode=Mode.DELTA).findings.is_empty()


@pytest.mark.parametrize(("blank", "told"), [(1, True), (2, False), (40, False)])
def test_a_blank_is_told_where_nearly_all_rows_are_filled(blank: int, told: bool) -> None:
    rows = ({"sourcedId": f"u{n}", "grades": "" if n < blank else "05"} for n in range(39))
    found = [("USR-044", line, "grades") for line in range(2, 2 + blank)] if told else []
    assert codes(variant("users", *rows)) == found


def test_grades_of_grown_ups_are_not_missed() -> None:
    students = ({"sourcedId": f"s{n}", "grades": "05"} for n in range(30))
    assert codes(variant("users", *students, {"role": "teacher", "grades": ""})) == []


def test_a_second_primary_teacher_is_told_and_kept() -> None:
    teacher = {"role": "teacher", "primary": "true"}
    roster = variant(
        "enrollments",
        teacher,
        teacher | {"sourcedId": "e2"},
        teacher | {"sourcedId": "e3", "userSourcedId": "u2"},
        teacher | {"sourcedId": "e4", "userSourcedId": "u3", "classSourcedId": "c2"},
    )
    assert roster.frames["enrollments"]["is_primary"].all()
    assert codes(roster) == [("ENR-050", 4, "primary")]
