"""One classroom, and why it is as it is (R-13)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.reports.classroom_page import CLASSROOM_FIELDS, ClassroomTold, tell_classroom
from rollbook.services import access, timeline
from rollbook.services.access import Act, Seat
from rollbook.services.provenance import provenance
from rollbook.web.components.facts import Fact, facts
from rollbook.web.components.origins import SourceId, WhyPage, answers, source_ids
from rollbook.web.doors import in_district
from rollbook.web.page import show

__all__ = ["classroom", "why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomPage:
    """``sources``: the sources that know the classroom. ``history``: sentences, the newest first."""

    slug: str
    told: ClassroomTold
    facts: tuple[Fact, ...]
    sources: tuple[SourceId, ...]
    history: tuple[str, ...]
    may_act: bool


@require_safe
@in_district(Act.PEOPLE)
def classroom(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Fields, sessions, teachers, students, history."""
    found = access.classroom(seat.district, number, seat.scope())
    told = tell_classroom(found)
    origins = provenance(
        district=seat.district,
        kind="classroom",
        object_id=found.pk,
        created_run=found.created_run_id,
        fields=CLASSROOM_FIELDS,
    )
    page = ClassroomPage(
        slug=seat.district.slug,
        told=told,
        facts=facts(told.fields, origins),
        sources=source_ids(told.links),
        history=tuple(reversed(timeline.history(seat.district, "classroom", found.pk))),
        may_act=seat.may(Act.ROSTER),
    )
    return show(request, "classroom/classroom.html", page, title=told.name, seat=seat, here="students")


@require_safe
@in_district(Act.PEOPLE)
def why(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """What the sources said of the classroom last, which rule decided, and what came of it."""
    found = access.classroom(seat.district, number, seat.scope())
    told = tell_classroom(found)
    page = WhyPage(
        slug=seat.district.slug,
        name=told.name,
        back=reverse("classroom", args=[seat.district.slug, found.pk]),
        unknown=_("No source knows this classroom: it was added by hand."),
        answers=answers(seat, "classroom", found.pk, told.links),
    )
    title = _("Why is it so? %(name)s") % {"name": told.name}
    return show(request, "student/why.html", page, title=title, seat=seat, here="students")
