"""Step 4 in the browser: what each choice would double, bulk by reason, one by one, CSV both ways, undo; ten thousand
classrooms cost what three hundred do."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from tests.engine.commands import DAY1, Shell
from tests.web.people import NOW, asking, browser, person

from rollbook.services import examining
from rollbook.store.models import (
    Classroom,
    ClassroomSuggestion,
    District,
    Examination,
    LeftAlone,
    OfferedClass,
    School,
    SourceConnection,
    SourceLink,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A district with matched schools, whose classes are known and of which no run was made."""
    shell = Shell(tmp_path, capsys)
    shell.receive(1)
    shell.ok("district", "add", "maple", "--name", "Maple Valley")
    shell.ok("source", "add", "maple", "--kind", "oneroster_csv", "--path", str(shell.incoming))
    shell.ok("schools", "maple", "--create-missing")
    shell.ok("settings", "maple", "sessions=all")
    shell.ok("classrooms", "maple")
    return shell


@pytest.fixture
def alice(ready: Shell) -> Client:
    return browser(person("alice@example.org", "maple"))


def address(tail: str = "/") -> str:
    return f"/d/maple/sources/{SourceConnection.objects.get().pk}/classrooms{tail}"


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def settle(client: Client, **sent: Any) -> str:
    return text(client.post(address("/settle/"), sent, follow=True))


def classes() -> list[OfferedClass]:
    return list(OfferedClass.objects.order_by("school_id", "sourced_id"))


def room(of: OfferedClass, **values: Any) -> Classroom:
    usual = {"name": None, "code": None, "kind": "manual", "status": "active"}
    return Classroom.objects.create(district=District.objects.get(), school_id=of.school_id, **{**usual, **values})


def look_again(client: Client) -> None:
    """A worker reads the source, because somebody asked."""
    number = SourceConnection.objects.get().pk
    client.post(f"/d/maple/sources/{number}/offer/read/", {"step": "settle_classrooms"})
    for waiting in Examination.objects.filter(ended_at=None):
        examining.carry_out(waiting.pk, now=lambda: NOW)


def test_what_would_be_doubled_is_said_before_and_by_choice(alice: Client, ready: Shell) -> None:
    assert "No classroom waits for a decision" in text(alice.get(address()))
    one, two, three, four, *_ = classes()
    first, second = room(one, name="Old", code=one.sourced_id), room(two, name=two.name)
    third, fourth = room(three, name="Chess club"), room(four, name="Choir")
    look_again(alice)
    page = text(alice.get(address()))
    assert "If nobody decides, the next run makes 2 classrooms beside ones that are there already." in page
    for words in ("Take over 2 as suggested", "Leave 4 as they are (2 doubles)", "Archive 4 classrooms", "same id 1"):
        assert words in page
    assert "nobody has decided about 4 of them" in text(alice.get("/d/maple/set-up/"))
    assert "The next run would make 2 classes a second time." in text(alice.get("/d/maple/set-up/"))

    assert "1 classroom taken over." in settle(alice, all="take", reason="same_id")
    assert "1 classroom left as it is." in settle(alice, one=f"leave|{second.pk}")
    assert "1 classroom archived." in settle(alice, act="archive", pick=[third.pk])
    page = text(alice.get(address()))
    assert "Undecided</dt><dd>1 ·" in page
    assert "1 of them stands beside a new classroom of the same kind" in page
    left = text(alice.get(address("/?state=left")))
    assert "a double" in left
    settle(alice, one=f"to|{fourth.pk}|{four.sourced_id}")
    ready.ok("sync", "maple", "--on", DAY1)
    first.refresh_from_db()
    assert (first.name, first.kind) == (one.name, "sync")
    assert Classroom.objects.filter(name=two.name, school_id=two.school_id, status="active").count() == 2
    assert Classroom.objects.get(pk=third.pk).status == "archived"
    assert SourceLink.objects.get(kind="classroom", object_id=fourth.pk).sourced_id == four.sourced_id
    assert "synced" in text(alice.get(address("/?state=taken")))


