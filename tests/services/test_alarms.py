"""Alarms end to end: from what happens to a source to one mail to each who wants to know, and one when it is over."""

from __future__ import annotations

import csv
import datetime as dt
import json
import logging
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from tests.engine.commands import DAY1, Shell
from tests.services.test_approving import cut

from rollbook.core.errors import ConfigError, DataError
from rollbook.services import alarms, approving, digests, policies, recipients, watching
from rollbook.store.models import Alarm, District, Hold, Letter, Recipient, SourceConnection, SourceTrouble, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)
ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


@pytest.fixture
def maple(rollbook: Shell) -> Shell:
    """A district whose first morning is done, and told."""
    rollbook.begin()
    return rollbook


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def district() -> District:
    return District.objects.get(slug="maple")


def titles(address: str = ANN) -> list[str]:
    found = Letter.objects.filter(recipient__address=address).order_by("id")
    return [letter.subject.removeprefix("Maple Valley: ") for letter in found]


def waiting() -> str:
    """How a mail says what waits for a person in the newest applied run."""
    run = SyncRun.objects.filter(state="applied").order_by("-id")[0]
    number = sum(hold.count for hold in run.holds.filter(depends_on="", state="open"))
    assert number > 5
    return f"{number} changes wait for a person"


def test_a_hold_is_told_once_and_again_when_it_is_decided(maple: Shell) -> None:
    maple.ok("notify", "add", "maple", ANN)
    key = cut(maple)
    night = maple.json("sync", "maple", "--on", DAY1)
    assert titles() == [waiting()]
    letter = Letter.objects.order_by("-id")[0]
    assert "students would leave Maple Valley" in letter.text
    assert "All other changes were applied." in letter.text
    assert "rollbook holds maple" in letter.text
    assert "rollbook holds maple" in letter.html
    told = len(titles())
    maple.ok("sync", "maple", "--on", DAY1)
    alarms.look(now=now())
    assert len(titles()) == told
    listed = maple.json("alarms", "maple")["alarms"]
    assert ("held", key) in [(one["kind"], one["subject"]) for one in listed]
    newest = SyncRun.objects.order_by("-id")[0]
    maple.ok("reject", str(newest.pk), key)
    assert titles()[told:] == ["Nothing waits there any more"]
    assert key not in [one["subject"] for one in maple.json("alarms", "maple")["alarms"]]
    maple.ok("sync", "maple", "--on", DAY1)  # rejected again, by the same decision
    assert len(titles()) == told + 1
    ended = {one["subject"]: one["over_at"] for one in maple.json("alarms", "maple", "--all")["alarms"]}
    assert ended[key] is not None
    assert night["run"] < newest.pk


def test_a_missing_file_is_told_and_its_return_and_the_directory_stays(maple: Shell) -> None:
    maple.ok("notify", "add", "maple", ANN)
    (maple.incoming / "enrollments.csv").unlink()
    before = len(titles())
    for _ in range(2):
        assert maple("sync", "maple", "--on", DAY1).code == DataError.exit_code
    assert titles()[before:] == ["A file is missing"]
    trouble = SourceTrouble.objects.get()
    assert (trouble.times, trouble.code, "MAN-004" in trouble.findings) == (2, "DataError", True)
    maple.receive(1)
    maple.ok("sync", "maple", "--on", DAY1)
    assert titles()[before:] == ["A file is missing", "The file is there again"]
    assert not SourceTrouble.objects.exists()


def test_an_empty_file_and_a_folder_that_is_gone(maple: Shell) -> None:
    maple.ok("notify", "add", "maple", ANN)
    before = len(titles())
    (maple.incoming / "users.csv").write_text("")
    assert maple("sync", "maple", "--on", DAY1).code == DataError.exit_code
    assert titles()[before:] == ["Empty data"]
    shutil.rmtree(maple.incoming)
    assert maple("sync", "maple", "--on", DAY1).code != 0
    assert len(titles()) == before + 2
    maple.receive(1)
    maple.ok("sync", "maple", "--on", DAY1)
    alarm = Alarm.objects.order_by("id").last()
    assert alarm is not None
    assert alarm.over_told_at is not None


