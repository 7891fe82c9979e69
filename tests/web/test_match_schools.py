"""Step 3 in the browser: read, match by reason, one by one, leave out, CSV both ways, undo; who may; what it asks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.engine.commands import Shell
from tests.web.people import NOW, asking, browser, person

from rollbook.services import examining
from rollbook.store.models import District, Examination, LeftAlone, OfferedSchool, School, SourceConnection, SourceLink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A district with a source that nobody has read."""
    shell = Shell(tmp_path, capsys)
    shell.receive(1)
    shell.ok("district", "add", "maple", "--name", "Maple Valley")
    shell.ok("source", "add", "maple", "--kind", "oneroster_csv", "--path", str(shell.incoming))
    return shell


@pytest.fixture
def alice(fresh: Shell) -> Client:
    return browser(person("alice@example.org", "maple"))


def address(tail: str = "") -> str:
    return f"/d/maple/sources/{SourceConnection.objects.get().pk}/schools{tail or '/'}"


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def work() -> None:
    """A worker does what was asked for."""
    for waiting in Examination.objects.filter(ended_at=None):
        examining.carry_out(waiting.pk, now=lambda: NOW)


def read(client: Client) -> None:
    number = SourceConnection.objects.get().pk
    client.post(f"/d/maple/sources/{number}/offer/read/", {"step": "match_schools"})
    work()


def school(**values: Any) -> School:
    return School.objects.create(district=District.objects.get(), status="active", **values)


def settle(client: Client, **sent: Any) -> str:
    return text(client.post(address("/settle/"), sent, follow=True))


def matched() -> dict[str, int]:
    return dict(SourceLink.objects.filter(kind="school").values_list("sourced_id", "object_id"))


def test_a_source_that_nobody_read_is_read_by_a_worker(alice: Client, fresh: Shell) -> None:
    page = text(alice.get(address()))
    assert "The source was not read yet" in page
    number = SourceConnection.objects.get().pk
    answer = alice.post(f"/d/maple/sources/{number}/offer/read/", {"step": "match_schools"}, follow=True)
    assert "The source is being read" in text(answer)
    assert 'hx-trigger="every 3s"' in text(answer)
    work()
    page = text(alice.get(address()))
    assert "3 schools in the source:" in page
    assert "Make the 3 missing schools" in page
    assert 'hx-trigger="every 3s"' not in page
    (fresh.incoming / "orgs.csv").unlink()
    read(alice)
    page = text(alice.get(address()))
    assert "The source could not be read." in page
    assert "3 schools in the source:" in page  # what was read before still stands


def test_suggestions_are_accepted_by_reason_and_the_missing_made(alice: Client) -> None:
    read(alice)
    first, second, third = OfferedSchool.objects.order_by("sourced_id")
    by_id, by_name = school(name="X", school_number=first.sourced_id), school(name=(second.name or "").upper())
    page = text(alice.get(address()))
    assert "Match 1 school: same id" in page
    assert "Suggested 2" in page
    page = settle(alice, act="reason", reason="same id")
    assert matched() == {first.sourced_id: by_id.pk}
    assert "1 school matched." in page
    assert "alice@example.org" in page
    settle(alice, act="match", pick=[second.sourced_id])
    assert matched()[second.sourced_id] == by_name.pk
    settle(alice, act="missing")
    assert School.objects.get(pk=matched()[third.sourced_id]).name == third.name
    page = text(alice.get(address()))
    assert "Matched</dt><dd>3 ·" in page
    number = SourceConnection.objects.get().pk
    act = re.search(r'name="act" value="(\d+)"', page)
    assert act
    undone = alice.post(f"/d/maple/sources/{number}/offer/undo/", {"act": act[1], "step": "match_schools"}, follow=True)
    assert "Taken back: 1 school made and matched." in text(undone)
    assert set(matched()) == {first.sourced_id, second.sourced_id}
    stale = alice.post(f"/d/maple/sources/{number}/offer/undo/", {"act": act[1], "step": "match_schools"}, follow=True)
    assert "no such act to take back" in text(stale)


