"""Load: the directory as frames, of one district, at one moment."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from django.apps import apps
from tests.builders import connection, plan, planned, small_district

from rollbook.core.entities import TABLES
from rollbook.core.lifecycle import RunState
from rollbook.core.state import STATE_SCHEMAS
from rollbook.engine.apply import apply_plan
from rollbook.engine.load import load_state, values
from rollbook.store.models import (
    Classroom,
    ContactMethod,
    Enrollment,
    Person,
    SourceConnection,
    SourceLink,
    Student,
    SyncRun,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def feed() -> SourceConnection:
    feed = connection()
    what = plan(small_district())
    apply_plan(planned(feed, what), what)
    return feed


def test_frames_have_their_schemas_and_every_row(feed: SourceConnection) -> None:
    state = load_state(feed)
    assert {name: dict(frame.schema) for name, frame in state.frames.items()} == STATE_SCHEMAS
    given = small_district()
    assert state.frames["enrollments"].height == given["enrollment"].height
    assert state.frames["links"].height == given["source_link"].height
    assert dict(state.frames["links"].filter(pl.col("sourced_id") == "00418").row(0, named=True)) == {
        "id": SourceLink.objects.get(sourced_id="00418").pk,
        "kind": "student",
        "sourced_id": "00418",
        "object_id": Student.objects.get(student_number="0002").pk,
        "fingerprint": 2**62,
    }
    assert state.revision == 1


def test_a_row_made_by_hand_or_by_another_connection_is_not_managed(feed: SourceConnection) -> None:
    room, tess = Classroom.objects.get(), Person.objects.get(given_name="Gus")
    by_hand = Enrollment.objects.create(
        district=feed.district, classroom=room, person=tess, role="aide", status="active"
    )
    state = load_state(feed)
    managed = dict(state.frames["enrollments"].select("id", "managed").iter_rows())
    assert [key for key, value in managed.items() if not value] == [by_hand.pk]

    other = load_state(connection(name="second"))
    assert not other.frames["enrollments"]["managed"].any()
    assert other.frames["links"].is_empty()


def test_other_districts_are_not_seen(feed: SourceConnection) -> None:
    state = load_state(connection("elm-creek"))
    assert {name: frame.height for name, frame in state.frames.items()} == dict.fromkeys(STATE_SCHEMAS, 0)


def test_unlinked_are_those_without_a_link_of_any_connection(feed: SourceConnection) -> None:
    assert load_state(feed).frames["unlinked_students"].is_empty()
    assert load_state(feed).frames["unlinked_persons"].is_empty()
    assert load_state(connection(name="second")).frames["unlinked_students"].is_empty()

    cy = Student.objects.create(district=feed.district, family_name="Cy", state_id="007", status="active")
    pat = Person.objects.create(district=feed.district, family_name="Pat", account_state="active")
    for kind, value, owner, verified in [
        ("email", "sis@example.org", "source", False),
        ("email", "own@example.org", "person", False),
        ("email", "sure@example.org", "staff", True),
        ("mobile", "+12065550100", "source", False),
        ("home_phone", "+12065550101", "source", False),
    ]:
        ContactMethod.objects.create(
            district=feed.district, person=pat, kind=kind, value=value, owner=owner, verified=verified
        )
    state = load_state(feed)
    assert state.frames["unlinked_students"].select("id", "state_id").rows() == [(cy.pk, "007")]
    assert state.frames["unlinked_persons"].rows() == [(pat.pk, None, "Pat", "sure@example.org", "+12065550100")]


@pytest.mark.parametrize("table", TABLES)
def test_values_are_whole_rows_of_the_ids_asked_for(feed: SourceConnection, table: str) -> None:
    load = values(feed)
    asked_by = "person" if table == "contact_method" else table
    model = next(model for model in apps.get_app_config("store").get_models() if model._meta.db_table == asked_by)
    everything = pl.Series("id", list(model._default_manager.values_list("pk", flat=True)), dtype=pl.Int64)
    found = load(table, everything)
    assert dict(found.schema) == {"id": pl.Int64(), **TABLES[table].columns}
    given = small_district()[table]
    texts = [name for name, dtype in TABLES[table].columns.items() if dtype == pl.String]
    if texts:
        assert set(found.select(texts).rows()) == set(given.select(texts).rows())
    assert load(table, pl.Series([], dtype=pl.Int64)).schema == found.schema
    assert load(table, pl.Series([-5, None, -5], dtype=pl.Int64)).is_empty()


def test_values_of_contacts_are_the_sources_own(feed: SourceConnection) -> None:
    tess = Person.objects.get(given_name="Tess")
    ContactMethod.objects.create(district=feed.district, person=tess, kind="email", value="x@y.z", owner="person")
    found = values(feed)("contact_method", pl.Series([tess.pk]))
    assert found["value"].to_list() == ["tess@example.org"]


def test_values_of_another_district_are_not_given(feed: SourceConnection) -> None:
    other = values(connection("elm-creek"))
    assert other("student", pl.Series([s.pk for s in Student.objects.all()])).is_empty()


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], {}),
        ([RunState.APPLIED], {"users": 10}),
        ([RunState.APPLIED, RunState.APPLIED], {"users": 11}),
        ([RunState.APPLIED, RunState.UNDONE], {"users": 10}),
        ([RunState.APPLIED, RunState.FAILED], {"users": 10}),
    ],
)
def test_previous_rows_are_of_the_snapshot_applied_last(states: list[RunState], expected: dict[str, Any]) -> None:
    feed = connection()
    for number, state in enumerate(states):
        run = planned(feed, plan())
        SyncRun.objects.filter(pk=run.pk).update(state=state, rows={"users": 10 + number}, applied_at=run.created_at)
    assert dict(load_state(feed).previous_rows) == expected


def test_a_source_without_schools_is_told_how_others_know_people(feed: SourceConnection) -> None:
    """guardians.csv names students by the main source's sourcedId or by number."""
    frames = load_state(connection(name="families")).frames
    students = {row.student_number: row.pk for row in Student.objects.all()}
    assert set(frames["student_keys"].iter_rows()) == {
        ("00417", False, students["0001"]),
        ("00418", False, students["0002"]),
        ("0001", True, students["0001"]),
        ("0002", True, students["0002"]),
    }
    assert set(frames["other_persons"].select("given_name", "email", "mobile").iter_rows()) == {
        ("Tess", "tess@example.org", None),
        ("Gus", None, None),
    }
    mine = load_state(feed).frames
    assert mine["student_keys"].is_empty()
    assert mine["other_persons"].is_empty()
