"""Clever: what its model means in OneRoster's words, and that a reading is whole or not at all (S-2)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import polars as pl
import pytest
import stamina
from tests.unit.connectors.clever_vendor import (
    DISTRICT,
    SCHOOL,
    SECRET,
    TOKEN,
    Vendor,
    config,
    contact,
    oid,
    section,
    small,
    student,
    teacher,
)

from rollbook.connectors import clever
from rollbook.connectors.clever.names import part_names
from rollbook.core.clean import clean
from rollbook.core.errors import AuthError, ConfigError, DataError, RateLimited, RollbookError, TransientError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot


def read(vendor: Vendor, policy: Policy | None = None, **settings: Any) -> Snapshot:
    return clever.read(config(**settings), policy or Policy(), transport=vendor.transport)


def rows(snapshot: Snapshot, stream: str, *columns: str) -> list[tuple[Any, ...]]:
    return snapshot.streams[stream].frame.select(columns).rows()


def codes(snapshot: Snapshot) -> dict[str, str]:
    return dict(snapshot.findings.select("code", "detail").iter_rows())


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


# What its words mean


def test_a_small_district_in_oneroster_words() -> None:
    snapshot = read(Vendor())
    assert rows(snapshot, "orgs", "sourcedId", "name", "type", "identifier") == [
        (SCHOOL, "Fern School", "school", "530000000012"),
        (DISTRICT, "Quail County", "district", ""),
    ]
    assert rows(snapshot, "academicSessions", "title", "startDate", "endDate") == [("Fall", "2026-08-17", "2026-12-18")]
    assert rows(snapshot, "classes", "sourcedId", "title", "classCode", "periods", "grades") == [
        (oid("f", 1), "Reading - Lind - 1", "R1", "1", "03"),
        (oid("f", 2), "Reading - Lind - 2", "R2", "2", "03"),
    ]
    assert set(rows(snapshot, "roles", "userSourcedId", "role", "orgSourcedId", "roleType")) == {
        *((oid("e", number), "student", SCHOOL, "primary") for number in range(1, 6)),
        (oid("e", 51), "teacher", SCHOOL, "primary"),
        (oid("e", 51), "principal", SCHOOL, "secondary"),
        (oid("e", 52), "teacher", SCHOOL, "primary"),
        (oid("e", 71), "parent", DISTRICT, "primary"),
    }
    members = rows(snapshot, "enrollments", "classSourcedId", "userSourcedId", "role", "primary")
    assert set(members) == {
        *((oid("f", 1), oid("e", number), "student", "false") for number in (1, 2, 3)),
        *((oid("f", 2), oid("e", number), "student", "false") for number in (4, 5)),
        (oid("f", 1), oid("e", 51), "teacher", "true"),
        (oid("f", 1), oid("e", 52), "teacher", "false"),
    }
    roster = clean(snapshot, Policy())
    assert roster.refused.is_empty()
    assert set(roster.findings["code"]) <= {"CLV-006", "USR-046"}
    assert roster.frames["agents"].select("user_sourced_id", "agent_sourced_id").rows() == [(oid("e", 71), oid("e", 1))]


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("InfantToddler", "IT"),
        ("Preschool", "PR"),
        ("PreKindergarten", "PK"),
        ("TransitionalKindergarten", "TK"),
        ("Kindergarten", "KG"),
        ("1", "01"),
        ("13", "13"),
        ("PostGraduate", "PS"),
        ("Ungraded", "UG"),
        ("Other", "Other"),
    ],
)
def test_every_grade_of_clever_is_known(grade: str, expected: str) -> None:
    vendor = Vendor()
    vendor.sets["users"] = [student(1, grade=grade)]
    roster = clean(read(vendor), Policy())
    assert roster.frames["users"]["grade"].to_list() == [expected]
    assert not [code for code in roster.findings["code"] if code.startswith("USR")]


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Principal", "principal"), ("School Counselor", "counselor"), ("Office Admin", "administrator"),
     ("Registrar", "aide"), (None, "aide"), ("", "aide")],
)  # fmt: skip
def test_titles_of_staff(title: str | None, expected: str) -> None:
    vendor = Vendor()
    vendor.sets["users"] = [teacher(51, staff={"schools": [], "title": title}, teacher=None)]
    assert rows(read(vendor), "roles", "role", "orgSourcedId") == [(expected, DISTRICT)]


@pytest.mark.parametrize(
    ("relationship", "kind", "types", "expected"),
    [
        ("Parent", "Parent/Guardian", "Parent/Guardian", "parent"),
        ("Parent", "", "Parent/Guardian", "parent"),
        ("Other", "Parent/Guardian", "Parent/Guardian", "guardian"),
        ("Grandparent", "Parent/Guardian", "Parent/Guardian", "guardian"),
        ("", "Parent/Guardian", "Parent/Guardian", "guardian"),
        ("Parent", "Emergency", "Parent/Guardian", None),
        ("Parent", "Emergency", "Parent/Guardian, Emergency", "parent"),
        ("Aunt/Uncle", "Family", "Parent/Guardian,Family", "relative"),
        ("", "", "Parent/Guardian", None),
        ("Self", "Parent/Guardian", "Parent/Guardian", None),
    ],
)
def test_which_contact_becomes_which_guardian(relationship: str, kind: str, types: str, expected: str | None) -> None:
    vendor = Vendor()
    vendor.sets["users"] = [student(1), contact(71, (1, relationship, kind))]
    snapshot = read(vendor, contact_types=types)
    roles = [role for who, role in rows(snapshot, "roles", "userSourcedId", "role") if who == oid("e", 71)]
    assert roles == ([expected] if expected else [])
    kept = oid("e", 71) in snapshot.streams["users"].frame["sourcedId"]
    assert kept is (expected is not None)


def test_the_parent_of_one_child_and_uncle_of_another_is_linked_to_the_first_alone() -> None:
    vendor = Vendor()
    bonds = ((1, "Parent", "Parent/Guardian"), (2, "Aunt/Uncle", "Family"))
    vendor.sets["users"] = [student(1), student(2), contact(71, *bonds)]
    types = "Parent/Guardian,Family"
    assert ("e71", oid("e", 1)) == ("e71", rows(read(vendor, contact_types=types), "users", "agentSourcedIds")[2][0])
    everybody = Policy(guardian_relationships=("parent", "guardian", "relative"))
    children = rows(read(vendor, everybody, contact_types=types), "users", "agentSourcedIds")[2][0]
    assert children == f"{oid('e', 1)},{oid('e', 2)}"


@pytest.mark.parametrize(
    ("whole", "child", "given", "family"),
    [
        ("Maria Lopez", None, "Maria", "Lopez"),
        ("Lopez, Maria", None, "Maria", "Lopez"),
        ("Mary Ann Smith", None, "Mary Ann", "Smith"),
        ("Maria Garcia Lopez", None, "Maria Garcia", "Lopez"),
        ("Maria Garcia Lopez", "Garcia Lopez", "Maria", "Garcia Lopez"),
        ("MARIA GARCIA LOPEZ", "Garcia Lopez", "MARIA", "GARCIA LOPEZ"),
        ("Maria de la Cruz", None, "Maria", "de la Cruz"),
        ("Dr. Sam  O'Neil Jr.", None, "Sam", "O'Neil Jr."),
        ("Cher", None, "Cher", "–"),
        ("  ", None, None, None),
        (None, "Lopez", None, None),
    ],
)
def test_a_whole_name_in_one_field(whole: str | None, child: str | None, given: str, family: str) -> None:
    names = pl.Series([whole], dtype=pl.String), pl.Series([child], dtype=pl.String)
    assert part_names(*names).rows() == [(given, family)]


@pytest.mark.parametrize(
    ("kind", "setting", "mobile", "home"),
    [("Cell", "Cell", "+12065550100", None), ("Home", "Cell", None, "+12065550100"), (None, "Cell", None, "+12065550100"),
     ("Work", "Cell,Work", "+12065550100", None)],
)  # fmt: skip
def test_which_phone_serves_for_sign_in(kind: str | None, setting: str, mobile: str | None, home: str | None) -> None:
    vendor = Vendor()
    bond = (1, "Parent", "Parent/Guardian")
    vendor.sets["users"] = [student(1), contact(71, bond, phone="(206) 555-0100", phone_type=kind)]
    users = clean(read(vendor, mobile_phone_types=setting), Policy()).frames["users"]
    assert users.filter(pl.col("sourced_id") == oid("e", 71)).select("sms", "phone").rows() == [(mobile, home)]


def test_values_may_be_missing_null_blank_or_of_another_shape() -> None:
    vendor = Vendor()
    odd: list[dict[str, Any]] = [
        {"id": oid("e", 1), "name": "Kim", "roles": {"student": {"schools": SCHOOL, "grade": 3}}},
        {"id": oid("e", 2), "roles": {"student": {"school": SCHOOL, "preferred_name": "", "grade": None}}},
        {"id": oid("e", 3), "email": None, "name": {}, "roles": {}},
        {"id": oid("e", 4)},
    ]
    vendor.sets["users"] = odd
    vendor.sets["sections"] = [{"id": oid("f", 1), "school": SCHOOL, "students": None}]
    snapshot = read(vendor)
    assert snapshot.streams["users"].frame["sourcedId"].to_list() == [row["id"] for row in odd]
    assert rows(snapshot, "roles", "userSourcedId") == [(oid("e", 1),), (oid("e", 2),)]
    assert snapshot.streams["enrollments"].frame.is_empty()


def test_ids_of_sections_that_are_not_clevers_are_told() -> None:
    vendor = Vendor()
    vendor.sets["sections"] = [section(1, [1], []) | {"id": "4711"}]
    assert codes(read(vendor))["CLV-008"] == "1"


def test_birth_dates_only_when_they_are_wanted_and_other_sensitive_fields_never() -> None:
    vendor = Vendor()
    vendor.sets["users"] = [
        student(1, dob="3/7/2018", frl_status="Free", race="Unknown", disability={"disability_code": "id"})
    ]
    shared = read(vendor)
    assert "demographics" not in shared.streams
    assert codes(shared)["SRC-004"] == "frl_status, race"
    for stream in shared.streams.values():
        assert not {"Free", "Unknown", "3/7/2018"} & {cell for row in stream.frame.rows() for cell in row}
    wanted = clean(read(vendor, Policy(keep_birth_dates=True)), Policy(keep_birth_dates=True))
    assert [str(day) for day in wanted.frames["users"]["birth_on"]] == ["2018-03-07"]


def test_without_contacts_no_guardianship_is_spoken_of() -> None:
    vendor = Vendor()
    vendor.sets["users"] = [row for row in vendor.sets["users"] if "contact" not in row["roles"]]
    snapshot = read(vendor)
    assert ("users", "agents") not in clean(snapshot, Policy()).received
    assert "CLV-009" in codes(snapshot)


@pytest.mark.parametrize(
    ("state", "code"), [("running", None), ("success", None), ("", None), (None, None), ("paused", "CLV-001"),
                        ("pending", "CLV-002"), ("error", "CLV-003")]
)  # fmt: skip
def test_the_districts_state_is_told_and_never_acted_on(state: str | None, code: str | None) -> None:
    vendor = Vendor()
    vendor.sets["districts"][0]["state"] = state
    snapshot = read(vendor)
    assert [found for found in codes(snapshot) if found in ("CLV-001", "CLV-002", "CLV-003")] == (
        [code] if code else []
    )
    assert snapshot.streams["users"].frame.height == 8


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
