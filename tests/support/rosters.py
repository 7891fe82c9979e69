"""Rosters out of plain rows, and rows out of tables of text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from rollbook.core.clean.sheet import REFUSED_SCHEMA
from rollbook.core.findings import empty
from rollbook.core.roster import ROSTER_SCHEMAS, Roster
from rollbook.core.snapshot import Mode

__all__ = ["ONEROSTER_11", "frames_of", "roster_of"]

Row = dict[str, Any]

ONEROSTER_11 = frozenset({("roles", "user_sourced_id"), ("users", "rights")})
"""What a 1.1 bundle without a custody column lacks: a roles file, and rights."""

_LISTS = {
    (frame, name)
    for frame, schema in ROSTER_SCHEMAS.items()
    for name, dtype in schema.items()
    if dtype == pl.List(pl.String)
}


def roster_of(
    frames: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    modes: Mapping[str, str] | None = None,
    missing: Iterable[tuple[str, str]] = ONEROSTER_11,
    refused: Sequence[Mapping[str, Any]] = (),
) -> Roster:
    """A roster of these rows; what a row does not say is blank, its status active. ``missing``: columns not received."""
    lacking = frozenset(missing)
    every = {(frame, column) for frame, schema in ROSTER_SCHEMAS.items() for column in schema} | {("users", "agents")}
    filled = {
        frame: [complete(frame, n, row) for n, row in enumerate(frames.get(frame, ()))] for frame in ROSTER_SCHEMAS
    }
    for frame, rows in filled.items():
        for row in rows:
            row.update(
                {column: None for where, column in lacking if where == frame and column in row and frame != "roles"}
            )
    given = {frame: Mode((modes or {}).get(frame, "bulk")) for frame in ROSTER_SCHEMAS}
    return Roster(
        frames={
            frame: pl.DataFrame(rows, schema=ROSTER_SCHEMAS[frame], orient="row") for frame, rows in filled.items()
        },
        modes=given,
        received=frozenset(every - lacking),
        refused=pl.DataFrame(
            [{**dict.fromkeys(REFUSED_SCHEMA), **row} for row in refused], schema=REFUSED_SCHEMA, orient="row"
        ),
        findings=empty(),
    )


def complete(frame: str, number: int, given: Mapping[str, Any]) -> Row:
    """A row with all columns of its frame."""
    blank = {name: [] if (frame, name) in _LISTS else None for name in ROSTER_SCHEMAS[frame]}
    row = {**blank, "line": number + 2, **({"status": "active"} if "status" in blank else {}), **given}
    assert row.keys() == blank.keys(), row.keys() ^ blank.keys()
    return row


_FRAME = {"org": "orgs", "session": "sessions", "course": "courses", "class": "classes", "user": "users",
          "role": "roles", "enroll": "enrollments", "refused": "refused"}  # fmt: skip
_COLUMN = {
    "org": "sourced_id", "session": "sourced_id", "course": "sourced_id", "class": "sourced_id", "user": "sourced_id",
    "enroll": "sourced_id", "school": "school_sourced_id", "terms": "term_sourced_ids", "from": "begins_on",
    "to": "ends_on", "number": "identifier", "state": "state_id", "birth": "birth_on", "human": "master_id",
    "primary": "is_primary", "parent": "parent_sourced_id", "of": "user_sourced_id", "at": "org_sourced_id",
    "in": "class_sourced_id", "who": "user_sourced_id", "course of": "course_sourced_id",
}  # fmt: skip
_DATES = {"begins_on", "ends_on", "starts_on", "birth_on"}


def frames_of(text: str) -> dict[str, list[Row]]:
    """The blocks of a text: each begins with a line of column names whose first says the frame. Blank cells are blank.

    In a block of users, ``name`` is given and family name, ``roles`` is ``role@org`` by comma, ``agents`` a list.
    """
    frames: dict[str, list[Row]] = {}
    header: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if not any(cells):
            header = []
        elif not header:
            header = cells
            assert header[0] in _FRAME, f"no frame begins with {header[0]!r}"
            frames.setdefault(_FRAME[header[0]], [])
        else:
            _take(frames, header, dict(zip(header, cells, strict=True)))
    return frames


def _take(frames: dict[str, list[Row]], header: list[str], cells: dict[str, str]) -> None:
    frame = _FRAME[header[0]]
    row: Row = {}
    for name, cell in cells.items():
        if name == "name" and frame == "users":
            row["given_name"], _, row["family_name"] = cell.partition(" ")
        elif name == "roles":
            for one in filter(None, cell.split(", ")):
                role, _, org = one.partition("@")
                at = {"user_sourced_id": cells["user"], "role": role, "org_sourced_id": org or None}
                frames.setdefault("roles", []).append(
                    at if cells.get("status") != "tobedeleted" else {**at, "status": "tobedeleted"}
                )
        elif name == "agents":
            for one in filter(None, cell.split(", ")):
                frames.setdefault("agents", []).append({"user_sourced_id": cells["user"], "agent_sourced_id": one})
        elif name == "refused":
            row["frame"] = cell
        elif name == "role" and frame == "roles":
            row["role"] = cell
        elif name != "status" or cell:
            column = _column(frame, name)
            row[column] = _value(frame, column, cell)
    frames[frame].append(row)


def _column(frame: str, name: str) -> str:
    if frame == "sessions" and name == "from":
        return "starts_on"
    if frame in ("enrollments", "refused") and name == "class":
        return "class_sourced_id"
    if frame in ("enrollments", "refused", "roles") and name == "user":
        return "user_sourced_id"
    if frame == "roles" and name in ("org", "role"):
        return {"org": "org_sourced_id", "role": "role"}[name]
    if frame == "classes" and name == "course":
        return "course_sourced_id"
    if frame == "refused" and name == "id":
        return "sourced_id"
    return _COLUMN.get(name, name)


def _value(frame: str, column: str, cell: str) -> Any:
    if (frame, column) in _LISTS:
        return [item for item in cell.split(", ") if item]
    if not cell:
        return None
    if column in _DATES:
        return dt.date.fromisoformat(cell)
    if column in ("enabled", "is_primary"):
        return cell == "yes"
    return cell
