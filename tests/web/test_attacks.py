"""What somebody outside may try at the door."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from tests.web.people import NOW, browser, person

from rollbook.services import accounts, districts
from rollbook.store.models import AccessGrant, DistrictRole

pytestmark = pytest.mark.django_db
GOOD = "a long sentence of 4 words"


def test_a_session_that_somebody_else_laid_out_is_left_at_sign_in() -> None:
    accounts.add(email="alice@example.org", password=GOOD, by="tests", now=NOW)
    client = Client()
    session = client.session
    session["planted"] = "by somebody"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    client.post("/sign-in/", {"email": "alice@example.org", "password": GOOD})
    assert client.session.session_key != planted
    assert "_auth_user_id" not in Client(HTTP_COOKIE=f"sessionid={planted}").session


def test_another_sign_in_takes_nothing_of_the_session_before() -> None:
    for name in ("alice", "bob"):
        accounts.add(email=f"{name}@example.org", password=GOOD, by="tests", now=NOW)
    client = Client()
    client.post("/sign-in/", {"email": "alice@example.org", "password": GOOD})
    session = client.session
    session["of"] = "alice"
    session.save()
    client.post("/sign-in/", {"email": "bob@example.org", "password": GOOD})
    assert client.session["_auth_user_id"] == str(User.objects.get(username="bob@example.org").pk)
    assert "of" not in client.session


def test_nobody_is_signed_in_as_somebody_else_by_a_form_from_elsewhere() -> None:
    accounts.add(email="eve@example.org", password=GOOD, by="tests", now=NOW)
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/")
    assert client.post("/sign-in/", {"email": "eve@example.org", "password": GOOD}).status_code == 403
    assert "_auth_user_id" not in client.session


def test_a_form_gives_nothing_that_it_has_no_field_for() -> None:
    place = districts.add(slug="oak", name="Oak", by="tests")
    alice = browser(person("alice@example.org", "oak"))
    person("erin@example.org")
    typed = {
        "email": "erin@example.org",
        "what": "family_access",
        "school": "",
        "is_superuser": "1",
        "role": "district_admin",
    }
    alice.post("/d/oak/access/grant/", {**typed, "district": "1", "person": "7", "granted_by": "nobody"})
    erin = User.objects.get(username="erin@example.org")
    assert (erin.is_superuser, DistrictRole.objects.filter(account=erin).exists()) == (False, False)
    granted = AccessGrant.objects.get(account=erin)
    assert (granted.district, granted.person_id, granted.granted_by) == (place, None, "alice@example.org")


def test_names_like_statements_and_templates_are_names() -> None:
    words = "'; DROP TABLE student; -- {{ request.user }} {% load x %} <script>alert(1)</script>"
    districts.add(slug="oak", name=words, by="tests")
    page = browser(person("alice@example.org", "oak")).get("/d/oak/students/").content.decode()
    assert "DROP TABLE student; -- {{ request.user }} {% load x %} &lt;script&gt;" in page
    assert "<script>alert" not in page


def attempt(email: str, claimed: str) -> int:
    return (
        Client()
        .post(
            "/sign-in/",
            {"email": email, "password": "x"},
            headers={"X-Forwarded-For": claimed},
            REMOTE_ADDR="10.0.0.2",
        )
        .status_code
    )


@pytest.mark.parametrize(
    ("trusted", "claimed", "last"),
    [
        ((), "203.0.113.{}", 429),  # whom a stranger claims to be is not believed
        (("10.0.0.0/8",), "203.0.113.{}, 198.51.100.7", 429),  # nor what was claimed to the proxy
        (("10.0.0.0/8",), "203.0.113.{}", 403),  # these are thirty-one people behind it
    ],
)
def test_attempts_are_counted_by_where_they_come_from(trusted: tuple[str, ...], claimed: str, last: int) -> None:
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(ROLLBOOK_TRUSTED_PROXIES=trusted, PASSWORD_HASHERS=quick):
        answers = [attempt(f"nobody{number}@example.org", claimed.format(number)) for number in range(31)]
    assert answers == [*[403] * 30, last]
