"""Delta bundles: only what changed (oneroster.md C.5)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check
from tests.support.world import World

CHAPTER = "Delta bundles"
INTRO = "A delta speaks of what it names. Silence is no news; the next bulk reading decides what a delta leaves open."

ALL = """
user | name     | roles      | number | agents
001  | Ana Díaz | student@S1 | 77     | P1
002  | Ben Díaz | student@S1 | 78     | P1
P1   | Mo Díaz  | parent@S1  |        |
T1   | Lee Po   | teacher@S1 |        |

class | title | school | terms
K1    | Maths | S1     | T1

enroll | class | user | role
E1     | K1    | 001  | student
E2     | K1    | T1   | teacher
"""
DISTRICT = """
user | name   | roles
A1   | Di Roy | districtAdministrator@D
"""


def second_id(world: World) -> None:
    """One more id of the same child."""
    student = world.one("student", "001")["id"]
    world.add("source_link", managed=True, kind="student", sourced_id="0X1", object_id=student)


CASES = (
    Case(
        title="Silence changes nothing",
        rule="C.5",
        before=ALL,
        delta=True,
        incoming="",
        expect="",
    ),
    Case(
        title="A changed row and a new one",
        rule="C.5",
        before=ALL,
        delta=True,
        incoming="""
        user | name      | roles      | agents
        001  | Anna Díaz | student@S1 | P1
        003  | Cy Ng     | student@S1 | P1
        """,
        expect="""
        student      | update | 001    | changed
        student      | create | 003    | new
        guardianship | create | 003/P1 | new
        """,
    ),
    Case(
        title="tobedeleted: the student leaves, with all that hangs on them",
        rule="C.5, R-9",
        before=ALL,
        delta=True,
        incoming="""
        user | name     | roles      | status
        001  | Ana Díaz | student@S1 | tobedeleted
        """,
        expect="""
        student      | archive | 001    | tobedeleted
        guardianship | end     | 001/P1 | student_left
        enrollment   | end     | K1/001 | student_left
        """,
    ),
    Case(
        title="tobedeleted: a teacher leaves the class without a word about the enrollment",
        rule="C.5, R-9",
        before=ALL,
        delta=True,
        incoming="""
        user | name   | roles      | status
        T1   | Lee Po | teacher@S1 | tobedeleted
        """,
        expect="""
        staff      | archive | T1    | tobedeleted
        enrollment | end     | K1/T1 | absent
        """,
    ),
    Case(
        title="tobedeleted: one enrollment",
        rule="C.5",
        before=ALL,
        delta=True,
        incoming="""
        enroll | class | user | role    | status
        E1     | K1    | 001  | student | tobedeleted
        """,
        expect="enrollment | end | K1/001 | absent",
    ),
    Case(
        title="An old id that is deleted does not take the child with it who has a new one",
        rule="R-2, C.5",
        before=ALL,
        since=("The child has been recognised under a new id since.", second_id),
        delta=True,
        incoming="""
        user | name     | roles      | status
        001  | Ana Díaz | student@S1 | tobedeleted
        """,
        expect="",
    ),
    Case(
        title="An old id that is deleted, and a new one in its place",
        rule="R-2, C.5",
        before=ALL,
        delta=True,
        incoming="""
        user | name     | roles      | number | agents | status
        001  | Ana Díaz | student@S1 | 77     |        | tobedeleted
        0X1  | Ana Díaz | student@S1 | 77     | P1     |
        """,
        expect="student | update | 001 | adopted",
    ),
    Case(
        title="A guardian taken off a child's list is unlinked when the list holds others, or the guardian's row came, too",
        rule="C.5",
        before=ALL,
        delta=True,
        incoming="""
        user | name     | roles      | number | agents
        001  | Ana Díaz | student@S1 | 77     | P2
        P2   | Jo Díaz  | parent@S1  |        |
        """,
        expect="""
        guardian     | create | P2     | new
        guardianship | create | 001/P2 | new
        guardianship | end    | 001/P1 | absent
        """,
    ),
    Case(
        title="... and stays when the child's row alone names nobody: the guardian's own list may",
        rule="C.5",
        before=ALL,
        delta=True,
        incoming="""
        user | name     | roles      | number | agents
        001  | Ana Díaz | student@S1 | 77     |
        """,
        expect="",
    ),
    Case(
        title="Staff of the district keep their role when the orgs are not in the delta",
        rule="C.5",
        before=ALL + DISTRICT,
        delta=True,
        incoming="""
        user | name    | roles
        A1   | Dia Roy | districtAdministrator@D
        """,
        expect="staff | update | A1 | changed",
    ),
    Case(
        title="A role row that is deleted ends the role, without the user's own row (OneRoster 1.2)",
        rule="C.5",
        before=ALL.replace("teacher@S1", "teacher@S1, teacher@S2"),
        delta=True,
        incoming="""
        role | user | org | status
        teacher | T1 | S2 | tobedeleted
        """,
        expect="staff | update | T1 | moved",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_delta(case: Case) -> None:
    check(case)
