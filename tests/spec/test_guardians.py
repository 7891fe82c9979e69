"""Guardians and custody (section 5, R-9)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check

CHAPTER = "Guardians and custody"
INTRO = "Who is linked to a child, and who never is."

PARENTS = """
user | name     | roles       | agents
001  | Ana Díaz | student@S1  | P1, P2
P1   | Mo Díaz  | parent@S1   |
P2   | Jo Díaz  | relative@S1 |
"""
RIGHTS = """
user | name     | roles      | agents | rights
001  | Ana Díaz | student@S1 | P1     |
P1   | Mo Díaz  | parent@S1  |        | full
"""
MANY = """
user | name     | roles      | agents         | rights
001  | Ana Díaz | student@S1 | P1, P2, P3, P4 |
P1   | Mo Díaz  | parent@S1  |                | full
P2   | Jo Díaz  | parent@S1  |                | full
P3   | Al Roy   | parent@S1  |                | full
P4   | Di Roy   | parent@S1  |                | full
"""

CASES = (
    Case(
        title="Only the chosen relationships are linked; others are told",
        rule="section 5, contact types to sync",
        incoming=PARENTS,
        expect="""
        student      | create | 001    | new
        guardian     | create | P1     | new
        guardianship | create | 001/P1 | new
        """,
        findings="SCP-011",
    ),
    Case(
        title="Setting: relatives, too",
        rule="section 5, contact types to sync",
        settings={"guardian_relationships": ("parent", "guardian", "relative")},
        incoming=PARENTS,
        expect="""
        student      | create | 001    | new
        guardian     | create | P1     | new
        guardian     | create | P2     | new
        guardianship | create | 001/P1 | new
        guardianship | create | 001/P2 | new
        """,
    ),
    Case(
        title="A teacher named as agent is told, never linked",
        rule="oneroster.md A.2",
        incoming="""
        user | name     | roles      | agents
        001  | Ana Díaz | student@S1 | T1
        T1   | Lee Po   | teacher@S1 |
        """,
        expect="""
        student | create | 001 | new
        staff   | create | T1  | new
        """,
        findings="SCP-008",
    ),
    Case(
        title="Setting: guardians do not come from this source",
        rule="section 5, manage guardians: off",
        settings={"manage_guardians": False},
        before=PARENTS,
        settings_before={},
        incoming=PARENTS.replace("| P1, P2", "|").replace("P1   | Mo Díaz  | parent@S1   |\n", ""),
        expect="",
    ),
    Case(
        title="Custody: a guardian without rights is not linked",
        rule="custody rule",
        custody=True,
        incoming=RIGHTS.replace("full", "none"),
        expect="student | create | 001 | new",
        findings="SCP-010",
    ),
    Case(
        title="Custody: a guardian who loses the rights is unlinked at once; that never waits",
        rule="custody rule",
        custody=True,
        before=MANY,
        incoming=MANY.replace("full", "none"),
        expect="""
        guardian     | archive | P1     | no_role_in_scope | 1:guardian:removal
        guardian     | archive | P2     | no_role_in_scope | 1:guardian:removal
        guardian     | archive | P3     | no_role_in_scope | 1:guardian:removal
        guardian     | archive | P4     | no_role_in_scope | 1:guardian:removal
        guardianship | end     | 001/P1 | no_rights
        guardianship | end     | 001/P2 | no_rights
        guardianship | end     | 001/P3 | no_rights
        guardianship | end     | 001/P4 | no_rights
        """,
    ),
    Case(
        title="Custody: in a delta the guardian's own row is enough",
        rule="custody rule, C.5",
        custody=True,
        before=RIGHTS,
        delta=True,
        incoming="""
        user | name    | roles     | agents | rights
        P1   | Mo Díaz | parent@S1 |        | none
        """,
        expect="guardianship | end | 001/P1 | no_rights",
    ),
    Case(
        title="Custody: while the column is missing nobody is newly linked, and no rights are forgotten",
        rule="custody rule, S-2",
        custody=True,
        settings={"custody_column": "metadata.custody"},
        before=RIGHTS,
        missing=("users.rights",),
        incoming=RIGHTS.replace("| P1", "| P1, P2") + "P2   | Jo Díaz  | parent@S1  |        |\n",
        expect="",
        findings="SCP-017",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_guardians(case: Case) -> None:
    check(case)
