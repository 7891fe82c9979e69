"""Undo: the directory is as it was, byte for byte, or says what is in the way (R-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest
from django.db import connection as database
from tests.builders import connection, delete, plan, planned, rows, small_district, update

from rollbook.core.errors import HoldRequired, PlanStale
from rollbook.core.lifecycle import RunKind, RunState
from rollbook.engine.apply import apply_plan
from rollbook.engine.dump import dump
from rollbook.engine.integrity import orphans
from rollbook.engine.undo import preview, undo
from rollbook.store.models import (
    ChangeLog,
    Classroom,
    ContactMethod,
    Course,
    Enrollment,
    Guardianship,
    Person,
    School,
    SourceConnection,
    SourceLink,
    Student,
    StudentSchool,
    SyncRun,
)

pytestmark = pytest.mark.django_db(transaction=True)


def apply(
    feed: SourceConnection, inserts: Mapping[str, pl.DataFrame] | None = None, edits: Sequence[Mapping[str, Any]] = ()
) -> SyncRun:
    feed.district.refresh_from_db()
    what = plan(inserts, edits, revision=feed.district.revision)
    run = planned(feed, what)
    apply_plan(run, what)
    return run


def take_back(run: SyncRun, **how: Any) -> SyncRun:
    return SyncRun.objects.get(pk=undo(run, by="bob", **how).run)


def state(run: SyncRun) -> str:
    return SyncRun.objects.get(pk=run.pk).state


def second_day(feed: SourceConnection) -> SyncRun:
    """Newcomers, changed values, a moved room, a contact replaced, a lost place: every operation in one run."""
    ada, bo = Student.objects.order_by("id")
    room = Classroom.objects.get(name="Room 4")
    contact = ContactMethod.objects.get()
    place = StudentSchool.objects.get(student=bo)
    return apply(
        feed,
        {
            "course": rows("course", {"title": "Music"}),
            "student": rows("student", {"family_name": "Cy", "status": "active"}),
            "student_school": rows(
                "student_school", {"student_id": -1, "school_id": School.objects.get().pk, "status": "active"}
            ),
            "contact_method": rows(
                "contact_method",
                {"person_id": contact.person_id, "kind": "email", "value": "new@example.org", "owner": "source"},
            ),
            "source_link": rows(
                "source_link", {"kind": "student", "sourced_id": "00419", "object_id": -1, "fingerprint": 3}
            ),
        },
        [
            update("student", ada.pk, {"grade": "01", "email": None}, {"grade": "02", "email": 'a"\\@example.org'}),
            update(
                "classroom",
                room.pk,
                {"course_id": room.course_id, "grades": ["01"], "periods": []},
                {"course_id": -1, "grades": None, "periods": ["1", 'x,"y"']},
            ),
            delete("contact_method", contact.pk, kind="staff", record_id=contact.person_id),
            delete("student_school", place.pk, kind="student", record_id=bo.pk),
        ],
    )


def test_the_directory_is_as_before_byte_for_byte() -> None:
    feed = connection()
    empty = dump(feed.district_id)
    first = apply(feed, small_district())
    one = dump(feed.district_id)
    second = second_day(feed)
    assert dump(feed.district_id) != one

    take_back(second)
    assert dump(feed.district_id) == one
    take_back(first)
    assert dump(feed.district_id) == empty
    assert (state(first), state(second)) == (RunState.UNDONE, RunState.UNDONE)


def test_an_undo_is_a_run_and_is_undone_the_same_way() -> None:
    feed = connection()
    first = apply(feed, small_district())
    one = dump(feed.district_id)
    second = second_day(feed)
    two = dump(feed.district_id)

    back = take_back(second)
    assert (back.kind, back.undoes_id, back.created_by) == (RunKind.UNDO, second.pk, "bob")
    again = take_back(back)
    assert dump(feed.district_id) == two
    assert (state(second), state(back), state(again)) == (RunState.APPLIED, RunState.UNDONE, RunState.APPLIED)

    third = take_back(again)  # undo of an undo of an undo
    assert dump(feed.district_id) == one
    assert (state(second), state(back), state(again)) == (RunState.UNDONE, RunState.APPLIED, RunState.UNDONE)

    take_back(third)
    assert dump(feed.district_id) == two
    take_back(second)  # the run itself, after all this
    assert dump(feed.district_id) == one
    take_back(first)
    assert set(dump(feed.district_id).values()) == {b""}


def test_preview_says_what_undo_does_and_writes_nothing() -> None:
    feed = connection()
    apply(feed, small_district())
    second = second_day(feed)
    before = dump(feed.district_id)
    found = preview(second)
    assert found.deletes == {"course": 1, "student": 1, "contact_method": 1, "student_school": 1, "source_link": 1}
    assert found.updates == {"classroom": 1, "student": 1}
    assert found.inserts == {"contact_method": 1, "student_school": 1}
    assert found.conflicts.is_empty()
    assert dump(feed.district_id) == before
    assert SyncRun.objects.count() == 2
    receipt = undo(second, by="bob")
    assert (receipt.deleted, receipt.updated, receipt.inserted) == (found.deletes, found.updates, found.inserts)


def test_undo_is_in_the_history_of_each_record() -> None:
    feed = connection()
    apply(feed, small_district())
    second = second_day(feed)
    take_back(second)
    ada = Student.objects.order_by("id")[0]
    history = ChangeLog.objects.filter(district=feed.district, kind="student", record_id=ada.pk).order_by("id")
    assert [(entry.action, (entry.new or {})["grade"], entry.by) for entry in history] == [
        ("update", "02", "alice"),
        ("undo", "01", "bob"),
    ]
    gone = ChangeLog.objects.get(op="delete", table="student")
    assert (gone.kind, gone.record_id, (gone.old or {})["family_name"]) == ("student", gone.row_id, "Cy")
    assert {e.kind for e in ChangeLog.objects.filter(table="contact_method")} == {"staff"}
    assert {e.kind for e in ChangeLog.objects.filter(table="course")} == {None}


@pytest.mark.parametrize("others", [[], [RunState.PLANNED], [RunState.FAILED], [RunState.UNDONE]])
def test_only_an_applied_run_can_be_undone(others: list[RunState]) -> None:
    feed = connection()
    run = planned(feed, plan(small_district()))
    for other in others:
        SyncRun.objects.filter(pk=run.pk).update(state=other)
    with pytest.raises(PlanStale):
        preview(run)
    with pytest.raises(PlanStale):
        undo(run, by="bob")


def changed_later(feed: SourceConnection) -> SyncRun:
    ada = Student.objects.order_by("id")[0]
    return apply(feed, edits=[update("student", ada.pk, {"grade": "02"}, {"grade": "03"})])


def used_later(feed: SourceConnection) -> SyncRun:
    cy = Student.objects.get(family_name="Cy")
    room = Classroom.objects.get(name="Room 4")
    seat = {"classroom_id": room.pk, "student_id": cy.pk, "role": "student", "is_primary": False, "status": "active"}
    return apply(feed, {"enrollment": rows("enrollment", seat)})


def linked_later(feed: SourceConnection) -> SyncRun:
    cy = Student.objects.get(family_name="Cy")
    return apply(feed, {"source_link": rows("source_link", {"kind": "student", "sourced_id": "x", "object_id": cy.pk})})


def removed_later(feed: SourceConnection) -> SyncRun:
    cy = Student.objects.get(family_name="Cy")
    place = StudentSchool.objects.get(student=cy)
    return apply(feed, edits=[delete("student_school", place.pk, kind="student", record_id=cy.pk)])


def made_again_later(feed: SourceConnection) -> SyncRun:
    bo = Student.objects.order_by("id")[1]
    place = {"student_id": bo.pk, "school_id": School.objects.get().pk, "status": "active"}
    return apply(feed, {"student_school": rows("student_school", place)})


def referred_later(feed: SourceConnection) -> SyncRun:
    """A room that another run had made now names the course of the second day."""
    music = Course.objects.get(title="Music")
    other = Classroom.objects.get(name="Room 5")
    return apply(feed, edits=[update("classroom", other.pk, {"course_id": None}, {"course_id": music.pk})])


LATER = {
    "changed": (changed_later, "changed since", "student", "Ada"),
    "used": (used_later, "in use", "student", "Cy"),
    "linked": (linked_later, "in use", "student", "Cy"),
    "removed": (removed_later, "gone since", "student", "Cy"),
    "made-again": (made_again_later, "made again since", "student", "Bo"),
    "referred": (referred_later, "in use", "course", None),
}


@pytest.mark.parametrize("case", LATER)
def test_what_came_later_is_in_the_way_until_it_is_undone_first(case: str) -> None:
    later, reason, kind, _ = LATER[case]
    feed = connection()
    apply(feed, small_district())
    room = {"school_id": School.objects.get().pk, "name": "Room 5", "kind": "sync", "status": "active"}
    apply(feed, {"classroom": rows("classroom", room)})
    before = dump(feed.district_id)
    second = second_day(feed)
    last = later(feed)
    kept = dump(feed.district_id)

    found = preview(second).conflicts
    assert set(found.select("kind", "run", "reason").rows()) == {(kind, last.pk, reason)}
    with pytest.raises(HoldRequired, match=f"run {last.pk}") as caught:
        undo(second, by="bob")
    assert caught.value.detail["runs"] == [last.pk]
    assert dump(feed.district_id) == kept
    assert state(second) == RunState.APPLIED

    take_back(last)
    assert preview(second).conflicts.is_empty()
    take_back(second)
    assert dump(feed.district_id) == before


@pytest.mark.parametrize("case", [case for case in LATER if case != "referred"])
def test_records_in_the_way_are_left_out_whole(case: str) -> None:
    later, _, _, name = LATER[case]
    feed = connection()
    apply(feed, small_district())
    second = second_day(feed)
    last = later(feed)
    receipt = undo(second, by="bob", exclude_conflicts=True)
    assert receipt.excluded == 1
    assert orphans(feed.district_id).is_empty()

    ada, bo = Student.objects.order_by("id")[:2]
    cy = Student.objects.filter(family_name="Cy").first()
    assert ada.grade == {"Ada": "03"}.get(name or "", "01")
    assert (cy is not None) == (name == "Cy")
    if cy is not None:
        assert SourceLink.objects.filter(sourced_id="00419").exists()  # what belongs to Cy stays with Cy
        assert StudentSchool.objects.filter(student=cy).exists() == (case != "removed")
    assert StudentSchool.objects.filter(student=bo).count() == 1
    assert [c.value for c in ContactMethod.objects.all()] == ["tess@example.org"]  # all else is taken back
    assert not Course.objects.filter(title="Music").exists()
    assert (state(second), state(last)) == (RunState.UNDONE, RunState.APPLIED)


def test_what_a_kept_record_refers_to_is_kept_with_it() -> None:
    feed = connection()
    first = apply(feed, small_district())
    seat = Enrollment.objects.get(person__isnull=False)
    apply(feed, edits=[update("enrollment", seat.pk, {"is_primary": True}, {"is_primary": False})])
    undo(first, by="bob", exclude_conflicts=True)

    assert [e.pk for e in Enrollment.objects.all()] == [seat.pk]
    assert [r.name for r in Classroom.objects.all()] == ["Room 4"]
    assert (School.objects.count(), Course.objects.count(), Person.objects.count()) == (1, 1, 1)
    assert [c.value for c in ContactMethod.objects.all()] == ["tess@example.org"]
    assert not Student.objects.exists()
    assert not Guardianship.objects.exists()
    assert orphans(feed.district_id).is_empty()
    kinds = sorted(SourceLink.objects.values_list("kind", flat=True))
    assert kinds == ["classroom", "course", "person", "school", "session", "session"]


def test_what_refers_to_a_row_that_does_not_return_does_not_return() -> None:
    feed = connection()
    first = apply(feed, small_district())
    back = take_back(first)
    apply(feed, {"source_link": rows("source_link", {"kind": "student", "sourced_id": "00417", "object_id": 1})})
    found = preview(back).conflicts
    assert found.select("kind", "reason").rows() == [("student", "made again since")]
    undo(back, by="bob", exclude_conflicts=True)
    assert [s.given_name for s in Student.objects.all()] == ["Bo"]
    assert Enrollment.objects.filter(student__isnull=False).count() == 1
    assert not Guardianship.objects.exists()
    assert orphans(feed.district_id).height == 1  # the link by this test's own hand


def test_a_change_by_hand_is_in_the_way_and_is_named_so() -> None:
    feed = connection()
    apply(feed, small_district())
    second = second_day(feed)
    ada, cy = Student.objects.order_by("id")[0], Student.objects.get(family_name="Cy")
    Student.objects.filter(pk=ada.pk).update(grade="07")  # past the log
    Enrollment.objects.create(
        district=feed.district, classroom=Classroom.objects.get(), student=cy, role="student", status="active"
    )
    found = preview(second).conflicts
    assert set(found.rows()) == {
        ("student", ada.pk, None, "changed outside the log"),
        ("student", cy.pk, None, "in use"),
    }
    with pytest.raises(HoldRequired, match="by hand"):
        undo(second, by="bob")
    undo(second, by="bob", exclude_conflicts=True)
    ada.refresh_from_db()
    assert (ada.grade, ada.email) == ("07", 'a"\\@example.org')
    assert Student.objects.filter(pk=cy.pk).exists()


def test_a_hand_that_touches_other_rows_is_not_in_the_way() -> None:
    feed = connection()
    apply(feed, small_district())
    before = dump(feed.district_id)
    second = second_day(feed)
    Person.objects.filter(given_name="Gus").update(language="de")
    take_back(second)
    Person.objects.filter(given_name="Gus").update(language=None)
    assert dump(feed.district_id)["student"] == before["student"]


def test_undoing_in_the_wrong_order_is_noticed_for_undos_too() -> None:
    feed = connection()
    apply(feed, small_district())
    ada = Student.objects.order_by("id")[0]
    one = apply(feed, edits=[update("student", ada.pk, {"grade": "01"}, {"grade": "02"})])
    two = apply(feed, edits=[update("student", ada.pk, {"grade": "02"}, {"grade": "03"})])
    two_back = take_back(two)
    one_back = take_back(one)
    with pytest.raises(HoldRequired) as caught:  # redoing the second needs the first
        undo(two_back, by="bob")
    assert caught.value.detail["runs"] == [one_back.pk]
    take_back(one_back)
    take_back(two_back)
    ada.refresh_from_db()
    assert ada.grade == "03"


def test_undo_does_not_reach_into_other_districts() -> None:
    mine, theirs = connection(), connection("elm-creek")
    first = apply(mine, small_district())
    apply(theirs, small_district())
    before = dump(theirs.district_id)
    take_back(first)
    assert dump(theirs.district_id) == before


def test_a_plan_made_before_the_undo_is_stale_after_it() -> None:
    feed = connection()
    first = apply(feed, small_district())
    what = plan(revision=1)
    late = planned(feed, what)
    take_back(first)
    with pytest.raises(PlanStale):
        apply_plan(late, what)


def test_undo_stopped_half_way_changes_nothing() -> None:
    feed = connection()
    first = apply(feed, small_district())
    before = dump(feed.district_id)

    def stop(stage: str, _done: int, _total: int) -> None:
        if stage == "commit":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo(first, by="bob", progress=stop)
    assert dump(feed.district_id) == before
    assert (state(first), SyncRun.objects.count()) == (RunState.APPLIED, 1)


def test_temporary_tables_are_gone_after_each_undo() -> None:
    feed = connection()
    take_back(take_back(apply(feed, small_district())))
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'")
        assert cursor.fetchone() == (0,)
