"""One human: several records of one person are one account (R-3)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check

CHAPTER = "One human"
INTRO = "Several records of one person lead to one account when the evidence is strong."

TWICE = """
user | name     | roles      | agents | email
001  | Ana Díaz | student@S1 | P1     |
T1   | Lee Po   | teacher@S1 |        | lee@example.org
P1   | Lee Po   | parent@S1  |        | lee@example.org
"""
MASTER = """
user | name     | roles      | agents | human | email           | sms
001  | Ana Díaz | student@S1 | P1     |       |                 |
T1   | Lee Po   | teacher@S1 |        | H7    | lee@example.org |
P1   | Lee Po   | parent@S1  |        | H7    |                 |
"""

CASES = (
    Case(
        title="A teacher who is a parent: two records, one account; the staff record leads",
        rule="R-3",
        incoming=TWICE,
        expect="""
        student      | create | 001    | new
        staff        | create | T1     | new
        guardianship | create | 001/T1 | new
        """,
        findings="MAT-003",
    ),
    Case(
        title="... by userMasterIdentifier, whatever the names",
        rule="R-3",
        incoming="""
        user | name     | roles      | agents | human
        001  | Ana Díaz | student@S1 | P1     |
        T1   | Lee Po   | teacher@S1 |        | H7
        P1   | Lea Po   | parent@S1  |        | H7
        """,
        expect="""
        student      | create | 001    | new
        staff        | create | T1     | new
        guardianship | create | 001/T1 | new
        """,
    ),
    Case(
        title="The same name alone is two people",
        rule="R-3",
        incoming=TWICE.replace("| lee@example.org\n", "|\n", 1),
        expect="""
        student      | create | 001    | new
        staff        | create | T1     | new
        guardian     | create | P1     | new
        guardianship | create | 001/P1 | new
        """,
    ),
    Case(
        title="A new record of somebody who has an account already joins it",
        rule="R-3",
        before=TWICE.replace("P1   | Lee Po   | parent@S1  |        | lee@example.org\n", ""),
        incoming=TWICE,
        expect="guardianship | create | 001/T1 | new",
    ),
    Case(
        title="The teacher leaves and stays a parent: the role ends, the account stays",
        rule="R-3, R-9",
        before=TWICE,
        incoming=TWICE.replace("T1   | Lee Po   | teacher@S1 |        | lee@example.org\n", ""),
        expect="staff | update | T1 | moved",
        fields="staff_role | T1 | status | active | ended",
    ),
    Case(
        title="Two accounts that look like one human are told, not joined",
        rule="R-3",
        before=TWICE.replace("| lee@example.org\n", "|\n", 1),
        incoming=TWICE + "A1   | Di Roy   | aide@S1    |        |\n",
        expect="""
        staff | create | A1 | new
        staff | update | T1 | changed
        """,
        findings="MAT-004",
    ),
    Case(
        title="A delta with one of the records blanks nothing that another may say",
        rule="R-3, oneroster.md C.5",
        before=MASTER,
        delta=True,
        incoming="""
        user | name   | roles     | agents | human | email | sms
        P1   | Lee Po | parent@S1 | 001    | H7    |       | +15305550101
        """,
        expect="staff | update | T1 | changed",
        fields="",
    ),
    Case(
        title="In OneRoster 1.2 one user may hold both roles",
        rule="R-3, oneroster.md A.4",
        incoming="""
        user | name     | roles                    | agents
        001  | Ana Díaz | student@S1               | T1
        T1   | Lee Po   | teacher@S1, parent@S1    |
        """,
        expect="""
        student      | create | 001    | new
        staff        | create | T1     | new
        guardianship | create | 001/T1 | new
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_one_human(case: Case) -> None:
    check(case)
