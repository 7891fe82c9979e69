"""The tables of the specification, against what is known of them from elsewhere (oneroster.md C)."""

from __future__ import annotations

import pytest

from rollbook.connectors.oneroster.needs import USED, needed_columns
from rollbook.connectors.oneroster.spec import TABLES, VERSIONS, CellType, columns_of


@pytest.mark.parametrize(("version", "files"), [("1.1", 13), ("1.2", 21)])
def test_a_version_has_all_its_files(version: str, files: int) -> None:
    assert len(TABLES[version]) == files
    assert all(table.names[:3] == ("sourcedId", "status", "dateLastModified") for table in TABLES[version].values())


@pytest.mark.parametrize(
    ("version", "name", "columns", "required"),
    [
        (
            "1.1",
            "users",
            18,
            {"sourcedId", "enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName"},
        ),
        ("1.2", "users", 22, {"sourcedId", "enabledUser", "username", "givenName", "familyName"}),
        ("1.2", "roles", 10, {"sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId"}),
        ("1.1", "enrollments", 10, {"sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"}),
        ("1.1", "orgs", 7, {"sourcedId", "name", "type"}),
        ("1.1", "demographics", 16, {"sourcedId"}),
    ],
)
def test_a_table_has_its_columns(version: str, name: str, columns: int, required: set[str]) -> None:
    table = TABLES[version][name]
    assert len(table.columns) == len(set(table.names)) == columns
    assert {column.name for column in table.columns if column.required} == required


def test_cells_have_types() -> None:
    types = {column.name: column.cell for column in TABLES["1.1"]["users"].columns}
    assert types["agentSourcedIds"] is CellType.GUIDS
    assert types["enabledUser"] is CellType.BOOLEAN
    assert types["userIds"] is CellType.USER_IDS


def test_what_is_used_and_needed_is_in_the_specification_and_holds_no_secret() -> None:
    for name, used in USED.items():
        assert set(used) <= columns_of(name)
        assert "password" not in used
        for version in VERSIONS:
            assert set(needed_columns(name, version)) <= set(used)
