"""Signing in at ClassLink, Clever and an OpenID Connect provider, against the sandbox over real sockets (T-6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from django.contrib.auth.models import User
from django.test import Client
from tests.web.people import browser, person

from rollbook.sandbox.server import Sandbox
from rollbook.sandbox.server.credentials import object_id
from rollbook.sandbox.server.people import for_sign_in
from rollbook.services import districts
from rollbook.store.models import (
    AccessGrant,
    District,
    DistrictRole,
    Guardianship,
    Person,
    School,
    SourceConnection,
    SourceLink,
    SsoApp,
    SsoIdentity,
    StaffRole,
    Student,
)

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = {"districtAdministrator": "boss", "teacher": "teacher", "parent": "parent", "student": "student"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(students=60, seed=1) as found:
        yield found


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def picked(address: str, user: str) -> str:
    """Where the vendor sends the browser after ``user`` was picked at ``address``: the path with its query."""
    parts = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    chosen = "/oauth/chosen" if parts.path.startswith("/oauth/") else "/oauth2/v2/chosen"
    sent = Request(f"{parts.scheme}://{parts.netloc}{chosen}", data=urlencode({**asked, "user": user}).encode())
    try:
        build_opener(_Stay).open(sent)
    except OSError as answer:
        location = answer.headers["Location"]  # type: ignore[attr-defined]
    back = urlsplit(location)
    return f"{back.path}?{back.query}"


@pytest.fixture
def people(sandbox: Sandbox) -> dict[str, str]:
    """role → sourcedId of somebody who can sign in there."""
    found: dict[str, str] = {}
    for sourced_id, _name, role in for_sign_in(sandbox.world.frames()[0]):
        found.setdefault(ROLES.get(role, role), sourced_id)
    return found


@pytest.fixture
def oak(people: dict[str, str], tmp_path: Any) -> District:
    """A district whose ClassLink and Clever sources know these people."""
    district = districts.add(slug="oak", name="Oak", by="tests")
    school = School.objects.create(district=district, name="Cedar", status="active")
    student = Student.objects.create(district=district, given_name="Ada", status="active")
    ids: dict[str, tuple[str, int]] = {"student": ("student", student.pk)}
    for who in ("boss", "teacher", "parent"):
        ids[who] = ("person", Person.objects.create(district=district, given_name=who, account_state="invitee").pk)
    StaffRole.objects.create(district=district, person_id=ids["boss"][1], role="districtAdministrator", status="active")
    StaffRole.objects.create(
        district=district, person_id=ids["teacher"][1], school=school, role="teacher", status="active"
    )
    Guardianship.objects.create(district=district, student=student, person_id=ids["parent"][1], status="active")
    for kind in ("classlink", "clever"):
        source = SourceConnection.objects.create(district=district, name=kind, kind=kind, config={})
        for who, (of, number) in ids.items():
            sourced_id = people[who] if kind == "classlink" else object_id("user", people[who])
            SourceLink.objects.create(
                district=district, connection=source, kind=of, sourced_id=sourced_id, object_id=number
            )
    return district


def added(client: Client, sandbox: Sandbox, provider: str, **other: str) -> SsoApp:
    keys, urls = sandbox.credentials, sandbox.urls
    values = {
        "classlink": {
            "tenant": str(keys.classlink_tenant_id),
            "client_id": keys.classlink_sso_id,
            "secret": keys.classlink_sso_secret,
            "base": urls.classlink,
            "api": urls.classlink,
        },
        "clever": {
            "tenant": keys.clever_district_id,
            "client_id": keys.clever_client_id,
            "secret": keys.clever_client_secret,
            "base": urls.clever,
            "api": urls.clever,
        },
        "oidc": {
            "client_id": keys.classlink_sso_id,
            "secret": keys.classlink_sso_secret,
            "base": urls.classlink,
            "claim": "login_hint",
        },
    }[provider]
    answer = client.post("/d/oak/sso/add/", {"provider": provider, **values, **other})
    assert answer.status_code == 302, answer.content.decode()
    return SsoApp.objects.get(provider=provider)


def through(client: Client, app: SsoApp, user: str) -> Any:
    """Sign in at the vendor as ``user`` and come back."""
    gone = client.get(f"/sso/{app.pk}/")
    assert gone.status_code == 302, gone.content.decode()
    return client.get(picked(gone["Location"], user))


def signed_in(client: Client) -> str | None:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).username if key else None


@pytest.fixture
def boss(oak: District) -> Client:
    return browser(person("boss@example.org", "oak"))


@pytest.mark.parametrize("provider", ["classlink", "clever"])
def test_everybody_of_the_roster_gets_in_as_who_they_are(
    provider: str, boss: Client, sandbox: Sandbox, people: dict[str, str], oak: District
) -> None:
    app = added(boss, sandbox, provider)
    device = Client()  # a shared machine, one after the other
    for who, what in (("teacher", "teacher"), ("parent", "guardian"), ("student", "student")):
        assert through(device, app, people[who]).status_code == 302
        account = User.objects.get(username=signed_in(device))
        assert not account.has_usable_password()
        assert list(AccessGrant.objects.filter(account=account).values_list("what", flat=True)) == [what]
        assert not DistrictRole.objects.filter(account=account).exists()
    through(device, app, people["boss"])
    assert DistrictRole.objects.get(account__username=signed_in(device)).role == "district_admin"
    assert device.get("/d/oak/").status_code == 200
    through(device, app, people["boss"])
    assert SsoIdentity.objects.count() == 4
    assert Person.objects.get(given_name="teacher").account_state == "active"

    StaffRole.objects.filter(role="teacher").update(status="ended")
    refused = through(device, app, people["teacher"])
    assert (refused.status_code, "gives you no class, child or school" in refused.content.decode()) == (403, True)


def test_an_openid_provider_is_believed_by_signature_only(
    boss: Client, sandbox: Sandbox, people: dict[str, str], oak: District
) -> None:
    app = added(boss, sandbox, "oidc")
    login_hint = sandbox.world.frames()[0]["users"].filter(sourcedId=people["teacher"])["username"].item()
    SourceLink.objects.filter(sourced_id=people["teacher"]).update(sourced_id=login_hint)
    device = Client()
    assert through(device, app, people["teacher"]).status_code == 302
    assert signed_in(device) is not None
    gone = device.get(f"/sso/{app.pk}/")
    assert {"nonce", "code_challenge", "state"} <= set(parse_qs(urlsplit(gone["Location"]).query))
    session = device.session
    kept = session["sso"]
    for one in kept.values():
        one["nonce"] = "another"
    session["sso"] = kept
    session.save()
    refused = device.get(picked(gone["Location"], people["teacher"]))
    assert (refused.status_code, "cannot be trusted" in refused.content.decode()) == (403, True)


def test_who_does_not_get_in(boss: Client, sandbox: Sandbox, people: dict[str, str], oak: District) -> None:
    app = added(boss, sandbox, "classlink")
    before = User.objects.count()

    def refusal(who: str = "teacher") -> str:
        device = Client()
        answer = through(device, app, people[who])
        assert answer.status_code == 403
        assert signed_in(device) is None
        assert User.objects.count() == before  # no account for nobody
        return re.sub(r"\s+", " ", answer.content.decode())

    app.tenant = "another"
    app.save()
    assert "at another district than this one" in refusal()
    app.tenant = str(sandbox.credentials.classlink_tenant_id)
    app.save()
    Person.objects.filter(given_name="teacher").update(account_state="disabled")
    assert "switched off" in refusal()
    Student.objects.update(status="archived")
    assert "was archived" in refusal("student")
    links = SourceLink.objects.filter(sourced_id=people["parent"])
    links.update(connection=SourceConnection.objects.get(kind="clever"))
    assert "does not know you yet" in refusal("parent")  # Clever's ids are nobody else's
    links.update(connection=SourceConnection.objects.get(kind="classlink"), sourced_id="elsewhere")
    assert "does not know you yet" in refusal("parent")


def test_a_launch_is_only_a_hint_and_a_loop_is_cut(
    boss: Client, sandbox: Sandbox, people: dict[str, str], oak: District
) -> None:
    app = added(boss, sandbox, "classlink")
    device = Client()
    launched = device.get(f"/sso/{app.pk}/callback/?code=from-the-portal")
    assert launched.status_code == 302  # our own sign-in begins; the code is thrown away
    assert "state=" in launched["Location"]
    back = picked(launched["Location"], people["teacher"])
    assert device.get(back).status_code == 302
    assert signed_in(device) is not None
    replayed = Client()
    for _ in range(2):  # somebody else's callback: first it begins anew, then it says so
        answer = replayed.get(back)
    assert answer.status_code == 403
    assert signed_in(replayed) is None
    again = device.get(back)
    assert again.status_code == 403  # used once
    forged = Client()
    forged.get(f"/sso/{app.pk}/")
    state = next(iter(forged.session["sso"]))
    assert forged.get(f"/sso/{app.pk}/callback/?code=forged&state={state}").status_code == 403
    broken_off = Client().get(f"/sso/{app.pk}/callback/?error=access_denied&state=x")
    assert (broken_off.status_code, "broken off" in broken_off.content.decode()) == (403, True)


def test_the_session_is_new_and_another_persons_is_gone(
    boss: Client, sandbox: Sandbox, people: dict[str, str], oak: District
) -> None:
    app = added(boss, sandbox, "classlink")
    device = Client()
    gone = device.get(f"/sso/{app.pk}/?next=https://evil.example/")
    fixed = device.session.session_key
    landed = device.get(picked(gone["Location"], people["teacher"]))
    assert landed["Location"] == "/"  # no open redirect
    assert device.session.session_key != fixed
    session = device.session
    session["mine"] = "private"
    session.save()
    through(device, app, people["student"])
    assert "mine" not in device.session


def test_an_administrator_tests_the_app_and_stays_who_they_are(
    boss: Client, sandbox: Sandbox, people: dict[str, str], oak: District
) -> None:
    assert "Add an app for signing in" in boss.get("/d/oak/set-up/").content.decode()
    wrong = boss.post("/d/oak/sso/add/", {"provider": "classlink", "client_id": "typed", "secret": "hush-hush"})
    assert wrong.status_code == 422
    assert 'value="typed"' in wrong.content.decode()
    assert "hush-hush" not in wrong.content.decode()
    app = added(boss, sandbox, "classlink")
    assert sandbox.credentials.classlink_sso_secret not in str(app.secret)
    page = boss.get("/d/oak/sso/").content.decode()
    assert f"http://testserver/sso/{app.pk}/callback/" in page
    assert "Not tested yet" in page
    gone = boss.get(f"/d/oak/sso/{app.pk}/test/")
    back = boss.get(picked(gone["Location"], people["teacher"]), follow=True).content.decode()
    assert "It works: the roster knows who signed in there as teacher." in back
    assert signed_in(boss) == "boss@example.org"
    assert not SsoIdentity.objects.exists()
    app.refresh_from_db()
    assert app.tested_by == "boss@example.org"
    changed = {"provider": "classlink", "tenant": app.tenant, "client_id": "another", "secret": "", "base": app.base}
    boss.post(f"/d/oak/sso/{app.pk}/", changed)
    app.refresh_from_db()
    assert (app.client_id, app.tested_at) == ("another", None)  # the secret was kept, and it is to be tested again
    stranger = browser(person("dan@example.org", "oak", role="district_staff"))
    assert stranger.get(f"/d/oak/sso/{app.pk}/test/").status_code == 403
    boss.post(f"/d/oak/sso/{app.pk}/remove/")
    assert "No app yet" in boss.get("/d/oak/sso/").content.decode()
