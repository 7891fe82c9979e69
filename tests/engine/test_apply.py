"""Apply: what a plan says is in the directory afterwards, all of it or nothing."""

from __future__ import annotations

from typing import Any

import polars as pl
import psycopg
import pytest
from django.db import connection as database
from tests.builders import connection, delete, hold, plan, planned, rows, small_district, update

from rollbook.core.errors import LeaseLost, NotFound, PlanStale
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.engine.apply import apply_plan
from rollbook.engine.dump import dump
from rollbook.engine.integrity import orphans
from rollbook.engine.locks import lease
from rollbook.store.address import url_from_settings
from rollbook.store.models import (
    ChangeLog,
    Classroom,
    ContactMethod,
    Enrollment,
    Guardianship,
    Hold,
    Person,
    School,
    SourceConnection,
    SourceLink,
    Student,
    StudentSchool,
)

pytestmark = pytest.mark.django_db(transaction=True)

NASTY = [
    "plain",
    "",
    "NULL",
    "null",
    r"\N",
    r"\.",
    r"C:\temp\new",
    'say "hello"',
    "O'Hara, Bo",
    "{a,b}",
    "two\nlines",
    "carriage\rreturn",
    "\ttab ",
    "Zoë 北京 😀",
    "%s {} $1 ${1}",
]


def apply(feed: SourceConnection, inserts: Any = None, edits: Any = (), holds: Any = (), approved: Any = ()) -> Any:
    feed.district.refresh_from_db()
    what = plan(inserts, edits, holds, revision=feed.district.revision)
    return apply_plan(planned(feed, what), what, approved)


def test_new_rows_find_each_other() -> None:
    feed = connection()
    receipt = apply(feed, small_district())

    room = Classroom.objects.get()
    assert room.school.name == "Maple Elementary"
    assert room.course is not None
    assert room.course.title == "Art"
    assert (room.grades, room.periods, room.subject) == (["01"], [], None)
    terms = {link.object_id for link in SourceLink.objects.filter(kind="session")}
    assert set(room.session_ids or ()) == terms
    ada = Student.objects.get(given_name="Ada")
    assert SourceLink.objects.get(sourced_id="00417").object_id == ada.pk
    assert [g.person.given_name for g in Guardianship.objects.filter(student=ada)] == ["Gus"]
    assert Enrollment.objects.get(person__isnull=False).person == Person.objects.get(given_name="Tess")
    assert Enrollment.objects.get(student=ada).connection == feed
    assert {row.created_run_id for row in Student.objects.all()} == {receipt.run}
    assert receipt.inserted["enrollment"] == 3
    assert receipt.rows == sum(frame.height for frame in small_district().values())
    assert orphans(feed.district_id).is_empty()


def test_ids_of_new_rows_keep_the_order_of_references() -> None:
    feed = connection()
    backwards = rows("student", *({"family_name": str(number), "status": "active"} for number in range(50)))
    apply(feed, {"student": backwards.sample(fraction=1.0, shuffle=True, seed=3)})
    assert [s.family_name for s in Student.objects.order_by("id")] == [str(number) for number in range(50)]


def test_columns_that_a_plan_leaves_out_have_their_defaults() -> None:
    apply(connection(), small_district())
    contact = ContactMethod.objects.get()
    assert (contact.verified, contact.delivery_state) == (False, "unknown")


@pytest.mark.parametrize("text", NASTY)
def test_text_arrives_character_for_character(text: str) -> None:
    feed = connection()
    apply(
        feed, {"school": rows("school", {"name": text, "nces_id": None, "grades": [text, None, text], "status": "x"})}
    )
    school = School.objects.get()
    assert (school.name, school.nces_id, school.grades) == (text, None, [text, None, text])

    apply(feed, edits=[update("school", school.pk, {"school_number": None}, {"school_number": text, "grades": [text]})])
    school.refresh_from_db()
    assert (school.school_number, school.grades) == (text, [text])


def test_edits_change_just_what_they_name_and_are_logged() -> None:
    feed = connection()
    apply(feed, small_district())
    ada, bo = Student.objects.order_by("id")
    receipt = apply(
        feed,
        edits=[
            update("student", ada.pk, {"email": None}, {"email": "ada@example.org"}),
            update("student", bo.pk, {"grade": "01", "status": "active"}, {"grade": None, "status": "archived"}),
        ],
    )
    ada.refresh_from_db()
    bo.refresh_from_db()
    assert (ada.email, ada.grade, ada.status) == ("ada@example.org", "01", "active")
    assert (bo.email, bo.grade, bo.status) == (None, None, "archived")
    assert receipt.updated == {"student": 2}
    entry = ChangeLog.objects.get(record_id=bo.pk)
    assert (entry.kind, entry.run_id, entry.by) == ("student", receipt.run, "alice")
    assert (entry.old, entry.new) == ({"grade": "01", "status": "active"}, {"grade": None, "status": "archived"})


