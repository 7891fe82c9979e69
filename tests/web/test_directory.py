"""The directory: who is found, how it is counted, and that it costs the same for many as for few."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from tests.engine.commands import DAY2, Shell
from tests.web.people import asking, browser, person

from rollbook.store.models import (
    Classroom,
    ContactMethod,
    District,
    Enrollment,
    Guardianship,
    Person,
    School,
    SourceLink,
    StaffRole,
    Student,
    StudentSchool,
)

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def found(client: Client, query: str, page: str = "students") -> list[str]:
    """The names on the first page of a list."""
    answer = client.get(f"/d/oak/{page}/{query}")
    assert answer.status_code == 200
    return re.findall(
        r'<a data-row href="/d/oak/(?:students|people|classrooms)/\d+/">([^<]+)</a>', answer.content.decode()
    )


@pytest.fixture
def oak() -> District:
    """Three students at two schools, two guardians, one of them reachable."""
    district = District.objects.create(slug="oak", name="Oak Hill")
    cedar, maple = (School.objects.create(district=district, name=name, status="active") for name in ("Cedar", "Maple"))
    rows = [
        ("Ana", "Lind", "0417", "03", "active", cedar),
        ("Bo", "Ng", "0042", "04", "active", maple),
        ("Cy", "Roy", "7", "04", "archived", cedar),
    ]
    for given, family, number, grade, status, school in rows:
        student = Student.objects.create(
            district=district,
            given_name=given,
            family_name=family,
            student_number=number,
            grade=grade,
            status=status,
            email=f"{given}@pupils.example".lower(),
        )
        StudentSchool.objects.create(district=district, student=student, school=school, status="active")
        if given != "Cy":
            parent = Person.objects.create(district=district, given_name=f"Pa{given}", account_state="invitee")
            Guardianship.objects.create(district=district, student=student, person=parent, status="active")
        if given == "Ana":
            values = {"kind": "mobile", "value": "+15305550101", "owner": "source"}
            ContactMethod.objects.create(district=district, person=parent, **values)
            link = {"kind": "student", "sourced_id": "S-1", "object_id": student.pk}
            SourceLink.objects.create(district=district, **link)
    return district


@pytest.fixture
def client(oak: District) -> Client:
    return browser(person("alice@example.org", "oak"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Lind, Ana", "Ng, Bo"]),
        ("?status=all", ["Lind, Ana", "Ng, Bo", "Roy, Cy"]),
        ("?status=archived", ["Roy, Cy"]),
        ("?status=nonsense", ["Lind, Ana", "Ng, Bo"]),
        ("?q=lin", ["Lind, Ana"]),
        ("?q=ana+lind", ["Lind, Ana"]),
        ("?q=ana+ng", []),
        ("?q=042", []),
        ("?q=0042", ["Ng, Bo"]),
        ("?q=S-1", ["Lind, Ana"]),
        ("?q=S-", []),
        ("?q=530-555-0101", ["Lind, Ana"]),
        ("?q=%2B15305550101", ["Lind, Ana"]),
        ("?q=bo@pupils", ["Ng, Bo"]),
        ("?q=%25", []),
        ("?grade=04", ["Ng, Bo"]),
        ("?synced=yes", ["Lind, Ana"]),
        ("?synced=no", ["Ng, Bo"]),
        ("?synced=nonsense", ["Lind, Ana", "Ng, Bo"]),
        ("?reach=yes", ["Lind, Ana"]),
        ("?reach=no", ["Ng, Bo"]),
        ("?reach=nobody&status=all", ["Roy, Cy"]),
        ("?account=invitee", ["Lind, Ana", "Ng, Bo"]),
        ("?account=active", []),
        ("?school=x", ["Lind, Ana", "Ng, Bo"]),
        ("?school=99999999999999999999", ["Lind, Ana", "Ng, Bo"]),
        ("?page=2", []),
        ("?page=x", ["Lind, Ana", "Ng, Bo"]),
    ],
)
def test_who_is_found(client: Client, query: str, names: list[str]) -> None:
    assert found(client, query) == names


@pytest.fixture
def taught(oak: District) -> Classroom:
    """Room 4 at Cedar: Tess teaches Ana there; Room 5 at Maple is empty, made by hand, and archived. Gus has left."""
    cedar, maple = School.objects.order_by("name")
    room, _empty = (
        Classroom.objects.create(district=oak, school=school, name=name, code=code, kind=kind, status=status)
        for name, code, kind, school, status in (
            ("Room 4", "R4", "sync", cedar, "active"),
            ("Room 5", "R5", "manual", maple, "archived"),
        )
    )
    SourceLink.objects.create(district=oak, kind="classroom", sourced_id="K-1", object_id=room.pk)
    tess, gus = (
        Person.objects.create(district=oak, given_name=name, family_name="Lee", account_state=state)
        for name, state in (("Tess", "active"), ("Gus", "no_contact"))
    )
    values = {"kind": "email", "value": "tess@example.org", "owner": "source"}
    ContactMethod.objects.create(district=oak, person=tess, **values)
    StaffRole.objects.create(district=oak, person=tess, school=cedar, role="teacher", status="active")
    StaffRole.objects.create(district=oak, person=gus, school=maple, role="principal", status="ended")
    SourceLink.objects.create(district=oak, kind="person", sourced_id="P-1", object_id=tess.pk)
    ana = Student.objects.get(given_name="Ana")
    seat = {"district": oak, "classroom": room, "status": "active"}
    Enrollment.objects.create(**seat, student=ana, role="student")
    Enrollment.objects.create(**seat, person=tess, role="teacher", is_primary=True)
    return room


@pytest.mark.parametrize(
    ("page", "query", "names"),
    [
        ("staff", "", ["Lee, Tess"]),
        ("staff", "?status=ended", ["Lee, Gus"]),
        ("staff", "?status=all", ["Lee, Gus", "Lee, Tess"]),
        ("staff", "?role=teacher", ["Lee, Tess"]),
        ("staff", "?role=principal", []),
        ("staff", "?q=TESS@example.org", ["Lee, Tess"]),
        ("staff", "?q=P-1", ["Lee, Tess"]),
        ("staff", "?q=lee+gus", []),
        ("staff", "?account=active", ["Lee, Tess"]),
        ("staff", "?account=invitee", []),
        ("staff", "?synced=no&status=all", ["Lee, Gus"]),
        ("staff", "?reach=no&status=all", ["Lee, Gus"]),
        ("staff", "?reach=yes&status=all", ["Lee, Tess"]),
        ("classrooms", "", ["Room 4"]),
        ("classrooms", "?status=archived", ["Room 5"]),
        ("classrooms", "?status=all", ["Room 4", "Room 5"]),
        ("classrooms", "?q=K-1", ["Room 4"]),
        ("classrooms", "?q=r4", ["Room 4"]),
        ("classrooms", "?synced=no&status=all", ["Room 5"]),
        ("classrooms", "?holds=nobody&status=all", ["Room 5"]),
        ("classrooms", "?holds=teacherless", []),
    ],
)
def test_which_staff_and_classrooms_are_found(
    client: Client, taught: Classroom, page: str, query: str, names: list[str]
) -> None:
    assert found(client, query, page) == names


def test_a_list_is_narrowed_to_a_classroom_and_to_several_schools(client: Client, taught: Classroom) -> None:
    assert found(client, f"?classroom={taught.pk}") == ["Lind, Ana"]
    assert "Room 4 <span" in text(client.get(f"/d/oak/students/?classroom={taught.pk}"))
    assert found(client, "?classroom=999999") == ["Lind, Ana", "Ng, Bo"]
    cedar, maple = School.objects.order_by("name").values_list("pk", flat=True)
    assert found(client, f"?school={cedar}&school={maple}") == ["Lind, Ana", "Ng, Bo"]
    page = text(client.get(f"/d/oak/students/?school={cedar}&school={maple}"))
    assert f'href="/d/oak/students/?school={maple}">Cedar' in page
    assert page.count('<input type="hidden" name="school"') == 4  # of the filters and of the bulk act


def test_the_columns_that_a_person_chose_stay(client: Client, taught: Classroom) -> None:
    def heads() -> list[str]:
        return re.findall(r'<th scope="col">([^<]+)</th>', client.get("/d/oak/students/").content.decode())

    assert heads() == ["Student", "Student number", "Grade", "Schools", "Guardians", "Reachable"]
    chosen = {"column": ["origin", "grade", "nonsense"], "filter": "grade=03&page=1"}
    answer = client.post("/d/oak/columns/students/", chosen)
    assert answer["Location"] == "/d/oak/students/?grade=03&page=1"
    assert heads() == ["Student", "Grade", "Origin"]
    dan = browser(person("dan@example.org", "oak", role="district_staff"))
    assert "Student number" in text(dan.get("/d/oak/students/"))
    assert client.post("/d/oak/columns/nonsense/", {}).status_code == 404


def test_a_school_has_its_own_and_a_chip_takes_the_filter_away(client: Client) -> None:
    cedar = School.objects.get(name="Cedar")
    assert found(client, f"?school={cedar.pk}&grade=03") == ["Lind, Ana"]
    page = text(client.get(f"/d/oak/students/?school={cedar.pk}&grade=03"))
    assert f'href="/d/oak/students/?school={cedar.pk}">Grade 03 ' in page
    assert 'href="/d/oak/students/?grade=03">Cedar ' in page
    assert "1–1 of 1" in page


def test_what_one_sees_of_a_student_in_the_list(client: Client) -> None:
    rows = text(client.get("/d/oak/students/?status=all")).split("<tr>")[2:]
    assert ["PaAna" in rows[0], "</span> yes" in rows[0]] == [True, True]
    assert ["PaBo" in rows[1], "no contact" in rows[1]] == [True, True]
    assert ["archived" in rows[2], "no guardian" in rows[2]] == [True, True]


def test_the_csv_holds_all_that_fit_and_no_formula(client: Client, oak: District) -> None:
    Student.objects.create(district=oak, given_name="=1+1", family_name="Zed", status="active")
    Student.objects.bulk_create(
        Student(district=oak, given_name=f"N{number}", family_name="Many", status="active") for number in range(60)
    )
    answer = client.get("/d/oak/students.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert answer["Content-Disposition"] == 'attachment; filename="oak-students.csv"'
    assert len(rows) == 63
    assert rows[0] == {
        "student_number": "0417",
        "state_id": "",
        "given_name": "Ana",
        "family_name": "Lind",
        "grade": "03",
        "email": "ana@pupils.example",
        "schools": "Cedar",
        "status": "active",
        "sis_ids": "S-1",
        "guardians": "PaAna",
    }
    assert not rows[-1]["given_name"].startswith("=")
    assert len(list(csv.DictReader(io.StringIO(client.get("/d/oak/students.csv?q=lind").content.decode())))) == 1


def test_a_page_asks_as_much_for_sixty_students_as_for_three(client: Client, oak: District, taught: Classroom) -> None:
    def questions(path: str) -> int:
        with asking() as asked:
            assert client.get(path).status_code == 200
        assert asked.number <= 15, asked.statements
        return asked.number

    paths = tuple(
        f"/d/oak/{path}"
        for path in ("students/", "schools/", "students.csv", "staff/", "staff.csv", "classrooms/", "classrooms.csv")
    )
    few = [questions(path) for path in paths]
    school = School.objects.get(name="Cedar")
    School.objects.bulk_create(School(district=oak, name=f"S{number}", status="active") for number in range(30))
    for number in range(60):
        student = Student.objects.create(district=oak, given_name=f"N{number}", family_name="Many", status="active")
        parent = Person.objects.create(district=oak, given_name="Pa", account_state="invitee")
        StudentSchool.objects.create(district=oak, student=student, school=school, status="active")
        Guardianship.objects.create(district=oak, student=student, person=parent, status="active")
        room = Classroom.objects.create(district=oak, school=school, name="Room", kind="manual", status="active")
        StaffRole.objects.create(district=oak, person=parent, school=school, role="aide", status="active")
        seat = {"district": oak, "classroom": room, "status": "active"}
        Enrollment.objects.create(**seat, person=parent, role="aide")
        Enrollment.objects.create(**seat, student=student, role="student")
    assert [questions(path) for path in paths] == few
    assert "1–50 of 62" in text(client.get("/d/oak/students/"))
    assert len(found(client, "?page=2")) == 12


def test_schools_are_counted(client: Client) -> None:
    page = text(client.get("/d/oak/schools/"))
    cedar = page.split("Cedar")[1].split("</tr>")[0]
    assert re.findall(r'class="num"[^>]*><a href="[^"]+">(\d+)<', cedar) == ["2", "0", "0"]
    assert "by hand" in cedar


def test_a_student_of_another_district_is_not_there(client: Client, oak: District) -> None:
    District.objects.create(slug="elm", name="Elm")
    charlie = browser(person("charlie@example.org", "elm"))
    ana = Student.objects.get(given_name="Ana")
    for path in ("students/", "students.csv", "schools/", f"students/{ana.pk}/", f"students/{ana.pk}/why/"):
        assert client.get(f"/d/oak/{path}").status_code == 200
        assert charlie.get(f"/d/oak/{path}").status_code == 404
    assert charlie.get(f"/d/elm/students/{ana.pk}/").status_code == 404
    assert charlie.get("/d/elm/students/99999999999999999999/").status_code == 404
    cedar = School.objects.get(name="Cedar")
    for query in ("?q=Lind", f"?school={cedar.pk}", "?status=all"):
        page = text(charlie.get(f"/d/elm/students/{query}"))
        assert "0 of" not in page
        assert not re.search("data-row href|Cedar|Ana", page)
    assert "No student yet" in text(charlie.get("/d/elm/students/"))


def test_a_student_added_by_hand_says_so(client: Client) -> None:
    bo = Student.objects.get(given_name="Bo")
    assert "Added by hand: no sync touches this student." in text(client.get(f"/d/oak/students/{bo.pk}/"))
    assert "No source knows this student" in text(client.get(f"/d/oak/students/{bo.pk}/why/"))


@pytest.mark.django_db(transaction=True)
def test_a_synced_student_is_told_with_family_classes_history_and_the_row_received(maple: Shell, alice: Client) -> None:
    maple.receive(2)
    maple.ok("sync", "maple", "--on", DAY2)
    link = SourceLink.objects.get(kind="student", sourced_id="0000087")
    with asking() as asked:
        page = text(alice.get(f"/d/maple/students/{link.object_id}/"))
    assert asked.number <= 22, asked.statements
    assert "family name Turner → Turner-González" in page
    assert "OneRoster CSV · main" in page
    assert 'sourcedId</dt><dd class="id">0000087</dd>' in page
    assert len(re.findall("<td>active", page)) > 3
    why = text(alice.get(f"/d/maple/students/{link.object_id}/why/"))
    assert "Received: users.csv, line" in why
    assert "of enrollments.csv puts them into class" in why