def test_a_class_is_chosen_among_those_of_the_school_and_the_last_act_is_taken_back(alice: Client) -> None:
    one, two, *_ = every = classes()
    far = next(item for item in every if item.school_id != one.school_id)
    mine = room(one, name="Mine")
    page = text(alice.get(address(f"/{mine.pk}/?q={one.sourced_id}")))
    assert f"to|{mine.pk}|{one.sourced_id}" in page
    assert far.sourced_id not in text(alice.get(address(f"/{mine.pk}/")))
    assert "at another school" in settle(alice, one=f"to|{mine.pk}|{far.sourced_id}")
    page = settle(alice, one=f"to|{mine.pk}|{two.sourced_id}")
    act = re.search(r'name="act" value="(\d+)"', page)
    assert act
    done = f"/d/maple/acts/{act[1]}/"
    assert "1 classroom taken over." in text(alice.get("/d/maple/acts/"))
    assert "Undo would write" not in text(alice.get(done))  # it is taken back where it was done
    assert alice.post(done).status_code == 409
    assert f"It was taken over for class {two.sourced_id}" in text(alice.get(address(f"/{mine.pk}/")))
    number = SourceConnection.objects.get().pk
    sent = {"act": act[1], "step": "settle_classrooms"}
    assert "Taken back: 1 classroom taken over." in text(
        alice.post(f"/d/maple/sources/{number}/offer/undo/", sent, follow=True)
    )
    assert not SourceLink.objects.filter(kind="classroom").exists()
    settle(alice, all="leave")
    settle(alice, all="reopen", state="left")
    assert not LeftAlone.objects.exists()
    assert alice.get(address("/999999/")).status_code == 404
    for wrong in ({"act": "burn", "pick": [mine.pk]}, {"all": "burn"}, {"one": "leave|x"}, {"one": f"to|{mine.pk}|"}):
        assert alice.post(address("/settle/"), wrong).status_code == 400


def test_a_look_alike_is_taken_only_when_it_is_picked(alice: Client) -> None:
    one, *_ = classes()
    mine = room(one, name="Mine", code=f"x{one.sourced_id}")
    ClassroomSuggestion.objects.create(
        district=District.objects.get(), connection=SourceConnection.objects.get(), classroom=mine,
        sourced_id=one.sourced_id, reason="near_code", is_sure=False, facts=[], rivals=0,
    )  # fmt: skip
    page = text(alice.get(address()))
    assert "code looks alike" in page
    assert "0 classrooms beside ones that are there already. 1 more perhaps." in page
    assert "Nothing was changed" in settle(alice, all="take")
    settle(alice, act="take", pick=[mine.pk])
    assert SourceLink.objects.get(kind="classroom").object_id == mine.pk


def test_the_file_goes_out_and_comes_back_and_a_wrong_one_is_told(alice: Client) -> None:
    mine = room(classes()[0], name="Mine")
    assert f"{mine.pk},," not in alice.get(address(".csv")).content.decode()
    assert "Mine" in alice.get(address(".csv")).content.decode()

    def send(body: str) -> Any:
        return alice.post(address(".csv"), {"sheet": SimpleUploadedFile("r.csv", body.encode())}, follow=True)

    head = "classroom id,choice,class sourcedId\n"
    wrong = send(f"{head}{mine.pk},burn,\n")
    assert wrong.status_code == 422
    assert "Line 2 of r.csv: &#x27;burn&#x27; is no choice." in text(wrong)
    assert send(f"{head}{mine.pk},take over,nowhere\n").status_code == 422
    assert alice.post(address(".csv")).status_code == 422
    assert "1 classroom archived." in text(send(f"{head}{mine.pk},archive,\n"))


def test_ten_thousand_classrooms_cost_what_three_hundred_do(alice: Client, charlie: Client) -> None:
    source, home = SourceConnection.objects.get(), School.objects.all()[0]
    dan = browser(person("dan@example.org", "maple", role="district_staff"))
    for path in (address(), address(".csv")):
        assert charlie.get(path).status_code == charlie.get(path.replace("maple", "oak-hill")).status_code == 404
    assert (charlie.post(address("/settle/")).status_code, dan.post(address("/settle/")).status_code) == (404, 403)

    def grow(to: int) -> None:
        with database.cursor() as cursor:
            cursor.execute(
                """INSERT INTO classroom (district_id, school_id, name, code, kind, status)
                SELECT %s, %s, 'Room ' || n, 'r' || n, 'manual', 'active'
                FROM generate_series((SELECT count(*) FROM classroom) + 1, %s) n""",
                [source.district_id, home.pk, to],
            )
            cursor.execute(
                """INSERT INTO classroom_suggestion
                (district_id, connection_id, classroom_id, sourced_id, reason, is_sure, facts, rivals)
                SELECT district_id, %s, id, 'c' || id, 'same_name', true, '{}', 0 FROM classroom c
                WHERE NOT EXISTS (SELECT FROM classroom_suggestion s WHERE s.classroom_id = c.id)""",
                [source.pk],
            )
            cursor.execute("ANALYZE classroom, classroom_suggestion")

    def cost() -> tuple[int, float]:
        taken = []
        for _ in range(2):
            with asking() as asked:
                begin = time.perf_counter()
                assert alice.get(address()).status_code == 200
                taken.append(time.perf_counter() - begin)
        return asked.number, min(taken)

    grow(300)
    few, quick = cost()
    assert few <= 30
    grow(10_000)
    many, slow = cost()
    assert many == few
    assert "1–50 of 10,000" in text(alice.get(address()))
    assert slow < 8 * quick, (quick, slow)
    settle(alice, all="leave")
    assert LeftAlone.objects.count() == 10_000
