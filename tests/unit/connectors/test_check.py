"""Test connection: what arrives, what is over-shared, what is missing, without changing anything (S-5)."""

from __future__ import annotations

from pathlib import Path

from tests.unit.connectors.bundles import FILES_11, write

from rollbook.connectors.oneroster_csv import check
from rollbook.core.policy import Policy


def test_it_counts_by_kind_role_and_school(tmp_path: Path) -> None:
    receipt = check(write(tmp_path / "b"), Policy())
    assert receipt.works
    assert receipt.version == "1.1"
    assert receipt.rows["users"] == 3
    assert receipt.roles == {"student": 1, "teacher": 1, "guardian": 1}
    assert receipt.schools.rows(named=True) == [
        {"sourced_id": "d1", "name": "Maple Valley", "users": 1, "classes": 0, "enrollments": 0},
        {"sourced_id": "s1", "name": "Cedar Middle School", "users": 3, "classes": 1, "enrollments": 2},
    ]
    assert not receipt.over_shared
    assert not receipt.missing


def test_in_12_it_counts_the_roles_of_roles_csv(tmp_path: Path) -> None:
    receipt = check(write(tmp_path / "b", version="1.2"), Policy())
    assert receipt.roles == {"student": 1, "teacher": 1}
    assert receipt.schools.select("sourced_id", "users").rows() == [("d1", 0), ("s1", 2)]


def test_it_says_what_is_over_shared_and_what_is_missing(tmp_path: Path) -> None:
    users = FILES_11["users"].replace(",g1,06,\n", ",g1,06,secret\n").replace(",email,", ",e_post_x,")
    receipt = check(write(tmp_path / "b", change={"users": users, "results": "x", "courses": None}), Policy())
    assert receipt.works
    told = " ".join(receipt.over_shared)
    assert "password" in told
    dropped = " ".join(receipt.dropped)
    assert "results.csv" in dropped
    assert "e_post_x" in dropped
    assert "secret" not in told + dropped
    assert any("courses.csv" in sentence for sentence in receipt.missing)
    assert any("email" in sentence for sentence in receipt.missing)


def test_a_bundle_that_cannot_be_read_is_told_not_raised(tmp_path: Path) -> None:
    receipt = check(write(tmp_path / "b", change={"users": None}), Policy())
    assert not receipt.works
    assert receipt.problem.startswith("users.csv is missing")
    assert receipt.hint
    assert receipt.findings.filter(receipt.findings["severity"] == "fatal")["code"].to_list() == ["FIL-012"]


def test_a_path_that_is_not_there_is_told_not_raised(tmp_path: Path) -> None:
    receipt = check(tmp_path / "nowhere", Policy())
    assert not receipt.works
    assert "There is nothing at" in receipt.problem
