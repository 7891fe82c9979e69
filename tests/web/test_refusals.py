"""What is refused, and how it is said: 400, 403, 404, 500, and the errors of the house."""

from __future__ import annotations

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client
from tests.web.people import browser, person

from rollbook.core.errors import ConfigError, HoldRequired, NotFound, PlanStale, TransientError
from rollbook.services import access, districts
from rollbook.web.headers import POLICY

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    districts.add(slug="maple", name="Maple", by="tests")
    made = browser(person("alice@example.org", "maple"))
    made.raise_request_exception = False
    return made


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotFound("secret district", hint="rollbook district add"), 404, "There is no such page"),
        (HoldRequired("3 records are in the way.", hint="Undo run 7 first."), 409, "Undo run 7 first."),
        (PlanStale("Run 3 is applied already."), 409, "Go back and look at the page again."),
        (ConfigError("The setting cannot be."), 422, "The setting cannot be."),
        (TransientError("Try later."), 503, "Try later."),
        (SuspiciousOperation("bad"), 400, "This request cannot be read"),
        (PermissionError("a bug"), 500, "Rollbook failed"),
    ],
)
def test_an_error_becomes_its_page(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr(access, "seat", fail)
    answer = client.get("/d/maple/")
    text = answer.content.decode()
    assert answer.status_code == status
    assert words in text
    assert "secret" not in text  # what is not yours looks like what is not there
    assert "Traceback" not in text
    assert answer["Content-Security-Policy"] == POLICY


def test_an_address_that_leads_nowhere(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/sign-in/", {"email": "a\x00@example.org", "password": "x"}),
        ("/d/maple/students/?q=a%00b", None),
        ("/d/maple/students/?grade=%00", None),
    ],
)
def test_what_no_text_can_hold_is_refused(client: Client, address: str, form: dict[str, str] | None) -> None:
    answer = client.get(address) if form is None else client.post(address, form)
    assert answer.status_code == 400
    assert "This request cannot be read" in answer.content.decode()


def test_a_form_from_elsewhere_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"email": "alice@example.org", "password": "x"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_every_answer_says_what_a_browser_may_do(client: Client) -> None:
    for path in ("/", "/d/maple/", "/components/", "/sign-in/", "/nowhere/"):
        answer = client.get(path)
        assert answer["Content-Security-Policy"] == POLICY
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", ["rollbook.css", "rollbook.js", "vendor/bootstrap/bootstrap.min.css", "vendor/htmx/htmx.min.js"]
)
def test_styles_and_scripts_come_from_the_package_and_may_be_kept(path: str) -> None:
    answer = Client().get(f"/static/{path}")
    assert answer.status_code == 200
    assert "max-age=3600" in answer["Cache-Control"]
    answer.close()
