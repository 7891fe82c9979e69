"""Leaving: absent from a whole reading, within scope (R-9)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check
from tests.support.world import World

CHAPTER = "Leaving"
INTRO = "Who is absent from a whole reading, within scope, leaves. Nothing is deleted; what people made by hand is not touched."

TWO = """
user | name     | roles      | agents
001  | Ana Díaz | student@S1 | P1
002  | Ben Roy  | student@S1 |
P1   | Mo Díaz  | parent@S1  |
T1   | Lee Po   | teacher@S1 |

class | title | school | terms
K1    | Maths | S1     | T1

enroll | class | user | role
E1     | K1    | 001  | student
E2     | K1    | T1   | teacher
"""
WITHOUT_ANA = TWO.replace("001  | Ana Díaz | student@S1 | P1\n", "").replace("E1     | K1    | 001  | student\n", "")


def adopt_ben(world: World) -> None:
    """A guardianship by hand."""
    student, person = world.one("student", "002")["id"], world.one("person", "P1")["id"]
    world.add("guardianship", student_id=student, person_id=person, relationship="parent", status="active")


def own_values(world: World) -> None:
    """A guardianship and an ended enrollment by hand."""
    room, student = world.one("classroom", "K1")["id"], world.one("student", "002")["id"]
    person = world.one("person", "P1")["id"]
    world.add("guardianship", student_id=student, person_id=person, relationship="relative", status="active")
    world.add("enrollment", classroom_id=room, student_id=student, role="student", is_primary=False, status="ended")


def enroll_ben(world: World) -> None:
    """An enrollment by hand."""
    room, student = world.one("classroom", "K1")["id"], world.one("student", "002")["id"]
    world.add("enrollment", classroom_id=room, student_id=student, role="student", is_primary=False, status="active")


def elsewhere(world: World) -> None:
    """A school without any source."""
    school = world.school("Evening School")
    world.add("student_school", student_id=world.one("student", "001")["id"], school_id=school, status="active")


CASES = (
    Case(
        title="A student who is absent is archived, with the guardian who has nobody else",
        rule="R-9",
        before=TWO,
        incoming=WITHOUT_ANA,
        expect="""
        student      | archive | 001    | absent
        guardian     | archive | P1     | no_role_in_scope
        guardianship | end     | 001/P1 | student_left
        enrollment   | end     | K1/001 | student_left
        """,
        fields="""
        student      | 001    | status         | active | archived
        student      | 001    | archived_by    |        | sync
        student      | 001    | archive_reason |        | absent
        person       | P1     | disabled_by    |        | sync
        guardianship | 001/P1 | status         | active | ended
        enrollment   | K1/001 | status         | active | ended
        """,
    ),
    Case(
        title="A guardian of another child stays",
        rule="R-9",
        before=TWO.replace("student@S1 |\n", "student@S1 | P1\n"),
        incoming=WITHOUT_ANA.replace("student@S1 |\n", "student@S1 | P1\n"),
        expect="""
        student      | archive | 001    | absent
        guardianship | end     | 001/P1 | student_left
        enrollment   | end     | K1/001 | student_left
        """,
    ),
    Case(
        title="A row that says tobedeleted is as good as absent",
        rule="oneroster.md A.1",
        before="""
        user | name     | roles
        001  | Ana Díaz | student@S1
        """,
        incoming="""
        user | name     | roles      | status
        001  | Ana Díaz | student@S1 | tobedeleted
        """,
        expect="student | archive | 001 | tobedeleted",
    ),
    Case(
        title="A class that is absent is archived and its members leave it",
        rule="R-9",
        before=TWO,
        incoming=TWO.partition("\n\n")[0],
        expect="""
        classroom  | archive | K1     | absent
        enrollment | end     | K1/001 | class_left
        enrollment | end     | K1/T1  | class_left
        """,
    ),
    Case(
        title="A teacher who is absent is disabled; the role and the class end",
        rule="R-9",
        before=TWO,
        incoming=TWO.replace("T1   | Lee Po   | teacher@S1 |\n", "").replace("E2     | K1    | T1   | teacher\n", ""),
        expect="""
        staff      | archive | T1    | absent
        enrollment | end     | K1/T1 | absent
        """,
    ),
    Case(
        title="A finished enrollment is an active row with a past end date",
        rule="oneroster.md E.1",
        before=TWO,
        incoming=TWO.replace(
            "role\nE1     | K1    | 001  | student\nE2     | K1    | T1   | teacher",
            "role    | to\nE1     | K1    | 001  | student | 2026-09-01\nE2     | K1    | T1   | teacher |",
        ),
        expect="enrollment | end | K1/001 | absent",
    ),
    Case(
        title="Setting: students who leave only lose their enrollments, and keep their guardians",
        rule="section 5, students who leave the data",
        before=TWO,
        settings={"leaving_students": "end_enrollments"},
        incoming=WITHOUT_ANA,
        expect="enrollment | end | K1/001 | student_left",
    ),
    Case(
        title="A child given to a guardian by hand keeps that guardian awake",
        rule="R-9",
        before=TWO,
        since=("The office makes Mo the guardian of Ben, too.", adopt_ben),
        incoming=WITHOUT_ANA,
        expect="""
        student      | archive | 001    | absent
        guardianship | end     | 001/P1 | student_left
        enrollment   | end     | K1/001 | student_left
        """,
    ),
    Case(
        title="Members added by hand stay in their class",
        rule="R-9",
        before=TWO,
        since=("The office adds Ben to the class.", enroll_ben),
        incoming=TWO,
        expect="",
    ),
    Case(
        title="A link made by hand keeps its own values, and its own end, whatever the source says of it",
        rule="R-9",
        before=TWO,
        since=("The office makes Mo a relative of Ben, takes Ben into the class, and out again.", own_values),
        incoming=TWO.replace("002  | Ben Roy  | student@S1 |\n", "002  | Ben Roy  | student@S1 | P1\n")
        + "E3     | K1    | 002  | student\n",
        expect="",
    ),
    Case(
        title="A student of a school that this sync does not know is left alone: nobody can say that they left it",
        rule="R-9",
        before=TWO,
        since=("The office adds Ana to a school of its own.", elsewhere),
        incoming=WITHOUT_ANA.replace("P1   | Mo Díaz  | parent@S1  |\n", ""),
        expect="enrollment | end | K1/001 | absent",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_leaving(case: Case) -> None:
    check(case)