def test_an_edit_may_refer_to_new_rows() -> None:
    feed = connection()
    apply(feed, small_district())
    room = Classroom.objects.get()
    known = room.session_ids or []
    apply(
        feed,
        {
            "course": rows("course", {"title": "Music"}),
            "academic_session": rows("academic_session", {"title": "Summer"}, {"title": "Break"}),
        },
        [
            update(
                "classroom",
                room.pk,
                {"course_id": room.course_id, "session_ids": known, "name": "Room 4"},
                {"course_id": -1, "session_ids": [*known, -1, -2], "name": 'Room "course_id": -1'},
            )
        ],
    )
    room.refresh_from_db()
    assert room.course is not None
    assert (room.course.title, room.name) == ("Music", 'Room "course_id": -1')
    assert len(room.session_ids or ()) == 4
    assert orphans(feed.district_id).is_empty()


def test_a_deleted_row_is_kept_in_the_log_and_its_key_is_free_again() -> None:
    feed = connection()
    apply(feed, small_district())
    old = ContactMethod.objects.get()
    receipt = apply(
        feed,
        {
            "contact_method": rows(
                "contact_method",
                {"person_id": old.person_id, "kind": "email", "value": "new@example.org", "owner": "source"},
            )
        },
        [delete("contact_method", old.pk, kind="staff", record_id=old.person_id)],
    )
    assert [c.value for c in ContactMethod.objects.all()] == ["new@example.org"]
    assert receipt.deleted == {"contact_method": 1}
    kept = ChangeLog.objects.get(op="delete").old
    assert kept is not None
    assert (kept["id"], kept["value"], kept["created_run_id"]) == (old.pk, "tess@example.org", old.created_run_id)


def test_what_waits_in_a_hold_is_not_applied_until_it_is_released() -> None:
    feed = connection()
    apply(feed, small_district())
    ada, bo = Student.objects.order_by("id")
    place = StudentSchool.objects.get(student=bo)
    edits = [
        update("student", ada.pk, {"grade": "01"}, {"grade": "02"}),
        update("student", bo.pk, {"status": "active"}, {"status": "archived"}, hold="leavers"),
        update("student_school", place.pk, {"status": "active"}, {"status": "ended"}, hold="places"),
    ]
    holds = [hold("leavers"), hold("places", depends_on="leavers")]

    apply(feed, edits=edits, holds=holds)
    ada.refresh_from_db()
    bo.refresh_from_db()
    assert (ada.grade, bo.status) == ("02", "active")
    assert {h.state for h in Hold.objects.all()} == {HoldState.OPEN}

    receipt = apply(feed, edits=edits[1:], holds=holds, approved=["leavers"])
    bo.refresh_from_db()
    place.refresh_from_db()
    assert (bo.status, place.status) == ("archived", "ended")
    decided = Hold.objects.filter(run_id=receipt.run)
    assert {(h.key, h.state, h.decided_by) for h in decided} == {
        ("leavers", HoldState.APPROVED, "alice"),
        ("places", HoldState.APPROVED, "alice"),
    }


def test_a_hold_that_the_plan_has_not_cannot_be_approved() -> None:
    feed = connection()
    what = plan(small_district())
    run = planned(feed, what)
    with pytest.raises(NotFound):
        apply_plan(run, what, ["other"])
    run.refresh_from_db()
    assert run.state == RunState.PLANNED


def test_a_plan_whose_ground_has_moved_is_stale_and_changes_nothing() -> None:
    feed = connection()
    late = plan(small_district())
    run = planned(feed, late)
    apply(feed, small_district())
    before = dump(feed.district_id)
    with pytest.raises(PlanStale):
        apply_plan(run, late)
    run.refresh_from_db()
    assert run.state == RunState.STALE
    assert dump(feed.district_id) == before


