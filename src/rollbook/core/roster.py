"""A roster is a value: typed frames of one source at one time, with what could not be used beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rollbook.core.snapshot import Mode

__all__ = ["GUARDIAN_ROLES", "ROSTER_SCHEMAS", "STAFF_ROLES", "STUDENT_ROLE", "Roster"]

STUDENT_ROLE = "student"
GUARDIAN_ROLES = ("guardian", "parent", "relative")
STAFF_ROLES = (
    "administrator",
    "aide",
    "counselor",
    "districtAdministrator",
    "principal",
    "proctor",
    "siteAdministrator",
    "systemAdministrator",
    "teacher",
)
"""Canonical role words: OneRoster 1.2's, with 1.1's ``administrator`` kept (it stays ambiguous on purpose)."""

_TEXTS = pl.List(pl.String())
_ROW = {"status": pl.String(), "line": pl.UInt32()}

ROSTER_SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    # one row a sourced_id
    "sessions": {
        "sourced_id": pl.String(),
        "title": pl.String(),
        "type": pl.String(),
        "starts_on": pl.Date(),
        "ends_on": pl.Date(),
        "parent_sourced_id": pl.String(),
        "school_year": pl.String(),
        **_ROW,
    },
    "orgs": {
        "sourced_id": pl.String(),
        "name": pl.String(),
        "type": pl.String(),
        "identifier": pl.String(),
        "parent_sourced_id": pl.String(),
        **_ROW,
    },
    "courses": {
        "sourced_id": pl.String(),
        "title": pl.String(),
        "code": pl.String(),
        "org_sourced_id": pl.String(),
        **_ROW,
    },
    "classes": {
        "sourced_id": pl.String(),
        "title": pl.String(),
        "grades": _TEXTS,
        "course_sourced_id": pl.String(),
        "code": pl.String(),
        "class_type": pl.String(),
        "location": pl.String(),
        "school_sourced_id": pl.String(),
        "term_sourced_ids": _TEXTS,
        "subject": pl.String(),
        "periods": _TEXTS,
        **_ROW,
    },
    "users": {
        "sourced_id": pl.String(),
        "enabled": pl.Boolean(),
        "given_name": pl.String(),
        "family_name": pl.String(),
        "middle_name": pl.String(),
        "preferred_given_name": pl.String(),
        "preferred_family_name": pl.String(),
        "username": pl.String(),
        "identifier": pl.String(),
        "state_id": pl.String(),
        "master_id": pl.String(),
        "email": pl.String(),
        "sms": pl.String(),
        "phone": pl.String(),
        "grade": pl.String(),
        "birth_on": pl.Date(),
        "rights": pl.String(),
        **_ROW,
    },
    # one row a (user_sourced_id, org_sourced_id, role); 1.1's users.role × orgSourcedIds, 1.2's roles.csv
    "roles": {
        "user_sourced_id": pl.String(),
        "org_sourced_id": pl.String(),
        "role": pl.String(),
        "is_primary": pl.Boolean(),
        "begins_on": pl.Date(),
        "ends_on": pl.Date(),
        **_ROW,
    },
    # one row a (user_sourced_id, agent_sourced_id) exactly as listed: `user` is the row that holds the list
    "agents": {
        "user_sourced_id": pl.String(),
        "agent_sourced_id": pl.String(),
        "line": pl.UInt32(),
    },
    # one row an enrollment row; unique sourced_id
    "enrollments": {
        "sourced_id": pl.String(),
        "class_sourced_id": pl.String(),
        "user_sourced_id": pl.String(),
        "school_sourced_id": pl.String(),
        "role": pl.String(),
        "is_primary": pl.Boolean(),
        "begins_on": pl.Date(),
        "ends_on": pl.Date(),
        **_ROW,
    },
}
"""Frame → columns. ``status`` is ``active`` or ``tobedeleted``; ``line`` the physical line in the file. Blank is null,
never an empty string; lists hold no blanks (``[]`` when blank). Text is NFC and trimmed, ids byte for byte (O-1).
Grades are CEDS entry grade levels, e-mail case-folded, phones E.164, roles from the constants above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """``modes``: frame → how to read absence. ``received``: (frame, column) pairs whose source column was there; a
    column that was not received never blanks a value. ``refused``: rows dropped with an *error*: columns ``frame``,
    ``sourced_id``, ``user_sourced_id``, ``class_sourced_id``, ``school_sourced_id`` (null where unreadable), ``line``;
    their objects are frozen (S-3). ``findings``: ``FINDING_SCHEMA``."""

    frames: Mapping[str, pl.DataFrame]
    modes: Mapping[str, Mode]
    received: frozenset[tuple[str, str]]
    refused: pl.DataFrame
    findings: pl.DataFrame
