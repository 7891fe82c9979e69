"""Holds: what waits for a person, why, and how much of it (R-10)."""

from __future__ import annotations

import pytest
from tests.support.rosters import frames_of, roster_of
from tests.support.spec import GIVEN, TODAY, Case, check
from tests.support.world import World

CHAPTER = "Holds"
INTRO = (
    "Over a threshold only the removals or updates of that school and kind wait, with what depends on them; all else is "
    "applied. The threshold is floor(n × percent), but at least three, of the n records of that school and kind that were "
    "active or are in the data."
)
LETTERS = "abcdefghijklmnopqrst"


def pupils(numbers: range, school: str = "S1", *, prefix: str = "", given: str = "") -> str:
    """Students who differ in everything, one a line, with ids of three digits."""
    lines = [
        f"{prefix}{n:03} | {given}{LETTERS[n % 20]}{LETTERS[n // 20]} Lind{LETTERS[n // 20]}{LETTERS[n % 20]} | student@{school}"
        for n in numbers
    ]
    return "\n" + "\n".join(["user | name | roles", *lines]) + "\n"


def places(numbers: range, room: str = "K1") -> str:
    """An enrollment for each."""
    lines = [f"E{room}{n} | {room} | {n:03} | student" for n in numbers]
    return "\n" + "\n".join(["enroll | class | user | role", *lines]) + "\n"


def leavers(numbers: range, hold: str = "") -> str:
    """What the plan says of them."""
    return "\n".join(f"student | archive | {n:03} | absent | {hold}" for n in numbers)


ROOM = "\nclass | title | school | terms\nK1 | Maths | S1 | T1\n"
ROOMS = """
class | title | school | terms
K1    | Maths | S1     | T1
K2    | Art   | S1     | T1
K3    | Music | S1     | T1
K4    | Sport | S1     | T1
"""
ORG = "\norg | name | type\nD | District | district\nS1 | Cedar | school\n"
HOLD = "1:student:removal"

