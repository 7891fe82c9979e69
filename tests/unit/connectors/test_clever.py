"""Clever: what its model means in OneRoster's words."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.unit.connectors.clever_vendor import (
    DISTRICT,
    SCHOOL,
    Vendor,
    config,
    contact,
    oid,
    section,
    student,
    teacher,
)

from rollbook.connectors import clever
from rollbook.connectors.clever.names import part_names
from rollbook.core.clean import clean
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot


def read(vendor: Vendor, policy: Policy | None = None, **settings: Any) -> Snapshot:
    return clever.read(config(**settings), policy or Policy(), transport=vendor.transport)


def rows(snapshot: Snapshot, stream: str, *columns: str) -> list[tuple[Any, ...]]:
    return snapshot.streams[stream].frame.select(columns).rows()


def codes(snapshot: Snapshot) -> dict[str, str]:
    return dict(snapshot.findings.select("code", "detail").iter_rows())


# What its words mean


def test_a_small_district_in_oneroster_words() -> None:
    snapshot = read(Vendor())
    assert rows(snapshot, "orgs", "sourcedId", "name", "type", "identifier") == [
        (SCHOOL, "Fern School", "school", "530000000012"),
        (DISTRICT, "Quail County", "district", ""),
    ]
    assert rows(snapshot, "academicSessions", "title", "startDate", "endDate") == [("Fall", "2026-08-17", "2026-12-18")]
    assert rows(snapshot, "classes", "sourcedId", "title", "classCode", "periods", "grades") == [
        (oid("f", 1), "Reading - Lind - 1", "R1", "1", "03"),
        (oid("f", 2), "Reading - Lind - 2", "R2", "2", "03"),
    ]
    assert set(rows(snapshot, "roles", "userSourcedId", "role", "orgSourcedId", "roleType")) == {
        *((oid("e", number), "student", SCHOOL, "primary") for number in range(1, 6)),
        (oid("e", 51), "teacher", SCHOOL, "primary"),
        (oid("e", 51), "principal", SCHOOL, "secondary"),
        (oid("e", 52), "teacher", SCHOOL, "primary"),
        (oid("e", 71), "parent", DISTRICT, "primary"),
    }
    members = rows(snapshot, "enrollments", "classSourcedId", "userSourcedId", "role", "primary")
    assert set(members) == {
        *((oid("f", 1), oid("e", number), "student", "false") for number in (1, 2, 3)),
        *((oid("f", 2), oid("e", number), "student", "false") for number in (4, 5)),
        (oid("f", 1), oid("e", 51), "teacher", "true"),
        (oid("f", 1), oid("e", 52), "teacher", "false"),
    }
    roster = clean(snapshot, Policy())
    assert roster.refused.is_empty()
    assert set(roster.findings["code"]) <= {"CLV-006", "USR-046"}
    assert roster.frames["agents"].select("user_sourced_id", "agent_sourced_id").rows() == [(oid("e", 71), oid("e", 1))]


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("InfantToddler", "IT"),
        ("Preschool", "PR"),
        ("PreKindergarten", "PK"),
        ("TransitionalKindergarten", "TK"),
        ("Kindergarten", "KG"),
        ("1", "01"),
        ("13", "13"),
        ("PostGraduate", "PS"),
        ("Ungraded", "UG"),
        ("Other", "Other"),
    ],
)
def test_every_grade_of_clever_is_known(grade: str, expected: str) -> None:
    vendor = Vendor()
    vendor.sets["users"] = [student(1, grade=grade)]
    roster = clean(read(vendor), Policy())
    assert roster.frames["users"]["grade"].to_list() == [expected]
    assert not [code for code in roster.findings["code"] if code.startswith("USR")]


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Principal", "principal"), ("School Counselor", "counselor"), ("Office Admin", "administrator"),
     ("Registrar", "aide"), (None, "aide"), ("", "aide")],
)  # fmt: skip
def test_titles_of_staff(title: str | None, expected: str) -> None:
    vendor = Vendor()
    vendor.sets["users"] = [teacher(51, staff={"schools": [], "title": title}, teacher=None)]
    assert rows(read(vendor), "roles", "role", "orgSourcedId") == [(expected, DISTRICT)]


@pytest.mark.parametrize(
    ("relationship", "kind", "types", "expected"),
    [
        ("Parent", "Parent/Guardian", "Parent/Guardian", "parent"),
        ("Parent", "", "Parent/Guardian", "parent"),
        ("Other", "Parent/Guardian", "Parent/Guardian", "guardian"),
        ("Grandparent", "Parent/Guardian", "Parent/Guardian", "guardian"),
        ("", "Parent/Guardian", "Parent/Guardian", "guardian"),
        ("Parent", "Emergency", "Parent/Guardian", None),
        ("Parent", "Emergency", "Parent/Guardian, Emergency", "parent"),
        ("Aunt/Uncle", "Family", "Parent/Guardian,Family", "relative"),
        ("", "", "Parent/Guardian", None),
        ("Self", "Parent/Guardian", "Parent/Guardian", None),
    ],
)
def test_which_contact_becomes_which_guardian(relationship: str, kind: str, types: str, expected: str | None) -> None:
    vendor = Vendor()
    vendor.sets["users"] = [student(1), contact(71, (1, relationship, kind))]
    snapshot = read(vendor, contact_types=types)
    roles = [role for who, role in rows(snapshot, "roles", "userSourcedId", "role") if who == oid("e", 71)]
    assert roles == ([expected] if expected else [])
    kept = oid("e", 71) in snapshot.streams["users"].frame["sourcedId"]
    assert kept is (expected is not None)


def test_the_parent_of_one_child_and_uncle_of_another_is_linked_to_the_first_alone() -> None:
    vendor = Vendor()
    bonds = ((1, "Parent", "Parent/Guardian"), (2, "Aunt/Uncle", "Family"))
    vendor.sets["users"] = [student(1), student(2), contact(71, *bonds)]
    types = "Parent/Guardian,Family"
    assert ("e71", oid("e", 1)) == ("e71", rows(read(vendor, contact_types=types), "users", "agentSourcedIds")[2][0])
    everybody = Policy(guardian_relationships=("parent", "guardian", "relative"))
    children = rows(read(vendor, everybody, contact_types=types), "users", "agentSourcedIds")[2][0]
    assert children == f"{oid('e', 1)},{oid('e', 2)}"


@pytest.mark.parametrize(
    ("whole", "child", "given", "family"),
    [
        ("Maria Lopez", None, "Maria", "Lopez"),
        ("Lopez, Maria", None, "Maria", "Lopez"),
        ("Mary Ann Smith", None, "Mary Ann", "Smith"),
        ("Maria Garcia Lopez", None, "Maria Garcia", "Lopez"),
        ("Maria Garcia Lopez", "Garcia Lopez", "Maria", "Garcia Lopez"),
        ("MARIA GARCIA LOPEZ", "Garcia Lopez", "MARIA", "GARCIA LOPEZ"),
        ("Maria de la Cruz", None, "Maria", "de la Cruz"),
        ("Dr. Sam  O'Neil Jr.", None, "Sam", "O'Neil Jr."),
        ("Cher", None, "Cher", "–"),
        ("  ", None, None, None),
        (None, "Lopez", None, None),
    ],
)
def test_a_whole_name_in_one_field(whole: str | None, child: str | None, given: str, family: str) -> None:
    names = pl.Series([whole], dtype=pl.String), pl.Series([child], dtype=pl.String)
    assert part_names(*names).rows() == [(given, family)]


@pytest.mark.parametrize(
    ("kind", "setting", "mobile", "home"),
    [("Cell", "Cell", "+12065550100", None), ("Home", "Cell", None, "+12065550100"), (None, "Cell", None, "+12065550100"),
     ("Work", "Cell,Work", "+12065550100", None)],
)  # fmt: skip
def test_which_phone_serves_for_sign_in(kind: str | None, setting: str, mobile: str | None, home: str | None) -> None:
    vendor = Vendor()
    bond = (1, "Parent", "Parent/Guardian")
    vendor.sets["users"] = [student(1), contact(71, bond, phone="(206) 555-0100", phone_type=kind)]
    users = clean(read(vendor, mobile_phone_types=setting), Policy()).frames["users"]
    assert users.filter(pl.col("sourced_id") == oid("e", 71)).select("sms", "phone").rows() == [(mobile, home)]


def test_values_may_be_missing_null_blank_or_of_another_shape() -> None:
    vendor = Vendor()
    odd: list[dict[str, Any]] = [
        {"id": oid("e", 1), "name": "Kim", "roles": {"student": {"schools": SCHOOL, "grade": 3}}},
        {"id": oid("e", 2), "roles": {"student": {"school": SCHOOL, "preferred_name": "", "grade": None}}},
        {"id": oid("e", 3), "email": None, "name": {}, "roles": {}},
        {"id": oid("e", 4)},
    ]
    vendor.sets["users"] = odd
    vendor.sets["sections"] = [{"id": oid("f", 1), "school": SCHOOL, "students": None}]
    snapshot = read(vendor)
    assert snapshot.streams["users"].frame["sourcedId"].to_list() == [row["id"] for row in odd]
    assert rows(snapshot, "roles", "userSourcedId") == [(oid("e", 1),), (oid("e", 2),)]
    assert snapshot.streams["enrollments"].frame.is_empty()


def test_ids_of_sections_that_are_not_clevers_are_told() -> None:
    vendor = Vendor()
    vendor.sets["sections"] = [section(1, [1], []) | {"id": "4711"}]
    assert codes(read(vendor))["CLV-008"] == "1"


def test_birth_dates_only_when_they_are_wanted_and_other_sensitive_fields_never() -> None:
    vendor = Vendor()
    vendor.sets["users"] = [
        student(1, dob="3/7/2018", frl_status="Free", race="Unknown", disability={"disability_code": "id"})
    ]
    shared = read(vendor)
    assert "demographics" not in shared.streams
    assert codes(shared)["SRC-004"] == "frl_status, race"
    for stream in shared.streams.values():
        assert not {"Free", "Unknown", "3/7/2018"} & {cell for row in stream.frame.rows() for cell in row}
    wanted = clean(read(vendor, Policy(keep_birth_dates=True)), Policy(keep_birth_dates=True))
    assert [str(day) for day in wanted.frames["users"]["birth_on"]] == ["2018-03-07"]


def test_without_contacts_no_guardianship_is_spoken_of() -> None:
    vendor = Vendor()
    vendor.sets["users"] = [row for row in vendor.sets["users"] if "contact" not in row["roles"]]
    snapshot = read(vendor)
    assert ("users", "agents") not in clean(snapshot, Policy()).received
    assert "CLV-009" in codes(snapshot)


@pytest.mark.parametrize(
    ("state", "code"), [("running", None), ("success", None), ("", None), (None, None), ("paused", "CLV-001"),
                        ("pending", "CLV-002"), ("error", "CLV-003")]
)  # fmt: skip
def test_the_districts_state_is_told_and_never_acted_on(state: str | None, code: str | None) -> None:
    vendor = Vendor()
    vendor.sets["districts"][0]["state"] = state
    snapshot = read(vendor)
    assert [found for found in codes(snapshot) if found in ("CLV-001", "CLV-002", "CLV-003")] == (
        [code] if code else []
    )
    assert snapshot.streams["users"].frame.height == 8