def test_a_near_miss_is_pointed_out_and_only_taken_by_hand(alice: Client) -> None:
    read(alice)
    first, second, _ = OfferedSchool.objects.order_by("sourced_id")
    ours = school(name="Other", school_number=first.sourced_id.lstrip("0"))
    page = text(alice.get(address()))
    assert f"“{first.sourced_id}” in the source, “{ours.school_number}” here: leading zeros" in page
    assert "Near misses 1" in page
    assert "1 near miss." in text(alice.get("/d/maple/set-up/"))
    settle(alice, act="missing")
    assert first.sourced_id not in matched()
    settle(alice, one=f"match|{first.sourced_id}")
    assert matched()[first.sourced_id] == ours.pk
    choose = text(alice.get(address(f"/choose/?org={second.sourced_id}&q=other")))
    assert f"to:{ours.pk}|{second.sourced_id}" in choose
    settle(alice, one=f"to:{ours.pk}|{second.sourced_id}")
    assert matched()[second.sourced_id] == ours.pk  # several schools of the source feed one
    assert "fed by 1 other, too" in text(alice.get(address()))
    assert alice.get(address("/choose/?org=nowhere")).status_code == 404


def test_leaving_out_unmatching_and_what_does_not_change(alice: Client) -> None:
    read(alice)
    first, second, _ = (item.sourced_id for item in OfferedSchool.objects.order_by("sourced_id"))
    settle(alice, act="leave", pick=[first, second])
    assert LeftAlone.objects.count() == 2
    page = settle(alice, one=f"open|{first}", back="?state=left")
    assert LeftAlone.objects.count() == 1
    assert "1–1 of 1" in page
    settle(alice, act="new", pick=[first])
    settle(alice, one=f"open|{first}")
    assert matched() == {}
    assert "Nothing was changed" in settle(alice, act="match", pick=[second])
    assert alice.post(address("/settle/"), {"act": "nonsense"}).status_code == 400
    assert alice.post(address("/settle/"), {"one": f"to:999999|{first}"}, follow=True).status_code == 200
    assert alice.post(address("/settle/"), {"act": "missing", "back": "//elsewhere.example"})["Location"] == address()


def test_the_file_goes_out_and_comes_back_and_a_wrong_one_is_told(alice: Client) -> None:
    read(alice)
    sheet = alice.get(address(".csv")).content.decode("utf-8-sig").splitlines()
    first = sheet[1].split(",")[0]

    def send(body: str) -> Any:
        return alice.post(address(".csv"), {"sheet": SimpleUploadedFile("s.csv", body.encode())}, follow=True)

    wrong = send(f"sourcedId,rollbook school id\n{first},Oak\n")
    assert wrong.status_code == 422
    assert "Line 2 of s.csv: &#x27;Oak&#x27; is no school." in text(wrong)
    assert alice.post(address(".csv")).status_code == 422
    assert matched() == {}
    done = send(f"sourcedId,rollbook school id\n{first},new\n")
    assert "1 school made and matched." in text(done)
    assert set(matched()) == {first}


def test_who_may_and_what_is_asked_of_the_database(alice: Client, charlie: Client) -> None:
    read(alice)
    source = SourceConnection.objects.get()
    dan = browser(person("dan@example.org", "maple", role="district_staff"))
    pages = (address(), address(".csv"), address("/choose/?org=0101"))
    posts = (address("/settle/"), address(".csv"), f"/d/maple/sources/{source.pk}/offer/read/")
    for path in pages:
        assert charlie.get(path).status_code == charlie.get(path.replace("maple", "oak-hill")).status_code == 404
        assert dan.get(path).status_code == 200
    for path in posts:
        assert (charlie.post(path).status_code, dan.post(path).status_code) == (404, 403)
    assert "Make the 3" in text(alice.get(address()))
    assert "Make the 3" not in text(dan.get(address()))

    def questions() -> int:
        with asking() as asked:
            assert alice.get(address()).status_code == 200
        return asked.number

    few = questions()
    assert few <= 17
    OfferedSchool.objects.bulk_create(
        OfferedSchool(district=source.district, connection=source, sourced_id=f"s{n}", name=f"School number {n}")
        for n in range(300)
    )
    School.objects.bulk_create(
        School(district=source.district, status="active", name=f"Place {n}", school_number=str(n)) for n in range(300)
    )
    assert questions() == few
    page = text(alice.get(address()))
    assert "1–50 of 6" in page
    assert "1–1 of 1" in text(alice.get(address("/?q=number+299")))
