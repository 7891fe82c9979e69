"""Small builders of values for tests: plans with exactly the rows that a test is about."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from rollbook.core.entities import KINDS, TABLES
from rollbook.core.findings import FINDING_SCHEMA
from rollbook.core.plan import COUNT_SCHEMA, EDIT_SCHEMA, HOLD_SCHEMA, RECORD_SCHEMA, Plan
from rollbook.engine.runs import open_run
from rollbook.store.models import District, SourceConnection, SyncRun

NOW = dt.datetime(2026, 9, 1, 3, 0, tzinfo=dt.UTC)
LEFT_OUT_SCHEMA = {"kind": pl.String(), "sourced_id": pl.String(), "reason": pl.String()}


def rows(table: str, *given: Mapping[str, Any]) -> pl.DataFrame:
    """New rows of a table for a plan; ``ref`` counts −1, −2, …, what is not given is null."""
    schema = {"ref": pl.Int64(), **TABLES[table].columns, "hold": pl.String()}
    numbered = [
        {"ref": -number, **dict.fromkeys(schema.keys() - {"ref"}), **row} for number, row in enumerate(given, 1)
    ]
    return pl.DataFrame(numbered, schema=schema, orient="row")


def update(
    table: str,
    row_id: int,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    kind: str | None = None,
    record_id: int | None = None,
    action: str = "update",
    hold: str | None = None,
) -> dict[str, Any]:
    """One edit that changes a row."""
    return _edit(table, row_id, "update", json.dumps(old), json.dumps(new), kind, record_id, action, hold)


def delete(table: str, row_id: int, *, kind: str | None = None, record_id: int | None = None) -> dict[str, Any]:
    """One edit that removes a row."""
    return _edit(table, row_id, "delete", "{}", "{}", kind, record_id, "end", None)


def _edit(
    table: str,
    row_id: int,
    op: str,
    old: str,
    new: str,
    kind: str | None,
    record_id: int | None,
    action: str,
    hold: str | None,
) -> dict[str, Any]:
    own = table if table in KINDS else None
    values = (table, row_id, op, kind or own, record_id or row_id, action, hold, old, new)
    return dict(zip(EDIT_SCHEMA, values, strict=True))


def hold(key: str, *, depends_on: str | None = None, **given: Any) -> dict[str, Any]:
    """One hold."""
    values: dict[str, Any] = {
        "hold": key,
        "school_id": None,
        "kind": "student",
        "group": "removal",
        "count": 1,
        "base": 1,
        "percent": 100.0,
        "threshold": 3,
        "cause": "real leavers",
        "sentence": "1 of 1 students would leave.",
        "depends_on": depends_on,
    }
    return {**values, **given}


def plan(
    inserts: Mapping[str, pl.DataFrame] | None = None,
    edits: Sequence[Mapping[str, Any]] = (),
    holds: Sequence[Mapping[str, Any]] = (),
    *,
    revision: int = 0,
) -> Plan:
    """A plan for a district of that revision."""
    return Plan(
        baseline=f"{revision}-test",
        inserts=dict(inserts or {}),
        edits=pl.DataFrame(list(edits), schema=EDIT_SCHEMA, orient="row"),
        records=pl.DataFrame(schema=RECORD_SCHEMA),
        holds=pl.DataFrame(list(holds), schema=HOLD_SCHEMA, orient="row"),
        counts=pl.DataFrame(schema=COUNT_SCHEMA),
        findings=pl.DataFrame(schema=FINDING_SCHEMA),
        left_out=pl.DataFrame(schema=LEFT_OUT_SCHEMA),
    )


def connection(slug: str = "maple-valley", name: str = "main") -> SourceConnection:
    """A connection of a district that is made when it is not there."""
    district, _ = District.objects.get_or_create(slug=slug, defaults={"name": slug})
    return SourceConnection.objects.create(district=district, name=name, kind="oneroster_csv")


def planned(feed: SourceConnection, what: Plan) -> SyncRun:
    """The run of a plan, ready to be applied."""
    number = SyncRun.objects.count()
    return open_run(
        feed, what, plan_id=f"plan-{number}", by="alice", now=NOW, seconds={}, rows={"users": number}, fingerprint="f"
    )


def small_district() -> dict[str, pl.DataFrame]:
    """New rows of a whole small directory: a school, two sessions, a course, a classroom, two students, a teacher, a
    guardian, with every relation and link between them."""
    return {
        "school": rows("school", {"name": "Maple Elementary", "grades": ["KG", "01"], "status": "active"}),
        "academic_session": rows(
            "academic_session",
            {"title": "Autumn", "type": "term", "starts_on": dt.date(2026, 8, 17), "ends_on": dt.date(2026, 12, 18)},
            {"title": "Spring", "type": "term", "starts_on": dt.date(2027, 1, 4), "ends_on": dt.date(2027, 6, 11)},
        ),
        "course": rows("course", {"title": "Art", "code": "ART1"}),
        "classroom": rows(
            "classroom",
            {
                "school_id": -1,
                "course_id": -1,
                "session_ids": [-1, -2],
                "name": "Room 4",
                "grades": ["01"],
                "periods": [],
                "kind": "sync",
                "status": "active",
            },
        ),
        "student": rows(
            "student",
            {"given_name": "Ada", "family_name": "Ng", "student_number": "0001", "grade": "01", "status": "active"},
            {"given_name": "Bo", "family_name": "O'Hara", "student_number": "0002", "grade": "01", "status": "active"},
        ),
        "person": rows(
            "person",
            {"given_name": "Tess", "family_name": "Lind", "account_state": "invitee"},
            {"given_name": "Gus", "family_name": "Ng", "account_state": "no contact"},
        ),
        "contact_method": rows(
            "contact_method", {"person_id": -1, "kind": "email", "value": "tess@example.org", "owner": "source"}
        ),
        "student_school": rows(
            "student_school",
            {"student_id": -1, "school_id": -1, "status": "active"},
            {"student_id": -2, "school_id": -1, "status": "active"},
        ),
        "staff_role": rows("staff_role", {"person_id": -1, "school_id": -1, "role": "teacher", "status": "active"}),
        "guardianship": rows(
            "guardianship",
            {"student_id": -1, "person_id": -2, "relationship": "parent", "rights": "full", "status": "active"},
        ),
        "enrollment": rows(
            "enrollment",
            {"classroom_id": -1, "student_id": -1, "role": "student", "is_primary": False, "status": "active"},
            {"classroom_id": -1, "student_id": -2, "role": "student", "is_primary": False, "status": "active"},
            {"classroom_id": -1, "person_id": -1, "role": "teacher", "is_primary": True, "status": "active"},
        ),
        "source_link": rows(
            "source_link",
            {"kind": "school", "sourced_id": "S1", "object_id": -1, "fingerprint": 1},
            {"kind": "session", "sourced_id": "T1", "object_id": -1, "fingerprint": 2},
            {"kind": "session", "sourced_id": "T2", "object_id": -2, "fingerprint": 3},
            {"kind": "course", "sourced_id": "C1", "object_id": -1, "fingerprint": 4},
            {"kind": "classroom", "sourced_id": "K1", "object_id": -1, "fingerprint": 5},
            {"kind": "student", "sourced_id": "00417", "object_id": -1, "fingerprint": -6},
            {"kind": "student", "sourced_id": "00418", "object_id": -2, "fingerprint": 2**62},
            {"kind": "person", "sourced_id": "P1", "object_id": -1, "fingerprint": None},
            {"kind": "person", "sourced_id": "P2", "object_id": -2, "fingerprint": 9},
        ),
    }
