"""Specifications as tables: what was there, what comes, what must be planned. Each is a test and a part of the docs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from tests.support.rosters import ONEROSTER_11, frames_of, roster_of
from tests.support.world import World

from rollbook.core.entities import LINK_TABLES
from rollbook.core.plan import Plan
from rollbook.core.policy import Policy
from rollbook.core.roster import ROSTER_SCHEMAS, Roster

__all__ = ["TODAY", "Case", "check", "rows_of"]

TODAY = dt.date(2026, 9, 2)
GIVEN = """
org | name     | type
D   | District | district
S1  | Cedar    | school
S2  | Maple    | school

session | title | from       | to
T0      | Past  | 2025-08-18 | 2026-06-12
T1      | Fall  | 2026-08-17 | 2027-01-15
T2      | Late  | 2027-01-18 | 2027-06-11
"""
"""What every reading holds of orgs and sessions unless it says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """``before``: the reading that was applied yesterday; ``by_hand``: what people did, before that (``first``) or since,
    in words and as code. ``expect``: every record of the plan, ``kind | action | id | reason`` and, where something
    waits, ``| hold``. ``fields``: every value that changes in the directory, links aside. ``holds``: ``hold | count |
    base | threshold | cause``. ``findings``: codes that must be told; a leading ``-`` must not. ``delta``: the reading
    holds changes only. ``missing``: columns that were not received."""

    title: str
    rule: str
    incoming: str
    expect: str = ""
    before: str = ""
    first: tuple[str, Callable[[World], None]] | None = None
    since: tuple[str, Callable[[World], None]] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    settings_before: Mapping[str, Any] | None = None
    today: dt.date = TODAY
    delta: bool = False
    absent: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    custody: bool = False
    fields: str | None = None
    holds: str | None = None
    findings: str = ""
    previous_rows: Mapping[str, int] = field(default_factory=dict)


def rows_of(text: str) -> set[tuple[str, ...]]:
    """The lines of a table without header, as tuples of cells; blank cells at the end do not count."""
    found = set()
    for line in text.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        while cells and not cells[-1]:
            cells.pop()
        found.add(tuple(cells))
    return found - {()}


def reading(text: str, *, case: Case, is_before: bool = False) -> Roster:
    """The roster of a text; orgs and sessions as ``GIVEN``, unless it has its own."""
    given = frames_of(GIVEN)
    frames = frames_of(text)
    if is_before or not case.delta:
        frames = {**given, **frames}
    refused = frames.pop("refused", [])
    lacking = set(ONEROSTER_11) - ({("users", "rights")} if case.custody else set())
    lacking -= {("roles", "user_sourced_id")} if "role |" in text else set()
    modes: dict[str, str] = {}
    if not is_before:
        lacking |= {(frame, column) for frame, _, column in (name.partition(".") for name in case.missing)}
        modes = dict.fromkeys(ROSTER_SCHEMAS, "delta") if case.delta else {}
        modes |= dict.fromkeys(case.absent, "absent")
    return roster_of(frames, modes=modes, missing=lacking, refused=refused)


def check(case: Case) -> None:
    """The plan is as the case says; applied, it leaves nothing to do but what waits."""
    world = World()
    world.school("Cedar", "S1", number="1")
    world.school("Maple", "S2", number="2")
    if case.first:
        case.first[1](world)
    if case.before:
        earlier = case.settings if case.settings_before is None else case.settings_before
        roster = reading(case.before, case=case, is_before=True)
        first = world.plan(roster, Policy(**earlier), case.today - dt.timedelta(days=1))
        world.apply(first, first.holds["hold"].to_list())
    if case.since:
        case.since[1](world)
    world.previous_rows = dict(case.previous_rows)
    policy, roster = Policy(**case.settings), reading(case.incoming, case=case)
    plan = world.plan(roster, policy, case.today)
    _same(records(plan, world), case.expect)
    if case.fields is not None:
        _same(changed(plan, world), case.fields)
    if case.holds is not None:
        _same(holds(plan), case.holds)
    codes = set(plan.findings["code"])
    for code in case.findings.split():
        assert (code.lstrip("-") in codes) is not code.startswith("-"), f"{code}: {sorted(codes)}"
    world.apply(plan)
    assert world.loose_ends() == []
    assert world.plan(roster, policy, case.today).without_holds().is_empty


