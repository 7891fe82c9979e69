"""Clever's events as the fast path: what they mean, and when they are not trusted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.unit.connectors.clever_vendor import SCHOOL, Vendor, config, contact, oid, section, student, teacher

from rollbook.connectors import clever
from rollbook.core.clean import clean
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode, Snapshot

SINCE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
OTHER = oid("a", 2)


def event(number: int, kind: str, data: dict[str, Any], previous: Any = None, *, day: int = 2) -> dict[str, Any]:
    made = {
        "id": f"{number:024x}",
        "type": kind,
        "created": f"2026-09-{day:02}T02:00:00.000Z",
        "data": {"object": data},
    }
    return {**made, "previous_attributes": previous} if previous is not None else made


OLD = {**event(1, "users.updated", student(1)), "created": "2026-08-31T02:00:00.000Z"}


def read(events: list[dict[str, Any]]) -> Snapshot:
    vendor = Vendor(events=events)
    return clever.read(config(), Policy(), since=SINCE, transport=vendor.transport)


def said(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """(stream, id, status …) of every row, in short."""
    keys = {
        "roles": ("userSourcedId", "role", "orgSourcedId"),
        "enrollments": ("classSourcedId", "userSourcedId", "role"),
    }
    return sorted(
        (name, *row)
        for name, stream in snapshot.streams.items()
        if stream.frame.height
        for row in stream.frame.select(*keys.get(name, ("sourcedId",)), "status").iter_rows()
    )


MOVED = student(1, school=OTHER, schools=[OTHER])


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], [], id="nothing happened"),
        pytest.param(
            [event(2, "users.deleted", student(1))], [("users", oid("e", 1), "tobedeleted")], id="a user left"
        ),
        pytest.param(
            [event(2, "users.deleted", student(1)), event(3, "users.created", student(1))],
            [
                ("roles", oid("e", 1), "student", SCHOOL, "active"),
                ("users", oid("e", 1), "active"),
            ],
            id="the last word counts",
        ),
        pytest.param(
            [event(2, "users.updated", MOVED, {"roles": student(1)["roles"]})],
            [
                ("roles", oid("e", 1), "student", SCHOOL, "tobedeleted"),
                ("roles", oid("e", 1), "student", OTHER, "active"),
                ("users", oid("e", 1), "active"),
            ],
            id="a student who changed school ends the role at the old one",
        ),
        pytest.param(
            [event(2, "sections.updated", section(1, [1, 3], [51]), {"students": [oid("e", 1), oid("e", 2)]})],
            [
                ("classes", oid("f", 1), "active"),
                ("enrollments", oid("f", 1), oid("e", 1), "student", "active"),
                ("enrollments", oid("f", 1), oid("e", 2), "student", "tobedeleted"),
                ("enrollments", oid("f", 1), oid("e", 3), "student", "active"),
                ("enrollments", oid("f", 1), oid("e", 51), "teacher", "active"),
            ],
            id="who was in a section and is no more, left it",
        ),
        pytest.param(
            [
                event(2, "sections.updated", section(1, [2], []), {"students": [oid("e", 1)]}),
                event(3, "sections.updated", section(1, [3], []), {"students": [oid("e", 2)]}),
            ],
            [
                ("classes", oid("f", 1), "active"),
                ("enrollments", oid("f", 1), oid("e", 1), "student", "tobedeleted"),
                ("enrollments", oid("f", 1), oid("e", 2), "student", "tobedeleted"),
                ("enrollments", oid("f", 1), oid("e", 3), "student", "active"),
            ],
            id="over several updates",
        ),
        pytest.param(
            [event(2, "sections.deleted", section(1, [1], [51]))],
            [("classes", oid("f", 1), "tobedeleted")],
            id="a section left",
        ),
        pytest.param(
            [event(2, "users.updated", contact(71, (1, "Parent", "Emergency")))],
            [("users", oid("e", 71), "tobedeleted")],
            id="a contact who is no guardian any more",
        ),
        pytest.param(
            [event(2, "users.created", teacher(52)), event(3, "resources.created", {"id": "x"}), event(4, "odd", {})],
            [("roles", oid("e", 52), "teacher", SCHOOL, "active"), ("users", oid("e", 52), "active")],
            id="events of other things are passed over",
        ),
    ],
)
def test_what_events_mean(events: list[dict[str, Any]], expected: list[tuple[str, ...]]) -> None:
    snapshot = read([OLD, *events])
    assert {stream.mode for stream in snapshot.streams.values()} == {Mode.DELTA}
    assert said(snapshot) == sorted(expected)
    assert snapshot.fingerprint.startswith("delta:")
    assert clean(snapshot, Policy()).refused.is_empty()


def test_previous_values_are_found_where_older_pages_put_them() -> None:
    moved = event(2, "users.updated", MOVED)
    moved["data"]["previous_attributes"] = {"roles": student(1)["roles"]}
    assert ("roles", oid("e", 1), "student", SCHOOL, "tobedeleted") in said(read([OLD, moved]))


def test_reading_the_same_events_again_says_the_same() -> None:
    events = [OLD, event(2, "users.updated", student(1)), event(3, "sections.deleted", section(2, [], []))]
    assert read(events).fingerprint == read(events).fingerprint


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([], id="events are off, or there are none"),
        pytest.param([event(2, "users.deleted", student(1))], id="they do not reach back so far: some may be gone"),
        pytest.param([OLD, {**event(2, "users.deleted", student(1)), "created": "?"}], id="a time that cannot be read"),
    ],
)
def test_otherwise_everything_is_read(events: list[dict[str, Any]]) -> None:
    snapshot = read(events)
    assert {stream.mode for stream in snapshot.streams.values()} == {Mode.BULK}
    assert snapshot.streams["users"].frame.height == 8


def test_more_events_than_a_page_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollbook.connectors.clever.changes._PAGE", "2")
    events = [OLD, *(event(number, "users.created", student(number)) for number in range(2, 9))]
    users = read(events).streams["users"].frame
    assert users["sourcedId"].to_list() == [oid("e", number) for number in range(2, 9)]
