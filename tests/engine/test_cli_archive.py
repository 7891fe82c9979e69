"""`rollbook archive`, `restore` and `acts`: said first, done, undone; what the next sync does with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.commands import DAY2, Shell

from rollbook.store.models import Classroom, School, Student, StudentSchool

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maple(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """The example district after its first morning, with two students that were there before, at two schools."""
    shell = Shell(tmp_path, capsys)
    shell.begin()
    for number, school in zip(("0901", "0902"), School.objects.order_by("pk"), strict=False):
        student = Student.objects.create(district=school.district, student_number=number, status="active")
        StudentSchool.objects.create(district=school.district, student=student, school=school, status="active")
    return shell


def status(number: str) -> str:
    return Student.objects.get(student_number=number).status


def test_archive_sync_restore_undo(maple: Shell) -> None:
    maple.ok("settings", "maple", "daily_sync=on")
    school = School.objects.order_by("pk")[0]
    here = StudentSchool.objects.filter(school=school, status="active").count()
    chosen = ("maple", "--school", school.name or "")
    said = maple.json("archive", *chosen, "--preview")
    assert said == {
        "kind": "student",
        "verb": "archive",
        "changed": 1,
        "managed": here - 1,
        "forbidden": 0,
        "already": 0,
        "returning": 0,
    }
    assert status("0901") == "active"
    assert maple("archive", *chosen).code == 10
    done = maple.json("archive", *chosen, "--reason", "before the sync")
    assert (done["changed"], done["managed"]) == (1, here - 1)
    assert (status("0901"), status("0902")) == ("archived", "active")
    assert "rollbook acts maple --undo" in maple.ok("archive", "maple", "0902", "--reason", "left").out
    maple.receive(2)
    maple.ok("sync", "maple", "--on", DAY2)  # what no source knows stays as people left it
    assert (status("0901"), status("0902")) == ("archived", "archived")
    assert maple.json("restore", "maple", "0902")["changed"] == 1
    assert maple.json("acts", "maple", "--undo", str(done["act"]), "--preview")["rows"] == 1
    assert maple.json("acts", "maple", "--undo", str(done["act"]))["rows"] == 1
    assert (status("0901"), status("0902")) == ("active", "active")
    listed = maple.json("acts", "maple")
    assert [(line["kind"], line["state"]) for line in listed["newest"]][:4] == [
        ("undo", "done"),
        ("restore_students", "done"),
        ("archive_students", "done"),
        ("archive_students", "undone"),
    ]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("archive", "maple", "--reason", "x"), 10, "everybody in the district"),
        (("archive", "maple", "901", "--reason", "x"), 30, "'901'"),
        (("archive", "maple", "--school", "Nowhere", "--reason", "x"), 30, "No school is called"),
        (("restore", "maple", "0901"), 10, "nothing to restore"),
        (("archive", "maple", "--classrooms", "--grade", "03", "--reason", "x"), 10, "by grade"),
        (("acts", "maple", "--undo", "999"), 30, "no act 999"),
    ],
)
def test_what_cannot_be_is_said(maple: Shell, words: tuple[str, ...], code: int, sentence: str) -> None:
    said = maple(*words)
    assert (said.code, sentence in said.err) == (code, True), said.err


@pytest.mark.parametrize(("setting", "expected"), [("on", "active"), ("off", "archived")])
def test_a_classroom_archived_by_hand_is_an_exclusion_while_the_setting_is_off(
    maple: Shell, setting: str, expected: str
) -> None:
    room = Classroom.objects.filter(status="active", code__isnull=False).order_by("pk")[0]
    maple.ok("settings", "maple", f"unarchive_classrooms={setting}")
    same = Classroom.objects.filter(code=room.code).count()
    done = maple.json("archive", "maple", room.code or "", "--classrooms", "--reason", "overshared")
    assert done["changed"] == same
    maple.ok("sync", "maple", "--on", "2026-09-01")
    assert Classroom.objects.get(pk=room.pk).status == expected
