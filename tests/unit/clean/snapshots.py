"""Small snapshots written as rows of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from rollbook.core.clean import clean
from rollbook.core.findings import empty
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import LINE, Mode, Snapshot, Stream

Row = Mapping[str, str]

USER = {
    "sourcedId": "u1",
    "status": "active",
    "enabledUser": "true",
    "orgSourcedIds": "s1",
    "role": "student",
    "givenName": "Ada",
    "familyName": "Example",
}
ENROLLMENT = {
    "sourcedId": "e1",
    "status": "",
    "classSourcedId": "c1",
    "schoolSourcedId": "s1",
    "userSourcedId": "u1",
    "role": "student",
    "primary": "",
    "beginDate": "",
    "endDate": "",
}
CLASS = {"sourcedId": "c1", "status": "", "title": "Room 4", "schoolSourcedId": "s1", "termSourcedIds": "t1"}
SESSION = {"sourcedId": "t1", "title": "Fall", "type": "term", "startDate": "2026-08-17", "endDate": "2026-12-18"}
ORG = {"sourcedId": "s1", "name": "Cedar", "type": "school"}
COURSE = {"sourcedId": "k1", "title": "Algebra"}
PLAIN = {
    "users": USER,
    "enrollments": ENROLLMENT,
    "classes": CLASS,
    "academicSessions": SESSION,
    "orgs": ORG,
    "courses": COURSE,
}


def stream(
    name: str, rows: Sequence[Row], *, mode: Mode = Mode.BULK, refused: Sequence[tuple[int, str | None]] = ()
) -> Stream:
    """The first row stands on line 2; cells that a row does not name are blank."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = {column: pl.Series([row.get(column, "") for row in rows], dtype=pl.String) for column in columns}
    return Stream(
        name=name,
        frame=pl.DataFrame(cells).with_columns(pl.int_range(2, 2 + len(rows), dtype=pl.UInt32, eager=True).alias(LINE)),
        mode=mode,
        origin=f"{name}.csv",
        columns=frozenset(columns),
        refused=pl.DataFrame(list(refused), schema={LINE: pl.UInt32(), "sourcedId": pl.String()}, orient="row"),
    )


def cleaned(*streams: Stream, policy: Policy | None = None) -> Roster:
    snapshot = Snapshot(
        version="1.1", streams={item.name: item for item in streams}, files=(), findings=empty(), fingerprint="f"
    )
    return clean(snapshot, policy or Policy())


def variant(name: str, *changes: Row, policy: Policy | None = None, mode: Mode = Mode.BULK) -> Roster:
    """A roster of one stream: its plain row once for each of ``changes``, with these cells instead."""
    return cleaned(stream(name, [PLAIN[name] | change for change in changes], mode=mode), policy=policy)


def codes(roster: Roster) -> list[tuple[str, int | None, str | None]]:
    """(code, line, column) of every finding."""
    return roster.findings.select("code", "line", "column").rows()
