"""The self-check in the browser and at the command line: numbers, the rows behind them, the repair; nothing changes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from tests.engine.commands import Shell
from tests.web.people import asking

from rollbook.core.self_check import KEYS
from rollbook.engine.dump import dump
from rollbook.services import examining
from rollbook.store.models import ChangeLog, Examination, SourceConnection, SyncRun
from rollbook.web.self_check import words

pytestmark = pytest.mark.django_db(transaction=True)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_every_check_has_its_words() -> None:
    for key in KEYS:
        assert words.title(key)
        assert words.remedy(key)
        for number in (1, 2):
            more = dict.fromkeys(("adopted", "question", "twice", "records", "waiting", "found", "without"), 3)
            told = words.sentence(key, number, 9, more)
            assert bool(told) is (key != "connection")
            assert "%" not in told


def test_a_source_is_checked_and_every_number_leads_to_its_rows(alice: Client, dan: Client, maple: Shell) -> None:
    users = maple.incoming / "users.csv"
    lines = users.read_text(encoding="utf-8").splitlines(keepends=True)
    users.write_text("".join([*lines[:-1], "x,active\n"]), encoding="utf-8")  # a row that cannot be read
    source = SourceConnection.objects.get()
    before = dump(source.district_id), SyncRun.objects.count(), ChangeLog.objects.count()
    place = f"/d/maple/sources/{source.pk}/check/"
    assert "Check now" in text(alice.get(place))
    assert "Check now" not in text(dan.get(place))
    assert dan.post(f"{place}ask/").status_code == 403
    page = text(alice.post(f"{place}ask/", follow=True))
    assert "is being read and checked" in page
    assert 'http-equiv="refresh"' in page
    asked = Examination.objects.get()
    assert examining.carry_out(asked.pk, now=lambda: dt.datetime.now(dt.UTC))

    with asking() as statements:
        page = text(alice.get(place))
    assert statements.number <= 6
    assert "http-equiv" not in page
    assert "cannot be read" in page
    assert page.index("cannot be read") < page.index("checks passed")  # ✕ first, ✓ folded
    links = re.findall(rf'href="({re.escape(place)}\w+/)"', page)
    assert f"{place}rows_refused/" in links
    for link in links:
        rows = text(alice.get(link))
        assert re.search(r"1–\d+ of \d+", rows), link
        sheet = alice.get(f"{link[:-1]}.csv").content.decode()
        assert sheet.startswith("kind,sourced_id,object_id,name,school,detail\n")
        assert len(sheet.splitlines()) > 1
    assert dan.get(links[0]).status_code == 200
    assert alice.get(f"{place}connection/").status_code == 404
    assert alice.get(f"{place}no-such-check/").status_code == 404
    step = text(alice.get("/d/maple/set-up/"))
    assert re.search(r"checked on .*: [1-9]\d* to mend", step)
    assert (dump(source.district_id), SyncRun.objects.count(), ChangeLog.objects.count()) == before


def test_a_source_that_cannot_be_read_fails_with_its_reason_and_the_last_reading_is_looked_at(maple: Shell) -> None:
    fine = maple("check", "maple", "--json").json
    (maple.incoming / "users.csv").unlink()
    said = maple("check", "maple", "--json")
    assert said.code == 1
    assert "users.csv" in said.json["problem"]
    levels = {check["key"]: check["level"] for check in said.json["checks"]}
    assert levels["connection"] == "fail"
    assert levels.keys() == {check["key"] for check in fine["checks"]}
    shown = maple("check", "maple").out
    assert "✕ " in shown
    assert "Mend the connection" in shown
    found = next(check for check in fine["checks"] if check["rows"])
    listed = maple.json("check", "maple", "--rows", found["key"])
    assert len(listed["rows"]) == found["rows"]
    assert maple.ok("check", "maple", "--rows", found["key"]).out.count("\n") > found["rows"]
    assert maple("check", "maple", "--rows", "connection").code == 30
