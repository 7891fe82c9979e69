"""Backpack, interactions, attributes and announcements in the browser (section 9)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.web.people import asking

from rollbook.store.models import (
    AnnouncementMail,
    BackpackItem,
    District,
    Guardianship,
    Interaction,
    School,
    Student,
    StudentAttribute,
)

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.7 a drawing"


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def ada(alice: Client) -> Student:
    """A student with a guardian."""
    pair = Guardianship.objects.filter(status="active").order_by("pk").first()
    assert pair is not None
    return Student.objects.get(pk=pair.student_id)


def test_a_file_goes_into_the_backpack_and_out_and_back(
    alice: Client, dan: Client, charlie: Client, ada: Student
) -> None:
    base = f"/d/maple/students/{ada.pk}/backpack/"
    assert "The backpack is empty" in text(alice.get(base))
    given = {"title": "Drawing", "kind": "work", "visibility": "family"}
    wrong = alice.post(base, {**given, "file": SimpleUploadedFile("drawing.pdf", b"MZ")})
    assert wrong.status_code == 422
    assert "is called .pdf but is none" in text(wrong)
    assert 'value="Drawing"' in text(wrong)  # nothing typed is lost
    assert "Choose a file first." in text(alice.post(base, given))

    alice.post(base, {**given, "file": SimpleUploadedFile("drawing.pdf", PDF)})
    item = BackpackItem.objects.get()
    opened = dan.get(f"{base}{item.pk}/")
    assert (opened.content, opened["Content-Type"]) == (PDF, "application/pdf")
    assert opened["Content-Disposition"].startswith("attachment")
    assert "sandbox" in opened["Content-Security-Policy"]
    assert charlie.get(f"{base}{item.pk}/").status_code == 404
    for client, status in ((dan, 403), (charlie, 404)):
        assert client.post(base, given).status_code == status
        assert client.post(f"{base}{item.pk}/out/").status_code == status
    assert "Taken out" in text(alice.post(f"{base}{item.pk}/out/", follow=True))
    assert alice.get(f"{base}{item.pk}/").status_code == 404
    alice.post(f"{base}{item.pk}/back/")
    assert alice.get(f"{base}{item.pk}/").content == PDF


def test_an_entry_is_written_followed_up_and_taken_back(alice: Client, dan: Client, ada: Student) -> None:
    base = f"/d/maple/students/{ada.pk}/interactions/"
    guardian = Guardianship.objects.filter(student=ada).values_list("person_id", flat=True)[0]
    today = timezone.localdate(timezone=ZoneInfo(District.objects.get(slug="maple").timezone))
    given = {
        "channel": "call",
        "person": guardian,
        "on": today.isoformat(),
        "note": "About <the> bus",
        "follow_up_on": "",
    }
    wrong = alice.post(base, {**given, "on": "yesterday", "follow_up_on": "soon"})
    assert wrong.status_code == 422
    assert "About &lt;the&gt; bus" in text(wrong)  # nothing typed is lost
    for sentence in ("Say when it was", "Write a day such as 2026-09-01."):
        assert sentence in text(wrong)
    assert not Interaction.objects.exists()

    later = (today + dt.timedelta(days=3)).isoformat()
    alice.post(base, {**given, "follow_up_on": later})
    entry = Interaction.objects.get()
    assert entry.person_id == guardian
    assert f"{base}#entry-{entry.pk}" in text(dan.get("/d/maple/follow-ups/"))
    assert dan.post(f"{base}{entry.pk}/done/").status_code == 403
    alice.post(f"{base}{entry.pk}/done/", {"back": "follow-ups"})
    assert "Nothing to follow up" in text(alice.get("/d/maple/follow-ups/"))
    assert "done by alice@example.org" in text(alice.get(base))
    alice.post(f"{base}{entry.pk}/remove/")
    assert "Nothing written down yet" in text(alice.get(base))


def test_attributes_are_defined_filled_by_file_and_by_hand(alice: Client, dan: Client, ada: Student) -> None:
    alice.post("/d/maple/attributes/", {"name": "Bus", "type": "text"})
    alice.post("/d/maple/attributes/", {"name": "Consent", "type": "yes-no", "sensitive": "1"})
    again = alice.post("/d/maple/attributes/", {"name": "bus", "type": "text"})
    assert again.status_code == 422
    assert "There is an attribute &#x27;bus&#x27; already." in text(again)

    data = f"student_number,Bus,Consent,Colour\n{ada.student_number},=4,yes,red\nnobody,5,no,\n".encode()
    for what, is_set in (("check", False), ("set", True)):
        answer = alice.post("/d/maple/attributes/upload/", {"what": what, "file": SimpleUploadedFile("a.csv", data)})
        assert "2 rows: 2 values new" in text(answer)
        assert "1 rows refused" in text(answer)
        assert "were left out: Colour." in text(answer)
        assert StudentAttribute.objects.exists() is is_set
    result = alice.post("/d/maple/attributes/upload/", {"what": "result", "file": SimpleUploadedFile("a.csv", data)})
    assert result.content.decode().splitlines()[1] == f'2,{ada.student_number},ok,""'
    broken = alice.post("/d/maple/attributes/upload/", {"file": SimpleUploadedFile("a.csv", b"PK\x03\x04")})
    assert broken.status_code == 422
    assert dan.post("/d/maple/attributes/upload/").status_code == 403

    assert b"'=4" in alice.get("/d/maple/student_attributes.csv").content  # no cell becomes a formula
    assert b"Consent" not in dan.get("/d/maple/student_attributes.csv").content
    page = f"/d/maple/students/{ada.pk}/attributes/"
    assert "Consent" in text(alice.get(page))
    assert "Consent" not in text(dan.get(page))
    bus = StudentAttribute.objects.get(kind__name="Bus")
    alice.post(page, {f"attribute-{bus.kind_id}": "Route 9"})
    bus.refresh_from_db()
    assert bus.value == "Route 9"
    assert dan.post(page, {f"attribute-{bus.kind_id}": "x"}).status_code == 403


def test_an_announcement_is_looked_at_then_sent(alice: Client, dan: Client, charlie: Client, ada: Student) -> None:
    school = School.objects.filter(status="active").order_by("pk")[0]
    given = {"school": school.pk, "title": "Late bus", "text": "Bus 4 is late."}
    assert "Give it a title" in text(alice.post("/d/maple/announcements/write/", {**given, "title": ""}))
    looked = text(alice.post("/d/maple/announcements/write/", {**given, "what": "look"}))
    assert re.search(rf"{re.escape(school.name or '')}: \d+ guardians of \d+ active students would get this", looked)
    assert not AnnouncementMail.objects.exists()
    assert dan.get("/d/maple/announcements/write/").status_code == 403

    sent = alice.post("/d/maple/announcements/write/", {**given, "what": "send"}, follow=True)
    assert "It is on its way." in text(sent)
    page = sent.redirect_chain[-1][0]
    waiting = AnnouncementMail.objects.filter(state="waiting", is_lead=True).count()
    assert f"on its way · {waiting}" in text(sent)
    with asking() as asked:
        assert dan.get(f"{page}?state=waiting").status_code == 200
    assert asked.number <= 9, asked.statements
    assert dan.get(f"{page}people.csv").content.count(b"\n") == AnnouncementMail.objects.count() + 1
    assert "Late bus" in text(dan.get("/d/maple/announcements/"))
    for path in (page, f"{page}people.csv"):
        assert charlie.get(path).status_code == 404
    assert charlie.post("/d/maple/announcements/write/", given).status_code == 404
