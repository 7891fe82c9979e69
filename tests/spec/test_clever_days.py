"""Days of a district that comes from Clever: whole readings, events between them, and ids that Clever issued anew."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from tests.support.world import World
from tests.unit.connectors.clever_vendor import SCHOOL, Vendor, config, contact, oid, section, student, teacher

from rollbook.connectors import clever
from rollbook.core.clean import clean
from rollbook.core.plan import Plan
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode
from rollbook.sandbox.server import Sandbox

TODAY = dt.date(2026, 9, 2)
SINCE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
POLICY = Policy(deletion_threshold=100, update_threshold=100)


def plan(world: World, vendor: Vendor, since: dt.datetime | None = None) -> Plan:
    snapshot = clever.read(config(), POLICY, since=since, transport=vendor.transport)
    return world.plan(clean(snapshot, POLICY), POLICY, TODAY)


def told(plan: Plan) -> list[str]:
    """What changes, but for fingerprints of links."""
    edits = [
        f"{row['action']} {row['table']}" for row in plan.edits.iter_rows(named=True) if row["table"] != "source_link"
    ]
    return sorted([*edits, *(f"new {name}" for name, rows in plan.inserts.items() for _ in range(rows.height))])


@pytest.fixture
def world() -> World:
    """The small district, applied."""
    made = World()
    made.school("Fern School", SCHOOL)
    made.apply(plan(made, Vendor()))
    assert made.loose_ends() == []
    assert plan(made, Vendor()).is_empty
    return made


def event(number: int, kind: str, data: dict[str, Any], previous: Any = None) -> dict[str, Any]:
    made = {"id": f"{number:024x}", "type": kind, "created": "2026-09-01T02:00:00.000Z", "data": {"object": data}}
    return {**made, "previous_attributes": previous} if previous is not None else made


OLD = {**event(1, "users.updated", student(1)), "created": "2026-08-31T02:00:00.000Z"}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], [], id="nothing happened, nothing changes"),
        pytest.param(
            [event(2, "users.updated", student(1, grade="4"), {"roles": student(1)["roles"]})],
            ["update student"],
            id="a new grade",
        ),
        pytest.param(
            [event(2, "users.deleted", student(3))], ["archive student", "end enrollment"], id="a leaver"
        ),
        pytest.param(
            [event(2, "users.created", student(9)), event(3, "sections.updated", section(2, [4, 5, 9], []),
                                                          {"students": [oid("e", 4), oid("e", 5)]})],
            ["new enrollment", "new source_link", "new student", "new student_school"],
            id="somebody new in a class",
        ),
        pytest.param(
            [event(2, "sections.updated", section(1, [1, 3], [51, 52]), {"students": [oid("e", n) for n in (1, 2, 3)]})],
            ["end enrollment"],
            id="one who left a class",
        ),
        pytest.param(
            [event(2, "users.created", contact(72, (2, "Parent", "Parent/Guardian"), name="Ben Poe", phone=None))],
            ["new guardianship", "new person", "new source_link"],
            id="a new parent, of a student of whom no event speaks",
        ),
    ],
)  # fmt: skip
def test_events_change_what_they_speak_of_and_nothing_else(
    world: World, events: list[dict[str, Any]], expected: list[str]
) -> None:
    vendor = Vendor(events=[OLD, *events])
    made = plan(world, vendor, SINCE)
    assert told(made) == expected
    assert made.holds.is_empty()
    world.apply(made)
    assert plan(world, vendor, SINCE).is_empty, "the same events again"


def test_a_student_with_a_new_clever_id_is_adopted_not_doubled(world: World) -> None:
    """Gone for 300 days, or with a changed sis_id, somebody gets a new id at Clever; the student number stays."""
    before = {row["student_number"]: row["id"] for row in world.rows("student")}
    vendor = Vendor()
    again = {oid("e", number): oid("e", number + 500) for number in range(1, 6)}
    for row in vendor.sets["users"]:
        row["id"] = again.get(row["id"], row["id"])
        for bond in row["roles"].get("contact", {}).get("student_relationships", ()):
            bond["student"] = again[bond["student"]]
    for row in vendor.sets["sections"]:
        row["students"] = [again[one] for one in row["students"]]
    made = plan(world, vendor)
    assert told(made) == ["new source_link"] * 5
    world.apply(made)
    assert {row["student_number"]: row["id"] for row in world.rows("student")} == before
    assert plan(world, vendor).is_empty


def test_by_sis_id_where_there_is_no_student_number() -> None:
    def numberless(number: int, clever_id: int) -> dict[str, Any]:
        row = student(number)
        row["roles"]["student"] |= {"student_number": None, "sis_id": f"sis{number}"}
        return row | {"id": oid("e", clever_id)}

    world = World()
    world.school("Fern School", SCHOOL)
    vendor = Vendor()
    vendor.sets |= {"users": [numberless(1, 1)], "sections": []}
    world.apply(plan(world, vendor))
    vendor.sets["users"] = [numberless(1, 501)]
    assert told(plan(world, vendor)) == ["new source_link"]


def test_contacts_that_are_no_longer_shared_take_no_guardian_away(world: World) -> None:
    vendor = Vendor()
    vendor.sets["users"] = [row for row in vendor.sets["users"] if "contact" not in row["roles"]]
    assert told(plan(world, vendor)) == []


def test_ids_that_are_not_shared_are_passed_over(world: World) -> None:
    """Partial sharing leaves ids on objects that may not be read (404): none is ever asked for one by one."""
    vendor = Vendor()
    vendor.sets["sections"][0]["students"].append(oid("e", 999))
    vendor.sets["sections"][0]["teachers"].append(oid("e", 998))
    vendor.sets["sections"][0] |= {"course": oid("c", 9), "term_id": oid("b", 9)}
    vendor.sets["users"].append(contact(73, (999, "Parent", "Parent/Guardian"), name="Zoe Elsewhere"))
    made = plan(world, vendor)
    assert not [change for change in told(made) if change.startswith(("archive", "end", "new"))]
    assert not [request for request in vendor.asked if request.url.path.count("/") > 2]


def test_a_teacher_who_is_staff_too_is_one_person(world: World) -> None:
    names = [row["family_name"] for row in world.rows("person")]
    assert names.count("Lind51") == 1
    tess = next(row["id"] for row in world.rows("person") if row["family_name"] == "Lind51")
    assert {row["role"] for row in world.rows("staff_role") if row["person_id"] == tess} == {"teacher", "principal"}
    assert teacher(51)["roles"].keys() == {"teacher"}


def test_events_end_where_a_whole_reading_ends() -> None:
    """Two nights of a make-believe district: the second is read by events alone, and nothing is left to do after it."""
    with Sandbox(students=60, seed=2) as sandbox:
        keys = sandbox.credentials
        settings = clever.Config(token=keys.clever_token, base_url=sandbox.urls.clever, page_size=100)

        def night(day: int, since: dt.datetime | None = None) -> Plan:
            sandbox.set_day(day)
            snapshot = clever.read(settings, POLICY, since=since)
            assert {stream.mode for stream in snapshot.streams.values()} == {Mode.DELTA if since else Mode.BULK}
            return world.plan(clean(snapshot, POLICY), POLICY, TODAY)

        world = World()
        for org in clever.read(settings, POLICY).streams["orgs"].frame.filter(type="school").iter_rows(named=True):
            world.school(org["name"], org["sourcedId"])
        world.apply(night(1))
        world.apply(night(2))
        moment = dt.datetime.now(dt.UTC)
        time.sleep(0.01)
        by_events = night(3, moment)
        assert told(by_events), "the third day brought nothing, so nothing was shown"
        world.apply(by_events)
        assert told(night(3)) == []
