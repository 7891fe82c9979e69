"""The console and the faults that it sets."""

from __future__ import annotations

import http.client
import re
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from tests.unit.sandbox.http_client import Answer, classlink, clever, get, post

from rollbook.core.errors import ConfigError
from rollbook.sandbox.server import KINDS, Sandbox


def control(sandbox: Sandbox, **command: Any) -> Answer:
    return post(sandbox.urls.console + "/control", body=command)


def users(sandbox: Sandbox, offset: int = 0) -> Answer:
    return classlink(sandbox, "/users", limit=100, offset=offset, sort="sourcedId")


STATUSES = {"401": 401, "403": 403, "404": 404, "429": 429, "429-retry-after": 429, "500": 500}


@pytest.mark.parametrize("kind", STATUSES)
def test_a_fault_hits_the_request_it_is_set_for_and_no_other(sandbox: Sandbox, kind: str) -> None:
    control(sandbox, fault={"kind": kind, "at": 2, "vendor": "classlink", "seconds": 7})
    assert clever(sandbox, "/v3.1/users").status == 200  # another vendor, neither hit nor counted
    answers = [users(sandbox) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, STATUSES[kind], 200]
    assert answers[1].headers.get("retry-after") == ("7" if kind == "429-retry-after" else None)


def test_a_fault_can_last_and_be_cleared(sandbox: Sandbox) -> None:
    sandbox.set_fault("500", times=0, path="/users")
    assert [users(sandbox).status, users(sandbox).status] == [500, 500]
    assert classlink(sandbox, "/orgs").status == 200
    control(sandbox, clear_faults=True)
    assert users(sandbox).status == 200


def test_html_is_html_with_a_good_conscience(sandbox: Sandbox) -> None:
    sandbox.set_fault("html")
    answer = users(sandbox)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_cut_body_is_shorter_than_announced(sandbox: Sandbox) -> None:
    sandbox.set_fault("cut")
    with pytest.raises(http.client.IncompleteRead):
        users(sandbox)


def test_a_time_out_never_answers_and_slow_answers_late(sandbox: Sandbox) -> None:
    sandbox.set_fault("timeout", seconds=0.2)
    with pytest.raises((http.client.RemoteDisconnected, urllib.error.URLError)):
        users(sandbox)
    sandbox.set_fault("slow", seconds=0.2)
    began = time.monotonic()
    assert users(sandbox).status == 200
    assert time.monotonic() - began >= 0.2


def test_page_faults_give_another_page_and_the_true_total(sandbox: Sandbox) -> None:
    pages = [users(sandbox, offset) for offset in (0, 100)]
    sandbox.set_fault("duplicate-page")
    again = users(sandbox, 100)
    assert again.json == pages[0].json != pages[1].json
    sandbox.set_fault("missing-page")
    lost = users(sandbox, 100)
    assert lost.json == {"users": []}
    assert lost.headers["x-total-count"] == again.headers["x-total-count"] == pages[0].headers["x-total-count"]


@pytest.mark.parametrize("kind", ["permission-change", "day-change"])
def test_the_world_can_change_between_two_pages(sandbox: Sandbox, kind: str) -> None:
    before = users(sandbox)
    sandbox.set_fault(kind, at=2)
    assert users(sandbox).headers["x-perm-rev"] == before.headers["x-perm-rev"]
    after = users(sandbox)
    assert after.headers["x-perm-rev"] != before.headers["x-perm-rev"]
    assert after.headers["x-total-count"] != before.headers["x-total-count"]


def test_an_unknown_fault_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigError, match="no fault"):
        sandbox.set_fault("earthquake")
    assert control(sandbox, fault={"kind": "earthquake"}).status == 422
    assert control(sandbox, day=0).status == 422
    assert control(sandbox, switches={"nonsense": 1}).status == 422


def test_the_page_works_by_its_forms_alone(sandbox: Sandbox) -> None:
    page = get(sandbox.urls.console + "/")
    assert b"<script" not in page.body
    assert b"http-equiv" not in page.body
    assert "Not confirmed" in page.body.decode()
    assert all(kind in page.body.decode() for kind in KINDS)
    forms: list[dict[str, str]] = [
        {"do": "day", "day": "2"},
        {"do": "switches", "classlink_listed": "on", "clever_state": "pending"},
        {"do": "sharing", "vendor": "clever", "schools": "0101, 0102", "unenrolled": "on"},
        {"do": "fault", "kind": "500", "at": "3", "times": "0", "vendor": "clever", "path": "", "seconds": "1"},
    ]
    assert [post(sandbox.urls.console + "/", form).status for form in forms] == [303] * 4
    state = get(sandbox.urls.console + "/control").json
    assert state["day"] == 2
    assert state["switches"]["classlink_enabled"] is False
    assert state["switches"]["clever_state"] == "pending"
    assert state["sharing"]["clever"]["schools"] == ["0101", "0102"]
    assert (state["faults"][0]["kind"], state["faults"][0]["times"]) == ("500", 0)
    assert post(sandbox.urls.console + "/", {"do": "clear"}).status == 303
    assert get(sandbox.urls.console + "/control").json["faults"] == []
    assert post(sandbox.urls.console + "/", {"do": "day", "day": "<b>"}).status == 422


def test_the_page_has_the_keys_to_type_and_buttons_for_the_next_day_and_for_faults(sandbox: Sandbox) -> None:
    page = get(sandbox.urls.console + "/").body.decode()
    for fields in sandbox.keys.values():
        assert all(f'<code class="copy">{value}</code>' in page for value in fields.values())
    forms = [
        dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
        for form in re.findall(r"<form.*?</form>", page)
        if "<label" not in form
    ]
    assert {"do": "day", "day": "2"} in forms
    faults = [form for form in forms if form["do"] == "fault"]
    assert len(faults) >= 5
    assert [post(sandbox.urls.console + "/", form).status for form in faults] == [303] * len(faults)
    assert get(sandbox.urls.console + "/control").json["faults"][0]["kind"] == faults[0]["kind"]


def test_the_console_answers_to_this_computer_only(sandbox: Sandbox) -> None:
    request = urllib.request.Request(sandbox.urls.console + "/control", headers={"Host": "evil.example.org:80"})
    with pytest.raises(urllib.error.HTTPError, match="403") as refused:
        urllib.request.urlopen(request)
    refused.value.close()


def test_a_taken_port_is_said_in_words_and_nothing_stays_open(sandbox: Sandbox) -> None:
    taken = int(sandbox.urls.console.rpartition(":")[2])
    with pytest.raises(ConfigError, match="taken"):
        Sandbox(students=20, port=taken)
