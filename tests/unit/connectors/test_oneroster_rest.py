"""OneRoster servers of many habits: read whole, or refused."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import httpx2
import pytest
import stamina
from tests.unit.connectors.vendors import PLANTED, OneRosterServer, base, district, failure

from rollbook.connectors.kit.contract import Contract, contract_of
from rollbook.connectors.oneroster_rest import Config, check, read
from rollbook.core.clean import clean
from rollbook.core.errors import AuthError, ConfigError, DataError, TransientError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode

BASE = "http://localhost:9/ims/oneroster/v1p1"
SIGNED = {"base_url": BASE, "auth": "oauth1", "client_id": "rollbook", "client_secret": PLANTED}
TOKEN = "http://localhost:9/token"


def signed(**more: Any) -> Config:
    return Config(**{**SIGNED, **more})


def fingerprint(server: OneRosterServer, config: Config | None = None, policy: Policy | None = None) -> str:
    return read(config or signed(), policy or Policy(), transport=server.transport()).fingerprint


TestContract = contract_of(
    Contract(
        config=Config,
        settings=SIGNED,
        vendor=lambda people: OneRosterServer(district(people)).transport(),
        read=read,
        check=check,
    )
)


@pytest.mark.parametrize(
    ("habit", "switches"),
    [
        ("no total", {"total": False}),
        ("clamps the limit", {"most": 7}),
        ("clamps and tells no total", {"most": 7, "total": False}),
        ("refuses to sort", {"sorts": False, "refuses": ("sort",)}),
        ("ignores sorting", {"sorts": False}),
        ("refuses fields", {"refuses": ("fields",)}),
        ("links carry a cursor", {"cursor": True, "most": 7, "total": False}),
        ("no demographics", {"missing": ("demographics",)}),
    ],
)
def test_a_server_of_any_habit_is_read_whole(habit: str, switches: dict[str, Any]) -> None:
    assert fingerprint(OneRosterServer(district(60), **switches)) == fingerprint(OneRosterServer(district(60)))


def test_pages_of_one_collection_fit_whatever_their_size() -> None:
    told = {fingerprint(OneRosterServer(district(60)), signed(page_size=size)) for size in (2, 3, 17, 121, 122, 123)}
    assert len(told) == 1


def test_only_the_fields_that_are_used_are_asked_for() -> None:
    server = OneRosterServer()
    snapshot = read(signed(), Policy(), transport=server.transport())
    asked = [request.url.params["fields"] for request in server.asked if "fields" in request.url.params]
    assert asked
    assert not any("password" in fields for fields in asked)
    assert all("password" not in stream.frame.columns for stream in snapshot.streams.values())


def test_1_1_and_1_2_are_told_apart_by_shape_and_mean_the_same() -> None:
    old = read(signed(), Policy(), transport=OneRosterServer(district(5)).transport())
    new = read(signed(), Policy(), transport=OneRosterServer(district(5, version="1.2")).transport())
    assert (old.version, new.version) == ("1.1", "1.2")
    rows = [
        clean(snapshot, Policy()).frames["roles"].select("user_sourced_id", "org_sourced_id") for snapshot in (old, new)
    ]
    assert rows[0].sort("user_sourced_id").equals(rows[1].sort("user_sourced_id"))


def test_csv_columns_come_out_of_the_json() -> None:
    snapshot = read(signed(), Policy(), transport=OneRosterServer(district(1)).transport())
    user = snapshot.streams["users"].frame.filter(sourcedId="u000000").row(0, named=True)
    assert {name: user[name] for name in ("orgSourcedIds", "agentSourcedIds", "userIds", "grades", "identifier")} == {
        "orgSourcedIds": "s1",
        "agentSourcedIds": "g000000",
        "userIds": "{StateID:900000}",
        "grades": "03",
        "identifier": "00000",
    }
    assert snapshot.streams["enrollments"].frame.row(0, named=True)["classSourcedId"] == "c/1|a"
    assert "identifier" in snapshot.streams["users"].columns
    assert "sms" not in snapshot.streams["users"].columns, "what no row has was not received"


@pytest.mark.parametrize(
    ("shape", "spoilt"),
    [
        ("numbers for text", {"identifier": 12}),
        ("a boolean", {"enabledUser": True}),
        ("null", {"middleName": None}),
        ("one org, not in a list", {"orgs": {"sourcedId": "s1"}}),
        ("an id for a reference", {"orgs": ["s1"]}),
        ("a list for text", {"email": ["x@y.example"]}),
    ],
)
def test_odd_shapes_are_read_as_well_as_they_can_be(shape: str, spoilt: dict[str, Any]) -> None:
    data = district(3)
    data["users"][0].update(spoilt)
    snapshot = read(signed(), Policy(), transport=OneRosterServer(data).transport())
    row = snapshot.streams["users"].frame.filter(sourcedId="a1").row(0, named=True)
    assert row["orgSourcedIds"] == "s1"
    if "identifier" in spoilt:
        assert row["identifier"] == "12"
    if "enabledUser" in spoilt:
        assert row["enabledUser"] == "true"


class Changing:
    """Changes the district between two requests."""

    def __init__(self, at: int, change: Any) -> None:
        self.server = OneRosterServer(district(60), most=20)
        self.at, self.change = at, change

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if len(self.server.asked) == self.at:
            self.change(self.server.data)
        return self.server.answer(request)


def leave(data: dict[str, list[dict[str, Any]]]) -> None:
    del data["users"][5:9]


def swap(data: dict[str, list[dict[str, Any]]]) -> None:
    """One leaves, one comes: the total stays."""
    data["users"] = [row for row in data["users"] if row["sourcedId"] != "g000003"]
    data["users"].append({**data["users"][-1], **base("zz"), "dateLastModified": "2026-08-21T00:00:00.000Z"})


@pytest.mark.parametrize("change", [leave, swap])
@pytest.mark.parametrize("at", range(0, 30, 3))
def test_a_district_that_changes_meanwhile_is_read_as_it_was_or_as_it_became(at: int, change: Any) -> None:
    vendor = Changing(at, change)
    before = {row["sourcedId"] for row in vendor.server.data["users"]}
    snapshot = read(signed(), Policy(), transport=httpx2.MockTransport(vendor.answer))
    after = {row["sourcedId"] for row in vendor.server.data["users"]}
    assert set(snapshot.streams["users"].frame["sourcedId"]) in (before, after)


def test_a_collection_that_never_settles_fails() -> None:
    server = OneRosterServer(district(60), most=20)
    count = iter(range(100_000))

    def answer(request: httpx2.Request) -> httpx2.Response:
        server.data["users"].append({**server.data["users"][0], **base(f"new{next(count):05}")})
        return server.answer(request)

    with pytest.raises(TransientError, match=r"do not fit together|kept changing"):
        read(signed(workers=1), Policy(), transport=httpx2.MockTransport(answer))


def test_a_large_page_that_times_out_is_asked_for_in_smaller_ones() -> None:
    server = OneRosterServer(district(400))

    def answer(request: httpx2.Request) -> httpx2.Response:
        if int(request.url.params.get("limit", "1")) > 300:
            raise httpx2.ReadTimeout("slow", request=request)
        return server.answer(request)

    with stamina.set_testing(True, attempts=2):
        snapshot = read(signed(page_size=1000), Policy(), transport=httpx2.MockTransport(answer))
    assert snapshot.streams["users"].frame.height == 802


@pytest.mark.parametrize("missing", ["orgs", "users", "classes", "enrollments"])
def test_without_an_essential_collection_nothing_is_known(missing: str) -> None:
    with pytest.raises(ConfigError, match="404"):
        read(signed(), Policy(), transport=OneRosterServer(missing=(missing,)).transport())


@pytest.mark.parametrize("missing", ["academicSessions", "courses"])
def test_a_collection_that_is_not_offered_is_absent_and_told(missing: str) -> None:
    snapshot = read(signed(), Policy(), transport=OneRosterServer(missing=(missing,)).transport())
    assert snapshot.streams[missing].mode is Mode.ABSENT
    assert "SRC-001" in snapshot.findings["code"].to_list()


def test_users_without_role_are_refused() -> None:
    data = district(3)
    for row in data["users"]:
        del row["role"]
    with pytest.raises(DataError, match="role"):
        read(signed(), Policy(), transport=OneRosterServer(data).transport())


def test_changes_only_are_a_delta() -> None:
    data = district(30)
    data["users"][4]["dateLastModified"] = "2026-09-01T00:00:00.000Z"
    since = dt.datetime(2026, 8, 25, tzinfo=dt.UTC)
    snapshot = read(signed(), Policy(), since=since, transport=OneRosterServer(data).transport())
    users = snapshot.streams["users"]
    assert (users.mode, users.frame.height) == (Mode.DELTA, 1)
    assert snapshot.fingerprint.startswith("delta:")


def test_a_server_that_cannot_filter_is_read_whole() -> None:
    server = OneRosterServer(district(30), refuses=("filter",))
    since = dt.datetime(2026, 8, 25, tzinfo=dt.UTC)
    snapshot = read(signed(), Policy(), since=since, transport=server.transport())
    assert snapshot.streams["users"].mode is Mode.BULK
    assert snapshot.streams["users"].frame.height == 62
    assert "SRC-009" in snapshot.findings["code"].to_list()


def test_requests_are_signed_over_their_query() -> None:
    server = OneRosterServer()
    read(signed(signature="HMAC-SHA256"), Policy(), transport=server.transport())
    headers = [request.headers["authorization"] for request in server.asked]
    assert all('oauth_signature_method="HMAC-SHA256"' in header for header in headers)
    assert len({header.split('oauth_nonce="')[1][:10] for header in headers}) == len(headers)


def token_server(**answer: Any) -> tuple[OneRosterServer, list[httpx2.Request], httpx2.MockTransport]:
    """A 1.2 server that wants a token of now; gives each token for one use of 3 requests."""
    server = OneRosterServer(district(3, version="1.2"), root="/ims/oneroster/rostering/v1p2")
    asked: list[httpx2.Request] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            asked.append(request)
            return httpx2.Response(200, json={"access_token": f"t{len(asked)}", "token_type": "Bearer", **answer})
        if "/discovery/" in request.url.path:
            return failure(404)
        if request.headers.get("authorization") != f"Bearer t{len(asked)}":
            return failure(401)
        return server.answer(request)

    return server, asked, httpx2.MockTransport(respond)


def oauth2(**more: Any) -> Config:
    return Config(base_url="http://localhost:9", client_id="me", client_secret=PLANTED, **more)


@pytest.mark.parametrize(
    ("style", "place"),
    [("basic", "header"), ("body", "body"), ("query", "query")],
)
def test_the_token_is_asked_for_in_the_vendors_way(style: str, place: str) -> None:
    _, asked, transport = token_server(expires_in=3600)
    read(oauth2(token_style=style, token_params="appName=rollbook", token_url=TOKEN), Policy(), transport=transport)
    request = asked[0]
    seen = {
        "header": request.headers.get("authorization", "").startswith("Basic "),
        "body": PLANTED in request.content.decode(),
        "query": request.url.params.get("client_secret") == PLANTED,
    }
    assert seen == {name: name == place for name in seen}
    assert ("appName=rollbook" in request.content.decode()) != (request.url.params.get("appName") == "rollbook")
    assert len(asked) == 1


def test_without_token_url_the_discovery_file_is_asked_and_then_the_convention() -> None:
    server = OneRosterServer(district(3, version="1.2"), root="/ims/oneroster/rostering/v1p2")
    posted: list[str] = []
    discovery = {
        "components": {
            "securitySchemes": {
                "OAuth2CC": {
                    "flows": {"clientCredentials": {"tokenUrl": "http://localhost:9/deep/token", "scopes": {}}}
                }
            }
        }
    }

    def respond(request: httpx2.Request) -> httpx2.Response:
        if "/discovery/imsorv1p2" in request.url.path:
            return httpx2.Response(200, content=json.dumps(discovery).encode())
        if request.method == "POST":
            posted.append(request.url.path)
            return httpx2.Response(200, json={"access_token": "t", "expires_in": "60"})
        return server.answer(request) if "/discovery/" not in request.url.path else failure(404)

    snapshot = read(oauth2(), Policy(), transport=httpx2.MockTransport(respond))
    assert posted == ["/deep/token"]
    assert snapshot.version == "1.2"


def test_scopes_are_those_that_are_needed() -> None:
    _, asked, transport = token_server()
    read(oauth2(token_url=TOKEN, version="1.2"), Policy(), transport=transport)
    assert "roster-core.readonly" in asked[0].content.decode()
    assert "demographics" not in asked[0].content.decode()
    _, asked, transport = token_server()
    read(oauth2(token_url=TOKEN, version="1.2", scope="none"), Policy(), transport=transport)
    assert "scope" not in asked[0].content.decode()


def test_an_expired_token_is_replaced_once_and_a_refused_client_is_told() -> None:
    server, asked, transport = token_server()
    before = len(asked)
    read(oauth2(token_url=TOKEN), Policy(), transport=transport)
    assert len(asked) > before
    refusing = httpx2.MockTransport(lambda request: failure(401))
    with pytest.raises(AuthError, match="client id and secret"):
        read(oauth2(token_url=TOKEN), Policy(), transport=refusing)
    assert server.asked


def test_a_server_of_1_1_is_found_where_1_2_is_not() -> None:
    snapshot = read(signed(base_url="http://localhost:9"), Policy(), transport=OneRosterServer().transport())
    assert snapshot.version == "1.1"
    with pytest.raises(ConfigError, match="no OneRoster"):
        read(
            signed(base_url="http://localhost:9"),
            Policy(),
            transport=httpx2.MockTransport(lambda request: failure(404)),
        )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("base_url", "ftp://x.example"),
        ("base_url", "http://sis.example.org"),
        ("base_url", "https://me:pw@sis.example.org"),
        ("base_url", "https://sis.example.org/?a=b"),
        ("token_url", "http://sis.example.org/token"),
    ],
)
def test_addresses_that_could_leak_are_refused(setting: str, value: str) -> None:
    with pytest.raises(ConfigError, match=setting):
        signed(**{setting: value})


def test_over_sharing_and_what_is_missing_are_told() -> None:
    data = district(3)
    data["users"] = [row for row in data["users"] if row["role"] != "administrator"]
    receipt = check(signed(), Policy(), transport=OneRosterServer(data).transport())
    assert any("password" in sentence for sentence in receipt.over_shared)
    assert any("demographics" in sentence for sentence in receipt.over_shared)
    assert any("administrator" in sentence for sentence in receipt.missing)
