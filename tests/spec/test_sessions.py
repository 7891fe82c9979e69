"""Academic sessions: which classes are of today (section 5)."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.spec import Case, check

CHAPTER = "Academic sessions"
INTRO = "A class is synced while one of its sessions runs. A reference that leads nowhere never removes a class."

FIVE = """
session | title | from       | to
T1      | Fall  | 2026-08-17 | 2027-01-15

user | name     | roles
001  | Ana Díaz | student@S1

class | title | school | terms
K1    | Maths | S1     | T1
K2    | Art   | S1     | T1
K3    | Music | S1     | T1
K4    | Sport | S1     | T1
K5    | Latin | S1     | T1

enroll | class | user | role
E1     | K1    | 001  | student
E2     | K2    | 001  | student
E3     | K3    | 001  | student
E4     | K4    | 001  | student
E5     | K5    | 001  | student
"""

CASES = (
    Case(
        title="Only classes of a session that runs, or soon will",
        rule="section 5, academic sessions: current, 14 days ahead",
        today=dt.date(2027, 1, 5),
        incoming="""
        class | title | school | terms
        K0    | Past  | S1     | T0
        K1    | Now   | S1     | T1
        K2    | Soon  | S1     | T2
        K3    | Both  | S1     | T0, T1
        """,
        expect="""
        classroom | create | K1 | new
        classroom | create | K2 | new
        classroom | create | K3 | new
        """,
    ),
    Case(
        title="A session that ended, as it was known to: its classes are archived and nothing waits, however many",
        rule="R-10, term rollover",
        before=FIVE,
        today=dt.date(2027, 1, 16),
        incoming=FIVE,
        expect="""
        classroom  | archive | K1     | session_ended
        classroom  | archive | K2     | session_ended
        classroom  | archive | K3     | session_ended
        classroom  | archive | K4     | session_ended
        classroom  | archive | K5     | session_ended
        enrollment | end     | K1/001 | session_ended
        enrollment | end     | K2/001 | session_ended
        enrollment | end     | K3/001 | session_ended
        enrollment | end     | K4/001 | session_ended
        enrollment | end     | K5/001 | session_ended
        """,
        holds="",
    ),
    Case(
        title="A session that ends before its known date is an alarm: over the threshold it waits",
        rule="R-10",
        before=FIVE,
        incoming=FIVE.replace("2027-01-15", "2026-08-31"),
        expect="""
        classroom  | archive | K1     | session_shortened | 1:classroom:removal
        classroom  | archive | K2     | session_shortened | 1:classroom:removal
        classroom  | archive | K3     | session_shortened | 1:classroom:removal
        classroom  | archive | K4     | session_shortened | 1:classroom:removal
        classroom  | archive | K5     | session_shortened | 1:classroom:removal
        enrollment | end     | K1/001 | class_left | 1:enrollment:removal
        enrollment | end     | K2/001 | class_left | 1:enrollment:removal
        enrollment | end     | K3/001 | class_left | 1:enrollment:removal
        enrollment | end     | K4/001 | class_left | 1:enrollment:removal
        enrollment | end     | K5/001 | class_left | 1:enrollment:removal
        """,
    ),
    Case(
        title="A class whose session is not in the data stays",
        rule="oneroster.md E.2",
        before=FIVE,
        incoming=FIVE.replace(
            "T1      | Fall  | 2026-08-17 | 2027-01-15", "T2      | Late  | 2027-01-18 | 2027-06-11"
        ).replace("Maths | S1     | T1", "Algebra | S1 | T1"),
        expect="classroom | update | K1 | changed",
        fields="classroom | K1 | name | Maths | Algebra",
    ),
    Case(
        title="A class of a session whose row could not be read stays, although its other session is over",
        rule="S-2",
        before=FIVE.replace("Maths | S1     | T1", "Maths | S1     | T0, T1").replace(
            "T1      | Fall", "T0      | Past  | 2025-08-18 | 2026-06-12\nT1      | Fall"
        ),
        incoming=FIVE.replace("Maths | S1     | T1", "Maths | S1     | T0, T9").replace(
            "T1      | Fall", "T0      | Past  | 2025-08-18 | 2026-06-12\nT1      | Fall"
        )
        + """
        refused  | id
        sessions | T9
        """.replace("    ", ""),
        expect="classroom | update | K1 | changed",
    ),
    Case(
        title="Setting: chosen sessions, with those below them",
        rule="section 5, academic sessions: chosen",
        settings={"sessions": "chosen", "chosen_sessions": ("Y",)},
        incoming="""
        session | title | from       | to         | parent
        Y       | Year  | 2026-08-17 | 2027-06-11 |
        T1      | Fall  | 2026-08-17 | 2027-01-15 | Y
        T0      | Past  | 2025-08-18 | 2026-06-12 |

        class | title | school | terms
        K1    | Now   | S1     | T1
        K2    | Year  | S1     | Y
        K0    | Past  | S1     | T0
        """,
        expect="""
        classroom | create | K1 | new
        classroom | create | K2 | new
        """,
    ),
    Case(
        title="Setting: chosen sessions; a delta that does not say what is below them takes nothing away",
        rule="section 5, C.5",
        settings={"sessions": "chosen", "chosen_sessions": ("Y",)},
        before="""
        session | title | from       | to         | parent
        Y       | Year  | 2026-08-17 | 2027-06-11 |
        T1      | Fall  | 2026-08-17 | 2027-01-15 | Y

        class | title | school | terms
        K1    | Now   | S1     | T1
        """,
        delta=True,
        incoming="""
        class | title | school | terms
        K1    | Today | S1     | T1
        """,
        expect="classroom | update | K1 | changed",
    ),
    Case(
        title="Setting: all sessions",
        rule="section 5, academic sessions: all",
        settings={"sessions": "all"},
        incoming="""
        class | title | school | terms
        K0    | Past  | S1     | T0
        """,
        expect="classroom | create | K0 | new",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_sessions(case: Case) -> None:
    check(case)
