"""A source of guardians alone, beside the one that brings schools and students (product.md, sections 3 and 5).

Each case is a directory, a file, and what is planned. Students are known by the main source's sourcedId or by number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from tests.support.rosters import roster_of
from tests.support.world import World

from rollbook.core.plan import Plan
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Mode
from rollbook.core.state import STATE_SCHEMAS, State

BESIDE = {"orgs": "absent", "sessions": "absent", "courses": "absent", "classes": "absent", "enrollments": "absent"}
RECEIVED = {("users", "rights"), ("users", "enabled"), ("users", "middle_name"), ("users", "grade")}

Line = tuple[str, str, str, str, str]
"""guardian's id, name, e-mail, mobile, students by comma"""


class District(World):
    """A directory that another source fills; links with ``managed`` are this source's."""

    def state(self) -> State:
        whole = super().state()
        frames = dict(whole.frames)
        links = self.rows("source_link")
        mine = [row for row in links if row["managed"]]
        frames["links"] = self._frame("links", mine)
        keys = [
            {"key": row["sourced_id"], "is_number": False, "student_id": row["object_id"]}
            for row in links
            if row["kind"] == "student" and not row["managed"]
        ]
        keys += [
            {"key": row["student_number"], "is_number": True, "student_id": row["id"]}
            for row in self.rows("student")
            if row["student_number"]
        ]
        frames["student_keys"] = pl.DataFrame(keys, schema=STATE_SCHEMAS["student_keys"], orient="row")
        bound = {row["object_id"] for row in mine if row["kind"] == "person"}
        linked = {row["object_id"] for row in links if row["kind"] == "person"}
        others = [self.with_contacts(row) for row in self.rows("person") if row["id"] in linked - bound]
        frames["other_persons"] = self._frame("other_persons", others)
        return State(revision=whole.revision, frames=frames, previous_rows=whole.previous_rows)


@pytest.fixture
def district() -> District:
    """Two schools' worth of children: sourcedIds s1 … s4, numbers 1001 … 1004; Tess teaches and is linked by the main
    source."""
    world = District()
    cedar = world.school("Cedar")
    for number, (given, family) in enumerate((("Ada", "Ng"), ("Bo", "Ng"), ("Cy", "Roe"), ("Di", "Poe")), 1):
        student = world.add(
            "student", given_name=given, family_name=family, student_number=f"{1000 + number}", status="active"
        )
        world.add("student_school", student_id=student, school_id=cedar, status="active")
        world.add("source_link", kind="student", sourced_id=f"s{number}", object_id=student)
    tess = world.add("person", given_name="Tess", family_name="Roe", account_state="active")
    world.add("contact_method", person_id=tess, kind="email", value="tess@work.example", owner="source")
    world.add("staff_role", person_id=tess, school_id=cedar, role="teacher", status="active")
    world.add("source_link", kind="person", sourced_id="t1", object_id=tess)
    return world


def file(*lines: Line, refused: tuple[dict[str, Any], ...] = ()) -> Roster:
    users, roles, agents = [], [], []
    for key, name, email, mobile, students in lines:
        given, _, family = name.partition(" ")
        users.append(
            {
                "sourced_id": key,
                "given_name": given,
                "family_name": family,
                "email": email or None,
                "sms": mobile or None,
            }
        )
        roles.append({"user_sourced_id": key, "role": "guardian"})
        agents += [{"user_sourced_id": key, "agent_sourced_id": student} for student in students.split(",") if student]
    frames = {"users": users, "roles": roles, "agents": agents}
    return roster_of(frames, modes=BESIDE, missing=RECEIVED, refused=refused)


def told(plan: Plan, world: World) -> list[str]:
    """The guardians and pairs that change, in words."""
    people = {row["id"]: row["given_name"] for table in ("student", "person") for row in world.rows(table)}
    people |= {
        row["ref"]: row["given_name"]
        for row in (plan.inserts["person"].iter_rows(named=True) if "person" in plan.inserts else ())
    }
    said = [f"new person {name}" for ref, name in people.items() if ref < 0]
    if "guardianship" in plan.inserts:
        said += [
            f"{people[row['person_id']]} guards {people[row['student_id']]}"
            for row in plan.inserts["guardianship"].iter_rows(named=True)
        ]
    said += [
        f"{'waits: ' if row['hold'] else ''}{row['action']} {row['table']}"
        for row in plan.edits.iter_rows(named=True)
        if row["table"] != "source_link"
    ]
    return sorted(said)


def codes(plan: Plan) -> list[tuple[str, str]]:
    return plan.findings.select("code", "sourced_id").filter(pl.col("code").str.starts_with("SCP")).rows()


MIA: Line = ("g1", "Mia Ng", "mia@home.example", "", "1001,1002")
ROB: Line = ("g2", "Rob Roe", "", "+12025550123", "1003")


