"""Headings in, columns and findings out."""

from __future__ import annotations

import pytest

from rollbook.connectors.oneroster.header import read_header
from rollbook.connectors.oneroster.spec import TABLES
from rollbook.core.errors import DataError
from rollbook.core.policy import Policy

ORGS = list(TABLES["1.1"]["orgs"].names)
USERS = list(TABLES["1.1"]["users"].names)
USERS_12 = list(TABLES["1.2"]["users"].names)
ENROLLMENTS = list(TABLES["1.1"]["enrollments"].names)
CLASSES = list(TABLES["1.1"]["classes"].names)


def swapped(columns: list[str], old: str, *new: str) -> list[str]:
    position = columns.index(old)
    return [*columns[:position], *new, *columns[position + 1 :]]


# what, file, headings, (column, code of its finding)
FOUND: list[tuple[str, str, list[str], str, list[str]]] = [
    ("exact", "orgs", ORGS, "sourcedId", []),
    ("upper case", "orgs", swapped(ORGS, "sourcedId", "SOURCEDID"), "sourcedId", ["HDR-004"]),
    ("asterisk of printed tables", "orgs", swapped(ORGS, "name", "name*"), "name", ["HDR-004"]),
    ("blanks", "users", swapped(USERS, "familyName", " Family Name "), "familyName", ["HDR-004"]),
    ("underscores", "users", swapped(USERS, "familyName", "family_name"), "familyName", ["HDR-004"]),
    ("Naviance's sourceID", "users", swapped(USERS, "sourcedId", "sourceID"), "sourcedId", ["HDR-004"]),
    ("agents", "users", swapped(USERS, "agentSourcedIds", "agents"), "agentSourcedIds", ["HDR-004"]),
    ("grade", "users", swapped(USERS, "grades", "grade"), "grades", ["HDR-004"]),
    ("userId", "users", swapped(USERS, "userIds", "userId"), "userIds", ["HDR-004"]),
    ("userId of an enrollment", "enrollments", swapped(ENROLLMENTS, "userSourcedId", "userId"), "userSourcedId",
     ["HDR-004"]),
    ("orgSourcedId of a user", "users", swapped(USERS, "orgSourcedIds", "orgSourcedId"), "orgSourcedIds", ["HDR-004"]),
    ("orgSourcedId of a class", "classes", swapped(CLASSES, "schoolSourcedId", "orgSourcedId"), "schoolSourcedId",
     ["HDR-004"]),
    ("birthdate", "demographics", ["sourcedId", "status", "dateLastModified", "birthdate"], "birthDate", ["HDR-004"]),
    ("1.0's userSourcedId", "demographics", ["userSourcedId", "status", "dateLastModified", "birthDate"], "sourcedId",
     ["HDR-004"]),
    ("typing error", "users", swapped(USERS, "familyName", "famlyName"), "familyName", ["HDR-005"]),
    ("typing error in the id", "users", swapped(USERS, "sourcedId", "sorucedId"), "sourcedId", ["HDR-005"]),
    ("other order", "orgs", list(reversed(ORGS)), "sourcedId", ["HDR-008"]),
    ("vendor column in the middle", "orgs", [*ORGS[:3], "ext_zone", *ORGS[3:]], "name", ["HDR-006", "HDR-008"]),
    ("metadata at the end", "orgs", [*ORGS, "metadata.city"], "name", ["HDR-009"]),
    ("nameless column at the end", "orgs", [*ORGS, ""], "name", ["HDR-006"]),
    ("1.2.0's resources", "users", [*USERS_12, "resourceSourcedIds"], "email", ["HDR-011"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "raw", "column", "codes"), [case[1:] for case in FOUND], ids=[case[0] for case in FOUND]
)
def test_it_finds(name: str, raw: list[str], column: str, codes: list[str]) -> None:
    version = "1.2" if "pronouns" in raw else "1.1"
    header = read_header(raw, name=name, version=version, policy=Policy(keep_birth_dates=True))
    assert column in header.columns
    assert column in header.heading.keep.values()
    assert header.heading.remarks["code"].to_list() == codes
    assert set(header.heading.remarks["line"].to_list()) <= {1}


# what, file, version, headings, code, column
REFUSED: list[tuple[str, str, str, list[str], str, str | None]] = [
    ("no headings", "orgs", "1.1", ["d1", "", "", "Maple Valley", "district", "", ""], "HDR-001", None),
    ("column twice", "orgs", "1.1", [*ORGS, "name"], "HDR-002", "name"),
    ("column twice, by case", "orgs", "1.1", [*ORGS, "Name"], "HDR-002", "name"),
    ("no id", "orgs", "1.1", ORGS[1:], "HDR-003", "sourcedId"),
    ("no family name", "users", "1.1", swapped(USERS, "familyName"), "HDR-003", "familyName"),
    ("1.1 without schools", "users", "1.1", swapped(USERS, "orgSourcedIds"), "HDR-003", "orgSourcedIds"),
    ("1.1 without roles", "users", "1.1", swapped(USERS, "role"), "HDR-003", "role"),
    ("two look alike", "users", "1.1", swapped(USERS, "familyName", "famlyName", "familyNam"), "HDR-003", "familyName"),
    ("another OneRoster column is no typing error", "enrollments", "1.1",
     swapped(ENROLLMENTS, "classSourcedId", "courseSourcedId"), "HDR-003", "classSourcedId"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "version", "raw", "code", "column"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_it_refuses(name: str, version: str, raw: list[str], code: str, column: str | None) -> None:
    with pytest.raises(DataError) as caught:
        read_header(raw, name=name, version=version, policy=Policy())
    found = caught.value.findings
    assert found is not None
    assert (found["code"][0], found["column"][0], found["line"][0]) == (code, column, 1)
    assert f"{name}.csv" in caught.value.message
    assert column is None or column in caught.value.message


def test_a_missing_column_is_named_with_the_nearest_heading() -> None:
    with pytest.raises(DataError, match=r"users.csv, line 1: the column familyName is missing.*found is family\."):
        read_header(swapped(USERS, "familyName", "family"), name="users", version="1.1", policy=Policy())


def test_all_missing_columns_are_told_at_once() -> None:
    raw = [column for column in USERS if column not in ("familyName", "role")]
    with pytest.raises(DataError) as caught:
        read_header(raw, name="users", version="1.1", policy=Policy())
    assert caught.value.findings is not None
    assert set(caught.value.findings.filter(caught.value.findings["code"] == "HDR-003")["column"]) == {
        "familyName",
        "role",
    }


def test_a_person_in_the_place_of_headings_is_not_repeated() -> None:
    with pytest.raises(DataError) as caught:
        read_header(
            ["00417", "", "", "true", "s1", "x", "Alva", "a@example.org"], name="users", version="1.1", policy=Policy()
        )
    assert "Alva" not in caught.value.message
    assert "@" not in str(caught.value.findings)


def test_a_column_that_is_used_but_missing_was_not_received() -> None:
    header = read_header(swapped(USERS, "email"), name="users", version="1.1", policy=Policy())
    assert "email" not in header.columns
    assert header.heading.remarks.select("code", "column").rows() == [("HDR-007", "email")]


def test_a_column_that_nobody_uses_is_missed_only_in_strict_reading() -> None:
    raw = swapped(CLASSES, "subjectCodes")
    lenient = read_header(raw, name="classes", version="1.1", policy=Policy())
    strict = read_header(raw, name="classes", version="1.1", policy=Policy(strict=True))
    assert not lenient.heading.remarks.height
    assert strict.heading.remarks["column"].to_list() == ["subjectCodes"]


def test_passwords_and_unused_columns_never_reach_the_frame() -> None:
    header = read_header(USERS_12, name="users", version="1.2", policy=Policy())
    assert not {"password", "pronouns", "preferredMiddleName"} & set(header.heading.keep.values())


CUSTODY = Policy(custody_column="metadata.custody")


def test_the_custody_column_is_kept_whatever_its_case() -> None:
    header = read_header([*USERS, "Metadata.Custody"], name="users", version="1.1", policy=CUSTODY)
    assert header.heading.keep[len(USERS)] == "metadata.custody"
    assert "metadata.custody" in header.columns


def test_a_custody_column_that_vanished_fails_the_run() -> None:
    with pytest.raises(DataError, match=r"metadata.custody is missing"):
        read_header(USERS, name="users", version="1.1", policy=CUSTODY)
