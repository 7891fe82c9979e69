"""Permissions and the audit in the browser: who manages them, what a school administrator sees."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.engine.commands import Shell
from tests.web.people import NOW, asking, browser, person

from rollbook.core.permissions import Act
from rollbook.services import access, granting
from rollbook.store.models import AccessGrant, AuditEntry, District, School, Student, StudentSchool

pytestmark = pytest.mark.django_db(transaction=True)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def given(email: str, *what: tuple[str, int | None]) -> Client:
    """A browser of somebody who has these in Maple Valley."""
    account = person(email)
    for word, school in what:
        granting.grant(district=maple_valley(), email=email, what=word, school=school, by="tests", now=NOW)
    return browser(account)


def maple_valley() -> District:
    return District.objects.get(slug="maple")


def test_a_school_administrator_sees_the_own_school_and_nothing_else(maple: Shell) -> None:
    first, second = School.objects.filter(students__status="active").distinct().order_by("pk")[:2]
    bob = given("bob@example.org", ("school_admin", first.pk))
    own = set(StudentSchool.objects.filter(school=first, status="active").values_list("student", flat=True))
    others = Student.objects.filter(status="active").exclude(pk__in=own)
    assert own
    assert others
    assert bob.get("/")["Location"] == "/d/maple/students/"
    page = text(bob.get("/d/maple/students/"))
    assert f"of {len(own)}" in page
    assert second.name not in re.findall(r"<option[^>]*>([^<]*)", page)
    assert [line in page for line in ("Set-up", "Runs", "Permissions", "Audit")] == [False] * 4
    assert f"of {len(own)}" in text(bob.get(f"/d/maple/students/?school={second.pk}"))  # no filter that is his
    csv = bob.get("/d/maple/students.csv").content.decode().splitlines()
    assert len(csv) == len(own) + 1
    schools = text(bob.get("/d/maple/schools/"))
    assert (first.name in schools, second.name in schools) == (True, False)
    here, elsewhere = Student.objects.get(pk=min(own)), others[0]
    for path in ("/d/maple/students/{}/", "/d/maple/students/{}/why/"):
        assert bob.get(path.format(here.pk)).status_code == 200
        not_his, not_there = bob.get(path.format(elsewhere.pk)), bob.get(path.format(2**40))
        assert (not_his.status_code, not_his.content) == (404, not_there.content)
    found = text(
        bob.get("/d/maple/students/", {"q": elsewhere.student_number or elsewhere.family_name, "status": "all"})
    )
    assert f"/students/{elsewhere.pk}/" not in found
    for path in ("/d/maple/", "/d/maple/runs/", "/d/maple/set-up/", "/d/maple/access/", "/d/maple/audit/"):
        assert (bob.get(path).status_code, bob.get(path).content) == (404, not_there.content)


def test_archived_students_belong_to_the_school_where_they_were_and_those_who_moved_do_not(maple: Shell) -> None:
    school = School.objects.filter(students__status="active").order_by("pk")[0]
    place = StudentSchool.objects.filter(school=school, status="active").order_by("pk")
    archived, moved = place[0], place[1]
    StudentSchool.objects.filter(pk__in=(archived.pk, moved.pk)).update(status="ended")
    Student.objects.filter(pk=archived.student_id).update(status="archived")
    bob = given("bob@example.org", ("school_admin", school.pk))
    assert bob.get(f"/d/maple/students/{archived.student_id}/").status_code == 200
    assert bob.get(f"/d/maple/students/{moved.student_id}/").status_code == 404


def test_permissions_are_given_taken_and_given_back(alice: Client) -> None:
    person("erin@example.org")
    school = School.objects.order_by("pk")[0]
    typed = {"email": " Erin@example.org ", "what": "family_access", "school": str(school.pk)}
    page = text(alice.post("/d/maple/access/grant/", typed, follow=True))
    assert "erin@example.org has it now: Family access." in page
    assert "See students, families and staff, and how to reach them." in page
    again = text(alice.post("/d/maple/access/grant/", typed, follow=True))
    assert "had it already" in again
    erin = browser(person("erin@example.org"))
    assert erin.get("/d/maple/students/").status_code == 200
    gone = alice.post("/d/maple/access/revoke/", typed, follow=True)
    assert "Undo: give it back" in text(gone)
    assert erin.get("/d/maple/students/").status_code == 404
    undo = gone.content.decode().partition("Undo: give it back")[0]
    fields = dict(re.findall(r'<input type="hidden" name="(email|what|school)" value="([^"]*)"', undo))
    alice.post("/d/maple/access/grant/", fields)
    assert erin.get("/d/maple/students/").status_code == 200
    deeds = list(
        AuditEntry.objects.filter(deed__startswith="permission").order_by("number").values_list("deed", flat=True)
    )
    assert deeds == ["permission granted", "permission revoked", "permission granted"]


REFUSED: list[tuple[dict[str, str], int, str]] = [
    ({"email": "nobody@example.org", "what": "family_access"}, 404, "There is no such account."),
    ({"what": "emperor"}, 422, "There is no permission"),
    ({"what": "teacher"}, 422, "Nobody is made a teacher by hand"),
    ({"what": "school_admin"}, 422, "is one of a school"),
    ({"what": "district_staff", "school": "1"}, 422, "is of the whole district"),
    ({"what": "rostering_administrator"}, 422, "needs family access"),
    ({"what": "family_access", "school": "99999999"}, 404, "There is no such school"),
    ({"what": "family_access", "school": "one"}, 404, "There is no such school"),
]


def test_what_cannot_be_given_is_refused_beside_the_field_with_what_was_typed(alice: Client) -> None:
    person("erin@example.org")
    for typed, status, refusal in REFUSED:
        answer = alice.post("/d/maple/access/grant/", {"email": "erin@example.org", "school": "", **typed})
        assert answer.status_code == status, typed
        assert refusal in text(answer), typed
        assert f'value="{typed.get("email", "erin@example.org")}"' in text(answer)
    assert not AccessGrant.objects.exists()


def test_the_last_administrator_stays(alice: Client) -> None:
    last = {"email": "alice@example.org", "what": "district_admin", "school": ""}
    assert "the last administrator" in text(alice.post("/d/maple/access/revoke/", last, follow=True))
    assert "the last administrator" in text(alice.post("/d/maple/access/grant/", {**last, "what": "district_staff"}))
    person("bo@example.org", "maple")
    assert alice.post("/d/maple/access/revoke/", last)["Location"] == "/"
    assert alice.get("/d/maple/").status_code == 404


def test_a_permissions_admin_gives_less_than_everything_and_nothing_to_themselves(maple: Shell) -> None:
    first, second = School.objects.order_by("pk")[:2]
    paula = given("paula@example.org", ("permissions_admin", first.pk))
    person("erin@example.org")
    person("dan@example.org", "maple", role="district_staff")
    page = text(paula.get("/d/maple/access/"))
    assert ("dan@example.org" in page, "District administrator" in page, second.name in page) == (False, False, False)

    def status(**typed: str) -> int:
        return paula.post("/d/maple/access/grant/", {"email": "erin@example.org", **typed}).status_code

    here, there = str(first.pk), str(second.pk)
    assert status(what="family_access", school=here) == 302
    assert status(what="family_access", school=there) == 404
    assert status(what="family_access", school="") == 404
    assert status(what="district_admin", school="") == 404
    assert status(email="paula@example.org", what="users_manager", school=here) == 422
    assert AccessGrant.objects.count() == 2


def test_a_district_wide_permissions_admin_makes_nobody_an_administrator(maple: Shell) -> None:
    paula = given("paula@example.org", ("permissions_admin", None))
    person("erin@example.org", "maple", role="district_staff")
    typed = {"email": "erin@example.org", "what": "district_admin", "school": ""}
    assert "Only a district administrator" in text(paula.post("/d/maple/access/grant/", typed))
    paula.post("/d/maple/access/revoke/", {**typed, "what": "district_staff"})
    seat = access.seat(person("erin@example.org"), "maple")
    assert seat.role == "district_staff"
    assert seat.may(Act.LOOK)


def test_the_review_is_a_file_and_is_audited(alice: Client) -> None:
    given("=cmd@example.org".replace("=", "eq"), ("family_access", None))
    person("erin@example.org", "maple", role="district_staff")
    lines = alice.get("/d/maple/access.csv").content.decode().splitlines()
    assert lines[0].startswith("account,is_active,last_sign_in,permission,school,allows,works")
    assert [line.split(",")[0] for line in lines[1:]] == ["alice@example.org", "eqcmd@example.org", "erin@example.org"]
    assert AuditEntry.objects.filter(deed="export", subject="access review").count() == 1


def test_the_audit_is_read_filtered_checked_and_taken_out(alice: Client, dan: Client, charlie: Client) -> None:
    assert dan.get("/d/maple/audit/").status_code == 403
    assert charlie.get("/d/maple/audit/").status_code == 404
    assert alice.get("/audit/").status_code == 404
    page = text(alice.get("/d/maple/audit/"))
    assert "Changed a setting" in page
    assert "Applied a run" in page
    only = text(alice.get("/d/maple/audit/?deed=apply"))
    assert "1–1 of 1" in only
    assert "1–1 of 1" not in text(alice.get("/d/maple/audit/?deed=nonsense"))
    assert "No entry fits" in text(alice.get("/d/maple/audit/?until=2020-01-01"))
    assert "Write days as 2026-09-01." in text(alice.get("/d/maple/audit/?since=yesterday"))
    assert "entries are as they were written" in text(alice.get("/d/maple/audit/?check=1"))
    csv = alice.get("/d/maple/audit.csv?deed=apply").content.decode().splitlines()
    assert len(csv) == 2
    assert "1–1 of 1" in text(alice.get("/d/maple/audit/?deed=export"))
    operator = browser(person("root@example.org", operator=True))
    assert "Changed an account" in text(operator.get("/audit/"))
    assert operator.get("/audit.csv").content.decode().startswith("number,at,actor,deed")


def test_looking_at_a_list_is_noted_once_an_hour_and_a_file_every_time(alice: Client) -> None:
    for _ in range(3):
        alice.get("/d/maple/students/?q=somebody")
        alice.get("/d/maple/students.csv?q=somebody")
    rows = AuditEntry.objects.filter(subject="students")
    assert (rows.filter(deed="list of people seen").count(), rows.filter(deed="export").count()) == (1, 3)
    assert "somebody" not in "".join(rows.values_list("detail", flat=True))


def test_the_pages_ask_a_bounded_number_of_questions(alice: Client) -> None:
    for number in range(12):
        given(f"p{number}@example.org", ("family_access", None))
    for path, most in {"/d/maple/access/": 8, "/d/maple/audit/": 10}.items():
        with asking() as asked:
            assert alice.get(path).status_code == 200
        assert asked.number <= most, (path, asked.statements)
