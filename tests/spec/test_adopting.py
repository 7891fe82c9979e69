"""Recognising who is here already, and asking when it is not clear (R-2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.support.spec import Case, check
from tests.support.world import World

CHAPTER = "Recognising people"
INTRO = "Whoever is here already is recognised, not made again. What is not certain is a question, never a guess."

ANA = """
user | name     | roles      | number
001  | Ana Díaz | student@S1 | 77
"""
FAMILY = """
user | name     | roles      | grade | email          | agents
001  | Ana Díaz | student@S1 | 03    |                | P1
P1   | Mo Díaz  | parent@S1  |       | mo@example.org |
"""
SCHOOL = """
user | name     | roles      | number
001  | Ana Díaz | student@S1 | 71
002  | Ben Roy  | student@S1 | 72
003  | Cy Ng    | student@S1 | 73
004  | Dee Lind | student@S1 | 74
005  | Eli Okafor | student@S1 | 75
"""


def by_hand(world: World, **values: Any) -> int:
    """A student whom nobody has linked."""
    names = {"given_name": "Ana", "family_name": "Díaz", "status": "active"}
    return world.add("student", **{**names, **values})


def two_with_one_number(world: World) -> None:
    """A number given twice."""
    by_hand(world, given_name="Dee", student_number="77")
    by_hand(world, given_name="Ben", student_number="77", birth_on=dt.date(2017, 3, 4))


def mo_by_hand(world: World) -> None:
    """An account that a person made."""
    person = world.add("person", given_name="Mo", family_name="Díaz", account_state="invitee")
    world.add("contact_method", person_id=person, kind="email", value="mo@example.org", owner="staff")


CASES = (
    Case(
        title="A student made by hand is recognised by state id and name",
        rule="R-2",
        first=("Ana is in the directory, with a state id.", lambda world: by_hand(world, state_id="77")),
        incoming=ANA.replace("number", "state"),
        expect="student | update | 001 | adopted",
        findings="MAT-001",
    ),
    Case(
        title="... by student number and name, whatever the other name is",
        rule="R-2",
        first=(
            "Ana Ruiz is in the directory, with a number.",
            lambda world: by_hand(world, student_number="77", family_name="Ruiz"),
        ),
        incoming=ANA,
        expect="student | update | 001 | adopted",
        fields="student | 001 | family_name | Ruiz | Díaz",
    ),
    Case(
        title="... by name and birth date",
        rule="R-2",
        first=(
            "Ana is in the directory, with a birth date.",
            lambda world: by_hand(world, birth_on=dt.date(2017, 3, 4)),
        ),
        incoming=ANA.replace("number", "birth").replace("77", "2017-03-04"),
        expect="student | update | 001 | adopted",
    ),
    Case(
        title="... by name, grade, school and a guardian's contact",
        rule="R-2",
        before=FAMILY,
        incoming=FAMILY.replace("001", "0X1"),
        expect="student | update | 001 | adopted",
        findings="MAT-005",
    ),
    Case(
        title="A number that belongs to a child of another name is a question",
        rule="R-2",
        first=(
            "Zoe Okafor is in the directory, with that number.",
            lambda world: by_hand(world, student_number="77", given_name="Zoe", family_name="Okafor"),
        ),
        incoming=ANA,
        expect="student | create | 001 | new | 1:student:create",
        holds="1:student:create | 1 | 1 | 0 | ambiguous_match",
        findings="MAT-002",
    ),
    Case(
        title="Two children who could be it are a question",
        rule="R-2",
        first=(
            "Two Anas are in the directory.",
            lambda world: [by_hand(world, birth_on=dt.date(2017, 3, 4)) for _ in "ab"],
        ),
        incoming=ANA.replace("number", "birth").replace("77", "2017-03-04"),
        expect="student | create | 001 | new | 1:student:create",
    ),
    Case(
        title="Two state ids are two children, whatever else agrees",
        rule="R-2",
        first=(
            "Ana is in the directory, with another state id.",
            lambda world: by_hand(world, state_id="78", birth_on=dt.date(2017, 3, 4)),
        ),
        incoming="""
        user | name     | roles      | state | birth
        001  | Ana Díaz | student@S1 | 77    | 2017-03-04
        """,
        expect="student | create | 001 | new | 1:student:create",
    ),
    Case(
        title="Once one of two has been recognised as somebody else, the other is no question any more",
        rule="R-2",
        first=("Dee and Ben Díaz are in the directory, with the same number.", two_with_one_number),
        incoming="""
        user | name     | roles      | number | birth
        001  | Cy Díaz  | student@S1 | 77     |
        002  | Ben Díaz | student@S1 |        | 2017-03-04
        """,
        expect="""
        student | update | 001 | adopted
        student | update | 002 | adopted
        """,
    ),
    Case(
        title="What hangs on a question waits with it, under its own kind",
        rule="R-2, R-10",
        first=(
            "Zoe Okafor is in the directory, with that number.",
            lambda world: by_hand(world, student_number="77", given_name="Zoe", family_name="Okafor"),
        ),
        incoming="""
        user | name     | roles      | number | agents
        001  | Ana Díaz | student@S1 | 77     | P1
        P1   | Mo Díaz  | parent@S1  |        |

        class | title | school | terms
        K1    | Maths | S1     | T1

        enroll | class | user | role
        E1     | K1    | 001  | student
        """,
        expect="""
        student      | create | 001    | new | 1:student:create
        guardian     | create | P1     | new
        classroom    | create | K1     | new
        enrollment   | create | K1/001 | new | 1:enrollment:create<1:student:create
        guardianship | create | 001/P1 | new | 1:guardianship:create<1:student:create
        """,
        holds="""
        1:student:create                       | 1 | 1 | 0 | ambiguous_match
        1:enrollment:create<1:student:create   | 1 | 1 | 0 | depends
        1:guardianship:create<1:student:create | 1 | 1 | 0 | depends
        """,
    ),
    Case(
        title="The source gives everybody new ids: nobody leaves, nobody is made again",
        rule="R-2",
        before=SCHOOL,
        incoming=SCHOOL.replace("00", "9-"),
        expect="""
        student | update | 001 | adopted
        student | update | 002 | adopted
        student | update | 003 | adopted
        student | update | 004 | adopted
        student | update | 005 | adopted
        """,
        findings="MAT-005",
        fields="",
    ),
    Case(
        title="A guardian is recognised by e-mail and full name",
        rule="R-2",
        first=("Mo has an account.", mo_by_hand),
        incoming=FAMILY,
        expect="""
        student      | create | 001    | new
        guardian     | update | P1     | adopted
        guardianship | create | 001/P1 | new
        """,
    ),
    Case(
        title="The same address and last name with another first name is a question: couples share both",
        rule="R-2",
        first=("Mo has an account.", mo_by_hand),
        incoming=FAMILY.replace("Mo Díaz", "Jo Díaz"),
        expect="""
        student      | create | 001    | new
        guardian     | create | P1     | new | 1:guardian:create
        guardianship | create | 001/P1 | new | 1:guardianship:create<1:guardian:create
        """,
        findings="MAT-002",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_adopting(case: Case) -> None:
    check(case)
