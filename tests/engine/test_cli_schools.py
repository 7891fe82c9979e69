"""Step 3 through the command: suggestions, bulk accept, CSV out and in, near misses, and what a hand did is logged."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from tests.engine.commands import DAY1, Shell

from rollbook.cli.screen import me
from rollbook.store.models import ChangeLog, Classroom, District, LeftAlone, School, SourceLink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capsys)
    shell.receive(1)
    shell.ok("district", "add", "maple", "--name", "Maple Valley")
    shell.ok("source", "add", "maple", "--kind", "oneroster_csv", "--path", str(shell.incoming))
    return shell


def school(**values: Any) -> School:
    return School.objects.create(district=District.objects.get(), status="active", **values)


def orgs(rollbook: Shell) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rollbook.json("schools", "maple")["schools"]
    return found


def revision() -> int:
    return District.objects.get().revision


def test_suggestions_are_accepted_in_one_go_and_the_rest_is_made(rollbook: Shell) -> None:
    first, second, third = orgs(rollbook)
    by_id = school(name="Something else", school_number=first["sourced_id"])
    by_name = school(name=str(second["name"]).upper())
    lone = school(name="Night School")
    found = rollbook.json("schools", "maple")
    assert [(row["suggestion"], row["reason"]) for row in found["schools"]] == [
        (by_id.pk, "same id"),
        (by_name.pk, "same name"),
        (None, None),
    ]
    assert [row["id"] for row in found["only_here"]] == [by_id.pk, by_name.pk, lone.pk]
    before = revision()
    done = rollbook.json("schools", "maple", "--match-suggested", "--create-missing")
    assert done["done"] == {"matched": 2, "created": 1}
    assert (done["counts"]["matched"], done["counts"]["only_here"]) == (3, 1)
    links = dict(SourceLink.objects.values_list("sourced_id", "object_id"))
    assert (links[first["sourced_id"]], links[second["sourced_id"]]) == (by_id.pk, by_name.pk)
    assert School.objects.get(pk=links[third["sourced_id"]]).name == third["name"]
    assert revision() > before
    logged = ChangeLog.objects.filter(op="insert", table__in=["school", "source_link"], run=None)
    assert {(row.table, row.by) for row in logged} == {("school", me()), ("source_link", me())}
    assert logged.filter(table="source_link").count() == 3
    again = revision()
    assert rollbook.json("schools", "maple", "--match-suggested", "--create-missing")["counts"]["matched"] == 3
    assert revision() == again  # nothing was left to do


def test_a_near_miss_is_neither_matched_nor_doubled(rollbook: Shell) -> None:
    first = orgs(rollbook)[0]
    school(name="Other", school_number=str(first["sourced_id"]).lstrip("0"))
    done = rollbook.json("schools", "maple", "--match-suggested", "--create-missing")
    row = next(row for row in done["schools"] if row["sourced_id"] == first["sourced_id"])
    assert (row["school_id"], row["suggestion"]) == (None, None)
    assert "leading zeros" in row["near_reason"]
    assert done["counts"]["near"] == 1
    rollbook.ok("schools", "maple", "--match", f"{first['sourced_id']}={row['near']}")
    assert rollbook.json("schools", "maple")["counts"]["matched"] == 3


def test_a_match_is_taken_away_and_logged(rollbook: Shell) -> None:
    rollbook.ok("schools", "maple", "--create-missing")
    first = orgs(rollbook)[0]["sourced_id"]
    assert rollbook.json("schools", "maple", "--unmatch", first)["done"] == {"unmatched": 1}
    assert not SourceLink.objects.filter(sourced_id=first).exists()
    gone = ChangeLog.objects.get(op="delete")
    assert (gone.table, gone.by, (gone.old or {})["sourced_id"]) == ("source_link", me(), first)
    assert rollbook("schools", "maple", "--unmatch", "nowhere").code == 30


def sheet(rollbook: Shell, name: str = "schools.csv") -> tuple[Path, list[dict[str, str]]]:
    path = rollbook.folder / name
    rollbook.ok("schools", "maple", "--csv", str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return path, list(csv.DictReader(file))


def fill(path: Path, rows: list[dict[str, str]], delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_the_file_goes_out_is_filled_in_and_comes_back(rollbook: Shell, delimiter: str) -> None:
    mine = school(name="=1+1 School")
    path, rows = sheet(rollbook)
    assert [row["sourcedId"] for row in rows] == [row["sourced_id"] for row in orgs(rollbook)]
    rows[0]["rollbook school id"] = str(mine.pk)
    rows[1]["rollbook school id"] = "new"
    rows[2]["rollbook school id"] = ""
    fill(path, rows, delimiter)
    assert rollbook.json("schools", "maple", "--csv", str(path))["done"] == {
        "matched": 1,
        "created": 1,
        "unmatched": 0,
    }
    _, rows = sheet(rollbook, "again.csv")
    assert [bool(row["rollbook school id"]) for row in rows] == [True, True, False]
    assert rows[0]["rollbook name"] == "'=1+1 School"


@pytest.mark.parametrize(
    ("change", "sentence", "hint"),
    [
        ({"sourcedId": "101"}, "Line 2 of schools.csv: the source has no school '101'", "leading zeros"),
        ({"sourcedId": ""}, "Line 2 of schools.csv has no sourcedId", "Fill it in"),
        ({"rollbook school id": "Oak"}, "Line 2 of schools.csv: 'Oak' is no school", "number of a Rollbook school"),
        ({"rollbook school id": "999999"}, "There is no school 999999", "rollbook schools"),
    ],
)
def test_a_wrong_line_is_told_and_nothing_changes(
    rollbook: Shell, change: dict[str, str], sentence: str, hint: str
) -> None:
    path, rows = sheet(rollbook)
    rows[1]["rollbook school id"] = "new"
    rows[0] |= change
    fill(path, rows)
    said = rollbook("schools", "maple", "--csv", str(path))
    assert said.code in (13, 30)
    assert sentence in said.err
    assert hint in said.err
    assert School.objects.count() == SourceLink.objects.count() == 0


def directory() -> list[Any]:
    return [
        list(School.objects.order_by("pk").values()),
        list(SourceLink.objects.order_by("sourced_id").values()),
        list(LeftAlone.objects.order_by("sourced_id").values()),
    ]


def test_what_is_left_out_stays_so_until_it_is_chosen(rollbook: Shell) -> None:
    first, second, _ = (row["sourced_id"] for row in orgs(rollbook))
    assert rollbook.json("schools", "maple", "--leave", first)["done"]["left out"] == 1
    counts = rollbook.json("schools", "maple", "--create-missing")["counts"]
    assert (counts["left"], counts["matched"], counts["new"]) == (1, 2, 0)
    path, rows = sheet(rollbook)
    assert rows[0]["rollbook school id"] == "leave"
    rows[0]["rollbook school id"], rows[1]["rollbook school id"] = "new", "leave"
    fill(path, rows)
    rollbook.ok("schools", "maple", "--csv", str(path))
    assert list(LeftAlone.objects.values_list("sourced_id", flat=True)) == [second]
    assert SourceLink.objects.filter(sourced_id=first).exists()
    assert not SourceLink.objects.filter(sourced_id=second).exists()


def test_each_act_is_taken_back_exactly_the_last_first(rollbook: Shell) -> None:
    first, second, third = (row["sourced_id"] for row in orgs(rollbook))
    mine = school(name="Mine")
    seen = [directory()]
    for words in (
        ("--match", f"{first}={mine.pk}", "--leave", second),
        ("--create-missing",),
        ("--match", f"{first}=new", "--match", f"{second}={mine.pk}"),
        ("--unmatch", third),
    ):
        rollbook.ok("schools", "maple", *words)
        seen.append(directory())
    before = revision()
    seen.pop()
    while seen:
        rollbook.ok("schools", "maple", "--undo")
        assert directory() == seen.pop()
    assert revision() == before + 4
    assert rollbook("schools", "maple", "--undo").code == 30


def test_an_act_stays_once_a_run_was_applied_or_its_school_is_in_use(rollbook: Shell) -> None:
    rollbook.ok("schools", "maple", "--create-missing")
    room = Classroom.objects.create(
        district=District.objects.get(), school=School.objects.all()[0], name="By hand", kind="manual", status="active"
    )
    said = rollbook("schools", "maple", "--undo")
    assert (said.code, School.objects.count()) == (20, 3)
    assert "people or classrooms" in said.err
    room.delete()
    changed = School.objects.all()[0]
    changed.name = "Renamed"
    changed.save()
    assert "was changed since" in rollbook("schools", "maple", "--undo").err
    rollbook.ok("sync", "maple", "--on", DAY1)
    said = rollbook("schools", "maple", "--undo")
    assert (said.code, School.objects.count()) == (30, 3)
