"""Every fault at every request of a pull: the right data, or an error that says so; never a shorter roster (S-2).

The sandbox's real servers are read by the connectors while, at the n-th request, something goes wrong. Nothing that was
said along the way holds a key or a person.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import ssl
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
import stamina

from rollbook.cli.sandbox_ways import AnyConfig, configs, read_way
from rollbook.connectors.kit import http
from rollbook.core.clean import clean
from rollbook.core.errors import AuthError, ConfigError, DataError, RollbookError, TransientError
from rollbook.core.fingerprint import frame_fingerprints
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import LINE, Mode, Snapshot
from rollbook.sandbox.server import KINDS, Sandbox, Sharing

STUDENTS, PAGE = 24, 90
EQUAL = ("classlink_proxy", "classlink_direct", "oneroster_1_1", "oneroster_1_2")
WAYS = (*EQUAL, "clever")
VENDOR = {"oneroster_1_1": "oneroster", "oneroster_1_2": "oneroster", "classlink_proxy": "classlink"}
STRIDE = {"classlink_direct": 6, "oneroster_1_1": 6}
"""These share all but the signature with the other two, so every sixth request of theirs is enough, and every one of
the collection ``WHOLE``."""
WHOLE = "/users"
CHANGES = ("permission-change", "day-change")
BRIEF = {"timeout": 0.6, "slow": 0.05}
"""Seconds: a time-out hangs longer than the client waits (0.25 s), a slow answer comes in time."""

Content = dict[str, str]
NO_TLS = ssl.create_default_context()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(students=STUDENTS, seed=1) as opened:
        yield opened


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Iterator[None]:
    """Retries wait for nothing, time-outs come soon; afterwards it is day 1 and nothing is set."""
    monkeypatch.setattr(http, "Bounds", functools.partial(http.Bounds, read=0.25))
    monkeypatch.setattr(ssl, "create_default_context", lambda *args, **kwargs: NO_TLS)  # a third of each reading
    with stamina.set_testing(True, attempts=5, cap=True):
        yield
    reset(sandbox)


def reset(sandbox: Sandbox) -> None:
    sandbox.clear_faults()
    for vendor in ("classlink", "clever"):
        if sandbox.world.sharing(vendor) != Sharing():
            sandbox.set_sharing(vendor, schools=())
    if sandbox.world.day != 1:
        sandbox.set_day(1)


def config_of(sandbox: Sandbox, way: str) -> AnyConfig:
    return replace(configs(sandbox)[way], page_size=PAGE)


def read(sandbox: Sandbox, way: str) -> Snapshot:
    return read_way(config_of(sandbox, way), Policy())


def roster_of(sandbox: Sandbox, way: str) -> Roster:
    return clean(read(sandbox, way), Policy())


def content(snapshot: Snapshot) -> Content:
    """Stream → what it holds, whatever the order."""
    return {name: digest(stream.frame.drop(LINE)) for name, stream in snapshot.streams.items()}


def digest(frame: pl.DataFrame) -> str:
    columns = sorted(frame.columns)
    rows = frame.select(columns).sort(columns, nulls_last=True)
    return hashlib.sha256(rows.write_csv(quote_style="always").encode()).hexdigest()


def requests(sandbox: Sandbox) -> int:
    return sum(sandbox.world.requests.values())


def requests_to(sandbox: Sandbox, way: str, path: str) -> int:
    """How many requests a reading sends to one collection."""
    sandbox.set_fault("slow", times=0, vendor=VENDOR.get(way, way), path=path, seconds=0)
    read(sandbox, way)
    [counted] = sandbox.world.faults.as_list()
    sandbox.clear_faults()
    assert counted["seen"] > 1
    return int(counted["seen"])


def is_part_of(snapshot: Snapshot, whole: Content) -> bool:
    """Every stream is as it should be, or says of itself that it was not delivered, which never removes anybody."""
    found = content(snapshot)
    return all(found[name] == whole[name] or snapshot.streams[name].mode is Mode.ABSENT for name in whole)


def private_words(sandbox: Sandbox) -> list[str]:
    """Every key that is secret, and every name, address and number of a person."""
    keys = sandbox.credentials
    secrets = [
        keys.classlink_partner_key,
        keys.classlink_bearer,
        keys.classlink_secret,
        keys.clever_client_secret,
        keys.clever_token,
        keys.oneroster_secret,
    ]
    people = sandbox.world.frames()[0]["users"]
    cells = [people[name].drop_nulls().to_list() for name in ("email", "sms", "phone", "username")]
    return [*secrets, *(cell for column in cells for cell in column)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_a_fault_at_any_request_never_shortens_the_roster(
    sandbox: Sandbox, way: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = [content(read(sandbox, way))]
    if kind in CHANGES:
        right.append(after(sandbox, way, kind))
    began = requests(sandbox)
    read(sandbox, way)
    positions = requests(sandbox) - began
    assert positions > 10
    wrong: list[str] = []
    said: list[str] = []
    outcomes = {"right": 0, "failed": 0}
    stride = STRIDE.get(way, 1)
    places = [(at, "") for at in range(1, positions + 1, stride)]
    if stride > 1:
        places += [(at, WHOLE) for at in range(1, requests_to(sandbox, way, WHOLE) + 1)]
    for at, path in places:
        sandbox.set_fault(kind, at=at, path=path, vendor=VENDOR.get(way, way), seconds=BRIEF.get(kind, 0))
        try:
            snapshot = read(sandbox, way)
        except RollbookError as error:
            said.append(json.dumps(error.as_dict(), default=str))
            outcomes["failed"] += 1
        else:
            outcomes["right"] += 1
            if not any(is_part_of(snapshot, whole) for whole in right):
                wrong.append(f"request {at} {path}: {different(snapshot, right)}")
        reset(sandbox)
    assert wrong == []
    if kind in ("slow", "500", "cut", "429", "429-retry-after", "timeout"):
        assert outcomes["failed"] == 0, said  # one hiccup is no reason to give up
    log = "\n".join([*said, *(record.getMessage() for record in caplog.records)])
    assert [word for word in private_words(sandbox) if word in log] == []


def after(sandbox: Sandbox, way: str, kind: str) -> Content:
    """What the source says once the world has changed."""
    sandbox.world.act(sandbox.set_fault(kind))
    sandbox.clear_faults()
    found = content(read(sandbox, way))
    reset(sandbox)
    return found


def different(snapshot: Snapshot, right: list[Content]) -> Any:
    found = content(snapshot)
    return [{name for name in whole if whole[name] != found[name]} for whole in right]


LASTING = ("401", "403", "404", "429", "500", "html", "cut", "timeout", "missing-page")


@pytest.mark.parametrize("kind", LASTING)
@pytest.mark.parametrize("way", WAYS)
def test_a_vendor_that_stays_ill_is_an_error_in_words(sandbox: Sandbox, way: str, kind: str) -> None:
    path = "/sections" if way == "clever" else "/enrollments"
    sandbox.set_fault(kind, times=0, vendor=VENDOR.get(way, way), path=path, seconds=BRIEF.get(kind, 0))
    with pytest.raises(RollbookError) as failed:
        read(sandbox, way)
    assert failed.value.message
    assert failed.value.hint
    expected: type[RollbookError] | tuple[type[RollbookError], ...] = {
        "401": AuthError,
        "403": (AuthError, ConfigError),
        "404": (ConfigError, DataError),
        "html": (TransientError, DataError, ConfigError),
    }.get(kind, (TransientError, DataError))
    assert isinstance(failed.value, expected)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_ever_asked_but_get_and_for_a_token(sandbox: Sandbox, way: str) -> None:
    before = sandbox.world.requests.copy()
    read(sandbox, way)
    asked = {key.split()[1] for key in (sandbox.world.requests - before)}
    assert asked == ({"GET", "POST"} if way == "oneroster_1_2" else {"GET"})


def test_all_ways_tell_one_roster(sandbox: Sandbox) -> None:
    told = {way: frame_fingerprints(roster_of(sandbox, way)) for way in EQUAL}
    assert all(one == told[EQUAL[0]] for one in told.values())
    sandbox.set_day(3)
    later = {way: frame_fingerprints(roster_of(sandbox, way)) for way in EQUAL}
    assert all(one == later[EQUAL[0]] for one in later.values())
    assert later[EQUAL[0]] != told[EQUAL[0]]


def test_turned_off_at_the_vendor_is_an_error_and_never_an_empty_roster(sandbox: Sandbox) -> None:
    for turned in (
        {"classlink_enabled": False},
        {"classlink_listed": False},
        {"classlink_bearer": False},
        {"classlink_status": "Suspended"},
    ):
        sandbox.set_switches(**turned)
        with pytest.raises((ConfigError, AuthError)) as failed:
            read(sandbox, "classlink_proxy")
        assert "suspended" in failed.value.detail
        sandbox.set_switches(**{name: {"classlink_status": "Active"}.get(name, True) for name in turned})
    assert read(sandbox, "classlink_proxy").streams["users"].frame.height > STUDENTS
