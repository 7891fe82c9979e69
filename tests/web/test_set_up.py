"""The nine steps, as they stand; and the settings, in a form."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from tests.web.people import asking, browser, person

from rollbook.reports.examinations import Examined
from rollbook.reports.set_up import SetUpFacts, SourceFacts
from rollbook.services import districts, policies
from rollbook.store.models import Classroom, District, School, SourceConnection, Student
from rollbook.web.set_up.presenters import set_up_page
from rollbook.web.set_up.vendors import instructions

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
EMPTY = SetUpFacts(sources=(), schools=0, unfed=0, loose_classrooms=0, students=0, loose_students=0)


def source(**given: Any) -> SourceFacts:
    usual: dict[str, Any] = {
        "connection": 1,
        "name": "main",
        "kind": "clever",
        "read_at": None,
        "rows": {},
        "run": None,
        "state": "",
        "error": "",
        "to_mend": 0,
        "planned": None,
        "applied": None,
        "matched": 0,
        "offered": 0,
        "left_out": 0,
        "near": 0,
        "undecided": 0,
        "doubles": 0,
        "changed": (),
        "is_daily": False,
    }
    return SourceFacts(**{**usual, **given})


def district(*sources: SourceFacts, **given: int) -> SetUpFacts:
    usual = {"schools": 0, "unfed": 0, "loose_classrooms": 0, "students": 0, "loose_students": 0}
    return SetUpFacts(sources=sources, **{**usual, **given})


def checked(level: str, *sources: SourceFacts, **given: int) -> SetUpFacts:
    """The first source has a self-check whose gravest level is this."""
    facts = district(*sources, schools=3, **given)
    found = Examined(
        number=1,
        connection=sources[0].connection,
        kind="self_check",
        asked_at=NOW,
        asked_by="a",
        ended_at=NOW,
        question={},
        result={"checks": [{"level": "pass"}, {"level": level}]},
        rows="",
        problem="",
    )
    return replace(facts, checks={found.connection: found})


READ = {"read_at": NOW, "rows": {"users": 10}, "run": 7, "state": "planned", "planned": 7}
DONE = {**READ, "state": "applied", "planned": None, "applied": 7, "matched": 3, "is_daily": True}


@pytest.mark.parametrize(
    ("facts", "states"),
    [
        # ".": to do, "!": look at it, "x": done; step 2 is not built, and never says that it is done
        (EMPTY, "........."),
        (district(source()), "........."),
        (district(source(matched=3), schools=3), "..xx....."),
        (district(source(**READ, matched=3), schools=3), "x.xx....."),
        (checked("pass", source(**READ, matched=3, to_mend=2)), "x.xx.x..."),
        (checked("warn", source(**READ, matched=3)), "x.xx.x..."),
        (checked("fail", source(**READ, matched=3)), "x.xx.!..."),
        (district(source(**READ, matched=3, changed=("classes",)), schools=3), "x.xxx...."),
        (checked("pass", source(**DONE), students=9), "x.xxxxxxx"),
        (district(source(**{**DONE, "is_daily": False}), schools=3), "x.xxx.!xx"),
        (district(source(**{**DONE, "state": "failed"}), schools=3), "!.xxx.xxx"),
        (district(source(**DONE, undecided=2), schools=3, loose_classrooms=2, loose_students=4), "x.x!x.xx!"),
        (district(source(**DONE), schools=3, loose_classrooms=2), "x.xxx.xxx"),
        (district(source(**{**DONE, "offered": 4}), schools=3), "x.!xx.xxx"),
        (district(source(**{**DONE, "offered": 4, "left_out": 1}), schools=3), "x.xxx.xxx"),
        (checked("pass", source(**DONE), source(connection=2, name="more")), "..xxx.!xx"),
    ],
)
def test_the_state_of_each_step(facts: SetUpFacts, states: str) -> None:
    page = set_up_page("maple", facts)
    signs = {"todo": ".", "attention": "!", "done": "x"}
    assert "".join(signs[step.state] for step in page.steps) == states
    assert page.done == states.count("x")
    assert sum(step.is_open for step in page.steps) <= 1
    assert all(step.evidence for step in page.steps)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("classlink", "Unenrolled Users: on"),
        ("clever", "Under Data sharing"),
        ("oneroster_sftp", "fingerprint of its host key"),
        ("oneroster_rest", "base URL"),
        ("oneroster_csv", "folder of this source"),
    ],
)
def test_the_vendors_own_words(kind: str, words: str) -> None:
    assert any(words in line for line in instructions(kind))


@pytest.fixture
def oak(db: None) -> District:
    return districts.add(slug="oak", name="Oak Hill", by="tests")


@pytest.fixture
def feed(oak: District) -> SourceConnection:
    return SourceConnection.objects.create(district=oak, name="main / night", kind="clever")


@pytest.fixture
def client(oak: District) -> Client:
    return browser(person("alice@example.org", "oak"))


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_new_district_is_led_from_home_to_its_first_step(client: Client) -> None:
    assert 'href="/d/oak/set-up/"> Begin the set-up'.replace("> ", ">") in text(client.get("/d/oak/"))
    page = text(client.get("/d/oak/set-up/"))
    assert "0 of 9 steps are done" in page
    assert 'href="/d/oak/sources/add/"' in page
    assert '<details class="step" id="step-1" open>' in page


def test_what_no_source_knows_is_counted(client: Client, oak: District, feed: SourceConnection) -> None:
    school = School.objects.create(district=oak, name="Cedar", status="active")
    Classroom.objects.create(district=oak, school=school, name="Room 4", kind="manual", status="active")
    Student.objects.create(district=oak, given_name="Ana", status="active")
    Student.objects.create(district=oak, given_name="Bo", status="archived")
    page = text(client.get("/d/oak/set-up/"))
    assert "1 classroom is known to no source." in page
    assert "1 school here is fed by no source." in page
    assert "1 active student is in the directory." in page


def test_the_set_up_asks_as_much_for_many_as_for_few(client: Client, oak: District, feed: SourceConnection) -> None:
    def questions() -> int:
        with asking() as asked:
            assert client.get("/d/oak/set-up/").status_code == 200
        return asked.number

    few = questions()
    Student.objects.bulk_create(Student(district=oak, given_name=str(number), status="active") for number in range(200))
    School.objects.bulk_create(School(district=oak, name=str(number), status="active") for number in range(50))
    assert questions() == few


def form(client: Client, feed: SourceConnection) -> tuple[str, dict[str, str]]:
    """The address of the form, and what a browser would send back unchanged."""
    address = f"/d/oak/sources/{feed.pk}/settings/"
    page = client.get(address).content.decode()
    typed = dict(re.findall(r'<input class="form-control form-control-sm" id="(\w+)"[^>]* value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search("<option selected>([^<]*)", options)
        assert chosen, name
        typed[name] = chosen.group(1)
    return address, typed


def test_a_setting_is_changed_in_the_form_and_the_others_stay(client: Client, feed: SourceConnection) -> None:
    address, typed = form(client, feed)
    assert typed["daily_sync"] == "off"
    assert client.post(address, typed, follow=True).content.decode().count("Nothing was changed.") == 1
    answer = client.post(address, {**typed, "daily_sync": "on", "deletion_threshold": "25"}, follow=True)
    assert "Saved." in text(answer)
    feed.refresh_from_db()
    policy = policies.policy_of(feed)
    assert (policy.daily_sync, policy.deletion_threshold, policy.update_threshold) == (True, 25, 50)
    assert set(feed.settings) == {"daily_sync", "deletion_threshold"}
    assert "changed" in text(answer)
    client.post(address, {**typed, "daily_sync": "on", "deletion_threshold": ""})
    feed.refresh_from_db()
    assert set(feed.settings) == {"daily_sync"}


def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(
    client: Client, feed: SourceConnection
) -> None:
    address, typed = form(client, feed)
    answer = client.post(address, {**typed, "deletion_threshold": "lots", "start_time": "04:30", "pause_until": "soon"})
    page = text(answer)
    assert answer.status_code == 422
    assert page.count('aria-invalid="true"') == 2
    assert "It takes a whole number from 0 to 100." in page
    for value in ("lots", "04:30", "soon"):
        assert f'value="{value}"' in page
    feed.refresh_from_db()
    assert feed.settings == {}


def test_settings_that_do_not_go_together_are_refused(client: Client, feed: SourceConnection) -> None:
    address, typed = form(client, feed)
    answer = client.post(address, {**typed, "sessions": "chosen"})
    assert answer.status_code == 422
    assert "needs the academic sessions that are chosen" in text(answer)


def test_who_may_change_settings(feed: SourceConnection) -> None:
    address = f"/d/oak/sources/{feed.pk}/settings/"
    dan = browser(person("dan@example.org", "oak", role="district_staff"))
    page = text(dan.get(address))
    assert "Save the settings" not in page
    assert page.count(" disabled>") > 10
    assert dan.post(address, {"daily_sync": "on"}).status_code == 403
    districts.add(slug="elm", name="Elm", by="tests")
    charlie = browser(person("charlie@example.org", "elm"))
    for path in (address, f"/d/elm/sources/{feed.pk}/settings/"):
        assert charlie.get(path).status_code == 404
        assert charlie.post(path, {"daily_sync": "on"}).status_code == 404
    feed.refresh_from_db()
    assert feed.settings == {}
