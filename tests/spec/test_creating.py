"""Creating: what is new in the data is made, with all that it needs (R-4)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check

CHAPTER = "Creating"
INTRO = "What is new in the data is made, with its school, its contacts and its link to the source."

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

CASES = (
    Case(
        title="A first reading makes everybody and everything in it",
        rule="R-4",
        incoming=FAMILY,
        expect="""
        student      | create | 001    | new
        guardian     | create | P1     | new
        staff        | create | T1     | new
        classroom    | create | K1     | new
        enrollment   | create | K1/001 | new
        enrollment   | create | K1/T1  | new
        guardianship | create | 001/P1 | new
        """,
        holds="",
    ),
    Case(
        title="The same reading again changes nothing",
        rule="R-12",
        before=FAMILY,
        incoming=FAMILY,
        expect="",
        fields="",
    ),
    Case(
        title="A new child of a known parent is made and linked",
        rule="R-4",
        before=FAMILY,
        incoming=FAMILY.replace(
            "P1   | Mo", "002  | Ben Díaz | student@S1 | 01    |                 |              | P1\nP1   | Mo"
        ),
        expect="""
        student      | create | 002    | new
        guardianship | create | 002/P1 | new
        """,
    ),
    Case(
        title="An agent list of either side makes the link",
        rule="R-4",
        incoming="""
        user | name     | roles      | agents
        001  | Ana Díaz | student@S1 |
        P1   | Mo Díaz  | parent@S1  | 001
        """,
        expect="""
        student      | create | 001    | new
        guardian     | create | P1     | new
        guardianship | create | 001/P1 | new
        """,
    ),
    Case(
        title="Ids are text, byte for byte: 012 and 12 are two children",
        rule="O-1",
        before="""
        user | name     | roles
        012  | Ana Díaz | student@S1
        """,
        incoming="""
        user | name     | roles
        012  | Ana Díaz | student@S1
        12   | Ben Roy  | student@S1
        """,
        expect="student | create | 12 | new",
    ),
    Case(
        title="One id may name a class, a student and an org at once",
        rule="O-1, oneroster.md E.1",
        incoming="""
        user | name     | roles
        S1   | Ana Díaz | student@S1

        class | title | school | terms
        S1    | Maths | S1     | T1

        enroll | class | user | role
        E1     | S1    | S1   | student
        """,
        expect="""
        student    | create | S1    | new
        classroom  | create | S1    | new
        enrollment | create | S1/S1 | new
        """,
    ),
    Case(
        title="A student whose only org is the district belongs to the schools of their classes",
        rule="oneroster.md E.2",
        incoming="""
        user | name     | roles
        001  | Ana Díaz | student@D
        002  | Ben Roy  | student@D

        class | title | school | terms
        K1    | Maths | S2     | T1

        enroll | class | user | role
        E1     | K1    | 001  | student
        """,
        expect="""
        student    | create | 001    | new
        classroom  | create | K1     | new
        enrollment | create | K1/001 | new
        """,
    ),
    Case(
        title="A role at the district makes staff of the district",
        rule="R-4",
        incoming="""
        user | name   | roles
        A1   | Di Roy | districtAdministrator@D
        """,
        expect="staff | create | A1 | new",
    ),
    Case(
        title="Nobody becomes a teacher by an enrollment alone, and no guardian a member of a class",
        rule="oneroster.md E.2",
        incoming="""
        user | name     | roles      | agents
        001  | Ana Díaz | student@S1 | P1
        P1   | Mo Díaz  | parent@S1  |

        class | title | school | terms
        K1    | Maths | S1     | T1

        enroll | class | user | role
        E1     | K1    | P1   | teacher
        E2     | K1    | P1   | parent
        E3     | K1    | 001  | teacher
        """,
        expect="""
        student      | create | 001    | new
        guardian     | create | P1     | new
        guardianship | create | 001/P1 | new
        classroom    | create | K1     | new
        """,
        findings="PLN-003",
    ),
    Case(
        title="Several rows of one member in one class are one enrollment",
        rule="R-4",
        incoming="""
        user | name   | roles
        T1   | Lee Po | teacher@S1

        class | title | school | terms
        K1    | Maths | S1     | T1

        enroll | class | user | role    | primary
        E1     | K1    | T1   | aide    |
        E2     | K1    | T1   | teacher | yes
        """,
        expect="""
        staff      | create | T1    | new
        classroom  | create | K1    | new
        enrollment | create | K1/T1 | new
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_creating(case: Case) -> None:
    check(case)
