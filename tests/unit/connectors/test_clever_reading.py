"""A reading of Clever is whole or not at all (S-2); credentials, and what is never sent or said (S-1, T-3)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import stamina
from tests.unit.connectors.clever_vendor import SECRET, TOKEN, Vendor, config, oid, section, small, student

from rollbook.connectors import clever
from rollbook.core.errors import AuthError, ConfigError, DataError, RateLimited, RollbookError, TransientError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot


def read(vendor: Vendor, **settings: Any) -> Snapshot:
    return clever.read(config(**settings), Policy(), transport=vendor.transport)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


# Whole, or not at all


def only(path: str, number: int, answer: Callable[[], httpx2.Response]) -> Callable[[httpx2.Request, int], Any]:
    """``answer`` at the ``number``-th request of ``path``; 0: at each."""
    seen = [0]

    def trouble(request: httpx2.Request, _: int) -> httpx2.Response | None:
        if request.url.path.endswith(path):
            seen[0] += 1
            if number in (0, seen[0]):
                return answer()
        return None

    return trouble


def ok(**answer: Any) -> Callable[[], httpx2.Response]:
    return lambda: httpx2.Response(200, json=answer)


def code(status: int, **headers: str) -> Callable[[], httpx2.Response]:
    return lambda: httpx2.Response(status, headers=headers, json={"message": "no"})


def cut() -> httpx2.Response:
    return httpx2.Response(200, content=b'{"data":[{"data":{"id":"eeee')


def html() -> httpx2.Response:
    return httpx2.Response(200, text="<html>Sign in</html>", headers={"content-type": "text/html"})


def timeout() -> httpx2.Response:
    raise httpx2.ReadTimeout("late")


def page_without(vendor: Vendor) -> Callable[[], httpx2.Response]:
    """The second page where the first should be."""
    return lambda: vendor.list("users", {"limit": "2", "starting_after": oid("e", 2), "count": "true"})


ELSEWHERE = {"rel": "next", "uri": "https://evil.example/v3.1/steal?starting_after=x"}


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "not counted"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(code(401), AuthError, id="401"),
        pytest.param(code(403), AuthError, id="403"),
        pytest.param(code(404), ConfigError, id="404"),
        pytest.param(code(429), RateLimited, id="429"),
        pytest.param(code(500), TransientError, id="500"),
        pytest.param(timeout, TransientError, id="time-out"),
        pytest.param(cut, TransientError, id="cut"),
        pytest.param(html, TransientError, id="web page"),
        pytest.param(ok(message="no list"), TransientError, id="no list"),
        pytest.param(ok(data=[{"data": {"id": oid("e", 1)}}], links=[ELSEWHERE]), DataError, id="link elsewhere"),
    ],
)
def test_trouble_that_stays_fails_the_reading(answer: Any, error: type[RollbookError], counts: bool) -> None:
    with pytest.raises(error) as caught:
        read(Vendor(trouble=only("/users", 0, answer), counts=counts))
    said = f"{caught.value.message} {caught.value.hint} {caught.value.detail}"
    assert "Garcia" not in said
    assert TOKEN not in said


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "not counted"])
@pytest.mark.parametrize("position", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize(
    "kind", ["429", "500", "time-out", "cut", "web page", "missing page", "first page again", "empty"]
)
def test_trouble_once_gives_the_right_data_or_an_error_never_less(kind: str, position: int, counts: bool) -> None:
    """Every trouble at every request for users."""
    vendor = Vendor(counts=counts)
    whole = read(vendor).fingerprint
    answers: dict[str, Callable[[], httpx2.Response]] = {
        "429": code(429, **{"Retry-After": "0"}),
        "500": code(500),
        "time-out": timeout,
        "cut": cut,
        "web page": html,
        "missing page": page_without(vendor),
        "first page again": lambda: vendor.list("users", {"limit": "2", "count": "true"}),
        "empty": ok(data=[], links=[]),
    }
    vendor.trouble = only("/users", position, answers[kind])
    try:
        snapshot = read(vendor)
    except TransientError:
        return
    assert snapshot.fingerprint == whole


def test_a_sync_of_clevers_own_midway_is_seen_and_all_is_read_again() -> None:
    vendor = Vendor()
    seen = [0]

    def trouble(request: httpx2.Request, _: int) -> None:
        if request.url.path.endswith("/users") and not seen[0]:
            seen[0] = 1
            vendor.sets["districts"][0]["last_sync"] = "2026-08-31T03:00:00Z"
            vendor.sets["sections"].append(section(3, [1], []))

    vendor.trouble = trouble
    assert read(vendor).streams["classes"].frame.height == 3


def test_a_district_that_never_rests_is_not_read() -> None:
    vendor = Vendor()

    def trouble(request: httpx2.Request, number: int) -> None:
        vendor.sets["districts"][0]["last_sync"] = str(number)

    vendor.trouble = trouble
    with pytest.raises(TransientError, match="kept changing"):
        read(vendor)


@pytest.mark.parametrize("page_size", [1, 2, 3, 8, 10_000])
def test_pages_of_any_size_give_the_same(page_size: int) -> None:
    assert read(Vendor(), page_size=page_size).fingerprint == read(Vendor(), page_size=5).fingerprint


def test_a_large_page_and_an_empty_district() -> None:
    vendor = Vendor()
    vendor.sets["users"] = [student(number) for number in range(1, 20_001)]
    assert read(vendor, page_size=10_000).streams["users"].frame["sourcedId"].n_unique() == 20_000
    nothing = Vendor(sets={name: [] for name in small()} | {"districts": small()["districts"]})
    snapshot = read(nothing)
    assert snapshot.streams["users"].frame.is_empty()
    assert snapshot.findings["code"].to_list().count("SRC-002") == 3


# Credentials


def test_only_get_is_ever_sent_and_nothing_else_than_this_api_is_asked() -> None:
    vendor = Vendor()
    read(vendor)
    assert {request.method for request in vendor.asked} == {"GET"}
    assert {(request.url.host, request.url.path.split("/")[1]) for request in vendor.asked} == {
        ("api.clever.com", "v3.1")
    }


APP = {"client_id": "app", "client_secret": SECRET}


@pytest.mark.parametrize(
    ("settings", "lists"),
    [
        pytest.param({}, 0, id="a token that is good"),
        pytest.param({"token": "", **APP}, 1, id="no token: it is looked up"),
        pytest.param({"token": "of last year", **APP}, 1, id="a token that was replaced: looked up once"),
    ],
)
def test_the_token_of_today(settings: dict[str, str], lists: int) -> None:
    vendor = Vendor()
    assert read(vendor, **settings).streams["users"].frame.height == 8
    assert sum(request.url.path == "/oauth/tokens" for request in vendor.asked) == lists


@pytest.mark.parametrize(
    ("settings", "trouble", "error"),
    [
        pytest.param({"token": "wrong"}, None, AuthError, id="a wrong token, and no app"),
        pytest.param({"token": "", **APP, "client_secret": "x"}, None, AuthError, id="a wrong client secret"),
        pytest.param(
            {"token": "", **APP}, only("/tokens", 0, ok(data=[])), AuthError, id="the district took the app away"
        ),
        pytest.param({"token": "", **APP}, only("/tokens", 0, ok(x=1)), ConfigError, id="no list of tokens"),
        pytest.param({}, only("/districts", 0, ok(data=[], links=[])), AuthError, id="a token for no district"),
        pytest.param({"district_id": "e" * 24}, None, ConfigError, id="a token for another district"),
    ],
)
def test_credentials_that_do_not_work(settings: dict[str, str], trouble: Any, error: type[RollbookError]) -> None:
    vendor = Vendor()
    if trouble:
        vendor.trouble = trouble
    receipt = clever.check(config(**settings), Policy(), transport=vendor.transport)
    assert not receipt.works
    assert receipt.hint
    with pytest.raises(error):
        read(vendor, **settings)


@pytest.mark.parametrize(
    "given",
    [{"token": ""}, {"token": "", "client_id": "a"}, {"api_version": "v2.1"}, {"page_size": 20_000},
     {"contact_types": "Friends"}, {"base_url": "http://api.clever.com"}],
)  # fmt: skip
def test_settings_that_cannot_be(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        config(**given)


def test_secrets_and_people_are_in_no_log_and_in_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    settings = config(**APP)
    vendor = Vendor(trouble=only("/users", 2, code(500)))
    clever.read(settings, Policy(), transport=vendor.transport)
    said = f"{settings!r} {settings} {caplog.text}"
    assert "GET /v3.1/users" in said
    for secret in (TOKEN, SECRET, "Garcia", "s1@school.example"):
        assert secret not in said


def test_the_rate_limits_reset_says_how_long_to_wait() -> None:
    reset = str(int(time.time()) + 900)
    vendor = Vendor(trouble=only("/users", 0, code(429, **{"X-RateLimit-Reset": reset})))
    with pytest.raises(RateLimited) as caught:
        read(vendor)
    assert caught.value.retry_after is not None
    assert 850 < caught.value.retry_after <= 900
    assert sum(request.url.path.endswith("/users") for request in vendor.asked) == 1
