"""“Why is this child not in Room 4?”: for every fate a row can have, the answer says it (R-13)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from tests.engine.commands import DAY1, DAY2, Shell

from rollbook.store.models import SourceLink, Student

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capsys)
    shell.begin()
    return shell


def rows(rollbook: Shell, name: str) -> list[dict[str, str]]:
    with (rollbook.incoming / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(rollbook: Shell, name: str, table: list[dict[str, str]]) -> None:
    with (rollbook.incoming / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


def answer(rollbook: Shell, sourced_id: str, kind: str) -> dict[str, Any]:
    answers = rollbook.json("explain", "maple", sourced_id)["answers"]
    return next(answer for answer in answers if answer["kind"] == kind)


def test_a_student_who_is_here(rollbook: Shell) -> None:
    table = rows(rollbook, "users")
    line, user = next((n, row) for n, row in enumerate(table, 2) if row["role"] == "student")
    told = answer(rollbook, user["sourcedId"], "student")
    received = told["received"][0]
    assert (received["file"], received["line"]) == ("users.csv", line)
    assert received["values"]["givenName"] == user["givenName"]
    assert "password" not in received["values"]
    assert told["name"] == f"{user['givenName']} {user['familyName']}"
    assert told["current"]["status"] == "active"
    assert any("it was created" in sentence and "applied by" in sentence for sentence in told["verdict"])
    seats = [row for row in rows(rollbook, "enrollments") if row["userSourcedId"] == user["sourcedId"]]
    assert len(told["places"]) == len(seats) > 0
    assert all(sentence.endswith("they are in it.") for sentence in told["places"])
    assert "Created" in told["history"][0]
    human = rollbook.ok("explain", "maple", user["sourcedId"]).out
    assert f"line {line:,} of users.csv" in human
    assert "Classes in the data" in human


def test_each_fate_of_a_place_in_a_class_is_told(rollbook: Shell) -> None:
    table = rows(rollbook, "enrollments")
    student = next(row["userSourcedId"] for row in table if row["role"] == "student")
    mine = [row for row in table if row["userSourcedId"] == student]
    mine[0]["endDate"] = "2026-08-20"
    mine[1]["status"] = "tobedeleted"
    mine[2]["classSourcedId"] = "no-such-class"
    mine[3]["beginDate"] = "2027-05-01"
    write(rollbook, "enrollments", table)
    plan = rollbook.json("plan", "maple", "--on", DAY1)
    assert plan["counts"]["enrollment"]["end"] > 0
    told = answer(rollbook, student, "student")["places"]
    assert "left out. Its end date is over." in told[0]
    assert "left out. Its row has the status tobedeleted" in told[1]
    assert "no-such-class" in told[2]
    assert "not in classes.csv" in told[2] or "class is not in the directory" in told[2]
    assert "left out. Its begin date is too far in the future" in told[3]
    assert told[4].endswith("they are in it.")
    room = answer(rollbook, mine[0]["classSourcedId"], "classroom")
    assert any("left out" in sentence for sentence in room["places"])
    seat = answer(rollbook, mine[0]["sourcedId"], "enrollment")
    assert any("Its end date is over." in sentence for sentence in seat["verdict"])


def test_who_left_is_explained_by_the_run_that_archived_them(rollbook: Shell) -> None:
    here = {row["sourcedId"] for row in rows(rollbook, "users") if row["role"] == "student"}
    rollbook.receive(2)
    gone = (here - {row["sourcedId"] for row in rows(rollbook, "users")}).pop()
    run = rollbook.json("sync", "maple", "--on", DAY2)["run"]
    rollbook.ok("plan", "maple", "--on", DAY2)  # a newer run that does nothing to them
    told = answer(rollbook, gone, "student")
    assert told["received"] == []
    assert told["verdict"][0].startswith(f"Run {run}, applied by")
    assert "it was archived" in told["verdict"][0]
    assert told["current"]["status"] == "archived"
    assert any(f"run {run}" in sentence and "active → archived" in sentence for sentence in told["history"])


def test_who_waits_is_explained_by_the_hold(rollbook: Shell) -> None:
    table = rows(rollbook, "users")
    students = [row["sourcedId"] for row in table if row["role"] == "student"]
    write(rollbook, "users", [row for row in table if row["sourcedId"] not in students[: len(students) // 2]])
    rollbook.ok("sync", "maple", "--on", DAY1)
    told = answer(rollbook, students[0], "student")
    assert any("waits in hold" in sentence for sentence in told["verdict"])
    assert told["current"]["status"] == "active"


def test_what_is_left_out_says_why(rollbook: Shell) -> None:
    table = rows(rollbook, "users")
    user = next(row for row in table if row["role"] == "student")
    stranger = {**user, "sourcedId": "new-1", "identifier": "x1", "userIds": "", "status": "tobedeleted"}
    write(rollbook, "users", [*table, stranger])
    rollbook.ok("sync", "maple", "--on", DAY1)
    told = answer(rollbook, "new-1", "user")
    assert told["object_id"] is None
    assert any(sentence.startswith("The row was received and left out.") for sentence in told["verdict"])


@pytest.mark.parametrize("kind", ["school", "session", "course", "classroom", "person"])
def test_everything_with_an_id_can_be_explained(rollbook: Shell, kind: str) -> None:
    link = SourceLink.objects.filter(kind=kind).order_by("id").first()
    assert link is not None
    told = answer(rollbook, link.sourced_id, kind)
    assert told["name"]
    assert told["received"]
    assert told["verdict"]


def test_an_id_that_nobody_has_says_where_it_looked_and_what_comes_close(rollbook: Shell) -> None:
    link = SourceLink.objects.filter(kind="student", sourced_id__startswith="0").order_by("id").first()
    assert link is not None
    bare = link.sourced_id.lstrip("0")
    said = rollbook("explain", "maple", bare)
    assert said.code == 30
    assert repr(link.sourced_id) in said.err
    assert "leading zeros" in said.err
    assert "users.csv" in said.err
    number = Student.objects.get(pk=link.object_id).student_number
    near = rollbook("explain", "maple", str(number), "--json").json["error"]["detail"]["near"]
    assert any(item["sourced_id"] == link.sourced_id and "number" in item["why"] for item in near)
    assert rollbook("explain", "maple", "no such thing").code == 30