def test_a_plan_is_applied_once() -> None:
    feed = connection()
    what = plan(small_district())
    run = planned(feed, what)
    apply_plan(run, what)
    with pytest.raises(PlanStale, match="applied already"):
        apply_plan(run, what)
    assert School.objects.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda s: [update("student", s.pk, {"grade": "05"}, {"grade": "06"})], id="old-value-differs"),
        pytest.param(lambda s: [update("student", s.pk + 99, {"grade": "01"}, {"grade": "06"})], id="row-is-not-there"),
        pytest.param(lambda s: [delete("student", s.pk + 99)], id="row-to-delete-is-not-there"),
        pytest.param(
            lambda s: [update("student", s.pk, {"grade": "01"}, {"grade": grade}) for grade in ("02", "03")],
            id="two-edits-of-one-row",
        ),
        pytest.param(lambda s: [update("student", s.pk, {}, {"district_id": 9})], id="column-no-run-may-write"),
        pytest.param(lambda s: [update("district", 1, {}, {"name": "x"})], id="table-no-run-may-write"),
    ],
)
def test_an_edit_that_does_not_fit_rolls_everything_back(broken: Any) -> None:
    feed = connection()
    apply(feed, small_district())
    before = dump(feed.district_id)
    bad = broken(Student.objects.order_by("id")[0])
    with pytest.raises((PlanStale, ValueError)):
        apply(feed, {"school": rows("school", {"status": "active"})}, bad)
    assert dump(feed.district_id) == before
    assert not ChangeLog.objects.exists()


def test_a_reference_to_a_row_that_is_not_in_the_plan_rolls_everything_back() -> None:
    feed = connection()
    alone = {"student_school": rows("student_school", {"student_id": -1, "school_id": -1, "status": "active"})}
    with pytest.raises(ValueError, match="student_id"):
        apply(feed, {"school": small_district()["school"], **alone})
    assert not School.objects.exists()


def test_a_row_that_exists_already_is_refused_without_repeating_its_values() -> None:
    feed = connection()
    apply(feed, small_district())
    twice = {"source_link": rows("source_link", {"kind": "student", "sourced_id": "00417", "object_id": 1})}
    with pytest.raises(PlanStale, match="source_link_key") as caught:
        apply(feed, twice)
    assert "00417" not in caught.value.message
    assert caught.value.__cause__ is None


def test_one_run_at_a_time_on_a_connection() -> None:
    feed = connection()
    what = plan(small_district())
    run = planned(feed, what)
    with psycopg.connect(url_from_settings(database.settings_dict)) as other:
        key = (0x52 << 56) | feed.pk
        other.execute("SELECT pg_advisory_lock(%s)", [key])
        with pytest.raises(LeaseLost):
            apply_plan(run, what)
        run.refresh_from_db()
        assert run.state == RunState.PLANNED
        # not left to the end of the connection: the server may notice that a moment later
        other.execute("SELECT pg_advisory_unlock(%s)", [key])
    apply_plan(run, what)


def test_the_lease_ends_with_its_block_even_after_an_error() -> None:
    feed = connection()
    with pytest.raises(RuntimeError), lease(feed.pk):
        raise RuntimeError
    with psycopg.connect(url_from_settings(database.settings_dict)) as other:
        taken = other.execute("SELECT pg_try_advisory_lock(%s)", [(0x52 << 56) | feed.pk]).fetchone()
    assert taken == (True,)


def test_progress_counts_every_row_once() -> None:
    feed = connection()
    what = plan(small_district())
    heard: list[tuple[str, int, int]] = []
    apply_plan(planned(feed, what), what, progress=lambda *told: heard.append(told))
    total = sum(frame.height for frame in what.inserts.values())
    assert heard[-1] == ("commit", total, total)
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)


def test_other_districts_are_left_alone() -> None:
    mine, theirs = connection(), connection("elm-creek")
    apply(mine, small_district())
    apply(theirs, small_district())
    before = dump(theirs.district_id)
    foreign = Student.objects.filter(district=theirs.district)[0]
    with pytest.raises(PlanStale):
        apply(mine, edits=[update("student", foreign.pk, {"grade": "01"}, {"grade": "02"})])
    apply(mine, edits=[update("student", foreign.pk - 2, {"grade": "01"}, {"grade": "02"})])
    assert dump(theirs.district_id) == before


def test_dump_shows_every_row(django_assert_num_queries: Any) -> None:
    feed = connection()
    apply(feed, small_district())
    lines = {table: text.count(b"\n") for table, text in dump(feed.district_id).items()}
    assert lines == {table: frame.height for table, frame in small_district().items()}


def test_orphans_names_what_leads_nowhere() -> None:
    feed = connection()
    apply(feed, small_district())
    ada = Student.objects.order_by("id")[0]
    Student.objects.filter(pk=ada.pk).delete()
    found = orphans(feed.district_id)
    assert set(found.select("table", "column").iter_rows()) == {
        ("student_school", "student_id"),
        ("guardianship", "student_id"),
        ("enrollment", "student_id"),
        ("source_link", "object_id"),
    }
    assert found.filter(pl.col("target_id") != ada.pk).is_empty()
