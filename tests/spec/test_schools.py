"""Schools: matched, not shared any more, not matched (R-9, step 3)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check
from tests.support.world import World

CHAPTER = "Schools"
INTRO = (
    "Only matched schools take part. One that is no longer shared is suspended, not emptied; one that is not matched is "
    "left alone."
)

BOTH = """
session | title | from       | to
T1      | Fall  | 2026-08-17 | 2027-01-15

user | name     | roles
001  | Ana Díaz | student@S1
002  | Ben Roy  | student@S2

class | title | school | terms
K1    | Maths | S1     | T1
K2    | Art   | S2     | T1

enroll | class | user | role
E1     | K1    | 001  | student
E2     | K2    | 002  | student
"""
GUARDED = """
user | name     | roles      | agents
001  | Ana Díaz | student@S1 | P1
002  | Ben Díaz | student@S2 | P1
P1   | Mo Díaz  | parent@S1  |
"""
ONE_ORG = """
org | name     | type
D   | District | district
S1  | Cedar    | school
"""


def suspend(world: World) -> None:
    """What a run does when a school is not shared."""
    world.one("student", "002").update(status="suspended")
    world.one("classroom", "K2").update(status="suspended")


CASES = (
    Case(
        title="A school that is not matched stays out, with its people and classes",
        rule="step 3",
        incoming=BOTH.replace("S2", "S3").replace(
            "session", "org | name | type\nD | District | district\nS1 | Cedar | school\nS3 | Birch | school\n\nsession"
        ),
        expect="""
        student    | create | 001    | new
        classroom  | create | K1     | new
        enrollment | create | K1/001 | new
        """,
        findings="SCP-002",
    ),
    Case(
        title="A school that is no longer shared: its people and classes are suspended, nothing ends",
        rule="R-9",
        before=BOTH,
        incoming=ONE_ORG + BOTH,
        expect="""
        student   | suspend | 002 | school_not_shared
        classroom | suspend | K2  | school_not_shared
        """,
        fields="""
        student   | 002 | status | active | suspended
        classroom | K2  | status | active | suspended
        """,
        findings="SCP-001",
    ),
    Case(
        title="A school that is shared again: all is as it was",
        rule="R-9",
        before=BOTH,
        since=("The school was not shared in a run between.", suspend),
        incoming=BOTH,
        expect="""
        student   | restore | 002 | reappeared
        classroom | restore | K2  | reappeared
        """,
    ),
    Case(
        title="A school whose match was taken away is left alone, whoever is absent",
        rule="R-9",
        before=BOTH,
        since=("The match of Maple is taken away.", lambda world: world.unmatch("S2")),
        incoming=BOTH.replace("002  | Ben Roy  | student@S2\n", "").replace("E2     | K2    | 002  | student\n", ""),
        expect="",
    ),
    Case(
        title="A row of a school that could not be read does not mean that the school is gone",
        rule="S-2",
        before=BOTH,
        incoming=ONE_ORG
        + BOTH
        + """
        refused | id
        orgs    | S2
        """.replace("    ", ""),
        expect="",
        findings="-SCP-001",
    ),
    Case(
        title="... nor does one that does not even say which school it is",
        rule="S-2",
        before=BOTH,
        incoming=ONE_ORG + BOTH + "\nrefused | id\norgs    |\n",
        expect="",
        findings="-SCP-001",
    ),
    Case(
        title="A class that moves in from a school that is not matched is judged at once",
        rule="R-9",
        before=BOTH,
        since=("The match of Maple is taken away.", lambda world: world.unmatch("S2")),
        incoming=BOTH.replace("Art   | S2", "Art   | S1").replace("E2     | K2    | 002  | student\n", ""),
        expect="""
        classroom  | update | K2     | changed
        enrollment | end    | K2/002 | absent
        """,
    ),
    Case(
        title="A guardian of children at both schools keeps the account while one school is not shared",
        rule="R-9",
        before=GUARDED,
        incoming=ONE_ORG + GUARDED.replace("001  | Ana Díaz | student@S1 | P1\n", ""),
        expect="""
        student      | suspend | 002    | school_not_shared
        student      | archive | 001    | absent
        guardianship | end     | 001/P1 | student_left
        """,
    ),
    Case(
        title="Somebody with a role at an org that is not in the data stays as they are",
        rule="S-2, oneroster.md E.2",
        before=BOTH,
        incoming=BOTH.replace("student@S2", "student@S9"),
        expect="",
        findings="SCP-013",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_schools(case: Case) -> None:
    check(case)
