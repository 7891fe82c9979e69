"""People to merge: the list, one pair, and all certain ones; who only looks merges nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.engine.commands import Shell
from tests.web.people import NOW, asking

from rollbook.services import duplicates
from rollbook.store.models import Act, District, DuplicatePair, Guardianship, SourceLink, Student, StudentSchool

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(maple: Shell) -> tuple[int, int]:
    """A child of the source, and the same child entered by hand."""
    child = Student.objects.get(
        pk=Guardianship.objects.filter(status="active").order_by("student_id").values_list("student_id", flat=True)[0]
    )
    place = StudentSchool.objects.filter(student=child).earliest("pk")
    again = Student.objects.create(
        district=child.district,
        given_name=child.given_name,
        family_name=child.family_name,
        grade=child.grade,
        state_id=child.state_id,
        student_number=child.student_number,
        home_language="es",
        status="active",
    )
    StudentSchool.objects.create(district=child.district, student=again, school=place.school, status="active")
    for tie in Guardianship.objects.filter(student=child):
        Guardianship.objects.create(district=child.district, student=again, person_id=tie.person_id, status="active")
    duplicates.find(district=District.objects.get(slug="maple"), kind="student", now=NOW)
    assert DuplicatePair.objects.filter(left_id=child.pk, right_id=again.pk, verdict="certain").exists()
    return child.pk, again.pk


def test_a_pair_is_shown_merged_and_parted_again(alice: Client, pair: tuple[int, int]) -> None:
    child, again = pair
    with asking() as asked:
        shown = alice.get("/d/maple/duplicates/").content.decode()
    assert asked.number <= 40
    assert f"/d/maple/duplicates/{child}-{again}/" in shown
    page = f"/d/maple/duplicates/{child}-{again}/"
    side = alice.get(page).content.decode()
    assert "Which one stays" in side
    assert f"#{child}" in side
    assert f"#{again}" in side
    answer = alice.post(page, {"kind": "student", "survivor": str(child)})
    act = Act.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, f"/d/maple/acts/{act.pk}/")
    assert not Student.objects.filter(pk=again).exists()
    assert Student.objects.get(pk=child).home_language == "es"
    told = alice.get(f"/d/maple/acts/{act.pk}/").content.decode()
    assert "1 student merged" in told
    alice.post(f"/d/maple/acts/{act.pk}/")
    assert Student.objects.filter(pk=again).exists()
    assert Student.objects.get(pk=child).home_language is None
    assert SourceLink.objects.filter(kind="student", object_id=child).exists()


def test_all_certain_pairs_go_in_one_go_if_it_is_still_what_was_shown(alice: Client, pair: tuple[int, int]) -> None:
    page = "/d/maple/duplicates/certain/"
    assert "Merge 1 student" in alice.get(page).content.decode()
    assert "2 were shown" in alice.post(page, {"kind": "student", "expect": "2"}).content.decode()
    assert alice.post(page, {"kind": "student", "expect": "1"}).status_code == 302
    assert not Student.objects.filter(pk=pair[1]).exists()


def test_not_the_same_is_remembered(alice: Client, pair: tuple[int, int]) -> None:
    child, again = pair
    page = f"/d/maple/duplicates/{child}-{again}/"
    alice.post(f"{page}different/", {"kind": "student"})
    alice.post("/d/maple/duplicates/look/", {"kind": "student"})
    assert page not in alice.get("/d/maple/duplicates/").content.decode()
    assert "Ask again" in alice.get(page).content.decode()
    alice.post(f"{page}different/", {"kind": "student", "again": "1"})
    assert page in alice.get("/d/maple/duplicates/").content.decode()


def test_who_only_looks_merges_nothing_and_others_see_nothing(
    dan: Client, charlie: Client, pair: tuple[int, int]
) -> None:
    child, again = pair
    page = f"/d/maple/duplicates/{child}-{again}/"
    assert dan.get(page).status_code == 200
    for path in (page, f"{page}different/", "/d/maple/duplicates/look/", "/d/maple/duplicates/certain/"):
        assert dan.post(path, {"kind": "student"}).status_code == 403
        assert charlie.post(path, {"kind": "student"}).status_code == 404
    assert charlie.get(f"/d/oak-hill/duplicates/{child}-{again}/").status_code == 404
    assert Student.objects.filter(pk=again).exists()
