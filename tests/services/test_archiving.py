"""Archive and restore by hand (C-1): who is touched and who is not, and that every act is taken back exactly."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from tests.builders import connection, small_district, update
from tests.engine.test_undo import apply, take_back

from rollbook.core.errors import ConfigError, HoldRequired, PlanStale
from rollbook.engine.dump import dump
from rollbook.services import archiving, policies, undoing
from rollbook.store.models import (
    Act,
    ChangeLog,
    Classroom,
    School,
    SourceConnection,
    SourceLink,
    Student,
    StudentSchool,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 9, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def feed() -> SourceConnection:
    """A small district whose two students are synced, and Cy, Di (archived) and Ed (nowhere) added by hand."""
    feed = connection()
    apply(feed, small_district())
    school = School.objects.get()
    for name, status in (("Cy", "active"), ("Di", "archived")):
        student = Student.objects.create(district=feed.district, given_name=name, status=status)
        StudentSchool.objects.create(district=feed.district, student=student, school=school, status="active")
    Student.objects.create(district=feed.district, given_name="Ed", status="active")
    return feed


def everybody() -> list[int]:
    return list(Student.objects.values_list("pk", flat=True))


def act(feed: SourceConnection, verb: str, kind: str = "student", ids: list[int] | None = None, **more: Any) -> Act:
    chosen = everybody() if ids is None else ids
    more = {"reason": "end of the year", **more}
    return getattr(archiving, verb)(district=feed.district, kind=kind, ids=chosen, by="bob", now=NOW, **more)  # type: ignore[no-any-return]


def active() -> set[str]:
    return set(Student.objects.filter(status="active").values_list("given_name", flat=True))


@pytest.mark.parametrize(
    ("daily", "schools", "verb", "names", "counts"),
    [
        ("off", None, "archive", {"Ada", "Bo", "Cy", "Ed"}, (0, 0, 1)),
        ("on", None, "archive", {"Cy", "Ed"}, (2, 0, 1)),
        ("on", "own", "archive", {"Cy"}, (2, 1, 1)),
        ("off", "none", "archive", set(), (0, 4, 1)),
        ("on", None, "restore", {"Di"}, (0, 0, 4)),
    ],
)
def test_who_is_touched(
    feed: SourceConnection, daily: str, schools: str | None, verb: str, names: set[str], counts: tuple[int, int, int]
) -> None:
    policies.change(connection=feed, values={"daily_sync": daily}, by="bob")
    mine = {None: None, "own": [School.objects.get().pk], "none": []}[schools]
    found = archiving.reach(district=feed.district, kind="student", verb=verb, ids=everybody(), schools=mine)
    assert set(Student.objects.filter(pk__in=found.ids).values_list("given_name", flat=True)) == names
    assert (found.managed, found.forbidden, found.already) == counts


@pytest.mark.parametrize(
    ("archived_by", "daily", "restored"),
    [("sync", "on", False), ("sync", "off", True), ("bob", "on", True)],
)
def test_what_an_enabled_sync_archived_it_would_archive_again(
    feed: SourceConnection, archived_by: str, daily: str, restored: bool
) -> None:
    policies.change(connection=feed, values={"daily_sync": daily}, by="bob")
    for kind, model in (("student", Student), ("classroom", Classroom)):
        linked = SourceLink.objects.filter(kind=kind).values_list("object_id", flat=True)
        model.objects.filter(pk__in=list(linked)).update(status="archived", archived_by=archived_by)
        found = archiving.reach(district=feed.district, kind=kind, verb="restore", ids=list(linked))
        assert (set(found.ids) == set(linked)) is restored


def test_who_comes_back_with_the_next_run_is_counted(feed: SourceConnection) -> None:
    def returning(kind: str, ids: list[int]) -> int:
        return archiving.reach(district=feed.district, kind=kind, verb="archive", ids=ids).returning

    rooms = list(Classroom.objects.values_list("pk", flat=True))
    assert (returning("student", everybody()), returning("classroom", rooms)) == (2, 1)
    policies.change(connection=feed, values={"archived_students": "keep", "unarchive_classrooms": "off"}, by="bob")
    assert (returning("student", everybody()), returning("classroom", rooms)) == (0, 0)


def test_an_act_says_who_when_and_why_and_is_undone_byte_for_byte(feed: SourceConnection) -> None:
    before = dump(feed.district_id)
    feed.district.refresh_from_db()
    revision = feed.district.revision
    done = act(feed, "archive", reason="  moved away ")
    feed.district.refresh_from_db()
    assert feed.district.revision == revision + 1  # plans made before are stale
    assert active() == set()
    cy = Student.objects.get(given_name="Cy")
    assert (cy.archived_by, cy.archive_reason) == ("bob", "moved away")
    assert done.counts == {"changed": 4, "managed": 0, "forbidden": 0, "already": 1}
    told = ChangeLog.objects.get(act=done, row_id=cy.pk)
    assert (told.by, told.at, told.action, told.old) == (
        "bob",
        NOW,
        "archive",
        {"status": "active", "archived_by": None, "archive_reason": None},
    )
    after = dump(feed.district_id)
    undo = undoing.undo_act(act=done, by="eve", now=NOW)
    assert dump(feed.district_id) == before
    assert undo.counts == {"rows": 4, "excluded": 0}
    with pytest.raises(PlanStale):
        undoing.undo_act(act=done, by="eve", now=NOW)
    undoing.undo_act(act=undo, by="eve", now=NOW)
    assert dump(feed.district_id) == after
    assert Act.objects.get(pk=done.pk).state == "done"


def test_a_restored_student_is_in_the_way_of_undoing_the_archive(feed: SourceConnection) -> None:
    done = act(feed, "archive")
    before = dump(feed.district_id)
    back = act(feed, "restore", ids=[Student.objects.get(given_name="Cy").pk])
    assert undoing.preview_act(done).conflicts["record_id"].to_list() == [Student.objects.get(given_name="Cy").pk]
    with pytest.raises(HoldRequired, match="1 record of act"):
        undoing.undo_act(act=done, by="eve", now=NOW)
    undoing.undo_act(act=back, by="eve", now=NOW)
    assert dump(feed.district_id) == before
    undoing.undo_act(act=done, by="eve", now=NOW)  # the restore and its undo count for nothing
    assert active() == {"Ada", "Bo", "Cy", "Ed"}


def test_an_undo_leaves_what_moved_since_when_asked(feed: SourceConnection) -> None:
    done = act(feed, "archive")
    act(feed, "restore", ids=[Student.objects.get(given_name="Cy").pk])
    undo = undoing.undo_act(act=done, by="eve", now=NOW, exclude_conflicts=True)
    assert undo.counts == {"rows": 3, "excluded": 1}
    assert active() == {"Ada", "Bo", "Cy", "Ed"}


def test_an_act_stands_in_the_way_of_undoing_a_run_until_it_is_undone(feed: SourceConnection) -> None:
    ada = Student.objects.get(given_name="Ada")
    before = dump(feed.district_id)
    run = apply(feed, edits=[update("student", ada.pk, {"grade": "01"}, {"grade": "02"})])
    done = act(feed, "archive", ids=[ada.pk])
    with pytest.raises(HoldRequired, match="changes by hand"):
        take_back(run)
    undoing.undo_act(act=done, by="eve", now=NOW)
    take_back(run)
    assert dump(feed.district_id) == before


def test_a_run_stands_in_the_way_of_undoing_an_act_until_it_is_undone(feed: SourceConnection) -> None:
    ada = Student.objects.get(given_name="Ada")
    before = dump(feed.district_id)
    done = act(feed, "archive", ids=[ada.pk])
    run = apply(feed, edits=[update("student", ada.pk, {"status": "archived"}, {"status": "active"})])
    assert undoing.preview_act(done).blocking_runs == (run.pk,)
    take_back(run)
    undoing.undo_act(act=done, by="eve", now=NOW)
    assert dump(feed.district_id) == before


def test_what_cannot_be_done_says_why_and_changes_nothing(feed: SourceConnection) -> None:
    before = dump(feed.district_id)
    cy = Student.objects.get(given_name="Cy").pk
    with pytest.raises(ConfigError, match="why they were archived"):
        act(feed, "archive", reason="  ")
    with pytest.raises(PlanStale, match="3 were shown, and 4 it would be now"):
        act(feed, "archive", expect=3)
    with pytest.raises(ConfigError, match="nothing to restore") as refused:
        act(feed, "restore", ids=[cy])
    assert "1 are so already" in (refused.value.hint or "")
    with pytest.raises(ConfigError, match="Nobody can archive a school"):
        act(feed, "archive", "school")
    other = connection("oak-hill").district
    with pytest.raises(ConfigError, match="nothing to archive"):
        archiving.archive(district=other, kind="student", ids=[cy], by="bob", reason="x", now=NOW)
    assert (dump(feed.district_id), Act.objects.count()) == (before, 0)


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_runs_and_acts_is_undone_to_every_state_it_passed(feed: SourceConnection, seed: int) -> None:
    chance = random.Random(seed)
    deeds: list[Any] = []
    passed: list[Any] = []
    for _ in range(6):
        before = dump(feed.district_id)
        some = chance.sample(everybody(), k=3)
        verb = chance.choice(["archive", "restore", "sync"])
        if verb == "sync":
            student = Student.objects.get(pk=some[0])
            deed: Any = apply(
                feed, edits=[update("student", student.pk, {"grade": student.grade}, {"grade": str(chance.random())})]
            )
        else:
            if not archiving.reach(district=feed.district, kind="student", verb=verb, ids=some).ids:
                continue
            deed = act(feed, verb, ids=some)
        deeds.append(deed)
        passed.append(before)
    for deed, before in reversed(list(zip(deeds, passed, strict=True))):
        take_back(deed) if not isinstance(deed, Act) else undoing.undo_act(act=deed, by="eve", now=NOW)
        assert dump(feed.district_id) == before
