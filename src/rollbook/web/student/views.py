"""One student, and why they are as they are (R-13)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.reports.student_page import FIELDS, StudentTold, tell_student
from rollbook.services import access, timeline
from rollbook.services.access import Act, Seat
from rollbook.services.provenance import provenance
from rollbook.web.components.facts import Fact, facts
from rollbook.web.components.origins import SourceId, WhyPage, answers, source_ids
from rollbook.web.doors import in_district
from rollbook.web.page import show

__all__ = ["student", "why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentPage:
    """``sources``: the sources that know the student, with their sourcedId. ``history``: sentences, the newest first."""

    slug: str
    told: StudentTold
    facts: tuple[Fact, ...]
    sources: tuple[SourceId, ...]
    history: tuple[str, ...]
    may_act: bool


@require_safe
@in_district(Act.PEOPLE)
def student(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Fields, family, classes, history."""
    found = access.student(seat.district, number, seat.scope())
    told = tell_student(found)
    origins = provenance(
        district=seat.district, kind="student", object_id=found.pk, created_run=found.created_run_id, fields=FIELDS
    )
    page = StudentPage(
        slug=seat.district.slug,
        told=told,
        facts=facts(told.fields, origins),
        sources=source_ids(told.links),
        history=tuple(reversed(timeline.history(seat.district, "student", found.pk))),
        may_act=seat.may(Act.ROSTER),
    )
    return show(request, "student/student.html", page, title=told.name, seat=seat, here="students")


@require_safe
@in_district(Act.PEOPLE)
def why(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """What the sources said of the student last, which rule decided, and what came of it."""
    found = access.student(seat.district, number, seat.scope())
    told = tell_student(found)
    page = WhyPage(
        slug=seat.district.slug,
        name=told.name,
        back=reverse("student", args=[seat.district.slug, found.pk]),
        unknown=_("No source knows this student: they were added by hand."),
        answers=answers(seat, "student", found.pk, told.links),
    )
    title = _("Why is it so? %(name)s") % {"name": told.name}
    return show(request, "student/why.html", page, title=title, seat=seat, here="students")
