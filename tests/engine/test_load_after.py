"""Reading back what a run wrote gives the same state as reading the whole directory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from tests.builders import connection, delete, plan, planned, rows, update

from rollbook.core.plan import Plan
from rollbook.core.state import State
from rollbook.engine import load
from rollbook.engine.apply import apply_plan
from rollbook.engine.arrow import Reader
from rollbook.engine.load import load_state, state_after
from rollbook.engine.locks import add_revision
from rollbook.store.models import Enrollment, SourceConnection, Student

pytestmark = pytest.mark.django_db(transaction=True)
CLASS = 40


def _class() -> dict[str, pl.DataFrame]:
    places = range(1, CLASS + 1)
    return {
        "school": rows("school", {"name": "Maple Elementary", "status": "active"}),
        "classroom": rows("classroom", {"school_id": -1, "name": "Room 4", "kind": "sync", "status": "active"}),
        "student": rows("student", *({"given_name": f"S{place}", "status": "active"} for place in places)),
        "enrollment": rows(
            "enrollment",
            *(
                {"classroom_id": -1, "student_id": -place, "role": "student", "is_primary": False, "status": "active"}
                for place in places
            ),
        ),
        "source_link": rows(
            "source_link",
            *({"kind": "student", "sourced_id": f"{place:05}", "object_id": -place} for place in places),
        ),
    }


def _apply(feed: SourceConnection, what: Plan) -> int:
    run = planned(feed, what)
    apply_plan(run, what)
    return int(run.pk)


def _changed(revision: int) -> Plan:
    """One newcomer, one student who changes, one enrollment that ends and one that is removed."""
    students, enrolled = list(Student.objects.order_by("id")), list(Enrollment.objects.order_by("id"))
    return plan(
        {"student": rows("student", {"given_name": "New", "status": "active"})},
        [
            update("student", students[3].pk, {"status": "active"}, {"status": "archived"}),
            update("enrollment", enrolled[3].pk, {"status": "active"}, {"status": "ended"}),
            delete("enrollment", enrolled[5].pk),
        ],
        revision=revision,
    )


def _same(one: State, other: State) -> None:
    assert one.revision == other.revision
    for frame, every in other.frames.items():
        mine = one.frames[frame]
        assert mine.schema == every.schema
        if "id" in every.columns:
            assert mine.sort("id").equals(every.sort("id")), frame


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that load asks."""
    asked: list[str] = []
    read = Reader.read

    def listening(self: Reader, query: str, schema: Any) -> pl.DataFrame:
        asked.append(query)
        return read(self, query, schema)

    monkeypatch.setattr(load.Reader, "read", listening)
    return asked


def _scans(queries: Sequence[str], table: str) -> bool:
    """Whether all rows of the table were asked for."""
    return any(f'FROM "{table}" WHERE' in query and "created_run_id" not in query for query in queries)


def test_what_a_run_wrote_is_read_back_and_the_rest_is_kept(queries: list[str]) -> None:
    feed = connection()
    _apply(feed, plan(_class()))
    before = load_state(feed)
    what = _changed(before.revision)
    run = _apply(feed, what)
    queries.clear()
    after = state_after(feed, before, run, what.edits)
    assert not _scans(queries, "enrollment")
    assert not _scans(queries, "student")
    _same(after, load_state(feed))
    assert after.frames["students"].height == CLASS + 1
    assert after.frames["enrollments"].height == CLASS - 1


def test_everything_is_read_when_somebody_else_wrote_meanwhile(queries: list[str]) -> None:
    feed = connection()
    _apply(feed, plan(_class()))
    before = load_state(feed)
    what = _changed(before.revision)
    run = _apply(feed, what)
    Student.objects.filter(given_name="S9").update(status="archived")
    with load.database.cursor() as cursor:
        add_revision(cursor, feed.district_id)
    queries.clear()
    after = state_after(feed, before, run, what.edits)
    assert _scans(queries, "student")
    _same(after, load_state(feed))


def test_everything_is_read_after_a_first_load() -> None:
    feed = connection()
    before = load_state(feed)
    what = plan(_class())
    run = _apply(feed, what)
    after = state_after(feed, before, run, what.edits)
    _same(after, load_state(feed))
    assert after.frames["students"].height == CLASS
