"""The directory as data: every table a sync may write, its columns, keys and references.

One table of ``TableSpec`` serves the diff, the plan, apply, undo, the integrity checks and the reference documentation.
Order is dependency order: a table refers only to tables above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

__all__ = ["ACTIONS", "KINDS", "LINK_KINDS", "LINK_TABLES", "REMOVALS", "TABLES", "TableSpec"]

KINDS = ("school", "student", "guardian", "staff", "classroom", "enrollment", "guardianship")
"""The record kinds that plans, holds and reports count."""

ACTIONS = ("create", "update", "restore", "archive", "end", "suspend", "unchanged")
REMOVALS = ("archive", "end", "suspend")
"""Actions that take something away; what the deletion threshold counts (R-10)."""

LINK_KINDS = ("school", "session", "course", "classroom", "student", "person")
"""What a SourceLink may bind. Staff and guardians are both persons: one sourcedId, one human (R-3)."""

LINK_TABLES: Mapping[str, str] = MappingProxyType(
    {
        "school": "school",
        "session": "academic_session",
        "course": "course",
        "classroom": "classroom",
        "student": "student",
        "person": "person",
    }
)
"""link kind → table of the object it binds."""

_TEXTS = pl.List(pl.String())


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """``columns``: what a plan writes (``id``, ``district_id``, ``created_run_id`` come with every table and are not
    listed). ``references``: column → table (a list column refers with every element; ``source_link.object_id`` refers
    by its ``kind``, see ``LINK_TABLES``). ``managed``: the table has a ``connection_id`` that says whose row it is
    (null = made by hand, never touched by a sync, R-9). ``key``: what makes a row the same row."""

    name: str
    columns: Mapping[str, pl.DataType]
    key: tuple[str, ...]
    references: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    managed: bool = False


_PERSON_NAMES: dict[str, pl.DataType] = {
    "given_name": pl.String(),
    "family_name": pl.String(),
    "middle_name": pl.String(),
    "preferred_given_name": pl.String(),
    "preferred_family_name": pl.String(),
}

_SPECS = (
    TableSpec(
        name="school",
        columns={
            "name": pl.String(),
            "school_number": pl.String(),
            "nces_id": pl.String(),
            "grades": _TEXTS,
            "status": pl.String(),
        },
        key=("id",),
    ),
    TableSpec(
        name="academic_session",
        columns={
            "title": pl.String(),
            "type": pl.String(),
            "starts_on": pl.Date(),
            "ends_on": pl.Date(),
            "school_year": pl.String(),
        },
        key=("id",),
    ),
    TableSpec(name="course", columns={"title": pl.String(), "code": pl.String()}, key=("id",)),
    TableSpec(
        name="classroom",
        columns={
            "school_id": pl.Int64(),
            "course_id": pl.Int64(),
            "session_ids": pl.List(pl.Int64()),
            "name": pl.String(),
            "code": pl.String(),
            "class_type": pl.String(),
            "grades": _TEXTS,
            "subject": pl.String(),
            "location": pl.String(),
            "periods": _TEXTS,
            "starts_on": pl.Date(),
            "ends_on": pl.Date(),
            "kind": pl.String(),
            "status": pl.String(),
            "archived_by": pl.String(),
            "archive_reason": pl.String(),
        },
        key=("id",),
        references={"school_id": "school", "course_id": "course", "session_ids": "academic_session"},
    ),
    TableSpec(
        name="student",
        columns={
            **_PERSON_NAMES,
            "student_number": pl.String(),
            "state_id": pl.String(),
            "grade": pl.String(),
            "email": pl.String(),
            "birth_on": pl.Date(),
            "status": pl.String(),
            "archived_by": pl.String(),
            "archive_reason": pl.String(),
        },
        key=("id",),
    ),
    TableSpec(
        name="person",
        columns={**_PERSON_NAMES, "account_state": pl.String(), "disabled_by": pl.String()},
        key=("id",),
    ),
    TableSpec(
        name="contact_method",
        columns={
            "person_id": pl.Int64(),
            "kind": pl.String(),
            "value": pl.String(),
            "owner": pl.String(),
        },
        key=("person_id", "kind", "owner"),
        references={"person_id": "person"},
    ),
    TableSpec(
        name="student_school",
        columns={"student_id": pl.Int64(), "school_id": pl.Int64(), "status": pl.String()},
        key=("student_id", "school_id"),
        references={"student_id": "student", "school_id": "school"},
        managed=True,
    ),
    TableSpec(
        name="staff_role",
        columns={
            "person_id": pl.Int64(),
            "school_id": pl.Int64(),
            "role": pl.String(),
            "status": pl.String(),
        },
        key=("person_id", "school_id", "role"),
        references={"person_id": "person", "school_id": "school"},
        managed=True,
    ),
    TableSpec(
        name="guardianship",
        columns={
            "student_id": pl.Int64(),
            "person_id": pl.Int64(),
            "relationship": pl.String(),
            "rights": pl.String(),
            "status": pl.String(),
        },
        key=("student_id", "person_id"),
        references={"student_id": "student", "person_id": "person"},
        managed=True,
    ),
    TableSpec(
        name="enrollment",
        columns={
            "classroom_id": pl.Int64(),
            "student_id": pl.Int64(),
            "person_id": pl.Int64(),
            "role": pl.String(),
            "is_primary": pl.Boolean(),
            "begins_on": pl.Date(),
            "ends_on": pl.Date(),
            "status": pl.String(),
        },
        key=("classroom_id", "student_id", "person_id"),
        references={"classroom_id": "classroom", "student_id": "student", "person_id": "person"},
        managed=True,
    ),
    TableSpec(
        name="source_link",
        columns={
            "kind": pl.String(),
            "sourced_id": pl.String(),
            "object_id": pl.Int64(),
            "fingerprint": pl.Int64(),
        },
        key=("kind", "sourced_id"),
        managed=True,
    ),
)

TABLES: Mapping[str, TableSpec] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""table name → specification, in dependency order. A test holds it equal to the database's own columns."""
