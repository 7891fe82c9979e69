"""Any sequence of runs is undone to every state it passed."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from tests.builders import connection, delete, rows, small_district, update
from tests.engine.test_undo import apply, take_back

from rollbook.engine.dump import dump
from rollbook.engine.integrity import orphans
from rollbook.store.models import Classroom, Enrollment, School, Student

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", range(8))
def test_any_sequence_of_runs_is_undone_to_every_state_it_passed(seed: int) -> None:
    """Random edits, removals and newcomers; then back through all states, newest first, with some detours."""
    chance = random.Random(seed)
    feed = connection()
    passed = [dump(feed.district_id)]
    runs = [apply(feed, small_district())]
    for _ in range(5):
        passed.append(dump(feed.district_id))
        runs.append(apply(feed, *random_changes(chance)))
        assert orphans(feed.district_id).is_empty()
    while runs:
        run, before = runs.pop(), passed.pop()
        if chance.random() < 0.4:
            after = dump(feed.district_id)
            take_back(take_back(run))
            assert dump(feed.district_id) == after
        take_back(run)
        assert dump(feed.district_id) == before


def random_changes(chance: random.Random) -> tuple[dict[str, pl.DataFrame], list[dict[str, Any]]]:
    """A run that does a little of everything to what is there."""
    school, room = School.objects.order_by("id").first(), Classroom.objects.order_by("id").first()
    assert school is not None
    assert room is not None
    students = list(Student.objects.order_by("id"))
    edits: list[dict[str, Any]] = []
    for student in chance.sample(students, k=min(2, len(students))):
        grade = chance.choice(["KG", "01", None, 'odd "grade"'])
        edits.append(update("student", student.pk, {"grade": student.grade}, {"grade": grade}))
    free = set()
    for seat in Enrollment.objects.filter(student__isnull=False).order_by("id"):
        if chance.random() < 0.3:
            edits.append(delete("enrollment", seat.pk))
            free.add(seat.student_id)
    if chance.random() < 0.5:
        grades = chance.choice([[], None, ["01", "02"]])
        edits.append(update("classroom", room.pk, {"grades": room.grades}, {"grades": grades}))
    seated = {"classroom_id": room.pk, "role": "student", "is_primary": False, "status": "active"}
    again = [{**seated, "student_id": student_id} for student_id in free if chance.random() < 0.5]
    new = [{"family_name": f"N{chance.random()}", "status": "active"} for _ in range(chance.randint(0, 2))]
    return {
        "student": rows("student", *new),
        "student_school": rows(
            "student_school",
            *({"student_id": -n, "school_id": school.pk, "status": "active"} for n in range(1, len(new) + 1)),
        ),
        "enrollment": rows("enrollment", *again, *({**seated, "student_id": -n} for n in range(1, len(new) + 1))),
    }, edits
