"""Clever keeps what every connector promises (house.md, section 5), and tells the same district as OneRoster does."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import polars as pl
import pytest
from tests.unit.connectors.clever_vendor import (
    DISTRICT,
    SECRET,
    TOKEN,
    Vendor,
    contact,
    section,
    small,
    student,
    teacher,
)

from rollbook.connectors import clever, oneroster_rest
from rollbook.connectors.kit.contract import Contract, contract_of
from rollbook.core.clean import clean
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.sandbox.server import Sandbox


def vendor(people: int) -> httpx2.BaseTransport:
    """A school with so many students, a teacher and, when there are students, a contact."""
    sets = small()
    numbers = range(1, people + 1)
    sets["users"] = [student(number) for number in numbers]
    sets["sections"] = [section(1, list(numbers), [900_001] if people else [])]
    if people:
        sets["users"] += [teacher(900_001), contact(900_002, (1, "Parent", "Parent/Guardian"))]
    return Vendor(sets=sets).transport


TestContract = contract_of(
    Contract(
        config=clever.Config,
        settings={
            "district_id": DISTRICT,
            "token": TOKEN,
            "client_id": "app",
            "client_secret": SECRET,
            "page_size": "4000",
        },
        vendor=vendor,
        read=clever.read,
        check=clever.check,
        endures=(),
    )
)


# The same district, told by Clever and by a OneRoster server

STUDENTS = 90


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Roster, Roster]]:
    """(by Clever, by OneRoster 1.2) of one make-believe district on one day."""
    with Sandbox(students=STUDENTS, seed=3) as sandbox:
        keys, urls = sandbox.credentials, sandbox.urls
        ours = clever.Config(
            district_id=keys.clever_district_id,
            client_id=keys.clever_client_id,
            client_secret=keys.clever_client_secret,
            base_url=urls.clever,
            token_url=f"{urls.clever}/oauth/tokens",
            page_size=50,
        )
        theirs = oneroster_rest.Config(
            base_url=urls.oneroster_1_2,
            client_id=keys.oneroster_key,
            client_secret=keys.oneroster_secret,
            token_url=urls.oneroster_token,
        )
        policy = Policy()
        yield clean(clever.read(ours, policy), policy), clean(oneroster_rest.read(theirs, policy), policy)


STUDENT = ("given_name", "family_name", "username", "identifier", "state_id", "email", "grade")
STAFF = ("given_name", "family_name", "username", "email")


def people(roster: Roster, roles: tuple[str, ...], columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    ids = roster.frames["roles"].filter(pl.col("role").is_in(roles), status="active")["user_sourced_id"]
    users = roster.frames["users"].filter(pl.col("sourced_id").is_in(ids.implode()), status="active")
    return sorted(users.select(columns).rows(), key=str)


def reach(roster: Roster, roles: tuple[str, ...]) -> list[tuple[object, ...]]:
    """Guardians of students by whole name and contacts, with the numbers of their children."""
    users, agents = roster.frames["users"], roster.frames["agents"]
    students = roster.frames["roles"].filter(role="student", status="active")["user_sourced_id"].implode()
    guardians = roster.frames["roles"].filter(pl.col("role").is_in(roles), status="active")["user_sourced_id"].implode()
    one = agents.filter(pl.col("user_sourced_id").is_in(guardians) & pl.col("agent_sourced_id").is_in(students))
    two = agents.filter(pl.col("user_sourced_id").is_in(students) & pl.col("agent_sourced_id").is_in(guardians))
    pairs = pl.concat(
        [
            one.select(guardian="user_sourced_id", child="agent_sourced_id"),
            two.select(guardian="agent_sourced_id", child="user_sourced_id"),
        ]
    ).unique()
    named = pairs.join(users, left_on="guardian", right_on="sourced_id").join(
        users.select(child="sourced_id", number="identifier"), on="child"
    )
    whole = pl.concat_str("given_name", "family_name", separator=" ")
    return sorted(named.select("number", whole, "email", pl.coalesce("sms", "phone")).rows(), key=str)


def seats(roster: Roster, role: str) -> list[tuple[object, ...]]:
    """(class code, school's NCES id, person) of every enrollment of a role that is not over."""
    active = pl.col("status") == "active"
    users = roster.frames["users"].filter(active).select("username", user_sourced_id="sourced_id")
    orgs = roster.frames["orgs"].select("identifier", school_sourced_id="sourced_id")
    classes = roster.frames["classes"].filter(active).select("code", "school_sourced_id", class_sourced_id="sourced_id")
    rows = roster.frames["enrollments"].filter(active & (pl.col("role") == role)).drop("school_sourced_id")
    rows = (
        rows.join(users, on="user_sourced_id").join(classes, on="class_sourced_id").join(orgs, on="school_sourced_id")
    )
    return sorted(rows.select("code", "identifier", "username").unique().rows(), key=str)


@pytest.mark.parametrize(
    ("what", "view"),
    [
        ("students", lambda roster: people(roster, ("student",), STUDENT)),
        ("teachers", lambda roster: people(roster, ("teacher",), STAFF)),
        ("guardians, their reach and children", lambda roster: reach(roster, ("parent", "guardian"))),
        ("students in classes", lambda roster: seats(roster, "student")),
        ("teachers in classes", lambda roster: seats(roster, "teacher")),
        (
            "schools",
            lambda roster: sorted(roster.frames["orgs"].filter(type="school").select("name", "identifier").rows()),
        ),
        ("courses", lambda roster: sorted(roster.frames["courses"].select("title", "code").rows())),
        ("class codes and rooms' periods", lambda roster: sorted(roster.frames["classes"].select("code").rows())),
    ],
)
def test_both_tell_the_same(told: tuple[Roster, Roster], what: str, view: object) -> None:
    assert callable(view)
    by_clever, by_oneroster = (view(roster) for roster in told)
    assert by_clever, what
    assert by_clever == by_oneroster


@pytest.mark.parametrize(
    ("frame", "column", "why"),
    [
        ("users", "enabled", "Clever does not say who may sign in"),
        ("users", "master_id", "Clever has no id of a human across roles"),
        ("orgs", "status", "what is gone is not listed"),
        ("classes", "location", "sections have no room"),
        ("sessions", "parent_sourced_id", "terms stand side by side"),
        ("sessions", "school_year", "terms have no school year"),
        ("enrollments", "begins_on", "membership has no dates"),
        ("enrollments", "ends_on", "membership has no dates"),
    ],
)
def test_what_clever_cannot_carry_is_not_received_and_blanks_nothing(
    told: tuple[Roster, Roster], frame: str, column: str, why: str
) -> None:
    assert (frame, column) not in told[0].received, why


def test_what_clever_carries_otherwise(told: tuple[Roster, Roster]) -> None:
    by_clever, by_oneroster = told
    relatives = by_oneroster.frames["roles"].filter(role="relative")["user_sourced_id"].n_unique()
    assert relatives, "relatives come as contacts of type Family, which become guardians only by setting"
    assert by_clever.frames["roles"].filter(role="relative").is_empty()
    assert by_clever.findings.filter(code="CLV-004").height == 1
    assert (by_clever.frames["classes"]["term_sourced_ids"].list.len() <= 1).all(), "a section has one term"
    assert (by_clever.frames["classes"]["grades"].list.len() <= 1).all(), "and one grade"
