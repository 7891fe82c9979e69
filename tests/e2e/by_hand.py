"""A district in which people had begun before there was a source: a school, students and classrooms made by hand."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.e2e.installation import SEED, STUDENTS, Installation

from rollbook.sandbox.district import generate

__all__ = ["NOTHING", "Made", "by_hand", "sandbox_files"]

_MAKE = """
import json, sys
from rollbook.cli.boot import boot
boot()
from rollbook.services import access
from rollbook.store.models import Classroom, School, Student, StudentSchool
slug, name, number, rooms = json.loads(sys.argv[1])
district = access.district(slug)
school = School.objects.create(district=district, name=name, school_number=number, status="active")
for given in ("Ines", "Otto"):
    student = Student.objects.create(district=district, given_name=given, family_name="Byhand", grade="03", status="active")
    StudentSchool.objects.create(district=district, student=student, school=school, status="active")
for room in rooms:
    Classroom.objects.create(district=district, school=school, kind="manual", status="active", **room)
"""


@dataclass(frozen=True, slots=True)
class Made:
    """``students`` that no source will know; a classroom that the source has, too, and one that it has not."""

    students: int
    taken: str
    archived: str


NOTHING: Final = Made(students=0, taken="", archived="")


def sandbox_files(installation: Installation) -> Path:
    """What the sandbox shares, as files."""
    folder = installation.home / "sandbox"
    folder.mkdir()
    generate(folder, students=STUDENTS, seed=SEED, day=1)
    return folder


def by_hand(installation: Installation, slug: str, folder: Path) -> Made:
    """The district has a school that the files in ``folder`` have, too, two students in it, and two classrooms."""
    school = next(row for row in _rows(folder / "orgs.csv") if row["type"] == "school")
    room = next(row for row in _rows(folder / "classes.csv") if row["schoolSourcedId"] == school["sourcedId"])
    rooms = [{"name": room["title"], "code": room["classCode"]}, {"name": "Chess club"}]
    words = json.dumps([slug, school["name"], school["identifier"], rooms])
    done = subprocess.run(
        [sys.executable, "-c", _MAKE, words],
        env=installation.environment,
        cwd=installation.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Made(students=2, taken=room["title"], archived="Chess club")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
