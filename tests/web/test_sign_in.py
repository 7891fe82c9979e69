"""Signing in: by password, by a link that works once; and who is kept out."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from tests.web.people import NOW, browser, person

from rollbook.core.errors import AuthError, ConfigError, NotFound, RateLimited, RollbookError
from rollbook.services import accounts, districts
from rollbook.store.models import DistrictRole, FailedSignIn, SignInLink

pytestmark = pytest.mark.django_db
GOOD = "a long sentence of 4 words"


def minutes(number: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=number)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("path", ["/", "/components/", "/d/maple/", "/d/maple/runs/", "/d/maple/runs/1/preview/"])
def test_nobody_gets_in_without_signing_in(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/?next={path}"


def test_a_password_signs_in_and_leads_where_one_wanted_to_go() -> None:
    accounts.add(email="Alice@Example.org", password=GOOD, by="tests", now=NOW)
    client = Client(enforce_csrf_checks=True)
    form = client.get("/sign-in/?next=/components/")
    token = form.context["csrf_token"]
    typed = {
        "email": " ALICE@example.org ",
        "password": GOOD,
        "next": "/components/",
        "csrfmiddlewaretoken": str(token),
    }
    answer = client.post("/sign-in/", typed)
    assert (answer.status_code, answer["Location"]) == (302, "/components/")
    assert signed_in(client)
    assert client.post("/sign-out/").status_code == 403  # not without its token
    assert signed_in(client)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(elsewhere: str) -> None:
    accounts.add(email="alice@example.org", password=GOOD, by="tests", now=NOW)
    client = Client()
    answer = client.post("/sign-in/", {"email": "alice@example.org", "password": GOOD, "next": elsewhere})
    assert answer["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_are_told_alike() -> None:
    accounts.add(email="alice@example.org", password=GOOD, by="tests", now=NOW)
    pages = [
        Client().post("/sign-in/", {"email": email, "password": "x"})
        for email in ("alice@example.org", "nobody@example.org")
    ]
    told = [page.content.decode().replace("nobody", "alice") for page in pages]
    words = "That e-mail address and password do not belong together."
    assert [page.status_code for page in pages] == [403, 403]
    assert [words in text for text in told] == [True, True]
    assert 'value="alice@example.org"' in told[0]  # what was typed is still there


def test_after_five_failures_an_account_is_left_alone_for_a_quarter_of_an_hour() -> None:
    accounts.add(email="alice@example.org", password=GOOD, by="tests", now=NOW)

    def attempt(password: str, at: dt.datetime, address: str = "192.0.2.1") -> type[RollbookError] | None:
        try:
            accounts.sign_in(email="alice@example.org", password=password, address=address, now=at)
        except RollbookError as error:
            return type(error)
        return None

    assert [attempt("x", minutes(number)) for number in range(5)] == [AuthError] * 5
    assert attempt(GOOD, minutes(5)) is RateLimited
    assert attempt(GOOD, minutes(5), address="192.0.2.2") is RateLimited
    assert attempt(GOOD, minutes(16)) is None  # the first is a quarter of an hour ago
    assert attempt("x", minutes(16)) is AuthError
    assert not any("alice" in key or "192.0" in key for key in FailedSignIn.objects.values_list("key", flat=True))


def test_after_thirty_failures_an_address_is_left_alone() -> None:
    for number in range(30):
        with pytest.raises(AuthError):
            accounts.sign_in(email=f"nobody{number}@example.org", password="x", address="192.0.2.9", now=NOW)
    with pytest.raises(RateLimited):
        accounts.sign_in(email="somebody@example.org", password="x", address="192.0.2.9", now=NOW)
    with pytest.raises(RateLimited):
        accounts.open_link(secret="guess", address="192.0.2.9", now=NOW)


def test_a_link_signs_in_once_and_only_looking_does_not_use_it_up() -> None:
    person("alice@example.org")
    secret = accounts.link(email="Alice@example.org", by="tests", now=dt.datetime.now(dt.UTC))
    address = reverse("sign-in-link", args=[secret])
    assert [Client().get(address).status_code for _ in range(3)] == [200] * 3
    first, second = Client(), Client()
    assert first.post(address)["Location"] == "/"
    assert signed_in(first)
    assert second.post(address).status_code == 403
    assert not signed_in(second)


@pytest.mark.parametrize(("after", "works"), [(0, True), (14.9, True), (15, False), (600, False)])
def test_a_link_is_over_after_a_quarter_of_an_hour(after: float, works: bool) -> None:
    account = person("alice@example.org")
    secret = accounts.link(email="alice@example.org", by="tests", now=NOW)
    if works:
        assert accounts.open_link(secret=secret, address="", now=minutes(after)) == account
    else:
        with pytest.raises(AuthError):
            accounts.open_link(secret=secret, address="", now=minutes(after))


def test_the_secret_of_a_link_is_not_kept() -> None:
    person("alice@example.org")
    secret = accounts.link(email="alice@example.org", by="tests", now=NOW)
    kept = SignInLink.objects.values_list("digest", flat=True).get()
    assert secret not in kept
    accounts.link(email="alice@example.org", by="tests", now=minutes(60))
    assert SignInLink.objects.filter(digest=kept).count() == 0  # those that are over are gone


def test_an_account_that_is_switched_off_gets_in_by_no_way() -> None:
    account = accounts.add(email="alice@example.org", password=GOOD, by="tests", now=NOW)
    secret = accounts.link(email="alice@example.org", by="tests", now=NOW)
    client = browser(account)
    User.objects.update(is_active=False)
    with pytest.raises(NotFound):
        accounts.link(email="alice@example.org", by="tests", now=NOW)
    with pytest.raises(AuthError):
        accounts.open_link(secret=secret, address="", now=NOW)
    with pytest.raises(AuthError):
        accounts.sign_in(email="alice@example.org", password=GOOD, address="", now=NOW)
    assert client.get("/components/").status_code == 302  # and a session that was open is closed


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"email": "alice"}, ConfigError),
        ({"role": "emperor"}, ConfigError),
        ({"password": "short"}, ConfigError),
        ({"password": "alice@example.org"}, ConfigError),
        ({"password": "passwordpassword"}, None),
        ({"districts": ["nowhere"]}, NotFound),
    ],
)
def test_what_an_account_cannot_be(what: dict[str, object], error: type[Exception] | None) -> None:
    given = {"email": "alice@example.org", "password": None, "by": "tests", "now": NOW, **what}
    if error is None:
        accounts.add(**given)  # type: ignore[arg-type]
        return
    with pytest.raises(error):
        accounts.add(**given)  # type: ignore[arg-type]
    assert not User.objects.exists()


def test_adding_an_account_again_adds_districts_and_keeps_its_password() -> None:
    for slug in ("maple", "oak"):
        districts.add(slug=slug, name=slug, by="tests")
    accounts.add(email="alice@example.org", password=GOOD, districts=["maple"], by="tests", now=NOW)
    accounts.add(
        email="Alice@example.org", password=None, districts=["oak", "maple"], role="district_staff", by="bo", now=NOW
    )
    account = User.objects.get()
    assert account.check_password(GOOD)
    roles = DistrictRole.objects.values_list("district__slug", "role", "granted_by")
    assert set(roles) == {("maple", "district_staff", "bo"), ("oak", "district_staff", "bo")}


def test_signing_in_clears_sessions_that_are_over_and_no_others() -> None:
    account = accounts.add(email="alice@example.org", password=GOOD, by="tests", now=NOW)
    old, young = browser(account), browser(account)
    Session.objects.filter(pk=old.session.session_key).update(expire_date=minutes(-1))
    Session.objects.filter(pk=young.session.session_key).update(expire_date=minutes(1))
    accounts.sign_in(email="alice@example.org", password=GOOD, address="", now=NOW)
    assert [session.pk for session in Session.objects.all()] == [young.session.session_key]


def test_signing_in_leaves_no_address_and_no_password_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    accounts.add(email="alice@example.org", password=GOOD, by="tests", now=NOW)
    with caplog.at_level(logging.DEBUG):
        Client().post("/sign-in/", {"email": "alice@example.org", "password": "not the one"})
        Client().post("/sign-in/", {"email": "alice@example.org", "password": GOOD})
    said = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    assert "alice@" not in said
    assert "not the one" not in said
    assert GOOD not in said
