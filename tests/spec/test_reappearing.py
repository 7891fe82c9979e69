"""Coming back: archived people and classes that are in the data again."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check
from tests.support.world import World

CHAPTER = "Coming back"
INTRO = (
    "Who is in the data again is brought back with what belonged to them, unless a setting or a hand says otherwise."
)

ANA = """
user | name     | roles      | agents
001  | Ana Díaz | student@S1 | P1
P1   | Mo Díaz  | parent@S1  |

class | title | school | terms
K1    | Maths | S1     | T1

enroll | class | user | role
E1     | K1    | 001  | student
"""


def ana_left(world: World) -> None:
    """What a run does to a leaver."""
    world.one("student", "001").update(status="archived", archived_by="sync", archive_reason="absent")
    world.one("person", "P1").update(disabled_by="sync")
    for table in ("guardianship", "enrollment"):
        for row in world.rows(table):
            row["status"] = "ended"


def archive_ana(world: World) -> None:
    """What the clean-up does."""
    world.one("student", "001").update(status="archived", archived_by="alice", archive_reason="clean-up")


def archive_class(world: World, by: str = "lee") -> None:
    """A class in the archive."""
    world.one("classroom", "K1").update(status="archived", archived_by=by, archive_reason="not used")


CASES = (
    Case(
        title="A child who left and is in the data again is restored, with guardian and class",
        rule="R-4, archived students: restore",
        before=ANA,
        since=("Ana left in a run between.", ana_left),
        incoming=ANA,
        expect="""
        student      | restore | 001    | reappeared
        guardian     | restore | P1     | reappeared
        guardianship | restore | 001/P1 | reappeared
        enrollment   | restore | K1/001 | reappeared
        """,
    ),
    Case(
        title="Setting: archived students stay archived, their data is updated",
        rule="section 5, archived students: keep",
        before=ANA,
        since=("Ana left in a run between.", ana_left),
        settings={"archived_students": "keep"},
        incoming=ANA.replace("Ana", "Anna"),
        expect="""
        student  | update  | 001 | changed
        guardian | restore | P1  | reappeared
        """,
        fields="""
        student | 001 | given_name  | Ana  | Anna
        person  | P1  | disabled_by | sync
        """,
    ),
    Case(
        title="Setting: archived students are skipped",
        rule="section 5, archived students: skip",
        before=ANA,
        since=("The office archives Ana.", archive_ana),
        settings={"archived_students": "skip"},
        incoming=ANA.replace("Ana", "Anna").partition("\n\n")[0],
        expect="classroom | archive | K1 | absent",
    ),
    Case(
        title="Setting: ... and what hangs on an archived student ends when the student is absent",
        rule="section 5, archived students: keep",
        before=ANA,
        since=("The office archives Ana.", archive_ana),
        settings={"archived_students": "keep"},
        incoming=ANA.replace("001  | Ana Díaz | student@S1 | P1\n", "").replace(
            "E1     | K1    | 001  | student\n", ""
        ),
        expect="""
        guardian     | archive | P1     | no_role_in_scope
        guardianship | end     | 001/P1 | student_left
        enrollment   | end     | K1/001 | student_left
        """,
    ),
    Case(
        title="A class archived by hand, still in the data, becomes active again",
        rule="section 5, unarchive classrooms: on",
        before=ANA,
        since=("A teacher archives the class.", archive_class),
        incoming=ANA,
        expect="classroom | restore | K1 | reappeared",
    ),
    Case(
        title="Setting: a class archived by hand stays so, and nothing in it is touched",
        rule="section 5, unarchive classrooms: off",
        before=ANA,
        since=("A teacher archives the class.", archive_class),
        settings={"unarchive_classrooms": False},
        incoming=ANA.replace("Maths", "Art").replace("E1     | K1    | 001  | student\n", ""),
        expect="",
    ),
    Case(
        title="Setting: a class archived by the sync comes back all the same",
        rule="section 5, unarchive classrooms: off",
        before=ANA,
        since=("The class was absent in a run between.", lambda world: archive_class(world, "sync")),
        settings={"unarchive_classrooms": False},
        incoming=ANA,
        expect="classroom | restore | K1 | reappeared",
    ),
    Case(
        title="An account that a person disabled is not taken back",
        rule="R-9",
        before=ANA,
        since=("An administrator disables Mo.", lambda world: world.one("person", "P1").update(disabled_by="alice")),
        incoming=ANA,
        expect="",
    ),
    Case(
        title="An account that the source switches off, and on again",
        rule="oneroster.md A.2, enabledUser",
        before=ANA.replace("agents", "agents | enabled")
        .replace("| P1\n", "| P1 | yes\n")
        .replace("parent@S1  |\n", "parent@S1  | | no\n"),
        incoming=ANA.replace("agents", "agents | enabled")
        .replace("| P1\n", "| P1 | yes\n")
        .replace("parent@S1  |\n", "parent@S1  | | yes\n"),
        expect="guardian | update | P1 | changed",
        fields="person | P1 | disabled_by | source",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_reappearing(case: Case) -> None:
    check(case)
