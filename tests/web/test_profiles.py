"""Guardian, staff, classroom and school: each page tells fields with their origin, relations and history."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.engine.commands import DAY2, Shell
from tests.web.people import asking

from rollbook.store.models import (
    Classroom,
    ContactMethod,
    Enrollment,
    Guardianship,
    Person,
    School,
    SourceLink,
    StaffRole,
    Student,
    SyncRun,
)

pytestmark = pytest.mark.django_db(transaction=True)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def two_days(maple: Shell) -> Shell:
    maple.receive(2)
    maple.ok("sync", "maple", "--on", DAY2)
    return maple


def test_a_guardian_is_told_with_contacts_and_children(alice: Client, dan: Client, maple: Shell) -> None:
    pair = Guardianship.objects.filter(person__contact_methods__kind="email").order_by("pk")[0]
    contact = ContactMethod.objects.filter(person=pair.person, kind="email")[0]
    with asking() as asked:
        page = text(dan.get(f"/d/maple/people/{pair.person_id}/"))
    assert asked.number <= 20, asked.statements
    assert contact.value in page
    assert f'href="/d/maple/students/{pair.student_id}/">' in page
    assert 'class="chip">Guardian<' in page
    run = SyncRun.objects.get()
    said = (
        '>OneRoster CSV<span class="visually-hidden">. The source decides it.</span></span> <span class="quiet small">'
    )
    assert f'{said}<a class="quiet" href="/d/maple/runs/{run.pk}/"' in page
    assert "Received: users.csv, line" in text(alice.get(f"/d/maple/people/{pair.person_id}/why/"))


def test_staff_and_guardian_are_one_person_with_one_page(alice: Client, maple: Shell) -> None:
    role = StaffRole.objects.filter(role="teacher", person__enrollments__isnull=False).order_by("pk")[0]
    seat = Enrollment.objects.filter(person=role.person).select_related("classroom").order_by("pk")[0]
    child = Student.objects.order_by("pk")[0]
    Guardianship.objects.create(
        district=child.district, student=child, person=role.person, relationship="parent", status="active"
    )
    page = text(alice.get(f"/d/maple/people/{role.person_id}/"))
    assert 'class="chip">Staff<' in page
    assert 'class="chip">Guardian<' in page
    assert f'href="/d/maple/classrooms/{seat.classroom_id}/">{seat.classroom.name}</a>' in page
    assert "by hand" in page
    assert "also a guardian" in text(alice.get("/d/maple/staff/?q=" + (role.person.family_name or "")))


def test_a_classroom_is_told_with_teachers_students_and_sessions(alice: Client, two_days: Shell) -> None:
    room = Classroom.objects.filter(status="active", enrollments__student__isnull=False).order_by("pk")[0]
    seats = Enrollment.objects.filter(classroom=room, status="active")
    with asking() as asked:
        page = text(alice.get(f"/d/maple/classrooms/{room.pk}/"))
    assert asked.number <= 19, asked.statements
    for student in seats.filter(student__isnull=False).values_list("student_id", flat=True):
        assert f'href="/d/maple/students/{student}/"' in page
    for teacher in seats.filter(person__isnull=False).values_list("person_id", flat=True):
        assert f'href="/d/maple/people/{teacher}/"' in page
    assert "sync-managed" in page
    link = SourceLink.objects.get(kind="classroom", object_id=room.pk)
    assert f'<dd class="id">{link.sourced_id}</dd>' in page
    assert "Received: classes.csv, line" in text(alice.get(f"/d/maple/classrooms/{room.pk}/why/"))


def test_the_newest_change_of_a_field_says_which_run_made_it(alice: Client, two_days: Shell) -> None:
    link = SourceLink.objects.get(kind="student", sourced_id="0000087")
    first, second = SyncRun.objects.order_by("pk")
    facts = text(alice.get(f"/d/maple/students/{link.object_id}/")).split("<h2>Guardians")[0]
    told = dict(re.findall(r'<dt>([^<]+)</dt><dd>.*?href="/d/maple/runs/(\d+)/"', facts))
    assert (told["Last name"], told["First name"]) == (str(second.pk), str(first.pk))


def test_a_page_made_by_hand_says_so(alice: Client, maple: Shell) -> None:
    school = School.objects.order_by("pk")[0]
    room = Classroom.objects.create(
        district=school.district, school=school, name="Chess", kind="manual", status="active"
    )
    gus = Person.objects.create(district=school.district, given_name="Gus", account_state="no_contact")
    page = text(alice.get(f"/d/maple/classrooms/{room.pk}/"))
    for sentence in ("Added by hand: no sync touches this classroom.", "Nobody teaches it.", "Nobody is in it."):
        assert sentence in page
    assert "Added by hand: no sync touches this person." in text(alice.get(f"/d/maple/people/{gus.pk}/"))
    assert "No source knows this person" in text(alice.get(f"/d/maple/people/{gus.pk}/why/"))
    assert "No source knows this classroom" in text(alice.get(f"/d/maple/classrooms/{room.pk}/why/"))


def test_every_number_of_a_school_leads_to_as_many(alice: Client, maple: Shell) -> None:
    school = School.objects.order_by("pk")[0]
    with asking() as asked:
        page = text(alice.get(f"/d/maple/schools/{school.pk}/"))
    assert asked.number <= 17, asked.statements
    links = re.findall(r'<a href="([^"]+)"><strong>([\d,]+) ', page)
    links += re.findall(r'<a href="([^"]+role=\w+)">[^<]+: ([\d,]+)</a>', page)
    assert len(links) >= 4
    for address, number in links:
        assert f" of {number}</span>" in text(alice.get(address.replace("&amp;", "&"))), address


def test_what_is_another_districts_is_not_there(charlie: Client, alice: Client, maple: Shell) -> None:
    ids = {
        "people": Person.objects.order_by("pk")[0].pk,
        "classrooms": Classroom.objects.order_by("pk")[0].pk,
        "schools": School.objects.order_by("pk")[0].pk,
    }
    answers = set()
    for name, number in ids.items():
        assert alice.get(f"/d/maple/{name}/{number}/").status_code == 200
        for path in (f"/d/oak-hill/{name}/{number}/", f"/d/maple/{name}/{number}/", f"/d/oak-hill/{name}/{10**30}/"):
            answer = charlie.get(path)
            assert answer.status_code == 404
            answers.add(answer.content)
    assert len(answers) == 1