def test_a_stream_without_one_row_is_told(maple: Shell) -> None:
    maple.ok("notify", "add", "maple", ANN)
    path = maple.incoming / "enrollments.csv"
    path.write_text(path.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")
    maple.ok("sync", "maple", "--on", DAY1)
    alarm = Alarm.objects.get(kind="empty")
    assert (alarm.subject, alarm.evidence["rows_before"] > 100) == ("enrollments", True)
    maple.ok("sync", "maple", "--on", DAY1)
    alarm.refresh_from_db()
    assert alarm.over_at is None  # a second empty night is no recovery
    maple.receive(1)
    maple.ok("sync", "maple", "--on", DAY1)
    alarm.refresh_from_db()
    assert alarm.over_told_at is not None


def test_the_first_success_is_told_once(rollbook: Shell) -> None:
    rollbook.receive(1)
    rollbook.ok("district", "add", "maple", "--name", "Maple Valley")
    rollbook.ok("notify", "add", "maple", ANN)
    rollbook.ok("source", "add", "maple", "--kind", "oneroster_csv", "--path", str(rollbook.incoming))
    rollbook.ok("schools", "maple", "--create-missing")
    for _ in range(2):
        rollbook.ok("sync", "maple", "--on", DAY1)
    assert titles() == ["The first run is done"]
    assert "All is quiet" in rollbook.ok("alarms", "maple").out


def test_everybody_is_told_what_they_want_to_know(maple: Shell) -> None:
    maple.ok("notify", "add", "maple", ANN, "--kinds", "held, digest")
    maple.ok("notify", "add", "maple", BOB, "--kinds", "file_missing,recovered")
    before = {address: len(titles(address)) for address in (ANN, BOB)}
    cut(maple)
    maple.ok("sync", "maple", "--on", DAY1)
    held = waiting()
    (maple.incoming / "users.csv").unlink()
    assert maple("sync", "maple", "--on", DAY1).code != 0
    maple.receive(1)
    maple.ok("sync", "maple", "--on", DAY1)
    assert titles(ANN)[before[ANN] :] == [held]
    assert titles(BOB)[before[BOB] :] == ["A file is missing", "The file is there again and 1 more"]


def test_what_nobody_heard_of_is_told_to_the_first_who_wants_to_know(maple: Shell) -> None:
    cut(maple)
    maple.ok("sync", "maple", "--on", DAY1)
    assert set(Alarm.objects.filter(kind="held").values_list("told_at", flat=True)) == {None}
    maple.ok("notify", "add", "maple", ANN)
    for _ in range(2):
        alarms.look(now=now())
    assert titles() == [waiting()]
    maple.receive(1)
    maple.ok("sync", "maple", "--on", DAY1)
    assert titles()[1:] == ["Nothing waits there any more"]


def test_the_end_of_what_nobody_heard_of_is_not_told(maple: Shell) -> None:
    cut(maple)
    maple.ok("sync", "maple", "--on", DAY1)
    maple.ok("notify", "add", "maple", ANN, "--kinds", "recovered")
    maple.receive(1)
    maple.ok("sync", "maple", "--on", DAY1)
    assert titles() == []


def test_many_who_look_at_once_tell_once(maple: Shell) -> None:
    maple.ok("notify", "add", "maple", ANN)
    cut(maple)
    maple.ok("plan", "maple", "--on", DAY1)
    run = SyncRun.objects.order_by("-id")[0]
    SyncRun.objects.filter(pk=run.pk).update(state="applied")
    before = len(titles())

    def work(_number: int) -> int:
        try:
            return alarms.look(now=now()).letters
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert sum(pool.map(work, range(8))) == 1
    assert titles()[before:] == [waiting()]
    assert Alarm.objects.filter(kind="held").count() == run.holds.filter(depends_on="").count()


def test_a_daily_source_that_falls_silent_is_told(maple: Shell) -> None:
    maple.ok("notify", "add", "maple", ANN)
    connection = SourceConnection.objects.get()
    policies.change(connection=connection, values={"daily_sync": "on"}, by="ann")
    SourceConnection.objects.update(next_due_at=now() + dt.timedelta(hours=1))
    watching.go_round(now=now())
    before = len(titles())
    watching.go_round(now=now() + dt.timedelta(hours=4))  # and nobody began it
    assert titles()[before:] == ["The daily run did not begin"]
    maple.ok("sync", "maple", "--on", DAY1)
    SourceConnection.objects.update(next_due_at=now() + dt.timedelta(days=1))
    watching.go_round(now=now())
    assert titles()[before:] == ["The daily run did not begin", "The daily run began"]


def test_a_weekly_digest_counts_and_comes_once_a_week(maple: Shell) -> None:
    recipients.add(district=district(), address=ANN, kinds=["digest"], by="ann", now=now() - dt.timedelta(days=20))
    recipients.add(district=district(), address=BOB, kinds=["failed"], by="ann", now=now() - dt.timedelta(days=20))
    cut(maple)
    maple.ok("sync", "maple", "--on", DAY1)
    SyncRun.objects.update(created_at=now() - dt.timedelta(days=7))
    week = digests.week_of(district(), begins=now() - dt.timedelta(days=8), ends=now(), now=now())[0]
    first = SyncRun.objects.order_by("id")[0]
    holds = SyncRun.objects.order_by("-id")[0].holds.filter(depends_on="")
    number = sum(hold.count for hold in holds)
    assert (week.runs, week.failed, week.holds, week.waiting) == (2, 0, len(holds), number)
    assert week.added == sum(by_action["create"] for by_action in first.counts.values())
    assert any(one.startswith("5 changes wait for a person. 5 students would leave") for one in week.alarms)
    assert digests.write_due(now=now()) == 1
    assert digests.write_due(now=now()) == 0
    assert digests.write_due(now=now() + dt.timedelta(days=7)) == 1
    assert [letter.recipient.address for letter in Letter.objects.all()] == [ANN, ANN]
    letter = Letter.objects.order_by("id")[0]
    assert f"Waiting for a person: {number} in {len(holds)} holds" in letter.text
    assert "Waiting for a person" in letter.html


def test_no_persons_data_is_in_a_mail_an_alarm_or_a_log_line(rollbook: Shell, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rollbook.begin()
    path = rollbook.incoming / "users.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row |= {"givenName": f"Planted{number}", "familyName": f"Planted-{number}", "username": f"planted{number}"}
        row |= {"email": f"planted{number}@planted.example", "sms": "", "phone": f"+1555771{number:04}"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    rollbook.ok("notify", "add", "maple", ANN)
    rollbook.ok("settings", "maple", "update_threshold=100")
    rollbook.ok("sync", "maple", "--on", DAY1)  # everybody has a planted name now
    cut(rollbook)
    rollbook.ok("sync", "maple", "--on", DAY1)
    rollbook.ok("settings", "maple", "update_threshold=1")
    path.write_text(path.read_text("utf-8").replace("Planted", "Planted-again"), "utf-8")
    rollbook.ok("sync", "maple", "--on", DAY1)
    path.write_text('"planted,broken\n', "utf-8")
    assert rollbook("sync", "maple", "--on", DAY1).code != 0
    path.unlink()
    assert rollbook("sync", "maple", "--on", DAY1).code != 0
    Recipient.objects.update(created_at=now() - dt.timedelta(days=20))
    digests.write_due(now=now())
    assert Letter.objects.count() >= 4
    kept = [
        *(f"{letter.subject}\n{letter.text}\n{letter.html}" for letter in Letter.objects.all()),
        *(json.dumps(alarm.evidence) + alarm.subject for alarm in Alarm.objects.all()),
        *(record.getMessage() for record in caplog.records if not record.name.startswith("django.db")),
    ]
    assert [text for text in kept if re.search(r"planted|\+?1?555771", text, re.IGNORECASE)] == []
    assert ANN not in "".join(kept)


def test_who_is_told_can_be_changed_and_wrong_words_are_refused(maple: Shell) -> None:
    maple.ok("notify", "add", "maple", ANN)
    maple.ok("notify", "add", "maple", "ANN@example.org", "--kinds", "held")
    assert maple.json("notify", "list", "maple")["recipients"] == [{"address": ANN, "kinds": ["held"]}]
    assert maple("notify", "add", "maple", "nobody").code == ConfigError.exit_code
    wrong = maple("notify", "add", "maple", BOB, "--kinds", "hold")
    assert (wrong.code, "held" in wrong.err) == (ConfigError.exit_code, True)
    maple.ok("notify", "remove", "maple", ANN)
    assert maple("notify", "remove", "maple", ANN).code == 30
    assert "Nobody is told" in maple.ok("notify", "list", "maple").out


def test_looking_asks_no_more_questions_for_more_sources(maple: Shell) -> None:
    connection = SourceConnection.objects.select_related("district").get()

    def asked(number: int) -> int:
        from rollbook.services.alarm_facts import gather

        with CaptureQueriesContext(database) as context:
            assert len(gather([connection] * number, now=now())) == number
        return len(context)

    assert asked(1) == asked(50)


def test_a_decision_is_told_to_nobody_who_cannot_see_it(maple: Shell) -> None:
    """Another district's people hear nothing."""
    maple.ok("district", "add", "other", "--name", "Other")
    maple.ok("notify", "add", "other", BOB)
    key = cut(maple)
    night: Any = maple.json("sync", "maple", "--on", DAY1)
    run = SyncRun.objects.select_related("connection__district").get(pk=night["run"])
    approving.wait(run=run, keys=[key], by="ann", now=now())
    alarms.look(now=now())
    assert titles(BOB) == []


def test_a_mail_tells_ten_in_full_and_counts_the_rest(maple: Shell) -> None:
    maple.ok("plan", "maple", "--on", DAY1)
    run = SyncRun.objects.select_related("connection__district").order_by("-id")[0]
    assert alarms.draft(run) is None
    values = {"run": run, "kind": "student", "group": "removal", "base": 9, "percent": 1.0, "threshold": 3}
    Hold.objects.bulk_create(
        Hold(key=f"{number}:student:removal", count=100 + number, cause="x", sentence=f"{number} leave.", **values)
        for number in range(13)
    )
    mail = alarms.draft(run)
    assert mail is not None
    assert mail.subject == "Maple Valley: 1,378 changes wait for a person"
    assert (mail.text.count("leave."), mail.html.count("leave.")) == (10, 10)
    assert "And 3 more: rollbook alarms maple" in mail.text
    assert "And 3 more" in mail.html
    assert "12 leave." in mail.text  # the largest first


@pytest.mark.parametrize(
    ("address", "link"),
    [("https://roll.example.org", "https://roll.example.org/d/maple/"), ("http://127.0.0.1:8000", None)],
)
def test_a_mail_leads_to_the_page_where_there_is_one(
    maple: Shell, settings: Any, address: str, link: str | None
) -> None:
    settings.ROLLBOOK_URL = address
    recipients.add(district=district(), address=ANN, by="ann", now=now() - dt.timedelta(days=20))
    (maple.incoming / "users.csv").unlink()
    maple("sync", "maple", "--on", DAY1)
    digests.write_due(now=now())
    assert Letter.objects.count() == 2
    for letter in Letter.objects.all():
        assert ("See it in Rollbook" in letter.text) is (link is not None)
        if link is not None:
            assert f"See it in Rollbook: {link}\n" in letter.text
            assert f'<a href="{link}"' in letter.html
