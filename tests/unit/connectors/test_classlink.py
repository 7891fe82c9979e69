"""ClassLink: the listing, the proxy, a district's own server, a revision that moves, a district that is turned off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import stamina
from tests.unit.connectors.vendors import PLANTED, OneRosterServer, district, failure

from rollbook.connectors.classlink import Config, check, is_unchanged, read
from rollbook.connectors.kit.contract import Contract, contract_of
from rollbook.core.errors import AuthError, ConfigError, DataError, TransientError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode

HOST = "http://localhost:9"
APPLICATION = "ab%2Fcd%3D%3D"
KEY = f"key-{PLANTED}"
BEARER = f"bearer-{PLANTED}"
SETTINGS = {"host": HOST, "tenant_id": "2284", "api_key": KEY}


class ClassLink:
    """The listing and the proxy; the bearer and the toggle can be changed at any request."""

    def __init__(self, people: int = 7, **switches: Any) -> None:
        self.server = OneRosterServer(district(people), root=f"/{APPLICATION}/ims/oneroster/v1p1", **switches)
        self.application: dict[str, Any] = {
            "id": 9,
            "application_id": 77,
            "oneroster_application_id": APPLICATION,
            "tenant_id": 2284,
            "tenant_name": "Quail County",
            "tenant_status": "Active",
            "enabled": "true",
            "bearer": BEARER,
            "name": "Rollbook",
            "version": "",
        }
        self.others = [
            {**self.application, "tenant_id": 1000 + n, "oneroster_application_id": f"o{n}"} for n in range(120)
        ]
        self.accepted = BEARER
        self.listed = 0
        self.asked: list[httpx2.Request] = []
        self.direct: dict[str, Any] = {
            "client_id": "dist",
            "client_secret": PLANTED,
            "endpoint_url": f"{HOST}/{APPLICATION}",
        }

    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self.answer)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        path = request.url.raw_path.decode().partition("?")[0]
        header = request.headers.get("authorization", "")
        if path.startswith("/applications"):
            if header != f"Bearer {KEY}":
                return failure(401)
            if path.endswith("/server"):
                return httpx2.Response(200, json={"status": 1, "server": self.direct, "message": ""})
            self.listed += 1
            rows = [*self.others, self.application] if self.application else self.others
            start, limit = int(request.url.params["offset"]), int(request.url.params["limit"])
            return httpx2.Response(200, json={"status": 1, "applications": rows[start : start + limit]})
        if header != f"Bearer {self.accepted}" and not header.startswith("OAuth "):
            return failure(401)
        return self.server.answer(request)


def classlink(**more: Any) -> Config:
    return Config(**{**SETTINGS, **more})


TestProxy = contract_of(
    Contract(
        config=Config, settings=SETTINGS, vendor=lambda people: ClassLink(people).transport(), read=read, check=check
    )
)
TestDirect = contract_of(
    Contract(
        config=Config,
        settings={
            "mode": "direct",
            "endpoint": f"{HOST}/{APPLICATION}",
            "client_id": "dist",
            "client_secret": PLANTED,
        },
        vendor=lambda people: ClassLink(people).transport(),
        read=read,
        check=check,
        walk=False,  # the proxy's walk takes the same way
    )
)


def test_the_application_id_is_used_byte_for_byte() -> None:
    vendor = ClassLink()
    read(classlink(), Policy(), transport=vendor.transport())
    assert {request.url.raw_path.decode().split("/")[1] for request in vendor.server.asked} == {APPLICATION}


def test_the_path_form_is_a_setting() -> None:
    vendor = ClassLink()
    vendor.server.root = f"/proxy/v1p0/{APPLICATION}/ims/oneroster/v1p1"
    config = classlink(path="/proxy/v1p0/{application}/ims/oneroster/v1p1")
    assert read(config, Policy(), transport=vendor.transport()).version == "1.1"


def test_bearer_and_application_can_be_given_without_partner_key() -> None:
    vendor = ClassLink()
    config = Config(host=HOST, application_id=APPLICATION, bearer=BEARER)
    read(config, Policy(), transport=vendor.transport())
    assert vendor.listed == 0


def test_the_direct_credentials_come_from_the_partner_key() -> None:
    vendor = ClassLink()
    read(classlink(mode="direct"), Policy(), transport=vendor.transport())
    signed = [request.headers["authorization"] for request in vendor.server.asked]
    assert all('oauth_consumer_key="dist"' in header and "HMAC-SHA256" in header for header in signed)


@pytest.mark.parametrize(
    ("what", "change", "reason"),
    [
        ("turned off", {"enabled": "false"}, "disabled"),
        ("no bearer", {"bearer": None}, "no_bearer"),
        ("tenant not active", {"tenant_status": "Suspended"}, "tenant_not_active"),
        ("removed", None, "absent"),
    ],
)
def test_a_district_that_is_turned_off_is_suspended_and_nobody_is_removed(
    what: str, change: dict[str, Any] | None, reason: str
) -> None:
    vendor = ClassLink()
    vendor.application = {} if change is None else {**vendor.application, **change}
    with pytest.raises(ConfigError, match="stays as it is") as raised:
        read(classlink(), Policy(), transport=vendor.transport())
    assert raised.value.detail == {"suspended": reason}
    assert vendor.server.asked == [], "nothing was read"
    receipt = check(classlink(), Policy(), transport=vendor.transport())
    assert (receipt.works, receipt.exit_code) == (False, 10)


def test_two_applications_of_one_district_are_a_question() -> None:
    vendor = ClassLink()
    vendor.others.append({**vendor.application, "oneroster_application_id": "test"})
    with pytest.raises(ConfigError, match="2 times"):
        read(classlink(), Policy(), transport=vendor.transport())
    assert read(classlink(application_id=APPLICATION), Policy(), transport=vendor.transport()).version == "1.1"


def test_a_bearer_that_was_replaced_is_looked_up_once() -> None:
    vendor = ClassLink()
    listing = vendor.answer

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/applications") and vendor.server.asked == [] and vendor.listed >= 3:
            vendor.application["bearer"] = vendor.accepted
        return listing(request)

    vendor.accepted = "new"
    snapshot = read(classlink(), Policy(), transport=httpx2.MockTransport(answer))
    assert snapshot.streams["users"].frame.height == 16


def test_a_bearer_that_is_refused_and_was_not_replaced_is_an_auth_error() -> None:
    vendor = ClassLink()
    vendor.accepted = "another"
    with pytest.raises(AuthError):
        read(classlink(), Policy(), transport=vendor.transport())
    assert vendor.listed == 2 * 4, "the listing (two pages, and its end twice) was read twice, no more"


def revised(at: int, *, for_good: bool) -> Callable[[int], dict[str, str]]:
    """The revision changes at a request; ``for_good``: once, else with every request."""
    return lambda number: {"x-perm-rev": "one" if number < at else "two" if for_good else str(number)}


@pytest.mark.parametrize("at", [2, 5, 9])
def test_a_revision_that_changes_midway_begins_the_reading_anew(at: int) -> None:
    vendor = ClassLink(60, headers=revised(at, for_good=True), most=25)
    snapshot = read(classlink(), Policy(), transport=vendor.transport())
    assert snapshot.streams["users"].frame.height == 122


def test_a_revision_that_keeps_changing_fails() -> None:
    vendor = ClassLink(headers=revised(0, for_good=False))
    with pytest.raises(TransientError, match="kept changing"):
        read(classlink(), Policy(), transport=vendor.transport())


def test_an_equal_revision_means_that_there_is_nothing_to_read() -> None:
    vendor = ClassLink(headers=lambda number: {"x-perm-rev": "one"})
    earlier = read(classlink(), Policy(), transport=vendor.transport())
    asked = len(vendor.server.asked)
    assert is_unchanged(classlink(), Policy(), earlier, transport=vendor.transport())
    assert len(vendor.server.asked) == asked + 1
    assert not is_unchanged(classlink(), Policy(keep_birth_dates=True), earlier, transport=vendor.transport())
    vendor.server.headers = lambda number: {"x-perm-rev": "two"}
    assert not is_unchanged(classlink(), Policy(), earlier, transport=vendor.transport())


def test_without_revisions_everything_is_read_each_time() -> None:
    vendor = ClassLink()
    earlier = read(classlink(), Policy(), transport=vendor.transport())
    assert not is_unchanged(classlink(), Policy(), earlier, transport=vendor.transport())


@pytest.mark.parametrize(
    ("headers", "mode"),
    [
        pytest.param({"x-perm-rev": "two"}, Mode.BULK, id="another revision: sharing may be another, too"),
        pytest.param({}, Mode.DELTA, id="no revisions"),
    ],
)
def test_changes_alone_are_read_only_where_no_revision_is_counted(headers: dict[str, str], mode: Mode) -> None:
    vendor = ClassLink(headers=lambda number: headers)
    since = dt.datetime(2026, 8, 19, tzinfo=dt.UTC)
    snapshot = read(classlink(), Policy(), since=since, transport=vendor.transport())
    assert {stream.mode for stream in snapshot.streams.values()} == {mode}
    filtered = [request for request in vendor.server.asked if "filter" in request.url.params]
    assert bool(filtered) is (mode is Mode.DELTA)
    assert is_unchanged(classlink(), Policy(), snapshot, transport=vendor.transport()) is (mode is Mode.BULK)


def test_masked_values_are_told() -> None:
    vendor = ClassLink(headers=lambda number: {"x-obfuscated": "true"})
    assert "SRC-010" in read(classlink(), Policy(), transport=vendor.transport()).findings["code"].to_list()


def test_only_enrolled_users_shared_is_pointed_out() -> None:
    vendor = ClassLink()
    users = vendor.server.data["users"]
    vendor.server.data["users"] = [row for row in users if row["role"] != "administrator"]
    receipt = check(classlink(), Policy(), transport=vendor.transport())
    assert any("administrator" in sentence for sentence in receipt.missing)


@pytest.mark.parametrize("body", [{"status": 1}, {"applications": "x"}, {"applications": [1]}])
def test_a_listing_that_is_none_says_nothing_about_the_district(body: dict[str, Any]) -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=body))
    with stamina.set_testing(True, attempts=1), pytest.raises(DataError, match="listing"):
        read(classlink(), Policy(), transport=transport)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"api_key": "k"}, "tenant_id"),
        ({"application_id": "x"}, "bearer"),
        ({"mode": "direct", "endpoint": "https://x.example"}, "client_id"),
        ({**SETTINGS, "page_size": 20_000}, "10,000"),
        ({**SETTINGS, "path": "/x"}, "application"),
        ({**SETTINGS, "host": "http://x.example"}, "host"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        Config(**settings)
