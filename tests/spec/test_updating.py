"""Updating: what the source owns follows the source (R-5)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check

CHAPTER = "Updating"
INTRO = "What the source owns follows the source, field by field; what it does not say stays."

FAMILY = """
user | name     | roles      | grade | email           | sms          | agents
001  | Ana Díaz | student@S1 | 03    |                 |              | P1
P1   | Mo Díaz  | parent@S1  |       | mo@example.org  | +15305550101 |
T1   | Lee Po   | teacher@S1 |       | lee@example.org |              |

class | title | school | terms
K1    | Maths | S1     | T1

enroll | class | user | role
E1     | K1    | 001  | student
E2     | K1    | T1   | teacher
"""
UNTITLED = """
course | title | code
C1     | Maths | M1

class | title | school | terms | course
K1    |       | S1     | T1    | C1
"""

CASES = (
    Case(
        title="A corrected name and a new grade",
        rule="R-5",
        before=FAMILY,
        incoming=FAMILY.replace("Ana Díaz | student@S1 | 03", "Anna Díaz | student@S1 | 04"),
        expect="student | update | 001 | changed",
        fields="""
        student | 001 | given_name | Ana | Anna
        student | 001 | grade      | 03  | 04
        """,
    ),
    Case(
        title="A student moves to another school",
        rule="R-5",
        before=FAMILY,
        incoming=FAMILY.replace("student@S1", "student@S2"),
        expect="student | update | 001 | moved",
        fields="student_school | 001 | status | active | ended",
    ),
    Case(
        title="A teacher replaces another in a class",
        rule="R-5",
        before=FAMILY,
        incoming=FAMILY.replace(
            "P1   | Mo", "T2   | Ida Roy  | teacher@S1 |       | ida@example.org |              |\nP1   | Mo"
        ).replace("K1    | T1", "K1    | T2"),
        expect="""
        staff      | create | T2    | new
        enrollment | create | K1/T2 | new
        enrollment | end    | K1/T1 | absent
        """,
    ),
    Case(
        title="A class gets another title",
        rule="R-5",
        before=FAMILY,
        incoming=FAMILY.replace("Maths", "Art"),
        expect="classroom | update | K1 | changed",
        fields="classroom | K1 | name | Maths | Art",
    ),
    Case(
        title="A class without a title is named by its course, and keeps that name when a delta does not hold the course",
        rule="oneroster.md E.3, C.5",
        before=UNTITLED,
        delta=True,
        incoming="""
        class | title | school | terms | course | location
        K1    |       | S1     | T1    | C1     | Room 4
        """,
        expect="classroom | update | K1 | changed",
        fields="classroom | K1 | location | | Room 4",
    ),
    Case(
        title="A course that is not shared any more is not taken from its classes",
        rule="oneroster.md E.2",
        before=UNTITLED,
        incoming=UNTITLED.partition("\n\n")[2].replace("K1    |       |", "K1    | Algebra |"),
        expect="classroom | update | K1 | changed",
        fields="classroom | K1 | name | Maths | Algebra",
        findings="SCP-005",
    ),
    Case(
        title="A course that comes after its class is found",
        rule="oneroster.md E.2",
        before=UNTITLED.partition("\n\n")[2].replace("K1    |       |", "K1    | Algebra |"),
        incoming=UNTITLED.replace("K1    |       |", "K1    | Algebra |"),
        expect="classroom | update | K1 | changed",
        findings="-SCP-005",
    ),
    Case(
        title="A field that the school owns stays as the school has it",
        rule="R-5, field ownership",
        before=FAMILY,
        settings={"field_owners": {"student.given_name": "school"}},
        incoming=FAMILY.replace("Ana Díaz | student@S1 | 03", "Anna Díaz | student@S1 | 04"),
        expect="student | update | 001 | changed",
        fields="student | 001 | grade | 03 | 04",
    ),
    Case(
        title="A field given back to the source follows it again, although its row has not changed since",
        rule="R-5, field ownership",
        before=FAMILY,
        settings_before={"field_owners": {"student.given_name": "school"}},
        since=(
            "The school calls the child Annie.",
            lambda world: world.one("student", "001").update(given_name="Annie"),
        ),
        incoming=FAMILY,
        expect="student | update | 001 | changed",
        fields="student | 001 | given_name | Annie | Ana",
    ),
    Case(
        title="A birth date that demographics do not say today is not taken away",
        rule="S-2",
        before=FAMILY.replace("agents", "agents | birth")
        .replace("| P1\n", "| P1 | 2017-03-04\n")
        .replace("|              |\n", "|              | |\n")
        .replace("+15305550101 |\n", "+15305550101 | |\n"),
        incoming=FAMILY,
        expect="",
    ),
    Case(
        title="The relationship of a guardian",
        rule="R-5",
        before=FAMILY,
        incoming=FAMILY.replace("parent@S1 ", "guardian@S1"),
        expect="guardianship | update | 001/P1 | changed",
        fields="guardianship | 001/P1 | relationship | parent | guardian",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_updating(case: Case) -> None:
    check(case)
