"""The small random district of ``tests.support.source`` as text, the way a connector hands it over, with slips in it."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import polars as pl
from tests.support.source import Source

from rollbook.core.findings import empty
from rollbook.core.snapshot import LINE, Mode, Snapshot, Stream

__all__ = ["CUSTODY", "snapshot_of"]

Row = dict[str, Any]
CUSTODY = "metadata.custody"
_USERS = {
    "sourcedId": "sourced_id", "status": "status", "enabledUser": "enabled", "username": "username",
    "userIds": "state_id", "givenName": "given_name", "familyName": "family_name", "middleName": "middle_name",
    "identifier": "identifier", "email": "email", "sms": "sms", "phone": "phone", "grades": "grade",
    "userMasterIdentifier": "master_id", CUSTODY: "rights",
}  # fmt: skip
_CLASSES = {
    "sourcedId": "sourced_id", "status": "status", "title": "title", "grades": "grades",
    "courseSourcedId": "course_sourced_id", "classCode": "code", "classType": "class_type", "location": "location",
    "schoolSourcedId": "school_sourced_id", "termSourcedIds": "term_sourced_ids", "subjects": "subject",
    "periods": "periods",
}  # fmt: skip
_ENROLLMENTS = {
    "sourcedId": "sourced_id", "status": "status", "classSourcedId": "class_sourced_id",
    "userSourcedId": "user_sourced_id", "schoolSourcedId": "school_sourced_id", "role": "role",
    "primary": "is_primary", "beginDate": "begins_on", "endDate": "ends_on",
}  # fmt: skip
_SESSIONS = {
    "sourcedId": "sourced_id", "status": "status", "title": "title", "type": "type", "startDate": "starts_on",
    "endDate": "ends_on", "parentSourcedId": "parent_sourced_id",
}  # fmt: skip
_ORGS = {"sourcedId": "sourced_id", "status": "status", "name": "name", "type": "type"}
_COURSES = {"sourcedId": "sourced_id", "status": "status", "title": "title", "courseCode": "code"}
_ROLES = {
    "sourcedId": "sourced_id", "status": "status", "userSourcedId": "user_sourced_id", "role": "role",
    "orgSourcedId": "org_sourced_id", "beginDate": "begins_on", "endDate": "ends_on",
}  # fmt: skip


def snapshot_of(
    source: Source, slips: int, missing: frozenset[str] = frozenset(), *, is_apart: bool = False
) -> Snapshot:
    """The reading of a source. ``slips``: the slip of a cell depends on this number, the row's id and the cell alone, so that
    a row which does not change is written alike every night; 0: none. ``missing``: columns of users that do not come.
    ``is_apart``: most have contacts of their own."""
    frames = source.frames
    users = [{**row, "state_id": row["state_id"] and f"{{StateID:{row['state_id']}}}"} for row in frames["users"]]
    users_columns = {name: key for name, key in _USERS.items() if source.custody or name != CUSTODY}
    written = {
        "academicSessions": _written(_SESSIONS, frames["sessions"]),
        "orgs": _written(_ORGS, frames["orgs"]),
        "courses": _written(_COURSES, frames["courses"]),
        "classes": _written(_CLASSES, frames["classes"]),
        "users": _written(users_columns, users),
        "enrollments": _written(_ENROLLMENTS, frames["enrollments"]),
    }
    for row, cells in zip(users, written["users"], strict=True):
        sid = row["sourced_id"]
        agents = [one["agent_sourced_id"] for one in source.of("agents", "user_sourced_id", sid)]
        cells["agentSourcedIds"] = ",".join(agents)
        if source.version == "1.1":
            roles = source.of("roles", "user_sourced_id", sid)
            cells["role"] = roles[0]["role"] if roles else ""
            cells["orgSourcedIds"] = ",".join(role["org_sourced_id"] or "" for role in roles)
    if source.version == "1.2":
        named = [
            {**row, "sourced_id": f"R{row['user_sourced_id']}-{row['org_sourced_id']}-{row['role']}"}
            for row in frames["roles"]
        ]
        written["roles"] = _written(_ROLES, named)
    births = [row for row in frames["users"] if row["birth_on"] or row["sourced_id"].endswith("5")]
    written["demographics"] = _written({"sourcedId": "sourced_id", "birthDate": "birth_on"}, births)
    if is_apart:
        for cells in written["users"]:
            _part(cells)
    if slips:
        for name in ("users", "enrollments", "roles", "demographics"):
            for cells in written.get(name, []):
                _slip(cells, slips)
    streams = {}
    for name, rows in written.items():
        columns = list(rows[0]) if rows else ["sourcedId"]
        if name == "users":
            columns = [column for column in columns if column not in missing]
        frame = pl.DataFrame(
            {column: [row[column] for row in rows] for column in columns}, schema=dict.fromkeys(columns, pl.String)
        )
        frame = frame.with_columns(pl.int_range(2, pl.len() + 2, dtype=pl.UInt32).alias(LINE))
        streams[name] = Stream(
            name=name,
            frame=frame,
            mode=Mode.BULK,
            origin=f"{name}.csv",
            columns=frozenset(columns),
            refused=pl.DataFrame(schema={LINE: pl.UInt32, "sourcedId": pl.String}),
        )
    return Snapshot(version=source.version, streams=streams, files=(), findings=empty(), fingerprint="")


def _written(columns: dict[str, str], rows: list[Row]) -> list[dict[str, str]]:
    return [{name: _cell(row[key]) if key in row else "" for name, key in columns.items()} for row in rows]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _part(cells: dict[str, str]) -> None:
    """Contacts that nobody else has, but for a few people."""
    sid = cells["sourcedId"]
    rnd = Random(sid)
    if rnd.random() < 0.8:
        cells["email"] = cells["email"] and f"{sid.lower()}.{cells['email']}"
        for column in ("sms", "phone"):
            cells[column] = cells[column] and f"+1530555{rnd.randint(2000, 9999)}"


def _slip(cells: dict[str, str], slips: int) -> None:
    """One cell of some rows is not as it should be."""
    rnd = Random(f"{slips} {sorted(cells.items())[:3]} {cells.get('sourcedId')}")
    if rnd.random() > 0.25:
        return
    changes = {
        "email": lambda old: rnd.choice((old.upper(), "not an address", f" {old}", f"{old}\u200b")),
        "sms": lambda old: rnd.choice(("(530) 555-0101", "530.555.0102", "5305550103 x9", "0000000000", "12")),
        "phone": lambda old: rnd.choice(("(530) 555-0101", "000")),
        "givenName": lambda old: rnd.choice((f"{old} ", "NULL", f"{old}\u00a0")),
        "familyName": lambda old: rnd.choice((old.lower(), "")),
        "grades": lambda old: rnd.choice(("3", "Third", "99")),
        "role": lambda old: rnd.choice((old.capitalize(), "wizard", "")) if rnd.random() < 0.3 else old,
        "agentSourcedIds": lambda old: old.replace(",", "; "),
        "primary": lambda old: rnd.choice(("yes", "maybe", "TRUE")),
        "middleName": lambda old: rnd.choice(("N/A", "x")),
        "userIds": lambda old: "nonsense",
        "orgSourcedId": lambda old: rnd.choice(("", "X")),
        "endDate": lambda old: "soon" if rnd.random() < 0.1 else old,
        "sourcedId": lambda old: f"{old} " if rnd.random() < 0.02 else old,
        "userSourcedId": lambda old: rnd.choice((old, "0" + old, old.lstrip("0"), "")) if rnd.random() < 0.3 else old,
        "classSourcedId": lambda old: rnd.choice((old, "K99", "")) if rnd.random() < 0.3 else old,
    }
    column = rnd.choice([name for name in cells if name in changes])
    cells[column] = changes[column](cells[column])