CASES = (
    Case(
        title="Three may always leave",
        rule="section 5, deletion threshold",
        before=pupils(range(8)),
        incoming=pupils(range(3, 8)),
        expect=leavers(range(3)),
        holds="",
    ),
    Case(
        title="Four of eight wait",
        rule="section 5, deletion threshold",
        before=pupils(range(8)),
        incoming=pupils(range(4, 8)),
        expect=leavers(range(4), HOLD),
        holds="1:student:removal | 4 | 8 | 3 | file_cut_short",
    ),
    Case(
        title="Floor of the percentage: four of forty-nine may leave",
        rule="section 5, deletion threshold",
        before=pupils(range(49)),
        incoming=pupils(range(4, 49)),
        expect=leavers(range(4)),
        holds="",
    ),
    Case(
        title="... and five of forty-nine wait",
        rule="section 5, deletion threshold",
        before=pupils(range(49)),
        incoming=pupils(range(5, 49)),
        expect=leavers(range(5), HOLD),
        holds="1:student:removal | 5 | 49 | 4 | real_leavers",
    ),
    Case(
        title="Five of fifty may leave",
        rule="section 5, deletion threshold",
        before=pupils(range(50)),
        incoming=pupils(range(5, 50)),
        expect=leavers(range(5)),
        holds="",
    ),
    Case(
        title="Nine of ninety-nine may leave, ten may not",
        rule="section 5, deletion threshold",
        before=pupils(range(99)),
        incoming=pupils(range(10, 99)),
        expect=leavers(range(10), HOLD),
        holds="1:student:removal | 10 | 99 | 9 | real_leavers",
    ),
    Case(
        title="Each school by itself: one is over, the other is not",
        rule="R-10",
        before=pupils(range(8)) + pupils(range(10, 18), "S2"),
        incoming=pupils(range(5, 8)) + pupils(range(11, 18), "S2"),
        expect=leavers(range(5), HOLD) + "\nstudent | archive | 010 | absent",
        holds="1:student:removal | 5 | 8 | 3 | file_cut_short",
    ),
    Case(
        title="Setting: another threshold",
        rule="section 5, deletion threshold",
        settings={"deletion_threshold": 50},
        before=pupils(range(8)),
        incoming=pupils(range(4, 8)),
        expect=leavers(range(4)),
        holds="",
    ),
    Case(
        title="Setting: another threshold for one school, by its number",
        rule="section 5, override per school",
        settings={"school_deletion_thresholds": {"1": 50}},
        before=pupils(range(8)) + pupils(range(10, 18), "S2"),
        incoming=pupils(range(4, 8)) + pupils(range(14, 18), "S2"),
        expect=leavers(range(4)) + "\n" + leavers(range(10, 14), "3:student:removal"),
    ),
    Case(
        title="Newcomers do not lift the hold of leavers when they have been made",
        rule="R-10, R-12",
        before=pupils(range(39)),
        incoming=pupils(range(4, 39)) + pupils(range(40, 45)),
        expect=leavers(range(4)) + "\n" + "\n".join(f"student | create | {n:03} | new" for n in range(40, 45)),
        holds="",
    ),
    Case(
        title="What depends on a held removal waits with it, under its own kind",
        rule="R-10",
        before=pupils(range(8)) + ROOM + places(range(2)),
        incoming=pupils(range(4, 8)) + ROOM,
        expect=leavers(range(4), HOLD)
        + """
        enrollment | end | K1/000 | student_left | 1:enrollment:removal<1:student:removal
        enrollment | end | K1/001 | student_left | 1:enrollment:removal<1:student:removal
        """,
        holds="""
        1:student:removal                      | 4 | 8 | 3 | file_cut_short
        1:enrollment:removal<1:student:removal | 2 | 2 | 0 | depends
        """,
    ),
    Case(
        title="A kind that is over its own threshold waits by itself",
        rule="R-10",
        before=pupils(range(8)) + ROOM + places(range(8)),
        incoming=pupils(range(8)) + ROOM + places(range(4, 8)),
        expect="\n".join(f"enrollment | end | K1/{n:03} | absent | 1:enrollment:removal" for n in range(4)),
        holds="1:enrollment:removal | 4 | 8 | 3 | file_cut_short",
    ),
    Case(
        title="Cause: the file is shorter than last time",
        rule="R-10",
        before=pupils(range(49)),
        incoming=pupils(range(5, 49)),
        previous_rows={"users": 49},
        expect=leavers(range(5), HOLD),
        holds="1:student:removal | 5 | 49 | 4 | file_cut_short",
    ),
    Case(
        title="Cause: as many came as left; the ids may have changed, not the people",
        rule="R-10",
        before=pupils(range(8)),
        incoming=pupils(range(4, 8)) + pupils(range(10, 14)),
        expect=leavers(range(4), HOLD) + "\n" + "\n".join(f"student | create | {n:03} | new" for n in range(10, 14)),
        holds="1:student:removal | 4 | 12 | 3 | ids_changed",
    ),
    Case(
        title="Cause: the school is not shared any more",
        rule="R-9, R-10",
        before=pupils(range(4)) + pupils(range(10, 14), "S2"),
        incoming=ORG + pupils(range(4)),
        expect="\n".join(f"student | suspend | {n:03} | school_not_shared | 3:student:removal" for n in range(10, 14)),
        holds="3:student:removal | 4 | 4 | 3 | school_not_shared",
    ),
    Case(
        title="Cause: the students moved to another school",
        rule="R-10",
        before=pupils(range(8)) + ROOM + places(range(4)),
        incoming=pupils(range(4), "S2") + pupils(range(4, 8)) + ROOM,
        expect="\n".join(
            f"student | update | {n:03} | moved\nenrollment | end | K1/{n:03} | absent | 1:enrollment:removal"
            for n in range(4)
        ),
        holds="1:enrollment:removal | 4 | 4 | 3 | students_moved",
    ),
    Case(
        title="Cause: a new term that began before its date",
        rule="R-10",
        before=ROOMS,
        incoming=ROOMS.replace("K", "N"),
        expect="\n".join(
            f"classroom | archive | K{n} | absent | 1:classroom:removal\nclassroom | create | N{n} | new"
            for n in range(1, 5)
        ),
        holds="1:classroom:removal | 4 | 8 | 3 | term_rolled_over",
    ),
    Case(
        title="Cause: a setting leaves them out, not the source",
        rule="R-10, section 5",
        before=ROOMS,
        settings_before={},
        settings={"class_name_contains": "choir"},
        incoming=ROOMS,
        expect="\n".join(f"classroom | archive | K{n} | class_filter | 1:classroom:removal" for n in range(1, 5)),
        holds="1:classroom:removal | 4 | 4 | 3 | settings_changed",
    ),
    Case(
        title="Update threshold: more than half of the names change at once",
        rule="section 5, update threshold",
        before=pupils(range(8)),
        incoming=pupils(range(5), given="x") + pupils(range(5, 8)),
        expect="\n".join(f"student | update | {n:03} | changed | 1:student:update" for n in range(5)),
        holds="1:student:update | 5 | 8 | 4 | mass_update",
    ),
    Case(
        title="... half of them may",
        rule="section 5, update threshold",
        before=pupils(range(8)),
        incoming=pupils(range(4), given="x") + pupils(range(4, 8)),
        expect="\n".join(f"student | update | {n:03} | changed" for n in range(4)),
        holds="",
    ),
    Case(
        title="A new grade for everybody is no alarm: only names and contacts count",
        rule="section 5, update threshold",
        before=pupils(range(8)),
        incoming=pupils(range(8)).replace("roles", "roles | grade").replace("@S1", "@S1 | 04"),
        expect="\n".join(f"student | update | {n:03} | changed" for n in range(8)),
        holds="",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_holds(case: Case) -> None:
    check(case)


def test_approving_a_hold_releases_what_depends_on_it_and_nothing_else() -> None:
    world = World()
    world.school("Cedar", "S1", number="1")
    world.school("Maple", "S2", number="2")
    given = frames_of(GIVEN)
    first = {**given, **frames_of(pupils(range(8)) + pupils(range(10, 18), "S2") + ROOM + places(range(2)))}
    world.apply(world.plan(roster_of(first), today=TODAY))
    second = {**given, **frames_of(pupils(range(4, 8)) + pupils(range(14, 18), "S2") + ROOM)}
    plan = world.plan(roster_of(second), today=TODAY)
    child = f"1:enrollment:removal<{HOLD}"
    assert set(plan.holds["hold"]) == {HOLD, child, "3:student:removal"}

    assert plan.released([HOLD]) == {HOLD, child}
    assert plan.released([child]) == frozenset(), "it speaks of records that still wait"
    world.apply(plan, [HOLD])
    states = {row["id"]: row["status"] for row in world.rows("student")}
    gone = {world.one("student", f"{number:03}")["id"] for number in range(4)}
    assert {key for key, status in states.items() if status == "archived"} == gone
    assert {row["status"] for row in world.rows("enrollment")} == {"ended"}
    assert set(world.plan(roster_of(second), today=TODAY).holds["hold"]) == {"3:student:removal"}


def test_a_link_of_two_who_wait_waits_for_both() -> None:
    """Approving one of them must not make a link to somebody who is not there."""
    world = World()
    world.school("Cedar", "S1", number="1")
    world.add("student", given_name="Zoe", family_name="Okafor", student_number="77", status="active")
    person = world.add("person", given_name="Jo", family_name="Díaz", account_state="invitee")
    world.add("contact_method", person_id=person, kind="email", value="mo@example.org", owner="staff")
    family = """
user | name     | roles      | number | email          | agents
001  | Ana Díaz | student@S1 | 77     |                | P1
P1   | Mo Díaz  | parent@S1  |        | mo@example.org |
"""
    roster = roster_of({**frames_of(GIVEN), **frames_of(family)})
    plan = world.plan(roster, today=TODAY)
    child, parent = "1:student:create", "1:guardian:create"
    link = f"1:guardianship:create<{parent}&{child}"
    assert set(plan.holds["hold"]) == {child, parent, link}
    assert plan.released([child]) == {child}
    assert plan.released([child, parent]) == {child, parent, link}
    world.apply(plan, [child])
    assert world.loose_ends() == []
    assert world.rows("guardianship") == []
    world.apply(world.plan(roster, today=TODAY), [parent])
    assert len(world.rows("guardianship")) == 1
