"""The columnar planner equals the plain reference, and keeps its promises, over days of random districts."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from copy import deepcopy
from random import Random
from types import MappingProxyType
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.reference.planner import Reading, plan
from tests.support.reading import delivered
from tests.support.rosters import roster_of
from tests.support.source import TODAY, Day, first_day, night
from tests.support.world import Row, World

from rollbook.core.entities import TABLES
from rollbook.core.plan import Plan
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.steady import steady_until

DAYS = 4
EXAMPLES = int(os.environ.get("PLAN_EXAMPLES", "100"))
"""Districts in all, dealt to ``SHARDS`` tests that may run side by side; the same ones every time unless there are more."""
SHARDS = 4
VARIANTS: tuple[dict[str, Any], ...] = (
    {}, {}, {},
    {"archived_students": "keep"}, {"archived_students": "skip"},
    {"leaving_students": "end_enrollments"},
    {"manage_guardians": False},
    {"guardian_relationships": ("parent", "guardian", "relative")},
    {"unarchive_classrooms": False},
    {"phone_column": "phone", "update_active_contacts": True},
    {"classes": "homeroom"}, {"class_grades": ("03",)}, {"class_name_contains": "MAT"}, {"classes_without_teacher": False},
    {"sessions": "all"}, {"sessions": "chosen", "chosen_sessions": ("Y",)}, {"look_ahead_days": 70},
    {"field_owners": MappingProxyType({"student.given_name": "school", "grade": "school", "email": "person"})},
    {"deletion_threshold": 60, "update_threshold": 5}, {"school_deletion_thresholds": MappingProxyType({"S1": 90})},
    {"custody_column": "metadata.custody"},
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
@settings(max_examples=EXAMPLES // SHARDS, deadline=None, derandomize=EXAMPLES <= 100)
@given(seed=st.integers(min_value=0, max_value=2**48))
@example(seed=25)  # a student who is recognised and frozen at once
def test_days_of_a_random_district(shard: int, seed: int) -> None:
    """Every day: the same as the reference; whole; once; counted; nothing taken that may not be."""
    live(seed * SHARDS + shard)


def live(seed: int) -> None:
    """Some days in a district. What happens in it depends on ``seed`` alone."""
    rnd = Random(seed)
    world = World()
    for name in ("S1", "S2"):
        world.school(name, name, number=name)
    source, before = first_day(rnd), None
    _by_hand(rnd, world)
    for number in range(DAYS):
        today = TODAY + dt.timedelta(days=number * rnd.choice((1, 1, 20)))
        policy = Policy(**rnd.choice(VARIANTS))
        _check(world, delivered(rnd, source, before), policy, today, rnd)
        _between(rnd, world)
        before, source = source, night(rnd, source)


def _check(world: World, day: Day, policy: Policy, today: dt.date, rnd: Random) -> None:
    roster = roster_of(day.frames, modes=day.modes, missing=day.missing, refused=day.refused)
    found = world.plan(roster, policy, today)
    expected = plan(_reading(day), {name: world.rows(name) for name in TABLES}, policy, today)
    mine = named(found, world)
    wanted = {(kind, key, action) for (kind, key), (action, _) in expected.records.items()}
    assert set(mine) == wanted, (sorted(set(mine) - wanted, key=str), sorted(wanted - set(mine), key=str))
    waiting = {(kind, key) for (kind, key, _), hold in mine.items() if hold}
    held = expected.held & {(kind, key) for kind, key, _ in mine}
    assert waiting == held, (sorted(waiting - held, key=str), sorted(held - waiting, key=str))
    if rnd.random() < 0.25:
        _same_again(world, roster, policy, today, found)
    _adds_up(found)
    approved = [hold for hold in found.holds["hold"] if rnd.random() < 0.4] if rnd.random() < 0.3 else []
    before = world.apply(found, approved)
    assert world.loose_ends() == []
    _done_is_counted(found.without_holds(approved), before, world)
    _untouchable(day, before, world)
    second = world.plan(roster, policy, today)
    if not approved:  # a decision may answer another question
        _empty_but_for_what_waits(second, world)
    _stands(world, roster, policy, today, second)


def _reading(day: Day) -> Reading:
    return Reading(deepcopy(day.frames), day.modes, frozenset(day.missing), deepcopy(day.refused))


def named(found: Plan, world: World) -> dict[tuple[str, Any, str], str | None]:
    """(kind, key, action) → hold, with keys as the reference has them."""
    new = {}
    for kind, table in (("student", "student"), ("person", "person"), ("classroom", "classroom")):
        for sid, ref in (
            found.inserts.get(
                "source_link", pl.DataFrame(schema={"kind": pl.String, "sourced_id": pl.String, "object_id": pl.Int64})
            )
            .filter(pl.col("kind") == kind)
            .select("sourced_id", "object_id")
            .iter_rows()
        ):
            if ref < 0:
                new.setdefault((table, ref), sid)

    def key(table: str, ref: int) -> Any:
        return ref if ref > 0 else new[table, ref]

    result: dict[tuple[str, Any, str], str | None] = {}
    tables = {"guardian": "person", "staff": "person"}
    for row in found.records.iter_rows(named=True):
        kind, ref = row["kind"], row["ref"]
        if kind in ("enrollment", "guardianship"):
            data: Row = (
                world.tables[kind][ref]
                if ref > 0
                else found.inserts[kind].row(by_predicate=pl.col("ref") == ref, named=True)
            )
            if kind == "enrollment":
                side = "student" if data["student_id"] is not None else "person"
                name: Any = (key("classroom", data["classroom_id"]), key(side, data[f"{side}_id"]))
            else:
                name = (key("student", data["student_id"]), key("person", data["person_id"]))
        else:
            name = key(tables.get(kind, kind), ref)
        assert (kind, name, row["action"]) not in result
        result[kind, name, row["action"]] = row["hold"]
    return result


def _same_again(world: World, roster: Roster, policy: Policy, today: dt.date, found: Plan) -> None:
    """Equal inputs give equal plans."""
    again = world.plan(roster, policy, today)
    for name in ("records", "edits", "holds", "counts", "left_out", "findings"):
        assert_frame_equal(getattr(found, name), getattr(again, name), categorical_as_str=True)
    assert found.inserts.keys() == again.inserts.keys()
    for table, frame in found.inserts.items():
        assert_frame_equal(frame, again.inserts[table])


def _stands(world: World, roster: Roster, policy: Policy, today: dt.date, found: Plan) -> None:
    """The calendar alone does not change a plan before the day that ``steady_until`` names."""
    until = steady_until(roster, world.state(), policy, today)
    assert until is None or until > today
    last = today + dt.timedelta(days=500) if until is None else until - dt.timedelta(days=1)
    later = world.plan(roster, policy, last)
    for name in ("records", "edits", "holds", "counts", "left_out", "findings"):
        assert_frame_equal(getattr(found, name), getattr(later, name), categorical_as_str=True)
    for table, frame in found.inserts.items():
        assert_frame_equal(frame, later.inserts[table])


def _adds_up(found: Plan) -> None:
    """Every waiting record stands in one hold under its own kind; counts count all; rows wait with their record."""
    records = found.records.with_columns(pl.col("kind", "action").cast(pl.String))
    waiting = records.filter(pl.col("hold").is_not_null())
    holds = {row["hold"]: row for row in found.holds.iter_rows(named=True)}
    sizes = Counter(waiting["hold"])
    assert sizes == {hold: row["count"] for hold, row in holds.items()}
    for kind, hold, school in waiting.select("kind", "hold", "school_id").iter_rows():
        assert (holds[hold]["kind"], holds[hold]["school_id"]) == (kind, school)
    for row in holds.values():
        assert all(above in holds for above in (row["depends_on"] or "").split(" ") if above)
        assert row["threshold"] in (0, max(3, row["threshold"]))
    told = {
        (school, kind, action): (number, waits)
        for school, kind, action, waits, number in found.counts.filter(pl.col("action") != "unchanged").iter_rows()
    }
    counted = Counter(records.select("school_id", "kind", "action").iter_rows())
    held = Counter(waiting.select("school_id", "kind", "action").iter_rows())
    assert told == {key: (number, held[key]) for key, number in counted.items()}
    assert (found.counts["number"] > 0).all()


def _effects(before: World, after: World) -> Counter[tuple[str, str]]:
    """What really happened, from the rows alone: (kind, action) → number."""
    done: Counter[tuple[str, str]] = Counter()
    for table in ("student", "classroom", "enrollment", "guardianship"):
        extra = _touched(before, after, "student_school", "student_id") if table == "student" else set()
        extra |= _linked_anew(before, after, table)
        for key, row in after.tables[table].items():
            old = before.tables[table].get(key)
            done[table, _effect(old, row, key in extra)] += 1
    people = _touched(before, after, "staff_role", "person_id") | _touched(before, after, "contact_method", "person_id")
    for key, row in after.tables["person"].items():
        old = before.tables["person"].get(key)
        action = "create" if old is None else "update" if old != row or key in people else "same"
        if old and row["disabled_by"] != old["disabled_by"] and "sync" in (row["disabled_by"], old["disabled_by"]):
            action = "archive" if row["disabled_by"] == "sync" else "restore"
        done["person", action] += 1
    return Counter({key: number for key, number in done.items() if key[1] != "same"})


def _effect(old: Row | None, row: Row, extra: bool) -> str:
    if old is None:
        return "create"
    if old["status"] != row["status"]:
        return {"active": "restore", "archived": "archive", "suspended": "suspend", "ended": "end"}[row["status"]]
    return "update" if old != row or extra else "same"


def _touched(before: World, after: World, table: str, owner: str) -> set[int]:
    old, new = before.tables[table], after.tables[table]
    return {(old.get(key) or new[key])[owner] for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def _linked_anew(before: World, after: World, kind: str) -> set[int]:
    """Objects that got a link in this run: recognised."""
    had = before.tables["source_link"].keys()
    return {
        row["object_id"] for key, row in after.tables["source_link"].items() if key not in had and row["kind"] == kind
    }


def _done_is_counted(ready: Plan, before: World, after: World) -> None:
    """Counts less holds are what apply did. Somebody recognised without any change is an update by that alone."""
    told: Counter[tuple[str, str]] = Counter()
    for kind, action in ready.records.select(pl.col("kind", "action").cast(pl.String)).iter_rows():
        told["person" if kind in ("staff", "guardian") else kind, action] += 1
    done = _effects(before, after)
    for kind in ("person", "student"):
        recognised = _linked_anew(before, after, kind) & before.tables[kind].keys()
        assert abs(told[kind, "update"] - done[kind, "update"]) <= len(recognised)
        told[kind, "update"] = done[kind, "update"]
    assert +told == +done


def _untouchable(day: Day, before: World, after: World) -> None:
    """Nothing is deleted; nothing by hand, of a school out of scope, or with a refused row is taken away."""
    for table in TABLES:
        if table != "contact_method":
            assert before.tables[table].keys() <= after.tables[table].keys()
        if TABLES[table].managed:
            for key, row in before.tables[table].items():
                assert row["managed"] or after.tables[table][key] == row, f"{table} {key} was made by hand"
    for key, row in before.tables["contact_method"].items():
        assert row["owner"] == "source" or after.tables["contact_method"].get(key) == row
    refused = {(row["frame"], row["sourced_id"]) for row in day.refused}
    refused |= {("users", row["user_sourced_id"]) for row in day.refused if row["frame"] == "roles"}
    frames = {"student": "users", "person": "users", "classroom": "classes"}
    for link in before.rows("source_link"):
        kind = link["kind"]
        if (frames.get(kind), link["sourced_id"]) in refused:
            old, new = before.tables[kind][link["object_id"]], after.tables[kind][link["object_id"]]
            column = "disabled_by" if kind == "person" else "status"
            assert (
                old[column] == new[column]
                or old[column] in ("archived", "suspended", "sync", "source")
                or new[column] == "source"
            )
    matched = {row["object_id"] for row in before.rows("source_link") if row["kind"] == "school"}
    for key, room in before.tables["classroom"].items():
        if room["school_id"] not in matched:
            assert after.tables["classroom"][key]["status"] in (room["status"], "active")
    for table in ("student_school", "staff_role"):
        for key, row in before.tables[table].items():
            if row["school_id"] is not None and row["school_id"] not in matched:
                assert after.tables[table][key] == row


def _empty_but_for_what_waits(second: Plan, world: World) -> None:
    """R-12: applying the same again changes nothing."""
    rest = second.without_holds()
    assert rest.is_empty, (named(rest, world), rest.edits.to_dicts())
    assert rest.records.is_empty(), named(rest, world)


# what people do by hand


def _by_hand(rnd: Random, world: World) -> None:
    """Somebody was here before the sync."""
    school = world.rows("school")[0]["id"]
    if rnd.random() < 0.4:
        student = world.add(
            "student",
            given_name=rnd.choice(("Ana", "Bo")),
            family_name=rnd.choice(("Lind", "Ng")),
            student_number=rnd.choice(("9", "001", None)),
            state_id=rnd.choice((None, "77")),
            birth_on=rnd.choice((None, dt.date(2017, 1, 2))),
            grade="03",
            status=rnd.choice(("active", "archived")),
        )
        world.add("student_school", student_id=student, school_id=school, status="active")
        if rnd.random() < 0.5:
            person = _person(rnd, world)
            world.add("guardianship", student_id=student, person_id=person, relationship="parent", status="active")
    if rnd.random() < 0.4:
        person = _person(rnd, world)
        if rnd.random() < 0.5:
            world.add("staff_role", person_id=person, school_id=school, role="aide", status="active")


def _person(rnd: Random, world: World) -> int:
    person = world.add(
        "person",
        given_name=rnd.choice(("Ana", "Bo", "Cy")),
        family_name=rnd.choice(("Lind", "Ng")),
        account_state=rnd.choice(("invitee", "active")),
    )
    owner = rnd.choice(("staff", "person"))
    world.add(
        "contact_method",
        person_id=person,
        kind="email",
        value=rnd.choice(("a@example.org", "b@example.org")),
        owner=owner,
    )
    return person


def _between(rnd: Random, world: World) -> None:
    """What people do between two runs."""
    students, persons, rooms = world.rows("student"), world.rows("person"), world.rows("classroom")
    if rooms and rnd.random() < 0.15:
        rnd.choice(rooms).update(status="archived", archived_by="alice", archive_reason="not wanted")
    if students and rnd.random() < 0.15:
        rnd.choice(students).update(status="archived", archived_by="alice", archive_reason="clean-up")
    if persons and rnd.random() < 0.3:
        rnd.choice(persons).update(account_state="active")
    if persons and rnd.random() < 0.1:
        rnd.choice(persons).update(disabled_by="alice")
    if rooms and students and rnd.random() < 0.2:
        room, student = rnd.choice(rooms)["id"], rnd.choice(students)["id"]
        if not any((r["classroom_id"], r["student_id"]) == (room, student) for r in world.rows("enrollment")):
            world.add(
                "enrollment", classroom_id=room, student_id=student, role="student", is_primary=False, status="active"
            )
    if students and persons and rnd.random() < 0.2:
        pair = {"student_id": rnd.choice(students)["id"], "person_id": rnd.choice(persons)["id"]}
        if not any(all(row[name] == key for name, key in pair.items()) for row in world.rows("guardianship")):
            world.add("guardianship", **pair, relationship="parent", status="active")
    if rnd.random() < 0.08:
        world.unmatch("S2")
    world.revision += 1
