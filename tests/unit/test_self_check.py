"""Each check in a world where it passes and in one where it does not: the same district, one thing other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
import pytest
from tests.support.rosters import ONEROSTER_11, frames_of, roster_of
from tests.support.spec import GIVEN, TODAY
from tests.support.world import World as Directory

from rollbook.core import findings, self_check
from rollbook.core.match import match
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope import scope
from rollbook.core.self_check import Check, Level, World
from rollbook.core.snapshot import Mode

FINE = """
class | title  | school | terms | code
C1    | Math 1 | S1     | T1    | m1

user | name     | roles            | agents | email            | grade | human
1    | Ana Díaz | student@S1       | P1, P2 |                  | 03    |
P1   | Eva Díaz | parent@S1        |        | eva@home.example |       | h1
T1   | Tom Ito  | teacher@S1       |        | tom@work.example |       | h2
A1   | Ada Roy  | administrator@S1 |        | ada@work.example |       | h3

enroll | in | who | role
E1     | C1 | 1   | student
E2     | C1 | T1  | teacher
"""
ORGS = """
org | name     | type
D   | District | district
S1  | Cedar    | school
"""
SESSIONS = """
session | title | from       | to
T1      | Fall  | 2026-08-17 | 2027-01-15
"""


@dataclass(frozen=True)
class Case:
    """``key`` passes in the fine district and, after ``spoil`` of the tables, ``by_hand`` in the directory, other
    ``settings`` or remarks of the reader (``told``), has this ``level``, ``number``, ``more`` and ``ids``."""

    key: str
    level: str
    number: int
    tables: str = ""
    spoil: tuple[str, str] = ("", "")
    by_hand: Callable[[Directory], Any] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    told: Sequence[str] = ()
    refused: Sequence[Mapping[str, Any]] = ()
    loose: Sequence[tuple[str | None, str | None]] = ()
    more: Mapping[str, int] = field(default_factory=dict)
    ids: Sequence[str] = ()


def student(given: str, family: str) -> Callable[[Directory], Any]:
    return lambda world: world.add("student", given_name=given, family_name=family, status="active")


def human(given: str, family: str) -> Callable[[Directory], Any]:
    return lambda world: world.add("person", given_name=given, family_name=family, account_state="active")


MANY = "\n".join(f"X{n} | Old {n} | S1 | T1 | x{n}" for n in range(25))
SEVEN = "\n".join(f"Q{n} | Q{n} Díaz | parent@S1 | | q{n}@home.example | |" for n in range(7))
PARENT = "P1   | Eva Díaz | parent@S1        |        | eva@home.example |       | h1"
TEACHER = "T1   | Tom Ito  | teacher@S1       |        | tom@work.example |       | h2"
CASES = (
    Case("source_state", "warn", 1, told=("CLV-003",)),
    Case("schools_matched", "warn", 1, tables=f"{ORGS}S9 | Elm | school\n", ids=("S9",)),
    Case("schools_near", "warn", 1, tables=f"{ORGS}001 | Elm | school\n", ids=("001",)),
    Case("schools_unfed", "warn", 1, by_hand=lambda world: world.school("Elm")),
    Case("schools_gone", "fail", 1, by_hand=lambda world: world.school("Elm", "S9"), ids=("S9",)),
    Case(
        "schools_idle",
        "fail",
        1,
        tables=f"{ORGS}S9 | Elm | school\n",
        by_hand=lambda world: world.school("Elm", "S9"),
        ids=("S9",),
    ),
    Case("administrators", "warn", 1, spoil=("administrator@S1", "aide@S1         "), more={"found": 0}),
    Case(
        "classes_beyond_need",
        "warn",
        25,
        spoil=("C1    | Math 1 | S1     | T1    | m1", f"C1 | Math 1 | S1 | T1 | m1\n{MANY}"),
    ),
    Case("classrooms_twice", "warn", 2, loose=(("M1 ", "other"), (None, "math  1"), ("m9", "Math 9"))),
    Case(
        "students_unknown",
        "warn",
        1,
        by_hand=student("ana", "díaz"),
        more={"adopted": 0, "question": 0, "twice": 1},
    ),
    Case("students_unknown", "warn", 1, by_hand=student("Zoe", "Zorn"), more={"adopted": 0, "question": 0, "twice": 0}),
    Case("guardians_unreachable", "warn", 1, spoil=("eva@home.example", " " * 16), ids=("P1",)),
    Case("contacts_shared", "pass", 2, spoil=("tom@work.example", "ada@work.example")),
    Case(
        "contacts_conflicting",
        "warn",
        2,
        spoil=(PARENT, f"{PARENT}\nP2 | Eva Díaz | parent@S1 | | e@x.example | | h1"),
        ids=("P1", "P2"),
    ),
    Case(
        "several_roles",
        "warn",
        2,
        spoil=(TEACHER, TEACHER.replace("Tom Ito ", "Eva Ito ").replace("h2", "h1")),
        ids=("P1", "T1"),
    ),
    Case("guardians_twice", "warn", 1, by_hand=human("EVA", "Díaz"), ids=("P1",)),
    Case(
        "guardians_many",
        "warn",
        1,
        spoil=(
            "P1, P2 |                  | 03    |",
            f"{', '.join(f'Q{n}' for n in range(7))} | | 03 |\n{SEVEN}",
        ),
        ids=("1",),
    ),
    Case("guardians_two_sources", "fail", 1, told=("GRD-006",)),
    Case("custody", "fail", 1, settings={"custody_column": "metadata.custody"}),
    Case("students_without_classes", "warn", 1, spoil=("E1     | C1 | 1   | student\n", ""), ids=("1",)),
    Case("classes_without_teachers", "warn", 1, spoil=("E2     | C1 | T1  | teacher\n", ""), ids=("C1",)),
    Case("classes_without_students", "warn", 1, spoil=("E1     | C1 | 1   | student\n", ""), ids=("C1",)),
    Case(
        "sessions_not_running",
        "fail",
        1,
        tables=SESSIONS.replace("2027-01-15", "2026-08-30"),
        ids=("T1",),
        more={"waiting": 1},
    ),
    Case("leading_zeros", "fail", 1, told=("PLN-011",)),
    Case("unknown_words", "warn", 1, told=("USR-032",)),
    Case("sensitive", "warn", 1, told=("HDR-010",)),
    Case("repaired", "warn", 1, told=("CSV-004",)),
    Case("rows_refused", "fail", 1, refused=({"frame": "users", "sourced_id": "7", "line": 9},), ids=("7",)),
)


def world_of(case: Case | None) -> World:
    given = frames_of(GIVEN.split("session |")[0].replace("S2  | Maple    | school", "")) | frames_of(SESSIONS)
    text = FINE
    if case is not None and case.spoil[0]:
        assert case.spoil[0] in text
        text = text.replace(*case.spoil)
    tables = {**given, **frames_of(text), **(frames_of(case.tables) if case and case.tables else {})}
    roster: Roster = roster_of(tables, missing=set(ONEROSTER_11), refused=case.refused if case else ())
    told = [findings.make(code, stream="users.csv", sourced_id="1") for code in (case.told if case else ())]
    roster = replace(roster, findings=findings.merge(told))
    directory = Directory()
    school = directory.school("Cedar", "S1", number="1")
    if case is not None and case.by_hand:
        case.by_hand(directory)
    policy = Policy(**(case.settings if case else {}))
    state = directory.state()
    scoped = scope(roster, state, policy, TODAY)
    fed = {row["object_id"] for row in directory.rows("source_link")}
    loose = [(1000 + n, school, name, code) for n, (code, name) in enumerate(case.loose if case else ())]
    shape = {"id": pl.Int64, "school_id": pl.Int64, "name": pl.String, "code": pl.String}
    return World(
        roster=roster,
        state=state,
        policy=policy,
        today=TODAY,
        scope=scoped,
        matched=match(scoped, roster, state, directory.values, policy),
        plan=directory.plan(roster, policy, TODAY),
        fed_schools=frozenset(fed),
        loose_classrooms=pl.DataFrame(loose, schema=shape, orient="row"),
    )


def found(case: Case | None) -> dict[str, Check]:
    return {check.key: check for check in self_check.run(world_of(case))}


def test_a_fine_district_passes_every_check() -> None:
    checks = found(None)
    assert {key: check.number for key, check in checks.items() if check.level is not Level.PASS} == {"custody_unset": 1}
    assert set(checks) | {"connection", "custody"} == set(self_check.KEYS)
    assert all(check.number == 0 == check.rows.height for key, check in checks.items() if key != "custody_unset")


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case.key}" for n, case in enumerate(CASES)])
def test_a_check_finds_what_it_is_for(case: Case) -> None:
    check = found(case)[case.key]
    assert (check.level, check.number) == (case.level, case.number)
    assert {name: check.more[name] for name in case.more} == dict(case.more)
    if check.key != "administrators" and check.key != "custody":
        assert check.rows.height == check.number
    if case.ids:
        assert sorted(check.rows["sourced_id"].to_list()) == sorted(case.ids)
    assert check.rows.schema == self_check.ROW_SCHEMA


def test_every_check_has_a_world_in_which_it_does_not_pass() -> None:
    told = {case.key for case in CASES} | {"connection", "custody_unset", "thresholds"}
    assert told == set(self_check.KEYS)


def test_what_would_wait_is_counted() -> None:
    directory = Directory()
    directory.school("Cedar", "S1", number="1")
    many = "\n".join(f"{n} | A{n} B{n} | student@S1" for n in range(100, 160))
    before = roster_of({**frames_of(GIVEN), **frames_of(f"user | name | roles\n{many}")})
    directory.apply(directory.plan(before, Policy(), TODAY - dt.timedelta(days=1)))
    world = world_of(None)
    after = replace(world, plan=directory.plan(world.roster, Policy(), TODAY))
    check = {check.key: check for check in self_check.run(after)}["thresholds"]
    assert (check.level, check.number) == (Level.WARN, after.plan.holds.height)
    assert check.more["records"] >= 60


def test_a_reading_of_changes_is_not_held_against_what_it_does_not_say() -> None:
    world = world_of(None)
    delta = replace(world.roster, modes=dict.fromkeys(world.roster.modes, Mode.DELTA))
    keys = {check.key for check in self_check.run(replace(world, roster=delta))}
    assert keys.isdisjoint({"students_without_classes", "classes_without_teachers", "schools_idle", "administrators"})


def test_what_people_left_out_on_purpose_is_no_question() -> None:
    case = next(case for case in CASES if case.key == "schools_matched")
    left = replace(world_of(case), left_schools=frozenset({"S9"}))
    assert {check.key: check.number for check in self_check.run(left)}["schools_matched"] == 0
    case = next(case for case in CASES if case.key == "classrooms_twice")
    world = world_of(case)
    left = replace(world, left_classrooms=frozenset(world.loose_classrooms["id"].to_list()))
    assert {check.key: check.number for check in self_check.run(left)}["classrooms_twice"] == 0
