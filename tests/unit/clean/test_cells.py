"""What becomes of a single cell: in, out, finding."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.unit.clean.snapshots import codes, variant

from rollbook.core.policy import Policy

NBSP, ZERO_WIDTH = "\u00a0", "\u200b"

#   column of users.csv, cell received, column of the frame, value, code of the finding
USER_CELLS = [
    ("givenName", "Zoë", "given_name", "Zoë", None),
    ("givenName", "Zoe\u0308", "given_name", "Zoë", "USR-008"),
    ("givenName", "  Ada ", "given_name", "Ada", "USR-006"),
    ("givenName", f"{NBSP}Ada{ZERO_WIDTH}", "given_name", "Ada", "USR-006"),
    ("givenName", "Mary\tAnn", "given_name", "Mary Ann", "USR-006"),
    ("givenName", "Mary  Ann", "given_name", "Mary  Ann", None),
    ("familyName", "Null", "family_name", "Null", None),
    ("middleName", "NULL", "middle_name", None, "USR-007"),
    ("middleName", "\\N", "middle_name", None, "USR-007"),
    ("middleName", "   ", "middle_name", None, None),
    ("middleName", "", "middle_name", None, None),
    ("sourcedId", " 00417 ", "sourced_id", "00417", "USR-009"),
    ("sourcedId", "Ame\u0301lie|1:2", "sourced_id", "Ame\u0301lie|1:2", "USR-043"),
    ("identifier", "000042", "identifier", "000042", None),
    ("status", "", "status", "active", None),
    ("status", "Active", "status", "active", "USR-015"),
    ("status", "toBeDeleted", "status", "tobedeleted", "USR-015"),
    ("status", "inactive", "status", "tobedeleted", "USR-005"),
    ("status", "gone", "status", "active", "USR-004"),
    ("enabledUser", "false", "enabled", False, None),
    ("enabledUser", "TRUE", "enabled", True, "USR-013"),
    ("enabledUser", "0", "enabled", False, "USR-013"),
    ("enabledUser", "maybe", "enabled", None, "USR-014"),
    ("grades", "02", "grade", "02", None),
    ("grades", "2", "grade", "02", "USR-031"),
    ("grades", "K", "grade", "KG", "USR-031"),
    ("grades", "00", "grade", "KG", "USR-031"),
    ("grades", "Kindergarten", "grade", "KG", "USR-031"),
    ("grades", "-1", "grade", "PK", "USR-031"),
    ("grades", "-3", "grade", "IT", "USR-031"),
    ("grades", "14", "grade", "PS", "USR-031"),
    ("grades", "1st", "grade", "01", "USR-031"),
    ("grades", "Grade 11", "grade", "11", "USR-031"),
    ("grades", "KG,01", "grade", "KG", "USR-033"),
    ("grades", "blue", "grade", None, "USR-032"),
    ("email", "Ada@Example.ORG", "email", "ada@example.org", None),
    ("email", "a.b+c@mail.example.org", "email", "a.b+c@mail.example.org", None),
    ("email", "ada@example", "email", None, "USR-034"),
    ("email", "ada@school.local", "email", None, "USR-034"),
    ("email", "ada@example.org; bob@example.org", "email", None, "USR-034"),
    ("email", "ädä@example.org", "email", "ädä@example.org", None),
    ("sms", "+12065550100", "sms", "+12065550100", None),
    ("sms", "(206) 555-0100", "sms", "+12065550100", "USR-046"),
    ("sms", "1-206-555-0100", "sms", "+12065550100", "USR-046"),
    ("sms", "+1 206.555.0100", "sms", "+12065550100", "USR-046"),
    ("phone", "206-555-0100 x12", "phone", "+12065550100", "USR-047"),
    ("phone", "+442079460958", "phone", "+442079460958", None),
    ("phone", "+44 20 7946 0958", "phone", "+442079460958", "USR-046"),
    ("phone", "299-555-0100", "phone", "+12995550100", "USR-036"),
    ("phone", "555-0100", "phone", None, "USR-035"),
    ("phone", "000-000-0000", "phone", None, "USR-035"),
    ("phone", "999 999 9999", "phone", None, "USR-035"),
    ("phone", "call the office", "phone", None, "USR-035"),
    ("userIds", "{LDAP:ada},{StateID:0091}", "state_id", "0091", None),
    ("userIds", "{ssid: 0091 }", "state_id", "0091", None),
    ("userIds", "{State_Id:0091},{SSID:7}", "state_id", "0091", None),
    ("userIds", "{Fed:123}", "state_id", None, None),
    ("userIds", "StateID:0091", "state_id", None, "USR-037"),
]


@pytest.mark.parametrize(("column", "cell", "name", "value", "code"), USER_CELLS)
def test_a_cell_of_users(column: str, cell: str, name: str, value: object, code: str | None) -> None:
    roster = variant("users", {column: cell})
    assert roster.frames["users"][name].to_list() == [value]
    assert codes(roster) == ([(code, 2, column)] if code else [])


#   column of dates as received, the dates read, codes; dates of one column are read alike
DATES = [
    (["2026-08-17"], ["2026-08-17"], []),
    (["2026-08-17T00:00:00.000Z"], ["2026-08-17"], ["ENR-010"]),
    (["2026-08-17 08:01:05"], ["2026-08-17"], ["ENR-010"]),
    (["2026-8-7"], ["2026-08-07"], ["ENR-010"]),
    (["20260817"], ["2026-08-17"], ["ENR-010"]),
    (["08/17/2026"], ["2026-08-17"], ["ENR-010"]),
    (["17.08.2026"], ["2026-08-17"], ["ENR-010"]),
    (["02/03/2026"], ["2026-02-03"], ["ENR-010"]),
    (["02.03.2026", "17.03.2026"], ["2026-03-02", "2026-03-17"], ["ENR-010", "ENR-010"]),
    (["02/03/2026", "03/17/2026"], ["2026-02-03", "2026-03-17"], ["ENR-010", "ENR-010"]),
    (["17/03/2026", "03/17/2026"], ["2026-03-17", None], ["ENR-010", "ENR-011"]),
    (["08/17/26"], [None], ["ENR-011"]),
    (["2026-02-30"], [None], ["ENR-011"]),
    (["0000-00-00"], [None], ["ENR-011"]),
    (["26-08-17"], [None], ["ENR-011"]),
    (["next fall"], [None], ["ENR-011"]),
    ([""], [None], []),
]


@pytest.mark.parametrize(("cells", "dates", "found"), DATES)
def test_a_column_of_dates(cells: list[str], dates: list[str | None], found: list[str]) -> None:
    roster = variant("enrollments", *({"sourcedId": f"e{n}", "beginDate": cell} for n, cell in enumerate(cells)))
    expected = [dt.date.fromisoformat(date) if date else None for date in dates]
    assert roster.frames["enrollments"]["begins_on"].to_list() == expected
    assert roster.findings["code"].to_list() == found


def test_an_ambiguous_date_goes_by_the_region() -> None:
    there = variant("enrollments", {"beginDate": "02/03/2026"}, policy=Policy(region="DE"))
    assert there.frames["enrollments"]["begins_on"].to_list() == [dt.date(2026, 3, 2)]


#   role in users.csv, role read, codes; "nobody" means that the whole person was refused
ROLES = [
    ("student", "student", []),
    ("Student", "student", ["USR-015"]),
    ("district administrator", "districtAdministrator", ["USR-015"]),
    ("administrator", "administrator", []),
    ("co-teacher", "teacher", ["USR-021"]),
    ("ext:leadTeacher", "teacher", ["USR-021"]),
    ("ext:Instructor", "teacher", ["USR-021"]),
    ("ext:studentTeacher", "nobody", ["USR-022", "USR-024"]),
    ("wizard", "nobody", ["USR-022", "USR-024"]),
    ("", "nobody", ["USR-024"]),
]


@pytest.mark.parametrize(("cell", "role", "found"), ROLES)
def test_a_role_of_users(cell: str, role: str, found: list[str]) -> None:
    roster = variant("users", {"role": cell})
    assert roster.findings["code"].to_list() == found
    if role == "nobody":
        assert roster.frames["users"].height == roster.frames["roles"].height == 0
        assert roster.refused["sourced_id"].to_list() == ["u1"]
    else:
        assert roster.frames["roles"].select("user_sourced_id", "role").rows() == [("u1", role)]


#   column of enrollments.csv, cells, column of the frame, value (None and no row: refused), code
ENROLLMENT_CELLS = [
    ({"role": "Teacher", "primary": "true"}, ("teacher", True), ["ENR-015"]),
    ({"role": "co-teacher", "primary": ""}, ("teacher", False), ["ENR-021"]),
    ({"role": "administrator", "primary": "Y"}, ("administrator", True), ["ENR-013"]),
    ({"role": "student", "primary": "true"}, ("student", False), ["ENR-038"]),
    ({"role": "teacher", "primary": "perhaps"}, ("teacher", False), ["ENR-014"]),
    ({"role": "aide", "primary": ""}, ("aide", False), ["ENR-049"]),
    ({"role": "guest"}, None, ["ENR-023"]),
    ({"role": ""}, None, ["ENR-018"]),
    ({"classSourcedId": ""}, None, ["ENR-018"]),
    ({"userSourcedId": "NULL"}, None, ["ENR-007", "ENR-018"]),
    ({"sourcedId": ""}, ("student", False), []),
    ({"schoolSourcedId": ""}, ("student", False), []),
]


@pytest.mark.parametrize(("cells", "expected", "found"), ENROLLMENT_CELLS)
def test_a_row_of_enrollments(cells: dict[str, str], expected: tuple[str, bool] | None, found: list[str]) -> None:
    roster = variant("enrollments", cells)
    assert roster.frames["enrollments"].select("role", "is_primary").rows() == ([expected] if expected else [])
    assert roster.refused.height == (0 if expected else 1)
    assert roster.findings["code"].to_list() == found


def test_dates_in_the_wrong_order_are_both_left_out() -> None:
    roster = variant("enrollments", {"beginDate": "2026-09-01", "endDate": "2026-08-01"})
    assert roster.frames["enrollments"].select("begins_on", "ends_on").rows() == [(None, None)]
    assert codes(roster) == [("ENR-012", 2, "endDate")]


#   stream, cells, column of the frame, value, codes
OTHER_CELLS = [
    ("classes", {"grades": "9,K,blue"}, "grades", ["09", "KG"], ["CLS-032", "CLS-031"]),
    ("classes", {"grades": ""}, "grades", [], []),
    ("classes", {"grades": "KG,01"}, "grades", ["KG", "01"], []),
    ("classes", {"termSourcedIds": "t1, t2,,t1"}, "term_sourced_ids", ["t1", "t2"], ["CLS-016"]),
    ("classes", {"termSourcedIds": ""}, "term_sourced_ids", [], []),
    ("classes", {"subjects": "Math,Music"}, "subject", "Math", []),
    ("classes", {"periods": "0"}, "periods", ["0"], []),
    ("classes", {"title": ""}, "title", None, ["CLS-019"]),
    ("classes", {"classType": "Homeroom"}, "class_type", "homeroom", ["CLS-015"]),
    ("classes", {"classType": "club"}, "class_type", None, ["CLS-020"]),
    ("orgs", {"type": "departments"}, "type", "department", ["ORG-015"]),
    ("orgs", {"type": "ext:campus"}, "type", None, ["ORG-020"]),
    ("orgs", {"name": ""}, "name", None, ["ORG-019"]),
    ("academicSessions", {"type": "grading period"}, "type", "gradingPeriod", ["SES-015"]),
    ("classes", {"termSourcedIds": "t1;t2"}, "term_sourced_ids", ["t1", "t2"], ["CLS-016"]),
    ("academicSessions", {"schoolYear": "2027"}, "school_year", "2027", []),
    ("academicSessions", {"schoolYear": "2027.0"}, "school_year", "2027", ["SES-045"]),
    ("academicSessions", {"schoolYear": "2026-2027"}, "school_year", "2027", ["SES-045"]),
    ("academicSessions", {"schoolYear": "2026-27"}, "school_year", "2027", ["SES-045"]),
    ("academicSessions", {"schoolYear": "2026-2030"}, "school_year", None, ["SES-020"]),
]
FRAMES = {"classes": "classes", "orgs": "orgs", "academicSessions": "sessions"}


@pytest.mark.parametrize(("name", "cells", "column", "value", "found"), OTHER_CELLS)
def test_a_cell_of_other_streams(
    name: str, cells: dict[str, str], column: str, value: object, found: list[str]
) -> None:
    roster = variant(name, cells)
    assert roster.frames[FRAMES[name]][column].to_list() == [value]
    assert roster.findings["code"].to_list() == found