def _same(found: set[tuple[str, ...]], table: str) -> None:
    """The two tables hold the same lines."""
    wanted = rows_of(table)
    wrong = [f"+ {' | '.join(line)}" for line in sorted(found - wanted)]
    wrong += [f"- {' | '.join(line)}" for line in sorted(wanted - found)]
    assert not wrong, "\n" + "\n".join(wrong)


def holds(plan: Plan) -> set[tuple[str, ...]]:
    """The holds of a plan as ``Case.holds`` writes them."""
    return {
        tuple(str(value) for value in row)
        for row in plan.holds.select("hold", "count", "base", "threshold", "cause").iter_rows()
    }


def records(plan: Plan, world: World) -> set[tuple[str, ...]]:
    """The records of a plan as ``Case.expect`` writes them."""
    name = _names(plan, world)
    found = set()
    for row in plan.records.iter_rows(named=True):
        kind, ref = row["kind"], row["ref"]
        if kind in ("enrollment", "guardianship"):
            data = world.tables[kind][ref] if ref > 0 else _inserted(plan, kind, ref)
            sides = ("classroom", "student", "person") if kind == "enrollment" else ("student", "person")
            who = "/".join(name(side, data[f"{side}_id"]) for side in sides if data[f"{side}_id"] is not None)
        else:
            who = name({"staff": "person", "guardian": "person"}.get(kind, kind), ref)
        line = (kind, row["action"], who, row["reason"], row["hold"] or "")
        assert line not in found
        found.add(line if row["hold"] else line[:-1])
    return found


def _inserted(plan: Plan, table: str, ref: int) -> dict[str, Any]:
    return plan.inserts[table].row(by_predicate=pl.col("ref") == ref, named=True)


def _names(plan: Plan, world: World) -> Callable[[str, int], str]:
    """(table, reference) → sourcedId; or the name of who has none."""
    names: dict[tuple[str, int], str] = {}
    for link in world.rows("source_link"):
        names.setdefault((LINK_TABLES[link["kind"]], link["object_id"]), link["sourced_id"])
    if "source_link" in plan.inserts:
        for link in plan.inserts["source_link"].iter_rows(named=True):
            names.setdefault((LINK_TABLES[link["kind"]], link["object_id"]), link["sourced_id"])

    def name(table: str, ref: int) -> str:
        if (table, ref) in names:
            return names[table, ref]
        row = world.tables[table][ref]
        return f"({row.get('given_name') or row.get('name')})"

    return name


def changed(plan: Plan, world: World) -> set[tuple[str, ...]]:
    """The values that change, as ``Case.fields`` writes them: ``table | id | field | old | new``."""
    name = _names(plan, world)
    found = set()
    for edit in plan.edits.filter(pl.col("table") != "source_link").iter_rows(named=True):
        table, row = edit["table"], world.tables[edit["table"]][edit["row_id"]]
        columns = [column for column in ("classroom_id", "student_id", "person_id") if row.get(column) is not None]
        if table in LINK_TABLES.values():
            who = name(table, edit["row_id"])
        else:
            who = "/".join(name(column.removesuffix("_id"), row[column]) for column in columns)
        if table == "contact_method":
            table = row["kind"]
        if edit["op"] == "delete":
            found.add((table, who, "value", str(row["value"])))
        old, new = json.loads(edit["old"]), json.loads(edit["new"])
        for column in new:
            cells = [table, who, column, _cell(old[column]), _cell(new[column])]
            while not cells[-1]:
                cells.pop()
            found.add(tuple(cells))
    return found


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
