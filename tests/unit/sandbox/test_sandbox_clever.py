"""The make-believe Clever does what the facts page says, and both vendors sign people in."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.unit.sandbox.http_client import Answer, basic, classlink, clever, get, post

from rollbook.sandbox.server import Sandbox

REDIRECT = "http://127.0.0.1:9/callback"


def everything(sandbox: Sandbox, path: str, **query: Any) -> list[dict[str, Any]]:
    """A list to its end, by its next links alone."""
    answer = clever(sandbox, path, **query)
    found = []
    while True:
        found += [item["data"] for item in answer.json["data"]]
        after = [link["uri"] for link in answer.json["links"] if link["rel"] == "next"]
        if not after:
            return found
        answer = clever(sandbox, after[0])


def test_a_token_is_found_by_the_apps_own_id_and_secret(sandbox: Sandbox) -> None:
    keys, url = sandbox.credentials, sandbox.urls.clever + "/oauth/tokens"
    mine = basic(keys.clever_client_id, keys.clever_client_secret)
    for query in ({"owner_type": "district"}, {"district": keys.clever_district_id}):
        listed = get(url, query, authorization=mine).json["data"]
        assert [item["access_token"] for item in listed] == [keys.clever_token]
        assert listed[0]["owner"] == {"type": "district", "id": keys.clever_district_id}
    assert get(url, {"district": "f" * 24}, authorization=mine).json["data"] == []
    assert get(url, {"owner_type": "district"}, authorization=basic("x", "y")).status == 401
    sandbox.set_switches(clever_authorised=False)
    assert get(url, {"owner_type": "district"}, authorization=mine).json["data"] == []
    assert clever(sandbox, "/v3.1/users").status == 401


def test_next_links_lead_through_everything_once(sandbox: Sandbox) -> None:
    users = everything(sandbox, "/v3.1/users", limit=37)
    ids = [user["id"] for user in users]
    assert ids == sorted(set(ids))
    assert clever(sandbox, "/v3.1/users", limit=1, count="true").json["count"] == len(ids)
    assert clever(sandbox, "/v3.1/users", limit=10_001).status == 413
    assert clever(sandbox, "/v3.1/users", starting_after=ids[-1]).json["data"] == []


def test_the_same_people_classes_and_seats_as_in_oneroster(sandbox: Sandbox) -> None:
    rows = {name: classlink(sandbox, f"/{name}", limit=5000).json[name] for name in ("users", "classes", "enrollments")}
    users = everything(sandbox, "/v3.1/users", limit=5000)
    sections = everything(sandbox, "/v3.1/sections", limit=5000)
    kinds: dict[str, set[str]] = {}
    sis_ids: dict[str, str] = {}
    for user in users:
        ((kind, role),) = user["roles"].items()
        kinds.setdefault(kind, set()).add(role.get("sis_id") or role.get("staff_id") or "")
        sis_ids[user["id"]] = role.get("sis_id") or role.get("staff_id") or ""
    by_role = {
        role: {row["sourcedId"] for row in rows["users"] if row["role"] == role} for role in ("student", "teacher")
    }
    guardians = {row["sourcedId"] for row in rows["users"] if row["role"] in ("parent", "guardian", "relative")}
    assert kinds["student"] == by_role["student"]
    assert kinds["teacher"] == by_role["teacher"]
    assert kinds["contact"] == guardians
    assert {section["sis_id"] for section in sections} == {row["sourcedId"] for row in rows["classes"]}
    seats = {(section["sis_id"], sis_ids[one]) for section in sections for one in section["students"]}
    taught = {(section["sis_id"], sis_ids[one]) for section in sections for one in section["teachers"]}
    assert seats | taught == {(row["class"]["sourcedId"], row["user"]["sourcedId"]) for row in rows["enrollments"]}


def test_a_contact_has_one_name_and_says_whose_it_is(sandbox: Sandbox) -> None:
    contact = everything(sandbox, "/v3.1/users", role="contact")[0]
    role = contact["roles"]["contact"]
    assert set(contact["name"]) == {"last"}
    assert role["phone_type"] in ("Cell", "Home")
    student = clever(sandbox, f"/v3.1/users/{role['student_relationships'][0]['student']}").json["data"]
    assert "student" in student["roles"]
    assert contact["id"] in [one["id"] for one in everything(sandbox, f"/v3.1/users/{student['id']}/mycontacts")]
    wards = everything(sandbox, f"/v3.1/users/{contact['id']}/mystudents")
    assert student["id"] in [one["id"] for one in wards]


def test_3_0_has_no_preferred_names(sandbox: Sandbox) -> None:
    def one(version: str) -> dict[str, Any]:
        role: dict[str, Any] = clever(sandbox, f"/{version}/users", role="student", limit=1).json["data"][0]["data"][
            "roles"
        ]["student"]
        return role

    assert set(one("v3.1")) - set(one("v3.0")) == {"preferred_name", "disability"}


def test_events_tell_what_a_night_changed(sandbox: Sandbox) -> None:
    before = {user["id"]: user for user in everything(sandbox, "/v3.1/users", limit=5000)}
    newest = clever(sandbox, "/v3.1/events", ending_before="last", limit=1).json["data"]
    cursor = {"starting_after": newest[0]["data"]["id"]} if newest else {}
    sandbox.set_day(2)
    after = {user["id"]: user for user in everything(sandbox, "/v3.1/users", limit=5000)}
    told = everything(sandbox, "/v3.1/events", record_type="users", limit=3, **cursor)
    replayed = dict(before)
    for event in told:
        thing = event["data"]["object"]
        if event["type"] == "users.deleted":
            del replayed[thing["id"]]
        else:
            replayed[thing["id"]] = thing
    assert replayed == after
    assert {event["type"] for event in told} == {"users.created", "users.updated", "users.deleted"}
    assert [event["id"] for event in told] == sorted(event["id"] for event in told)


def test_unsharing_is_a_deletion_for_the_app(sandbox: Sandbox) -> None:
    section = everything(sandbox, "/v3.1/sections", limit=5000)[0]
    sandbox.set_sharing("clever", schools=("0103",) if section["sis_id"].startswith("0101") else ("0101",))
    assert clever(sandbox, f"/v3.1/sections/{section['id']}").status == 404
    assert {"sections.deleted"} <= {event["type"] for event in everything(sandbox, "/v3.1/events", limit=5000)}


def test_a_district_says_how_it_is(sandbox: Sandbox) -> None:
    assert clever(sandbox, "/v3.1/districts").json["data"][0]["data"]["state"] == "success"
    sandbox.set_switches(clever_state="paused")
    assert clever(sandbox, "/v3.1/districts").json["data"][0]["data"]["state"] == "paused"
    assert clever(sandbox, "/v3.1/users", limit=1).status == 200  # data is still given


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def landed(answer: Answer) -> dict[str, str]:
    """The query that the browser is sent back with."""
    assert answer.status == 303
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


VENDORS = ["classlink", "clever"]
PATHS = {
    "classlink": ("/oauth2/v2/auth", "/oauth2/v2/chosen", "/oauth2/v2/token", "/launch"),
    "clever": ("/oauth/authorize", "/oauth/chosen", "/oauth/tokens", "/oauth/instant-login"),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_signing_in_ends_with_the_person_that_was_picked(sandbox: Sandbox, vendor: str) -> None:
    keys = sandbox.credentials
    host = getattr(sandbox.urls, vendor)
    client, secret = {
        "classlink": (keys.classlink_sso_id, keys.classlink_sso_secret),
        "clever": (keys.clever_client_id, keys.clever_client_secret),
    }[vendor]
    authorize, chosen, token_path, _ = PATHS[vendor]
    asked = {"client_id": client, "redirect_uri": REDIRECT, "scope": "openid profile", "state": "s1", "nonce": "n1"}
    picker = get(host + authorize, asked)
    assert b"T000001" in picker.body
    assert b"<script" not in picker.body
    back = landed(post(host + chosen, {**asked, "user": "T000001"}))
    assert back["state"] == "s1"
    form = {"code": back["code"], "redirect_uri": REDIRECT, "grant_type": "authorization_code"}
    assert post(host + token_path, form, authorization=basic(client, "wrong")).status in (400, 401)
    tokens = post(host + token_path, form, authorization=basic(client, secret)).json
    assert claims(tokens["id_token"])["nonce"] == "n1"
    assert post(host + token_path, form, authorization=basic(client, secret)).status == 400  # a code is used once
    if vendor == "classlink":
        info = get(host + "/v2/my/info", bearer=tokens["access_token"]).json
        assert (info["SourcedId"], info["TenantId"]) == ("T000001", keys.classlink_tenant_id)
    else:
        me = get(host + "/v3.1/me", bearer=tokens["access_token"]).json
        assert clever(sandbox, f"/v3.1/users/{me['data']['id']}").json["data"]["roles"]["district_admin"]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_launch_from_the_portal_brings_no_state_and_a_refusal_says_so(sandbox: Sandbox, vendor: str) -> None:
    keys, host = sandbox.credentials, getattr(sandbox.urls, vendor)
    client = {"classlink": keys.classlink_sso_id, "clever": keys.clever_client_id}[vendor]
    _, chosen, _, launch = PATHS[vendor]
    asked = {"client_id": client, "redirect_uri": REDIRECT, "state": "planted"}
    assert b"planted" not in get(host + launch, asked).body
    back = landed(post(host + chosen, {"client_id": client, "redirect_uri": REDIRECT, "user": "T000001"}))
    assert "state" not in back
    refused = landed(post(host + chosen, {"client_id": client, "redirect_uri": REDIRECT, "user": ""}))
    assert refused == {"error": "access_denied"}
    assert get(host + launch, {"client_id": "wrong", "redirect_uri": REDIRECT}).status in (200, 400)
