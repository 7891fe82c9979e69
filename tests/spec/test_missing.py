"""Columns and files that did not come never blank anything (S-2)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check

CHAPTER = "Columns and files that did not come"
INTRO = "What was not received says nothing: it neither blanks a value nor ends a relation."

FULL = """
user | name     | roles      | grade | number | email           | enabled | agents
001  | Ana Díaz | student@S1 | 03    | 77     |                 | yes     | P1
P1   | Mo Díaz  | parent@S1  |       |        | mo@example.org  | no      |
T1   | Lee Po   | teacher@S1 |       |        | lee@example.org | yes     |

class | title | school | terms | location
K1    | Maths | S1     | T1    | Room 4

enroll | class | user | role    | primary | to
E1     | K1    | 001  | student |         |
E2     | K1    | T1   | teacher | yes     | 2027-01-15
"""

CASES = (
    Case(
        title="A day without e-mail, phones and grades",
        rule="S-2",
        before=FULL,
        missing=("users.email", "users.sms", "users.grade", "users.identifier", "users.enabled"),
        incoming=FULL.replace("Ana", "Anna"),
        expect="student | update | 001 | changed",
        fields="student | 001 | given_name | Ana | Anna",
    ),
    Case(
        title="Received and blank is another matter",
        rule="S-2",
        before=FULL,
        incoming=FULL.replace("| 03    | 77 ", "|       | 77 "),
        expect="student | update | 001 | changed",
        fields="student | 001 | grade | 03",
    ),
    Case(
        title="A day without agent lists unlinks nobody",
        rule="S-2",
        before=FULL,
        missing=("users.agents",),
        incoming=FULL.replace("| P1\n", "|\n"),
        expect="",
    ),
    Case(
        title="A day without primary and dates of enrollments",
        rule="S-2",
        before=FULL,
        missing=("enrollments.is_primary", "enrollments.ends_on"),
        incoming=FULL,
        expect="",
        fields="",
    ),
    Case(
        title="A day without class details",
        rule="S-2",
        before=FULL,
        missing=("classes.location", "classes.title"),
        incoming=FULL,
        expect="",
        fields="",
    ),
    Case(
        title="A bundle without enrollments ends none",
        rule="S-2",
        before=FULL,
        absent=("enrollments",),
        incoming=FULL.partition("enroll")[0],
        expect="",
    ),
    Case(
        title="... but those of a student who left",
        rule="S-2, R-9",
        before=FULL,
        absent=("enrollments",),
        incoming=FULL.partition("enroll")[0].replace(
            "001  | Ana Díaz | student@S1 | 03    | 77     |                 | yes     | P1\n", ""
        ),
        expect="""
        student      | archive | 001    | absent
        guardian     | archive | P1     | no_role_in_scope
        guardianship | end     | 001/P1 | student_left
        enrollment   | end     | K1/001 | student_left
        """,
    ),
    Case(
        title="Academic sessions that did not come end no class",
        rule="S-2",
        before=FULL,
        absent=("sessions",),
        incoming=FULL,
        expect="",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_missing(case: Case) -> None:
    check(case)
