"""/healthz, /readyz and /metrics: who may ask, and what they say when the database is away."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from tests.builders import connection

from rollbook.services import readiness
from rollbook.store import schema

pytestmark = pytest.mark.django_db
LOCAL, ELSEWHERE = "127.0.0.1", "203.0.113.9"


def gone(*_: object, **__: object) -> frozenset[str]:
    raise OperationalError("server closed the connection: host=db password=hush-hush-hush")


def test_alive_without_a_database(client: Client) -> None:
    with CaptureQueriesContext(database) as queries:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content, len(queries)) == (200, b"ok\n", 0)
    assert not answer.cookies


def test_ready_when_the_database_has_our_tables(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/readyz")
    assert answer.json() == {"ready": True, "checks": {"database": True, "tables": True}}
    monkeypatch.setattr(schema, "brought", lambda: frozenset({"0001_directory", "9999_later"}))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"database": True, "tables": False})


def test_not_ready_without_a_database_and_no_secret_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness.schema, "applied", gone)
    monkeypatch.setattr(readiness.connection, "close", lambda: None)  # the test's own transaction
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert b"hush" not in answer.content


@pytest.mark.parametrize(
    ("token", "address", "headers", "status"),
    [
        pytest.param("", LOCAL, {}, 200, id="this machine"),
        pytest.param("", "::1", {}, 200, id="this machine by its other address"),
        pytest.param("", ELSEWHERE, {}, 403, id="another machine"),
        pytest.param("", "", {}, 403, id="who knows"),
        pytest.param("", LOCAL, {"X-Forwarded-For": ELSEWHERE}, 403, id="another machine, through a proxy here"),
        pytest.param("", ELSEWHERE, {"X-Forwarded-For": LOCAL}, 403, id="another machine that says it is this one"),
        pytest.param("tell-me", ELSEWHERE, {"Authorization": "Bearer tell-me"}, 200, id="the token"),
        pytest.param("tell-me", ELSEWHERE, {"Authorization": "Bearer tell"}, 403, id="another token"),
        pytest.param("tell-me", ELSEWHERE, {"Authorization": "Bearer tell-mé"}, 403, id="a token of other letters"),
        pytest.param("tell-me", LOCAL, {}, 403, id="this machine without the token"),
        pytest.param("", ELSEWHERE, {"Authorization": "Bearer "}, 403, id="an empty token opens nothing"),
    ],
)
def test_who_may_read_the_metrics(
    client: Client, settings: Settings, token: str, address: str, headers: dict[str, str], status: int
) -> None:
    settings.ROLLBOOK_METRICS_TOKEN = token
    connection()
    answer = client.get("/metrics", REMOTE_ADDR=address, headers=headers)
    assert answer.status_code == status
    assert (b"rollbook_queue_depth 0.0" in answer.content) is (status == 200)
    assert not answer.cookies


def test_the_metrics_are_prometheus_text(client: Client) -> None:
    connection()
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert b'rollbook_sources{health="new"} 1.0' in answer.content


def test_without_a_database_there_are_no_metrics(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollbook.reports.exposition.text", gone)
    answer = client.get("/metrics")
    assert (answer.status_code, b"hush" in answer.content) == (503, False)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_can_be_posted(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
