"""Archive and restore in the browser: said first with its exact number, done as it was shown, undone on request."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.engine.commands import DAY2, Shell
from tests.web.people import NOW, asking, browser, person

from rollbook.services import archiving, undoing
from rollbook.store.models import Act, Classroom, District, School, SourceLink, Student, StudentSchool

pytestmark = pytest.mark.django_db(transaction=True)

BULK = "/d/maple/bulk/students/"


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def twins(maple: Shell) -> list[int]:
    """Three students that were here before the sync, at the first school; the sync is enabled."""
    maple.ok("settings", "maple", "daily_sync=on")
    school = School.objects.order_by("pk")[0]
    made = []
    for name in ("Old Ana", "Old Bo", "Old Cy"):
        student = Student.objects.create(district=school.district, given_name=name, family_name="Xu", status="active")
        StudentSchool.objects.create(district=school.district, student=student, school=school, status="active")
        made.append(student.pk)
    return made


def test_step_nine_archives_all_that_the_sync_does_not_manage(alice: Client, twins: list[int]) -> None:
    synced = SourceLink.objects.filter(kind="student").count()
    page = text(alice.get(BULK + "?all=1&verb=archive"))
    assert "3 students would be archived." in page
    assert f"{synced} stay, because an enabled sync manages them." in page
    assert ">Archive 3 students</button>" in page
    typed = {"all": "1", "verb": "archive", "expect": "3", "reason": "before the sync"}
    answer = alice.post(BULK, typed, follow=True)
    act = Act.objects.get(kind="archive_students")
    assert answer.redirect_chain == [(f"/d/maple/acts/{act.pk}/", 302)]
    page = text(answer)
    for sentence in ("<h1>3 students archived</h1>", f"{synced} were left alone", "before the sync", ">Undo</button>"):
        assert sentence in page
    assert set(Student.objects.filter(status="archived", pk__in=twins).values_list("archived_by", flat=True)) == {
        "alice@example.org"
    }
    assert "3 students archived" in text(alice.get("/d/maple/acts/"))
    assert "It is undone." in text(alice.post(f"/d/maple/acts/{act.pk}/", follow=True))
    assert Student.objects.filter(status="active", pk__in=twins).count() == 3
    assert alice.post(f"/d/maple/acts/{act.pk}/").status_code == 409
    assert "undone" in text(alice.get("/d/maple/acts/"))
    assert "because: before the sync" in text(alice.get(f"/d/maple/students/{twins[0]}/"))


def test_what_moved_in_between_is_shown_again_and_nothing_typed_is_lost(alice: Client, twins: list[int]) -> None:
    picked = {"id": [str(key) for key in twins], "verb": "archive", "expect": "3"}
    refused = alice.post(BULK, picked)
    assert refused.status_code == 422
    assert "Give a reason" in text(refused)
    Student.objects.filter(pk=twins[0]).update(status="archived", archived_by="bob")
    refused = alice.post(BULK, {**picked, "reason": "left town"})
    assert refused.status_code == 422
    page = text(refused)
    assert "3 were shown, and 2 it would be now." in page
    assert 'value="left town"' in page
    assert "1 is so already." in page
    assert ">Archive 2 students</button>" in page
    assert not Act.objects.filter(kind="archive_students").exists()


def test_a_school_is_told_with_its_number_and_a_filter_is_kept(alice: Client, twins: list[int]) -> None:
    school = School.objects.order_by("pk")[0]
    page = text(alice.get(f"{BULK}?all=1&verb=archive&synced=no&school={school.pk}"))
    assert f'<a href="/d/maple/schools/{school.pk}/">{school.name}</a></th><td class="num">3</td>' in page
    for name, value in (("synced", "no"), ("school", str(school.pk)), ("all", "1")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


def test_classrooms_of_the_sync_are_archived_restored_and_told(alice: Client, twins: list[int]) -> None:
    room = Classroom.objects.filter(status="active").order_by("pk")[0]
    page = text(alice.get(f"/d/maple/bulk/classrooms/?id={room.pk}&verb=archive"))
    assert "1 classroom would be archived." in page
    assert "1 of them comes back with the next run" in page
    alice.post("/d/maple/bulk/classrooms/", {"id": room.pk, "verb": "archive", "reason": "overshared", "expect": "1"})
    assert "archived by alice@example.org: overshared" in text(alice.get(f"/d/maple/classrooms/{room.pk}/"))
    alice.post("/d/maple/bulk/classrooms/", {"id": room.pk, "verb": "restore", "expect": "1"})
    room.refresh_from_db()
    assert (room.status, room.archived_by) == ("active", None)


def test_an_act_of_the_set_up_is_not_undone_here(alice: Client, maple: Shell) -> None:
    act = Act.objects.get(kind="match_schools")
    page = text(alice.get(f"/d/maple/acts/{act.pk}/"))
    assert re.search(r"<h1>\d+ schools? made", page), page
    assert ">Undo</button>" not in page
    assert alice.post(f"/d/maple/acts/{act.pk}/").status_code == 409


def test_who_only_looks_and_who_is_from_elsewhere_changes_nothing(
    dan: Client, charlie: Client, alice: Client, twins: list[int]
) -> None:
    typed = {"id": str(twins[0]), "verb": "archive", "reason": "x"}
    assert "bulk" not in text(dan.get("/d/maple/students/"))
    assert [dan.get(BULK + "?all=1").status_code, dan.post(BULK, typed).status_code] == [403, 403]
    assert [charlie.post(BULK, typed).status_code, charlie.get("/d/maple/acts/").status_code] == [404, 404]
    refused = charlie.post("/d/oak-hill/bulk/students/", typed)
    assert (refused.status_code, "None of them is in this district." in text(refused)) == (422, True)
    alice.post(BULK, typed)
    act = Act.objects.get(kind="archive_students")
    assert dan.get(f"/d/maple/acts/{act.pk}/").status_code == 200
    assert dan.post(f"/d/maple/acts/{act.pk}/").status_code == 403
    assert charlie.get(f"/d/oak-hill/acts/{act.pk}/").status_code == 404
    assert charlie.post(f"/d/oak-hill/acts/{act.pk}/").status_code == 404
    assert alice.get("/d/maple/bulk/staff/").status_code == 404
    assert alice.get(BULK + "?verb=erase").status_code == 404


def test_the_preview_asks_as_much_for_all_as_for_one(alice: Client, twins: list[int]) -> None:
    def questions(query: str) -> int:
        with asking() as asked:
            assert alice.get(BULK + query).status_code == 200
        return asked.number

    one = questions("?verb=archive&all=1&q=Old+Ana")
    assert questions("?verb=archive&all=1") == one <= 14


@pytest.mark.parametrize(
    ("setting", "status", "by"),
    [("restore", "active", None), ("keep", "archived", "bob"), ("skip", "archived", "bob")],
)
def test_the_next_run_does_with_a_hand_archived_student_what_the_setting_says(
    maple: Shell, setting: str, status: str, by: str | None
) -> None:
    link = SourceLink.objects.select_related("district").get(kind="student", sourced_id="0000087")
    maple.ok("settings", "maple", f"archived_students={setting}")
    act = archiving.archive(
        district=link.district, kind="student", ids=[link.object_id], by="bob", reason="moved", now=NOW
    )
    maple.receive(2)
    maple.ok("sync", "maple", "--on", DAY2)
    student = Student.objects.get(pk=link.object_id)
    assert (student.status, student.archived_by) == (status, by)
    if setting == "skip":
        assert student.family_name == "Turner"  # the second day's marriage did not reach them
        undoing.undo_act(act=act, by="eve", now=NOW)
        assert Student.objects.get(pk=link.object_id).status == "active"


@pytest.mark.parametrize(
    ("fed", "proposed", "number"), [(3, "district", 4), (2, "several", 2), (1, "one", 1), (0, "", 0)]
)
def test_step_nine_proposes_the_directory_of_the_schools_that_are_synced(fed: int, proposed: str, number: int) -> None:
    district = District.objects.create(slug="elm", name="Elm")
    Student.objects.create(district=district, given_name="Nowhere", status="active")
    for place, name in enumerate(("Alder", "Beech", "Cedar")):
        school = School.objects.create(district=district, name=name, status="active")
        student = Student.objects.create(district=district, given_name=name, status="active")
        StudentSchool.objects.create(district=district, student=student, school=school, status="active")
        if place < fed:
            SourceLink.objects.create(district=district, kind="school", sourced_id=name, object_id=school.pk)
    eve = browser(person("eve@example.org", "elm"))
    page = text(eve.get("/d/elm/clean-up/"))
    sentence = {
        "district": "Every school is synced: the district&#x27;s directory",
        "several": "2 of 3 schools are synced",
        "one": "Only Alder is synced",
        "": "No school is synced yet",
    }[proposed]
    assert sentence in page
    act = re.search(r'<a class="btn btn-primary" href="([^"]+)"', page)
    assert (act is not None) == bool(number)
    if act is not None:
        would = text(eve.get(act.group(1).replace("&amp;", "&")))
        assert f"{number} student{'s' if number > 1 else ''} would be archived." in would
