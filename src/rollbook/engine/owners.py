"""Which object a directory row belongs to, as SQL: what must stay together when a part of an undo is left out."""

from __future__ import annotations

from collections.abc import Mapping

from rollbook.core.entities import LINK_TABLES

__all__ = ["RECORD_TABLES", "owner_id", "owner_table", "record_kind"]

_OWNED: Mapping[str, tuple[str, str]] = {
    "contact_method": ("person", "person_id"),
    "student_school": ("student", "student_id"),
    "staff_role": ("person", "person_id"),
}
"""table → (table, column) of the object its rows are a part of; rows of other tables are objects themselves."""

RECORD_TABLES: Mapping[str, str] = {
    "school": "school",
    "student": "student",
    "guardian": "person",
    "staff": "person",
    "classroom": "classroom",
    "enrollment": "enrollment",
    "guardianship": "guardianship",
}
"""record kind → table of its object."""


def owner_table(table: str, row: str) -> str:
    """The table of the object that the row aliased ``row`` belongs to."""
    if table == "source_link":
        cases = " ".join(f"WHEN '{kind}' THEN '{target}'" for kind, target in LINK_TABLES.items())
        return f"CASE {row}.kind {cases} END"
    return f"'{_OWNED.get(table, (table, ''))[0]}'"


def owner_id(table: str, row: str) -> str:
    """The id of the object that the row aliased ``row`` belongs to."""
    if table == "source_link":
        return f"{row}.object_id"
    return f"{row}.{_OWNED.get(table, ('', 'id'))[1]}"


def record_kind(table: str, identity: str, district: str) -> str:
    """The record kind of the object ``identity`` of ``table`` (two SQL expressions): a person is staff while there is a
    staff role, else a guardian; sessions and courses are no records (null)."""
    return f"""CASE {table} WHEN 'person' THEN
        CASE WHEN EXISTS (SELECT FROM staff_role s WHERE s.district_id = {district} AND s.person_id = {identity})
        THEN 'staff' ELSE 'guardian' END
        WHEN 'academic_session' THEN NULL WHEN 'course' THEN NULL ELSE {table} END"""
