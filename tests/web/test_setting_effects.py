"""What settings would do, before they are saved: the same numbers that the plan has when they are."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from tests.engine.commands import DAY1, Shell

from rollbook.core.settings import SETTINGS
from rollbook.engine.dump import dump
from rollbook.services import examining
from rollbook.services.examining import ExaminationKind
from rollbook.store.models import ChangeLog, Examination, SourceConnection, SyncRun
from rollbook.web.sync_settings.effects import difference_words
from rollbook.web.sync_settings.names import HELPS, name_of

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = {"class_name_contains": "Math", "leaving_students": "end_enrollments"}


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_effect_is_what_the_plan_has_once_they_are_saved(alice: Client, dan: Client, maple: Shell) -> None:
    source = SourceConnection.objects.get()
    before = dump(source.district_id), SyncRun.objects.count(), ChangeLog.objects.count()
    address = f"/d/maple/sources/{source.pk}/settings/"
    typed = {**CHANGES, "daily_sync": "on", "keep_birth_dates": "on", "see": "1"}
    assert dan.post(address, typed).status_code == 403
    answer = alice.post(address, typed, follow=True)
    page = text(answer)
    assert "Nothing is saved yet." in page
    assert 'http-equiv="refresh"' in page
    assert 'value="Math"' in page  # nothing typed is lost
    asked = Examination.objects.get(kind=ExaminationKind.EFFECT)
    assert examining.carry_out(asked.pk, now=lambda: dt.datetime.now(dt.UTC))

    page = text(alice.get(f"{address}?effect={asked.pk}"))
    assert "http-equiv" not in page
    assert 'value="Math"' in page
    assert re.search(r"would archive [\d,]+ more classrooms? \(\d+ instead of 0\)", page)
    assert "Students who leave the data by itself</h3><p>No record would be treated otherwise." in page
    assert "Birth dates: the effect shows with the next reading" in page
    assert "Daily sync: no record depends on it." in page
    source.refresh_from_db()
    assert source.settings == {}
    assert (dump(source.district_id), SyncRun.objects.count(), ChangeLog.objects.count()) == before

    pairs = [f"{name}={value}" for name, value in CHANGES.items()]
    said = maple.json("settings", "maple", *pairs, "--rehearse")
    assert "would be treated otherwise" in maple.ok("settings", "maple", "look_ahead_days=15", "--rehearse").out
    maple.ok("settings", "maple", *pairs)
    plan = maple.json("plan", "maple", "--on", DAY1)
    run = SyncRun.objects.get(plan=plan["plan"])
    told = {(found["kind"], found["action"]): found["after"] for found in said["together"] if found["action"] != "wait"}
    assert told
    assert told == {
        (kind, action): number
        for kind, actions in run.counts.items()
        for action, number in actions.items()
        if number and action != "unchanged"
    }


def test_what_cannot_be_is_refused_before_anything_is_worked_out(alice: Client, maple: Shell) -> None:
    source = SourceConnection.objects.get()
    address = f"/d/maple/sources/{source.pk}/settings/"
    answer = alice.post(address, {"sessions": "chosen", "see": "1"})
    assert answer.status_code == 422
    assert "needs the academic sessions that are chosen" in text(answer)
    assert not Examination.objects.exists()
    asked = examining.ask(source, ExaminationKind.CONNECTION, by="a", now=dt.datetime.now(dt.UTC))
    assert "What these settings would do" not in text(alice.get(f"{address}?effect={asked.pk}"))
    assert alice.get(f"{address}?effect=987654321").status_code == 404


def test_relationships_are_ticked_with_what_the_source_holds(alice: Client, maple: Shell) -> None:
    source = SourceConnection.objects.get()
    asked = examining.ask(source, ExaminationKind.CONNECTION, by="a", now=dt.datetime.now(dt.UTC))
    examining.carry_out(asked.pk, now=lambda: dt.datetime.now(dt.UTC))
    asked.refresh_from_db()
    role = next(role for role in ("guardian", "parent", "relative") if role in asked.result["roles"])
    address = f"/d/maple/sources/{source.pk}/settings/"
    page = text(alice.get(address))
    assert re.search(rf'value="{role}"[^>]*><label[^>]*>{role} <span class="quiet small">[\d,]+ received', page)
    both = alice.post(address, {"guardian_relationships": ["", "guardian", "parent"], "see": "1"}, follow=True)
    assert "Nothing was changed." in text(both)  # the default, in the order of the boxes
    alice.post(address, {"guardian_relationships": ["", "relative", "parent"]})
    source.refresh_from_db()
    assert set(source.settings["guardian_relationships"].split(",")) == {"parent", "relative"}
    assert alice.post(address, {"guardian_relationships": [""]}).status_code == 302  # nothing ticked: the default again
    source.refresh_from_db()
    assert "guardian_relationships" not in source.settings


def test_every_setting_has_a_name_and_its_sentence_can_be_translated() -> None:
    assert {setting.help for setting in SETTINGS.values()} == set(HELPS)
    assert [name for name in SETTINGS if name_of(name) == name] == []


@pytest.mark.parametrize(
    ("kind", "action", "before", "after", "words"),
    [
        ("classroom", "archive", 15, 3, "would archive 12 fewer classrooms (3 instead of 15)"),
        ("student", "create", 0, 1, "would create 1 more student (1 instead of 0)"),
        ("guardianship", "end", 0, 1200, "would end 1,200 more family links (1,200 instead of 0)"),
        ("staff", "wait", 2, 1, "would let 1 fewer staff member wait for a person (1 instead of 2)"),
    ],
)
def test_a_difference_in_words(kind: str, action: str, before: int, after: int, words: str) -> None:
    assert difference_words(kind, action, before, after) == words
