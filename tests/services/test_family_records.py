"""Announcements, backpacks, interactions and attributes (section 9): whom they reach, what they refuse, what stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.smtp import Box, listening

from rollbook.core.errors import ConfigError, DataError, NotFound
from rollbook.mail.server import settings_from_url
from rollbook.services import (
    announcement_mails,
    announcing,
    attribute_sheet,
    attributes,
    backpacks,
    districts,
    interactions,
    timeline,
)
from rollbook.store.models import (
    AnnouncementMail,
    AttributeKind,
    BackpackFile,
    Classroom,
    ContactMethod,
    District,
    Enrollment,
    Guardianship,
    Interaction,
    Person,
    School,
    Student,
    StudentAttribute,
    StudentSchool,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 9, 2, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
PDF = b"%PDF-1.7 a drawing"


@pytest.fixture
def maple() -> District:
    """Ada and Bo at Cedar (Ada in Room 4), Cy archived there, Di at Oak. Ann has Ada and Bo; Ben has Bo and no address;
    Cat has Ada and no rights; Dan has Cy; Eve has Di."""
    district = districts.add(slug="maple", name="Maple", by="tests")
    cedar, oak = (School.objects.create(district=district, name=name, status="active") for name in ("Cedar", "Oak"))
    room = Classroom.objects.create(district=district, school=cedar, name="Room 4", kind="manual", status="active")
    students = {}
    for number, (name, school, status) in enumerate(
        [("Ada", cedar, "active"), ("Bo", cedar, "active"), ("Cy", cedar, "archived"), ("Di", oak, "active")]
    ):
        student = Student.objects.create(
            district=district, given_name=name, status=status, student_number=f"00{number}"
        )
        StudentSchool.objects.create(district=district, student=student, school=school, status="active")
        students[name] = student
    Enrollment.objects.create(
        district=district, classroom=room, student=students["Ada"], role="student", status="active", is_primary=False
    )
    for name, children, rights, address in (
        ("Ann", ("Ada", "Bo"), None, "ann@example.org"),
        ("Ben", ("Bo",), "full", None),
        ("Cat", ("Ada",), "none", "cat@example.org"),
        ("Dan", ("Cy",), None, "dan@example.org"),
        ("Eve", ("Di",), None, "eve@example.org"),
    ):
        person = Person.objects.create(district=district, given_name=name, account_state="invitee")
        if address:
            ContactMethod.objects.create(district=district, person=person, kind="email", value=address, owner="source")
        for child in children:
            Guardianship.objects.create(
                district=district, student=students[child], person=person, rights=rights, status="active"
            )
    return district


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    with listening(Box()) as found:
        for name, value in settings_from_url(f"smtp://127.0.0.1:{found.port}?tls=off").items():
            setattr(settings, name, value)
        settings.DEFAULT_FROM_EMAIL = "rollbook@example.org"
        yield found


def child(name: str) -> Student:
    return Student.objects.select_related("district").get(given_name=name)


@pytest.mark.parametrize(
    ("where", "students", "guardians", "unreachable", "alone", "reached"),
    [
        ({}, 3, 2, 1, 0, ["ann@example.org", "eve@example.org"]),
        ({"school": "Cedar"}, 2, 1, 1, 0, ["ann@example.org"]),
        ({"school": "Oak"}, 1, 1, 0, 0, ["eve@example.org"]),
        ({"classroom": "Room 4"}, 1, 1, 0, 0, ["ann@example.org"]),
    ],
)
def test_an_announcement_reaches_the_guardians_of_active_students_once(
    maple: District,
    box: Box,
    where: dict[str, str],
    students: int,
    guardians: int,
    unreachable: int,
    alone: int,
    reached: list[str],
) -> None:
    numbers = {"school": School, "classroom": Classroom}
    found = announcing.place(maple, **{name: numbers[name].objects.get(name=value).pk for name, value in where.items()})
    assert announcing.audience(found) == announcing.Audience(
        students=students, guardians=guardians, unreachable=unreachable, alone=alone
    )
    made = announcing.announce(where=found, title="Late bus", text="Bus 4 is late.\n\nSorry.", by="bob", now=NOW)
    announcement_mails.deliver(now=NOW)
    announcement_mails.deliver(now=NOW)
    assert sorted(box.recipients) == reached
    assert box.mails[0]["Subject"] == "Late bus"
    states = AnnouncementMail.objects.filter(announcement=made).values_list("state", flat=True)
    assert sorted(set(states)) == (["sent", "unreachable"] if unreachable else ["sent"])


def test_a_mail_that_is_not_taken_is_tried_again_and_given_up_in_the_end(maple: District, box: Box) -> None:
    box.refuse = {"ann@example.org"}
    made = announcing.announce(where=announcing.place(maple), title="Hello", text="x", by="bob", now=NOW)
    moment = NOW
    for _ in range(announcement_mails.TRIES):
        announcement_mails.deliver(now=moment)
        moment += dt.timedelta(days=2)
    states = dict(AnnouncementMail.objects.filter(announcement=made).values_list("person__given_name", "state"))
    assert states == {"Ann": "failed", "Ben": "unreachable", "Eve": "sent"}
    box.refuse = set()
    ben = Person.objects.get(given_name="Ben")
    ContactMethod.objects.create(district=maple, person=ben, kind="email", value="ben@example.org", owner="staff")
    assert announcement_mails.try_again(announcement=made.pk, district=maple.pk, now=moment) == 2
    announcement_mails.deliver(now=moment)
    assert sorted(box.recipients) == ["ann@example.org", "ben@example.org", "eve@example.org"]


def test_an_announcement_to_nobody_is_refused(maple: District) -> None:
    Guardianship.objects.all().delete()
    with pytest.raises(ConfigError, match="Nobody would get this"):
        announcing.announce(where=announcing.place(maple), title="Hello", text="x", by="bob", now=NOW)
    other = districts.add(slug="oak", name="Oak", by="tests")
    with pytest.raises(NotFound):
        announcing.place(other, school=School.objects.get(name="Cedar").pk)


def test_a_backpack_keeps_a_file_sealed_and_gives_it_back_as_it_was(maple: District) -> None:
    ada = child("Ada")
    words = {"title": "Drawing", "kind": "work", "visibility": "family", "by": "bob", "now": NOW}
    item = backpacks.put(student=ada, file_name="../My drawing.pdf", data=PDF, **words)  # type: ignore[arg-type]
    assert item.file_name == "My drawing.pdf"
    assert PDF not in bytes(BackpackFile.objects.get().sealed)
    opened = backpacks.open_file(student=ada, number=item.pk)
    assert (opened.data, opened.media_type) == (PDF, "application/pdf")
    with pytest.raises(NotFound):
        backpacks.open_file(student=child("Bo"), number=item.pk)

    backpacks.take_out(student=ada, number=item.pk, by="bob", now=NOW)
    with pytest.raises(NotFound):
        backpacks.open_file(student=ada, number=item.pk)
    backpacks.bring_back(student=ada, number=item.pk)
    assert backpacks.open_file(student=ada, number=item.pk).data == PDF
    backpacks.take_out(student=ada, number=item.pk, by="bob", now=NOW)
    assert backpacks.purge(now=NOW + backpacks.KEPT) == 0
    assert backpacks.purge(now=NOW + backpacks.KEPT + dt.timedelta(seconds=1)) == 1
    assert not BackpackFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("page.html", b"<script>", "This kind of file"),
        ("macro.docm", b"PK\x03\x04", "This kind of file"),
        ("drawing.pdf", b"MZ\x90 a program", "is called .pdf but is none"),
        ("picture.webp", b"RIFF1234WAVE", "is called .webp but is none"),
        ("note.txt", b"\xff\xfe\x00", "is not UTF-8"),
        ("note.txt", b"a\x00b", "is called .txt but is none"),
        ("empty.pdf", b"", "is empty"),
        ("large.pdf", b"%PDF-" + b"x" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
def test_what_does_not_go_into_a_backpack(maple: District, name: str, data: bytes, why: str) -> None:
    words = {"title": "", "kind": "work", "visibility": "staff", "by": "bob", "now": NOW}
    with pytest.raises(ConfigError, match=why):
        backpacks.put(student=child("Ada"), file_name=name, data=data, **words)  # type: ignore[arg-type]
    assert not BackpackFile.objects.exists()


def test_the_interaction_log_knows_the_family_and_the_future(maple: District) -> None:
    ada, ann, eve = child("Ada"), *(Person.objects.get(given_name=name) for name in ("Ann", "Eve"))
    words: dict[str, Any] = {"student": ada, "channel": "call", "on": TODAY, "note": "Settled in.", "by": "bob"}
    words |= {"now": NOW, "today": TODAY}
    with pytest.raises(NotFound, match="no guardian of this student"):
        interactions.add(person=eve.pk, follow_up_on=None, **words)
    entry = interactions.add(person=ann.pk, follow_up_on=TODAY + dt.timedelta(7), **words)
    interactions.finish(student=ada, number=entry.pk, by="carl", now=NOW)
    entry.refresh_from_db()
    assert (entry.followed_up_by, entry.followed_up_at) == ("carl", NOW)
    with pytest.raises(NotFound, match="of yours"):
        interactions.remove(student=ada, number=entry.pk, by="carl")
    with pytest.raises(NotFound):
        interactions.remove(student=child("Bo"), number=entry.pk, by="bob")
    interactions.remove(student=ada, number=entry.pk, by="bob")
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"on": TODAY + dt.timedelta(1)}, "on"),
        ({"on": None}, "on"),
        ({"note": "  "}, "note"),
        ({"note": "x" * 5001}, "note"),
        ({"follow_up_on": TODAY - dt.timedelta(1)}, "follow_up_on"),
    ],
)
def test_what_an_entry_cannot_say(given: dict[str, Any], field: str) -> None:
    good: dict[str, Any] = {"channel": "call", "on": TODAY, "note": "x", "follow_up_on": None, "today": TODAY}
    assert interactions.check(**good) == {}
    assert list(interactions.check(**{**good, **given})) == [field]


@pytest.fixture
def defined(maple: District) -> dict[str, AttributeKind]:
    made = {}
    for name, of, is_sensitive in (
        ("Bus", "text", False),
        ("Height", "number", False),
        ("Vaccinated", "yes-no", True),
        ("Since", "date", False),
    ):
        made[name] = attributes.define(
            district=maple, name=name, value_type=of, is_sensitive=is_sensitive, by="bob", now=NOW
        )
    return made


def values() -> dict[tuple[str, str], str]:
    return {(one.student.given_name or "", one.kind.name): one.value for one in StudentAttribute.objects.all()}


def test_a_file_of_attributes_is_judged_row_by_row(maple: District, defined: dict[str, AttributeKind]) -> None:
    data = (
        "student_number;bus; Height ;Vaccinated;Since;Colour\r\n"
        "000;Route 4;012.50;Y;2026-09-01;red\r\n"
        "001;;;;;\r\n"
        "002;Route 5;tall;no;;\r\n"
        "3;Route 6;;;;\r\n"
        ";Route 6;;;;\r\n"
    ).encode("utf-16")
    judged = attribute_sheet.judge(district=maple, data=data, blank_removes=False)
    assert judged.unknown == ("Colour",)
    assert judged.lines.select("line", "result").rows() == [
        (2, "ok"),
        (3, "ok"),
        (4, "refused"),
        (5, "refused"),
        (6, "refused"),
    ]
    whys = judged.lines["message"].to_list()
    assert whys[2] == "Column Height: write a number such as 12 or 3.5."
    assert "leading zeros" in whys[3]
    assert whys[4] == "The row has no student_number."
    preview = attributes.set_all(district=maple, values=judged.values, by="bob", now=NOW, is_preview=True)
    assert (preview.added, values()) == (4, {})
    assert attributes.set_all(district=maple, values=judged.values, by="bob", now=NOW) == preview
    expected = {("Ada", "Bus"): "Route 4", ("Ada", "Height"): "12.5", ("Ada", "Vaccinated"): "yes"}
    assert values() == {**expected, ("Ada", "Since"): "2026-09-01"}
    assert attributes.set_all(district=maple, values=judged.values, by="bob", now=NOW).unchanged == 4
    history = " ".join(timeline.history(maple, "student", child("Ada").pk))
    assert "Bus blank → Route 4" in history
    assert "Vaccinated … → …" in history  # a sensitive value is not told again

    written = attribute_sheet.write(maple, with_sensitive=False)
    assert written.decode() == "student_number,state_id,Bus,Height,Since\n000,,Route 4,12.5,2026-09-01\n"
    again = attribute_sheet.judge(district=maple, data=b"student_number,Bus,Since\n000,,\n", blank_removes=True)
    assert attributes.set_all(district=maple, values=again.values, by="bob", now=NOW).removed == 2
    assert set(values()) == {("Ada", "Height"), ("Ada", "Vaccinated")}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"name,Bus\nAda,4\n", "has none of the columns"),
        (b"student_number,Colour\n000,red\n", "is an attribute of this district"),
        (b"student_number,Bus,bus\n000,1,2\n", "same heading"),
        (b"student_number,Bus\n000,4,5,6\n", "cannot be split"),
        (b"", "cannot be split"),
        (b"PK\x03\x04 a workbook", "Excel workbook"),
    ],
)
def test_a_file_that_is_no_table_of_attributes_is_refused_whole(
    maple: District, defined: dict[str, AttributeKind], data: bytes, why: str
) -> None:
    with pytest.raises(DataError, match=why):
        attribute_sheet.judge(district=maple, data=data, blank_removes=False)


def test_one_student_by_hand_all_or_nothing(maple: District, defined: dict[str, AttributeKind]) -> None:
    ada = child("Ada")
    bus, height, vaccinated = (defined[name].pk for name in ("Bus", "Height", "Vaccinated"))
    said = attributes.set_one(student=ada, values={bus: "4", height: "tall"}, with_sensitive=True, by="bob", now=NOW)
    assert (said, values()) == ({height: "Write a number such as 12 or 3.5."}, {})
    said = attributes.set_one(
        student=ada, values={bus: " 4 ", height: "", vaccinated: "yes"}, with_sensitive=False, by="bob", now=NOW
    )
    assert (said, values()) == ({}, {("Ada", "Bus"): "4"})
    with pytest.raises(ConfigError, match="1 student has a value"):
        attributes.withdraw(district=maple, number=bus)
    attributes.withdraw(district=maple, number=height)
    with pytest.raises(ConfigError, match="already"):
        attributes.define(district=maple, name="BUS", value_type="text", is_sensitive=False, by="bob", now=NOW)
