"""Rows that could not be read: their objects freeze, and nobody is taken for gone (S-2, S-3)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check

CHAPTER = "Rows that could not be read"
INTRO = "A refused row freezes its object. A row that does not even say whom it is about makes every removal of its kind wait."

TWO = """
user | name     | roles      | agents
001  | Ana Díaz | student@S1 | P1
002  | Ben Roy  | student@S1 |
P1   | Mo Díaz  | parent@S1  |

class | title | school | terms
K1    | Maths | S1     | T1

enroll | class | user | role
E1     | K1    | 001  | student
"""
TWICE = """
user | name     | roles      | agents | email
001  | Ana Díaz | student@S1 | P1     |
T1   | Lee Po   | teacher@S1 |        | lee@example.org
P1   | Lee Po   | parent@S1  |        | lee@example.org
"""

CASES = (
    Case(
        title="A student whose row was refused stays, with class and guardian",
        rule="S-3",
        before=TWO,
        incoming=TWO.replace("001  | Ana Díaz | student@S1 | P1\n", "") + "\nrefused | id\nusers   | 001\n",
        expect="",
    ),
    Case(
        title="A guardian whose row was refused stays linked",
        rule="S-3",
        before=TWO,
        incoming=TWO.replace("P1   | Mo Díaz  | parent@S1  |\n", "") + "\nrefused | id\nusers   | P1\n",
        expect="",
    ),
    Case(
        title="A class whose row was refused stays, and so do its members; others may still join it",
        rule="S-3",
        before=TWO,
        incoming=TWO.replace("K1    | Maths | S1     | T1\n", "").replace(
            "E1     | K1    | 001 ", "E1     | K1    | 002 "
        )
        + "\nrefused | id\nclasses | K1\n",
        expect="enrollment | create | K1/002 | new",
    ),
    Case(
        title="An enrollment whose row was refused stays; others of the class may end",
        rule="S-3",
        before=TWO + "E2     | K1    | 002  | student\n",
        incoming=TWO.replace("E1     | K1    | 001  | student\n", "")
        + "\nrefused     | class | user\nenrollments | K1    | 001\n",
        expect="enrollment | end | K1/002 | absent",
    ),
    Case(
        title="An enrollment row that names no user freezes all of its class",
        rule="S-2",
        before=TWO + "E2     | K1    | 002  | student\n",
        incoming=TWO.replace("E1     | K1    | 001  | student\n", "")
        + "\nrefused     | class | user\nenrollments | K1    |\n",
        expect="",
    ),
    Case(
        title="An enrollment row that names neither: every removal of an enrollment waits, however few",
        rule="S-2",
        before=TWO + "E2     | K1    | 002  | student\n",
        incoming=TWO + "\nrefused     | class | user | id\nenrollments |       |      | E2\n",
        expect="enrollment | end | K1/002 | absent | 1:enrollment:removal",
        holds="1:enrollment:removal | 1 | 2 | 3 | unreadable_rows",
        findings="PLN-007",
    ),
    Case(
        title="A user row without an id: nobody leaves before somebody has looked",
        rule="S-2",
        before=TWO,
        incoming=TWO.replace("002  | Ben Roy  | student@S1 |\n", "") + "\nrefused | id\nusers   |\n",
        expect="student | archive | 002 | absent | 1:student:removal",
        holds="1:student:removal | 1 | 2 | 3 | unreadable_rows",
    ),
    Case(
        title="A class row without an id: no class is archived, and no member leaves, before somebody has looked",
        rule="S-2",
        before=TWO,
        incoming=TWO.replace("K1    | Maths | S1     | T1\n", "").replace("E1     | K1    | 001  | student\n", "")
        + "\nrefused | id\nclasses |\n",
        expect="""
        classroom  | archive | K1     | absent     | 1:classroom:removal
        enrollment | end     | K1/001 | class_left | 1:enrollment:removal
        """,
    ),
    Case(
        title="A role row that was refused freezes its user (OneRoster 1.2)",
        rule="S-3",
        before=TWO,
        incoming=TWO.replace("| Ben Roy  | student@S1 |", "| Ben Roy  |            |")
        + "\nrefused | user\nroles   | 002\n",
        expect="",
    ),
    Case(
        title="A person with a second record stays as they are while one of the two could not be read",
        rule="S-3, R-3",
        before=TWICE,
        incoming=TWICE.replace("T1   | Lee Po   | teacher@S1 |        | lee@example.org\n", "").replace("lee@", "po@")
        + "\nrefused | id\nusers   | T1\n",
        expect="",
    ),
    Case(
        title="A row that is new and was refused makes nobody",
        rule="S-3",
        before=TWO,
        incoming=TWO + "\nrefused | id\nusers   | 003\n",
        expect="",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_refused(case: Case) -> None:
    check(case)
