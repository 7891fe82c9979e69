"""One student, and why they are as they are (R-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.reports.student_page import StudentTold, tell_student
from rollbook.services import access, explaining, timeline
from rollbook.services.access import Seat
from rollbook.services.explaining import Answer
from rollbook.web.districts.presenters import KINDS
from rollbook.web.doors import in_district
from rollbook.web.page import show

__all__ = ["student", "why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field with its name as people say it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentPage:
    """``sources``: the sources that know the student, with their sourcedId. ``history``: sentences, the newest first."""

    slug: str
    told: StudentTold
    fields: tuple[Field, ...]
    sources: tuple[Field, ...]
    history: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyPage:
    """The explanation. ``answers``: one a source that knows the student."""

    slug: str
    student: int
    name: str
    answers: tuple[Answer, ...]


@require_safe
@in_district()
def student(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Fields, family, classes, history."""
    found = access.student(seat.district, number)
    told = tell_student(found)
    history = timeline.history(seat.district, "student", found.pk)
    page = _page(seat.district.slug, told, history)
    return show(request, "student/student.html", page, title=told.name, seat=seat, here="students")


@require_safe
@in_district()
def why(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """What the sources said of the student last, which rule decided, and what came of it."""
    found = access.student(seat.district, number)
    told = tell_student(found)
    ids = dict.fromkeys(link.sourced_id for link in told.links)
    answers = [
        answer
        for sourced_id in ids
        for answer in explaining.explain(seat.district, sourced_id).answers
        if answer.kind == "student" and answer.object_id == found.pk
    ]
    page = WhyPage(slug=seat.district.slug, student=found.pk, name=told.name, answers=tuple(answers))
    title = _("Why is it so? %(name)s") % {"name": told.name}
    return show(request, "student/why.html", page, title=title, seat=seat, here="students")


def _page(slug: str, told: StudentTold, history: Sequence[str]) -> StudentPage:
    words = {
        "given_name": _("First name"),
        "middle_name": _("Middle name"),
        "family_name": _("Last name"),
        "preferred_given_name": _("Preferred first name"),
        "preferred_family_name": _("Preferred last name"),
        "student_number": _("Student number"),
        "state_id": _("State id"),
        "grade": _("Grade"),
        "email": _("E-mail address"),
        "birth_on": _("Birth date"),
        "home_language": _("Home language"),
    }
    return StudentPage(
        slug=slug,
        told=told,
        fields=tuple(Field(name=words[name], value=value) for name, value in told.fields.items()),
        sources=tuple(
            Field(name=f"{KINDS.get(link.kind, link.kind)} · {link.source}", value=link.sourced_id)
            for link in told.links
        ),
        history=tuple(reversed(history)),
    )
