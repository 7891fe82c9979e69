"""A directory without a database: plans are made against it and applied to it in memory, many days in milliseconds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

import polars as pl

from rollbook.core.entities import LINK_TABLES, TABLES
from rollbook.core.plan import Plan
from rollbook.core.planning import make_plan
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.state import STATE_SCHEMAS, State

__all__ = ["Row", "World"]

Row = dict[str, Any]

_FRAMES = {
    "schools": "school",
    "sessions": "academic_session",
    "classrooms": "classroom",
    "students": "student",
    "persons": "person",
    "student_schools": "student_school",
    "staff_roles": "staff_role",
    "guardianships": "guardianship",
    "enrollments": "enrollment",
}
"""State frame → table."""


class World:
    """Tables as dicts of rows by id. Rows of managed tables carry ``managed``; ids count on over all tables, so that a
    reference to the wrong table leads nowhere."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[int, Row]] = {name: {} for name in TABLES}
        self.revision = 0
        self.previous_rows: dict[str, int] = {}
        self._last_id = 0

    def add(self, table: str, *, managed: bool = False, **values: Any) -> int:
        """A row by hand; columns that are not given are null. Returns its id."""
        self._last_id += 1
        row: Row = {"id": self._last_id, **dict.fromkeys(TABLES[table].columns), **values}
        assert row.keys() == {"id", *TABLES[table].columns}, row.keys()
        if TABLES[table].managed:
            row["managed"] = managed
        self.tables[table][self._last_id] = row
        return self._last_id

    def school(self, name: str, *orgs: str, number: str | None = None) -> int:
        """A school, matched with orgs of the source."""
        school = self.add("school", name=name, school_number=number, grades=[], status="active")
        for org in orgs:
            self.match(org, school)
        return school

    def match(self, org: str, school: int) -> None:
        """One more org of the source feeds a school."""
        self.add("source_link", managed=True, kind="school", sourced_id=org, object_id=school)

    def unmatch(self, org: str) -> None:
        """The org feeds nothing any more."""
        links = self.tables["source_link"]
        for key in [key for key, row in links.items() if (row["kind"], row["sourced_id"]) == ("school", org)]:
            del links[key]

    def rows(self, table: str) -> list[Row]:
        """The rows of a table in the order of their ids."""
        return list(self.tables[table].values())

    def one(self, kind: str, sourced_id: str) -> Row:
        """The object that a sourcedId is bound to."""
        found = [
            row["object_id"]
            for row in self.rows("source_link")
            if (row["kind"], row["sourced_id"]) == (kind, sourced_id)
        ]
        assert len(found) == 1, f"{kind} {sourced_id} is bound {len(found)} times"
        return self.tables[LINK_TABLES[kind]][found[0]]

    def copy(self) -> World:
        """The same directory, to be changed on its own."""
        return deepcopy(self)

    # what the core is given

    def state(self) -> State:
        """The directory as the core sees it."""
        frames = {frame: self._frame(frame, self.rows(table)) for frame, table in _FRAMES.items()}
        frames["links"] = self._frame("links", self.rows("source_link"))
        bound = {(row["kind"], row["object_id"]) for row in self.rows("source_link")}
        students = [row for row in self.rows("student") if ("student", row["id"]) not in bound]
        persons = [self.with_contacts(row) for row in self.rows("person") if ("person", row["id"]) not in bound]
        frames["unlinked_students"] = self._frame("unlinked_students", students)
        frames["unlinked_persons"] = self._frame("unlinked_persons", persons)
        frames |= {name: self._frame(name, []) for name in STATE_SCHEMAS if name not in frames}
        return State(revision=self.revision, frames=frames, previous_rows=dict(self.previous_rows))

    def with_contacts(self, person: Row) -> Row:
        """A person with ``email`` and ``mobile``, whoever owns them."""
        own = [row for row in self.rows("contact_method") if row["person_id"] == person["id"]]
        return {
            **person,
            **{kind: next((c["value"] for c in own if c["kind"] == kind), None) for kind in ("email", "mobile")},
        }

    def _frame(self, frame: str, rows: list[Row]) -> pl.DataFrame:
        schema = STATE_SCHEMAS[frame]
        return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema, orient="row")

    def values(self, table: str, ids: pl.Series) -> pl.DataFrame:
        """``LoadValues``: the second, small read."""
        wanted = set(ids)
        schema = {"id": pl.Int64(), **TABLES[table].columns}
        by_person = table == "contact_method"
        rows = [
            row
            for row in self.rows(table)
            if row["person_id" if by_person else "id"] in wanted and (not by_person or row["owner"] == "source")
        ]
        return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema, orient="row")

    def plan(self, roster: Roster, policy: Policy | None = None, today: dt.date = dt.date(2026, 9, 1)) -> Plan:
        """What the core would do with ``roster``."""
        return make_plan(roster, self.state(), self.values, policy or Policy(), today)

    # what the engine would do

    def apply(self, plan: Plan, approved: Collection[str] = ()) -> World:
        """What is not held, or released by ``approved``, is in the directory. Returns the directory as it was."""
        assert plan.baseline.partition("-")[0] == str(self.revision), "the plan is stale"
        before = self.copy()
        ready = plan.without_holds(approved)
        ids: dict[tuple[str, int], int] = {}
        for table in TABLES:
            for ref in sorted(ready.inserts[table]["ref"].to_list() if table in ready.inserts else [], reverse=True):
                self._last_id += 1
                assert ref < 0
                assert (table, ref) not in ids, f"{table} {ref} is there twice"
                ids[table, ref] = self._last_id
        for edit in ready.edits.iter_rows(named=True):
            self._edit(edit, ids)
        for table, frame in ready.inserts.items():
            for row in frame.drop("hold").iter_rows(named=True):
                key = ids[table, row.pop("ref")]
                self.tables[table][key] = {"id": key, **self._bound(table, row, ids)}
                if TABLES[table].managed:
                    self.tables[table][key]["managed"] = True
        self.revision += 1
        return before

    def _edit(self, edit: Row, ids: Mapping[tuple[str, int], int]) -> None:
        table, key = edit["table"], edit["row_id"]
        row = self.tables[table][key]
        if edit["op"] == "delete":
            del self.tables[table][key]
            return
        old, new = json.loads(edit["old"]), json.loads(edit["new"])
        assert old.keys() == new.keys()
        assert {name: row[name] for name in old} == self._typed(table, old), f"{table} {key} is not as the plan saw it"
        row.update(self._bound(table, self._typed(table, new), ids))

    def _typed(self, table: str, values: Row) -> Row:
        """JSON values as the columns hold them: dates are dates."""
        columns = TABLES[table].columns
        return {
            name: dt.date.fromisoformat(value) if isinstance(columns[name], pl.Date) and value else value
            for name, value in values.items()
        }

    def _bound(self, table: str, row: Row, ids: Mapping[tuple[str, int], int]) -> Row:
        """``row`` with ids instead of places of new rows; every reference must lead somewhere."""
        references = dict(TABLES[table].references)
        if table == "source_link" and "object_id" in row:
            references["object_id"] = LINK_TABLES[row["kind"]]
        bound = dict(row)
        for column, target in references.items():
            value = row.get(column)
            if isinstance(value, list):
                bound[column] = [ids[target, item] if item < 0 else item for item in value]
            elif value is not None and value < 0:
                bound[column] = ids[target, value]
        return bound

    def loose_ends(self) -> list[str]:
        """References that lead nowhere, and rows that are there twice by their key."""
        found = []
        for table, spec in TABLES.items():
            keys = set()
            for row in self.rows(table):
                references = dict(spec.references)
                if table == "source_link":
                    references = {"object_id": LINK_TABLES[row["kind"]]}
                for column, target in references.items():
                    values = row[column] if isinstance(row[column], list) else [row[column]]
                    found += [f"{table} {row['id']} {column} {v}" for v in values if v and v not in self.tables[target]]
                key = tuple(row[name] for name in spec.key)
                if key in keys:
                    found.append(f"{table} {row['id']} is there twice: {key}")
                keys.add(key)
        return found
