"""The make-believe OneRoster providers and ClassLink do what the facts pages say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from tests.unit.sandbox.http_client import Answer, basic, classlink, get, post

from rollbook.sandbox.server import Sandbox

SCOPE = "https://purl.imsglobal.org/spec/or/v1p2/scope/"


def signed(
    url: str, query: dict[str, str], key: str, secret: str, *, method: str = "HMAC-SHA1", nonce: str = ""
) -> str:
    """An OAuth 1.0a header by RFC 5849, worked out here once more."""
    digest = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}[method]
    oauth = {
        "oauth_consumer_key": key,
        "oauth_nonce": nonce or str(time.perf_counter_ns()),
        "oauth_signature_method": method,
        "oauth_timestamp": str(int(time.time())),
        "oauth_version": "1.0",
    }
    pairs = sorted((quote(k, safe="~"), quote(v, safe="~")) for k, v in {**query, **oauth}.items())
    base = "&".join(quote(part, safe="~") for part in ("GET", url, "&".join(f"{k}={v}" for k, v in pairs)))
    signature = base64.b64encode(hmac.new(f"{quote(secret, safe='~')}&".encode(), base.encode(), digest).digest())
    oauth["oauth_signature"] = signature.decode()
    return "OAuth " + ", ".join(f'{k}="{quote(v, safe="~")}"' for k, v in oauth.items())


def token(sandbox: Sandbox, *scopes: str) -> str:
    keys = sandbox.credentials
    form = {"grant_type": "client_credentials", "scope": " ".join(SCOPE + scope for scope in scopes)}
    answer = post(sandbox.urls.oneroster_token, form, authorization=basic(keys.oneroster_key, keys.oneroster_secret))
    assert answer.status == 200, answer.body
    return str(answer.json["access_token"])


def rest(sandbox: Sandbox, path: str, *scopes: str, **query: Any) -> Answer:
    return get(sandbox.urls.oneroster_1_2 + path, query, bearer=token(sandbox, *(scopes or ("roster.readonly",))))


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_a_right_signature_opens_the_door_and_every_wrong_one_does_not(sandbox: Sandbox, method: str) -> None:
    keys, url = sandbox.credentials, sandbox.urls.oneroster_1_1 + "/users"
    query = {"filter": "familyName='O''Brien' AND status='active'", "limit": "1"}
    key, secret = keys.oneroster_key, keys.oneroster_secret
    good = signed(url, query, key, secret, method=method, nonce=f"once {method}")
    asked = urlencode(query, quote_via=quote)
    assert get(f"{url}?{asked}", authorization=good).status == 200
    refused = {
        "the same nonce again": (asked, good),
        "another query": ("limit=2", signed(url, query, key, secret, method=method)),
        "another secret": (asked, signed(url, query, key, "wrong", method=method)),
        "another key": (asked, signed(url, query, "wrong", secret, method=method)),
        "no signature": (asked, ""),
    }
    for what, (sent, header) in refused.items():
        assert get(f"{url}?{sent}", authorization=header).status == 401, what


def test_tokens_are_given_by_basic_or_body_and_scopes_are_held_to(sandbox: Sandbox) -> None:
    keys = sandbox.credentials
    form = {"grant_type": "client_credentials", "client_id": keys.oneroster_key}
    assert post(sandbox.urls.oneroster_token, {**form, "client_secret": keys.oneroster_secret}).status == 200
    assert post(sandbox.urls.oneroster_token, {**form, "client_secret": "wrong"}).status == 401
    allowed = {
        ("roster-core.readonly", "/users"): 200,
        ("roster-core.readonly", "/classes/0101-00-A01/students"): 403,
        ("roster.readonly", "/classes/0101-00-A01/students"): 200,
        ("roster.readonly", "/demographics"): 403,
        ("roster-demographics.readonly", "/demographics"): 200,
        ("roster-demographics.readonly", "/users"): 403,
    }
    assert {way: rest(sandbox, way[1], way[0]).status for way in allowed} == allowed
    assert get(sandbox.urls.oneroster_1_2 + "/users", bearer="made-up").status == 401


def test_pages_fit_together_and_say_how_many_there_are(sandbox: Sandbox) -> None:
    first = rest(sandbox, "/enrollments", limit=300)
    total = int(first.headers["x-total-count"])
    assert 'rel="next"' in first.headers["link"]
    assert "offset=300" in first.headers["link"]
    seen = [
        row["sourcedId"]
        for offset in range(0, total, 300)
        for row in rest(sandbox, "/enrollments", limit=300, offset=offset).json["enrollments"]
    ]
    assert len(seen) == len(set(seen)) == total
    assert seen == sorted(seen)
    past = rest(sandbox, "/enrollments", limit=300, offset=total)
    assert past.json == {"enrollments": []}
    assert 'rel="next"' not in past.headers["link"]
    assert len(rest(sandbox, "/users").json["users"]) == 100  # the default of the standard


FILTERS = {
    "role='teacher'": lambda user: user["roles"][0]["role"] == "teacher",
    "role!='student' AND status='active'": lambda user: user["roles"][0]["role"] != "student",
    "sourcedId='0000001' OR sourcedId='T000001'": lambda user: user["sourcedId"] in ("0000001", "T000001"),
    "givenName~'AN'": lambda user: "an" in user["givenName"].lower(),
    "dateLastModified>'2026-08-18'": lambda user: False,
    "dateLastModified>='2026-08-17T02:00:00Z'": lambda user: True,
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_gives_the_rows_that_it_names(sandbox: Sandbox, text: str) -> None:
    everyone = rest(sandbox, "/users", limit=5000).json["users"]
    answer = rest(sandbox, "/users", limit=5000, filter=text)
    assert [user["sourcedId"] for user in answer.json["users"]] == [
        user["sourcedId"] for user in everyone if FILTERS[text](user)
    ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"filter": "nonsense"}, 400),
        ({"filter": "shoeSize='42'"}, 400),
        ({"limit": 0}, 400),
        ({"offset": -1}, 400),
        ({"limit": "many"}, 400),
        ({"fields": "shoeSize"}, 400),
        ({"limit": 1_000_000}, 200),
    ],
)
def test_a_query_that_means_nothing_is_refused(sandbox: Sandbox, query: dict[str, Any], status: int) -> None:
    assert rest(sandbox, "/users", **query).status == status


def test_fields_are_chosen_and_a_sort_turned_round(sandbox: Sandbox) -> None:
    answer = rest(sandbox, "/users", fields="sourcedId,familyName", sort="familyName", orderBy="desc", limit=5000)
    names = [user["familyName"] for user in answer.json["users"]]
    assert {tuple(user) for user in answer.json["users"]} == {("sourcedId", "familyName")}
    assert names == sorted(names, reverse=True)


def test_unknown_fields_and_sorts_are_warned_of_in_1_1(sandbox: Sandbox) -> None:
    keys, url = sandbox.credentials, sandbox.urls.oneroster_1_1 + "/orgs"
    for query, code in (
        ({"fields": "shoeSize"}, "invalid_selection_field"),
        ({"sort": "shoeSize"}, "invalid_sort_field"),
    ):
        header = signed(url, query, keys.oneroster_key, keys.oneroster_secret)
        answer = get(url, query, authorization=header)
        assert answer.status == 200
        assert answer.json["statusInfoSet"][0]["imsx_codeMinor"] == code
        assert len(answer.json["orgs"]) == 4


def test_nothing_is_null_and_every_reference_is_whole(sandbox: Sandbox) -> None:
    for name in ("orgs", "academicSessions", "courses", "classes", "users", "enrollments"):
        rows = rest(sandbox, f"/{name}", limit=5000).json[name]
        assert not [row for row in rows for value in row.values() if value in (None, "", [])], name
        references = [
            item
            for row in rows
            for value in row.values()
            for item in (value if isinstance(value, list) else [value])
            if isinstance(item, dict) and "href" in item
        ]
        assert all(set(item) == {"href", "sourcedId", "type"} for item in references)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/schools/0101/classes", "classes"),
        ("/schools/0101/courses", "courses"),
        ("/schools/0101/enrollments", "enrollments"),
        ("/schools/0101/students", "users"),
        ("/schools/0101/teachers", "users"),
        ("/schools/0101/terms", "academicSessions"),
        ("/schools/0101/classes/0101-00-A01/enrollments", "enrollments"),
        ("/schools/0101/classes/0101-00-A01/students", "users"),
        ("/schools/0101/classes/0101-00-A01/teachers", "users"),
        ("/terms/T1/classes", "classes"),
        ("/terms/T1/gradingPeriods", "academicSessions"),
        ("/courses/CRS-H00/classes", "classes"),
        ("/classes/0101-00-A01/students", "users"),
        ("/classes/0101-00-A01/teachers", "users"),
        ("/users/0000001/classes", "classes"),
        ("/students/0000001/classes", "classes"),
    ],
)
def test_nested_lists_answer(sandbox: Sandbox, path: str, key: str) -> None:
    answer = rest(sandbox, path)
    assert (answer.status, list(answer.json)) == (200, [key])
    assert answer.json[key] or path.startswith("/terms/")


@pytest.mark.parametrize("path", ["/classes/0101-00-A01/enrollments", "/orgs/0101/classes", "/users/nobody", "/shoes"])
def test_what_the_standard_has_not_is_not_there(sandbox: Sandbox, path: str) -> None:
    answer = rest(sandbox, path)
    assert answer.status == 404
    assert answer.json["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"] == "unknownobject"


def test_a_night_leaves_tombstones_and_dates(sandbox: Sandbox) -> None:
    before = {user["sourcedId"]: user for user in rest(sandbox, "/users", limit=5000).json["users"]}
    sandbox.set_day(2)
    changed = rest(sandbox, "/users", limit=5000, filter="dateLastModified>'2026-09-01T00:00:00.000Z'").json["users"]
    after = {user["sourcedId"]: user for user in rest(sandbox, "/users", limit=5000).json["users"]}
    gone = {user["sourcedId"] for user in changed if user["status"] == "tobedeleted"}
    assert gone
    assert gone <= set(before)
    assert set(before) <= set(after)  # nobody is purged
    assert {key for key in after if after[key] != before.get(key)} == {user["sourcedId"] for user in changed}


def test_classlink_lists_its_districts_and_takes_the_application_id_as_it_is(sandbox: Sandbox) -> None:
    keys = sandbox.credentials
    listed = get(sandbox.urls.classlink + "/applications", bearer=keys.classlink_partner_key).json
    mine = next(item for item in listed["applications"] if item["tenant_id"] == keys.classlink_tenant_id)
    assert mine["oneroster_application_id"] == keys.classlink_application_id
    assert "%2F" in mine["oneroster_application_id"]
    assert (mine["enabled"], mine["tenant_status"], mine["bearer"]) == ("true", "Active", keys.classlink_bearer)
    assert get(sandbox.urls.classlink + "/applications", bearer="wrong").status == 401
    for before, application in (("/", keys.classlink_application_id), ("/proxy/v1p0/", keys.classlink_application_id)):
        url = f"{sandbox.urls.classlink}{before}{application}/ims/oneroster/v1p1/orgs"
        assert get(url, bearer=keys.classlink_bearer).status == 200
    encoded_again = quote(keys.classlink_application_id)
    url = f"{sandbox.urls.classlink}/{encoded_again}/ims/oneroster/v1p1/orgs"
    assert get(url, bearer=keys.classlink_bearer).status == 404


SWITCHES: list[tuple[dict[str, Any], int]] = [
    ({"classlink_enabled": False}, 403),
    ({"classlink_bearer": False}, 401),
    ({"classlink_listed": False}, 401),
]


@pytest.mark.parametrize(("turned", "status"), SWITCHES)
def test_a_district_can_turn_the_app_off(sandbox: Sandbox, turned: dict[str, Any], status: int) -> None:
    assert classlink(sandbox, "/orgs").status == 200
    sandbox.set_switches(**turned)
    assert classlink(sandbox, "/orgs").status == status


def test_what_is_not_shared_is_absent_and_the_revision_says_that_it_changed(sandbox: Sandbox) -> None:
    def ids(name: str, **query: Any) -> set[str]:
        key = "users" if name in ("students", "teachers") else name
        return {row["sourcedId"] for row in classlink(sandbox, f"/{name}", limit=5000, **query).json[key]}

    revision = classlink(sandbox, "/orgs").headers["x-perm-rev"]
    assert classlink(sandbox, "/users").headers["x-perm-rev"] == revision
    everyone, classes = ids("users"), ids("classes")
    sandbox.set_sharing("classlink", schools=("0101",))
    assert classlink(sandbox, "/orgs").headers["x-perm-rev"] != revision
    assert ids("orgs") == {"0100", "0101"}
    assert ids("classes") == {one for one in classes if one.startswith("0101")}
    assert ids("users") < everyone
    sandbox.set_sharing("classlink", schools=(), classes=("0101-00-A01",))
    assert ids("classes") == {"0101-00-A01"}
    assert ids("enrollments") == {one for one in ids("enrollments") if one.startswith("0101-00-A01.")}
    sandbox.set_sharing("classlink", classes=(), unenrolled=False, hidden_fields=("email",))
    users = classlink(sandbox, "/users", limit=5000).json["users"]
    assert {user["role"] for user in users} == {"student", "teacher"}
    assert not [user for user in users if "email" in user]
    assert classlink(sandbox, "/demographics").status == 403
    sandbox.set_sharing("classlink", demographics=True)
    assert len(classlink(sandbox, "/demographics", limit=5000).json["demographics"]) == 120
