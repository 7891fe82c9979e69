"""Classes to sync (section 5)."""

from __future__ import annotations

import pytest
from tests.support.spec import Case, check

CHAPTER = "Classes to sync"
INTRO = "Which classes take part; a filter never judges a known class by a column that did not come."

CLASSES = """
class | title    | school | terms | class_type | grades
K1    | Room 4   | S1     | T1    | homeroom   | 03, 04
K2    | MATHS 3  | S1     | T1    | scheduled  | 03
K3    | Choir    | S1     | T1    | scheduled  |
"""
TEACHER = """
user | name   | roles
T1   | Lee Po | teacher@S1

enroll | class | user | role
E1     | K3    | T1   | teacher
"""

CASES = (
    Case(
        title="Setting: homerooms only",
        rule="section 5, classes to sync",
        settings={"classes": "homeroom"},
        incoming=CLASSES,
        expect="classroom | create | K1 | new",
    ),
    Case(
        title="Setting: by grade",
        rule="section 5, classes to sync",
        settings={"class_grades": ("03",)},
        incoming=CLASSES,
        expect="""
        classroom | create | K1 | new
        classroom | create | K2 | new
        """,
    ),
    Case(
        title="Setting: by name, whatever the case",
        rule="section 5, classes to sync",
        settings={"class_name_contains": "maths"},
        incoming=CLASSES,
        expect="classroom | create | K2 | new",
    ),
    Case(
        title="Setting: not those without a teacher",
        rule="section 5, classes to sync",
        settings={"classes_without_teacher": False},
        incoming=CLASSES + TEACHER,
        expect="""
        classroom  | create | K3    | new
        staff      | create | T1    | new
        enrollment | create | K3/T1 | new
        """,
    ),
    Case(
        title="Setting: not those without a teacher; a delta that does not name the teacher takes nothing away",
        rule="section 5, C.5",
        settings={"classes_without_teacher": False},
        before=CLASSES + TEACHER,
        delta=True,
        incoming="""
        class | title | school | terms
        K3    | Choir | S1     | T1
        """,
        expect="classroom | update | K3 | changed",
    ),
    Case(
        title="Setting: not those without a teacher; a teacher's row that could not be read is still a teacher",
        rule="S-2",
        settings={"classes_without_teacher": False},
        before=CLASSES + TEACHER,
        incoming=CLASSES
        + TEACHER.partition("enroll")[0]
        + """
        refused     | class
        enrollments | K3
        """.replace("    ", ""),
        expect="",
    ),
    Case(
        title="Setting: homerooms only; a day on which classType is missing changes nothing",
        rule="S-2",
        settings={"classes": "homeroom"},
        before=CLASSES,
        missing=("classes.class_type",),
        incoming=CLASSES,
        expect="",
    ),
    Case(
        title="A class held at something that is no school stays as it is",
        rule="S-2, oneroster.md E.2",
        before=CLASSES,
        incoming=CLASSES.replace("S1     | T1    | homeroom", "D      | T1    | homeroom"),
        expect="",
        findings="SCP-016",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_classes(case: Case) -> None:
    check(case)