@pytest.mark.parametrize(
    ("lines", "expected", "findings"),
    [
        pytest.param((), [], [], id="an empty file plans nothing"),
        pytest.param((MIA,), ["Mia guards Ada", "Mia guards Bo", "new person Mia"], [], id="by student number"),
        pytest.param(
            (("g1", "Mia Ng", "mia@home.example", "", "s1,s2"),),
            ["Mia guards Ada", "Mia guards Bo", "new person Mia"],
            [],
            id="by the main source's sourcedId",
        ),
        pytest.param(
            (("g1", "Mia Ng", "", "", "1001,s3,1002"),),
            ["Mia guards Ada", "Mia guards Bo", "new person Mia"],
            [("SCP-018", "s3")],
            id="one kind of id a file: the other kind is not guessed at",
        ),
        pytest.param(
            (("g1", "Mia Ng", "", "", "9999"),), [], [("SCP-018", "9999")], id="an unknown student links nobody"
        ),
        pytest.param(
            (("1003", "Mia Ng", "", "", "1001"),),
            ["Mia guards Ada", "new person Mia"],
            [],
            id="a guardian's id that is a child's number is the guardian's",
        ),
        pytest.param(
            (("g3", "Tess Roe", "tess@work.example", "+12025550199", "1003"),),
            ["Tess guards Cy"],
            [],
            id="a teacher who is a guardian is one account, and keeps the contacts they sign in with",
        ),
    ],
)
def test_what_a_file_plans(
    district: District, lines: tuple[Line, ...], expected: list[str], findings: list[tuple[str, str]]
) -> None:
    plan = district.plan(file(*lines))
    assert told(plan, district) == expected
    assert codes(plan) == findings
    assert plan.holds.is_empty()


def test_a_second_look_changes_nothing_and_nothing_else_is_ever_touched(district: District) -> None:
    before = {table: district.rows(table) for table in ("student", "student_school", "staff_role", "school")}
    roster = file(MIA, ROB)
    district.apply(district.plan(roster))
    assert district.loose_ends() == []
    assert district.plan(roster).is_empty
    assert {table: district.rows(table) for table in before} == before


@pytest.mark.parametrize(
    ("lines", "refused", "expected"),
    [
        pytest.param(
            (MIA,), (), ["archive person", "end guardianship"], id="who is not in the file is a guardian no more"
        ),
        pytest.param(
            (("g1", "Mia Ng", "mia@home.example", "", "1001"), ROB), (), ["end guardianship"], id="one child of two"
        ),
        pytest.param(
            (MIA,), ({"frame": "users", "sourced_id": "g2"},), [], id="an unreadable line freezes its guardian"
        ),
        pytest.param(
            (MIA,),
            ({"frame": "users"},),
            ["waits: archive person", "waits: end guardianship"],
            id="an unreadable line that names nobody may be anybody's: all removals wait",
        ),
    ],
)
def test_who_left_the_file(
    district: District, lines: tuple[Line, ...], refused: tuple[dict[str, Any], ...], expected: list[str]
) -> None:
    district.apply(district.plan(file(MIA, ROB)))
    plan = district.plan(file(*lines, refused=refused), Policy(deletion_threshold=100))
    assert told(plan, district) == expected


def test_links_of_hand_and_of_the_main_source_stay(district: District) -> None:
    """A parent whom the main source linked before "manage guardians" was turned off is recognised, not doubled."""
    student = next(row["id"] for row in district.rows("student") if row["given_name"] == "Di")
    pam = district.add("person", given_name="Pam", family_name="Poe", account_state="invitee")
    district.add("source_link", kind="person", sourced_id="p9", object_id=pam)
    district.add("guardianship", student_id=student, person_id=pam, relationship="parent", status="active")
    plan = district.plan(file(("g4", "Pam Poe", "pam@home.example", "", "1004")))
    assert not [said for said in told(plan, district) if said.startswith("new person") or "guards" in said]
    district.apply(plan)
    assert (
        district.plan(file(MIA), Policy(deletion_threshold=100))
        .edits.filter(pl.col("table") == "guardianship")
        .is_empty()
    )


def test_one_number_of_two_children_is_a_question(district: District) -> None:
    district.add("student", given_name="Ed", family_name="Ng", student_number="1001", status="active")
    plan = district.plan(file(MIA))
    assert told(plan, district) == ["Mia guards Bo", "new person Mia"]
    assert codes(plan) == [("SCP-019", "1001")]


def test_a_number_that_an_archived_student_had_before_means_the_active_one(district: District) -> None:
    district.add("student", given_name="Old", family_name="Ng", student_number="1001", status="archived")
    assert "Mia guards Ada" in told(district.plan(file(MIA)), district)


def test_a_child_with_more_than_six_guardians_is_told(district: District) -> None:
    seven = [(f"g{number}", f"Pat{number} Ng", "", "", "1001") for number in range(7)]
    assert district.plan(file(*seven)).findings.filter(code="PLN-008")["sourced_id"].to_list() == ["1001"]


def test_a_file_of_additions_takes_nobody_away(district: District) -> None:
    """The setting abandon is off: the file is read as changes."""
    district.apply(district.plan(file(MIA, ROB)))
    roster = file(("g5", "Ann Poe", "ann@home.example", "", "1004"))
    modes = {frame: Mode.DELTA if mode is Mode.BULK else mode for frame, mode in roster.modes.items()}
    plan = district.plan(replace(roster, modes=modes))
    assert told(plan, district) == ["Ann guards Di", "new person Ann"]
