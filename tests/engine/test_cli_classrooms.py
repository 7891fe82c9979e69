"""Step 4 through the command: suggestions, bulk accept, CSV out and in, undo, and that the next run keeps to it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from tests.engine.commands import DAY1, DAY2, Shell

from rollbook.store.models import (
    ChangeLog,
    Classroom,
    District,
    Enrollment,
    LeftAlone,
    OfferedClass,
    School,
    SourceLink,
    Student,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capsys)
    shell.receive(1)
    shell.ok("district", "add", "maple", "--name", "Maple Valley")
    shell.ok("source", "add", "maple", "--kind", "oneroster_csv", "--path", str(shell.incoming))
    shell.ok("schools", "maple", "--create-missing")
    shell.ok("settings", "maple", "sessions=all")
    return shell


def received(rollbook: Shell) -> list[dict[str, str]]:
    """The classes of the source."""
    with (rollbook.incoming / "classes.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["status"] != "tobedeleted"]


def room(row: dict[str, str], **values: Any) -> Classroom:
    """A classroom made by hand at the school of that class."""
    school = SourceLink.objects.get(kind="school", sourced_id=row["schoolSourcedId"]).object_id
    usual = {"name": None, "code": None, "kind": "manual", "status": "active"}
    return Classroom.objects.create(district=District.objects.get(), school_id=school, **{**usual, **values})


def told(rollbook: Shell, *words: str) -> dict[int, dict[str, Any]]:
    said = rollbook.json("classrooms", "maple", *words)
    return {line["classroom"]: line for line in said["classrooms"]}


def directory() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in (Classroom, SourceLink, LeftAlone)]


def test_a_classroom_taken_over_is_updated_and_never_doubled(rollbook: Shell) -> None:
    by_id, by_code, lone, *_ = rows = received(rollbook)
    first = room(by_id, name="Old name", code=by_id["sourcedId"])
    second = room(by_code, name="Another", code=by_code["classCode"].lower())
    third = room(lone, name="Chess club")
    lines = told(rollbook)
    assert {key: line["reason"] for key, line in lines.items()} == {
        first.pk: "same_id",
        second.pk: "same_code",
        third.pk: "",
    }
    said = rollbook.json("classrooms", "maple", "--accept", "all", "--leave", str(third.pk))
    assert {what: number for what, number in said["done"].items() if number} == {"taken": 2, "left": 1}
    assert said["counts"]["states"] == {"open": 0, "left": 1, "taken": 2, "archived": 0}
    assert said["counts"]["doubles"] == 0

    child = Student.objects.create(district=District.objects.get(), given_name="A", family_name="B", status="active")
    Enrollment.objects.create(
        district=District.objects.get(), classroom=first, student=child, role="student", status="active"
    )
    rollbook.ok("sync", "maple", "--on", DAY1)
    taken = Classroom.objects.get(pk=first.pk)
    assert (taken.name, taken.kind, taken.status) == (by_id["title"], "sync", "active")
    assert SourceLink.objects.filter(kind="classroom", sourced_id=by_id["sourcedId"]).count() == 1
    assert Classroom.objects.filter(kind="sync").count() == len(rows)
    assert Enrollment.objects.filter(classroom=first, student=child, status="active").exists()  # by hand, untouched
    assert Enrollment.objects.filter(classroom=first, connection__isnull=False).count() > 5
    assert Classroom.objects.get(pk=third.pk).name == "Chess club"
    assert told(rollbook)[first.pk]["can_reopen"] is False
    assert rollbook("classrooms", "maple", "--undo").code == 30


def test_without_a_decision_the_double_is_foretold_and_comes(rollbook: Shell) -> None:
    row = received(rollbook)[0]
    mine = room(row, name=row["title"], code=row["sourcedId"])
    assert rollbook.json("classrooms", "maple")["counts"]["doubles"] == 1
    assert rollbook.json("classrooms", "maple", "--leave", "all")["counts"]["left_doubles"] == 1
    rollbook.ok("sync", "maple", "--on", DAY1)
    assert Classroom.objects.filter(name=row["title"], school=mine.school_id, status="active").count() >= 2


def test_an_archived_classroom_is_hidden_restorable_and_the_class_is_new(rollbook: Shell) -> None:
    row = received(rollbook)[0]
    mine = room(row, name=row["title"], code=row["sourcedId"])
    before = directory()
    rollbook.ok("classrooms", "maple", "--archive", "all")
    mine.refresh_from_db()
    assert (mine.status, mine.archive_reason) == ("archived", "existing_classroom")
    logged = ChangeLog.objects.get(table="classroom", run=None)
    assert (logged.op, logged.action, (logged.old or {})["status"]) == ("update", "archive", "active")
    rollbook.ok("classrooms", "maple", "--undo")
    assert directory() == before
    rollbook.ok("classrooms", "maple", "--archive", str(mine.pk))
    rollbook.ok("classrooms", "maple", "--open", str(mine.pk))
    assert directory() == before


def test_acts_are_taken_back_exactly_the_last_first(rollbook: Shell) -> None:
    one, two, three, *_ = received(rollbook)
    first, second = room(one, name="A", code=one["sourcedId"]), room(two, name="B")
    third = room(three, name=three["title"])
    seen = [directory()]
    for words in (
        ("--accept", "same_id"),
        ("--leave", str(second.pk), "--archive", str(third.pk)),
        ("--open", str(second.pk), "--open", str(first.pk)),
        ("--take", f"{second.pk}={two['sourcedId']}"),
    ):
        rollbook.ok("classrooms", "maple", *words)
        seen.append(directory())
    seen.pop()
    while seen:
        rollbook.ok("classrooms", "maple", "--undo")
        assert directory() == seen.pop()


def test_the_file_goes_out_is_filled_in_and_comes_back(rollbook: Shell) -> None:
    one, two, three, four, *_ = received(rollbook)
    rooms = [room(row, name=f"={number}") for number, row in enumerate((one, two, three, four))]
    path = rollbook.folder / "rooms.csv"
    rollbook.ok("classrooms", "maple", "--csv", str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = {int(line["classroom id"]): line for line in csv.DictReader(file)}
    assert sorted(lines) == sorted(item.pk for item in rooms)
    assert lines[rooms[0].pk]["name"] == "'=0"
    lines[rooms[0].pk] |= {"choice": "Take over", "class sourcedId": one["sourcedId"]}
    lines[rooms[1].pk] |= {"choice": "leave"}
    lines[rooms[2].pk] |= {"choice": "archive"}
    fill(path, list(lines.values()))
    done = rollbook.json("classrooms", "maple", "--csv", str(path))["done"]
    assert done == {"taken": 1, "left": 1, "archived": 1, "reopened": 0, "skipped": 0}


def fill(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_what_cannot_be_is_told_and_nothing_changes(rollbook: Shell) -> None:
    one, two, *_ = rows = received(rollbook)
    far = next(row for row in rows if row["schoolSourcedId"] != one["schoolSourcedId"])
    first, second = room(one, name="A"), room(two, name="B")
    before = directory()
    for words, code, sentence in (
        (("--take", f"{first.pk}=nowhere"), 30, "offers no class 'nowhere'"),
        (("--take", f"{first.pk}={far['sourcedId']}"), 10, "at another school"),
        (
            ("--take", f"{first.pk}={one['sourcedId']}", "--take", f"{second.pk}={one['sourcedId']}"),
            10,
            "two classrooms",
        ),
        (("--take", f"{first.pk}={one['sourcedId']}", "--leave", str(first.pk)), 10, "named twice"),
        (("--leave", "999999999"), 30, "no classroom 999999999"),
        (("--accept", "luck"), 10, "no reason"),
    ):
        said = rollbook("classrooms", "maple", *words)
        assert (said.code, sentence in said.err) == (code, True), said.err
    path = rollbook.folder / "rooms.csv"
    good = {"classroom id": str(first.pk), "choice": "leave", "class sourcedId": ""}
    for change, sentence in (
        ({"classroom id": "7x"}, "there is no classroom '7x'"),
        ({"choice": "burn"}, "'burn' is no choice"),
        ({"choice": "take over"}, "no class sourcedId"),
    ):
        fill(path, [{**good, "classroom id": str(second.pk)}, {**good, **change}])
        said = rollbook("classrooms", "maple", "--csv", str(path))
        assert said.code == 13
        assert "Line 3 of rooms.csv" in said.err
        assert sentence in said.err
    assert directory() == before


def test_the_offer_follows_the_newest_reading_and_the_matched_schools(rollbook: Shell) -> None:
    row = received(rollbook)[0]
    room(row, name="A", code=row["sourcedId"])
    assert rollbook.json("classrooms", "maple")["counts"]["doubles"] == 1
    rollbook.ok("schools", "maple", "--unmatch", row["schoolSourcedId"])
    assert rollbook.json("classrooms", "maple")["counts"]["states"]["open"] == 0
    rollbook.ok("schools", "maple", "--undo")
    assert rollbook.json("classrooms", "maple")["counts"]["doubles"] == 1
    rollbook.receive(2)
    rollbook.ok("plan", "maple", "--on", DAY2)
    with (rollbook.incoming / "classes.csv").open(encoding="utf-8-sig", newline="") as file:
        today = {line["sourcedId"] for line in csv.DictReader(file)}
    rollbook.ok("classrooms", "maple")
    assert set(OfferedClass.objects.values_list("sourced_id", flat=True)) <= today
    assert School.objects.count() == 3
