"""The parts of the kit that live sources stand on."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import stamina

from rollbook.connectors.kit.budget import Budget
from rollbook.connectors.kit.http import Bounds, Reply, Server
from rollbook.connectors.kit.paging import next_link, total_of
from rollbook.connectors.kit.redaction import Settings
from rollbook.connectors.kit.settings import build, web_address
from rollbook.connectors.oneroster.status_info import reason_of
from rollbook.core.errors import AuthError, ConfigError, DataError, RateLimited


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Example(Settings):
    name: str
    size: int = 5
    quick: bool = False
    word: str = field(default="", metadata={"secret": True})


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"name": " a "}, Example(name="a")),
        ({"name": "a", "size": "7", "quick": "yes"}, Example(name="a", size=7, quick=True)),
        ({"name": "a", "quick": False}, Example(name="a")),
    ],
)
def test_text_becomes_settings(given: dict[str, Any], made: Example) -> None:
    assert build(Example, given) == made


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "name"),
        ({"name": "a", "siez": "5"}, "siez"),
        ({"name": "a", "size": "many"}, "size"),
        ({"name": "a", "size": "0"}, "size"),
        ({"name": "a", "quick": "perhaps"}, "quick"),
    ],
)
def test_settings_that_cannot_be_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        build(Example, given)


def test_secrets_are_stars_and_blank_ones_are_blank() -> None:
    assert "word='***'" in repr(Example(name="a", word="hush"))
    assert "word=''" in repr(Example(name="a"))


@pytest.mark.parametrize("address", ["https://a.example/x", "http://127.0.0.1:80", "http://localhost"])
def test_addresses_lose_their_last_slash(address: str) -> None:
    assert web_address(f" {address}/ ", "base_url") == address


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://x.example/users?limit=5&offset=10>; rel="next"', {"limit": "5", "offset": "10"}),
        ("<https://x.example/u?cursor=a%2Fb>;rel=next, <https://x.example/u>; rel=first", {"cursor": "a/b"}),
        (
            '<https://x.example/u?offset=0>; rel="prev", <https://x.example/u?offset=9>; rel="next last"',
            {"offset": "9"},
        ),
        ('<https://x.example/u?offset=0>; rel="last"', None),
        ("", None),
    ],
)
def test_of_links_only_the_query_of_next_is_taken(header: str, found: dict[str, str] | None) -> None:
    assert next_link(Reply(200, {"link": header}, b"", "/users")) == found


@pytest.mark.parametrize(("header", "total"), [("12", 12), (" 0 ", 0), ("", None), ("many", None), ("-1", None)])
def test_totals_that_say_nothing_are_none(header: str, total: int | None) -> None:
    assert total_of(Reply(200, {"x-total-count": header}, b"", "/users")) == total


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"statusInfoSet": [{"imsx_codeMajor": "failure", "imsx_codeMinor": "server_busy"}]}, "server_busy"),
        (
            {"imsx_CodeMinor": {"imsx_codeMinorField": [{"imsx_codeMinorFieldValue": "unauthorisedrequest"}]}},
            "unauthorisedrequest",
        ),
        ({"error": "Kim Vireo is not here"}, ""),
        ("no JSON at all", ""),
    ],
)
def test_both_error_shapes_give_the_standards_word_and_nothing_else(body: Any, reason: str) -> None:
    assert reason_of(json.dumps(body).encode()) == reason


def server(answer: Any, **more: Any) -> Server:
    return Server("https://x.example", vendor="X", budget=Budget(2), transport=httpx2.MockTransport(answer), **more)


def test_the_reason_is_kept_in_the_detail() -> None:
    body = {"statusInfoSet": [{"imsx_codeMinor": "forbidden"}]}
    with pytest.raises(AuthError) as raised:
        server(lambda request: httpx2.Response(403, json=body), explain=reason_of).get("/users")
    assert raised.value.detail == {"status": 403, "path": "/users", "reason": "forbidden"}


def test_a_body_without_end_is_refused() -> None:
    bounds = Bounds(body=1000)
    with pytest.raises(DataError, match="more than"):
        server(lambda request: httpx2.Response(200, content=b"x" * 2000), bounds=bounds).get("/users")


def test_redirects_are_not_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(302, headers={"Location": "https://elsewhere.example"})

    with pytest.raises(ConfigError, match="another address"):
        server(answer).get("/users")
    assert asked == ["https://x.example/users"]


def test_retry_after_is_waited_for_by_everybody_but_not_for_ever() -> None:
    budget = Budget(2)
    pauses: list[float] = []
    budget.pause = pauses.append  # type: ignore[method-assign]
    answers = iter([httpx2.Response(429, headers={"Retry-After": "3"}), httpx2.Response(200, content=b"[]")])
    patient = Server(
        "https://x.example", vendor="X", budget=budget, transport=httpx2.MockTransport(lambda request: next(answers))
    )
    with stamina.set_testing(True, attempts=3):
        assert patient.get("/users").status == 200
    assert pauses == [3.0]
    with pytest.raises(RateLimited) as raised:
        server(lambda request: httpx2.Response(429, headers={"Retry-After": "86400"})).get("/users")
    assert raised.value.retry_after == 86400.0


def test_a_budget_waits_out_its_pause() -> None:
    now = [100.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    budget = Budget(1, clock=lambda: now[0], sleep=sleep)
    budget.pause(5.0)
    with budget.slot():
        pass
    with budget.slot():
        pass
    assert slept == [5.0]


@pytest.mark.parametrize(
    "name", ["httpx2", "httpcore2.connection", "oauthlib.oauth1.rfc5849", "stamina", "asyncssh.sftp"]
)
def test_the_wire_libraries_log_nothing_to_nobody(name: str) -> None:
    server(lambda request: httpx2.Response(200))
    assert not logging.getLogger(name).isEnabledFor(logging.CRITICAL)


def test_nothing_but_get_goes_out() -> None:
    guarded = server(lambda request: httpx2.Response(200))
    with pytest.raises(AssertionError, match="read-only"):
        guarded._client.post("https://x.example/users")
