"""One school: its numbers, each with the list behind it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from rollbook.reports.school_page import SCHOOL_FIELDS, SchoolTold, tell_school
from rollbook.services import access, timeline
from rollbook.services.access import Act, Seat
from rollbook.services.provenance import provenance
from rollbook.web.components.facts import Fact, facts
from rollbook.web.components.origins import SourceId, source_ids
from rollbook.web.doors import in_district
from rollbook.web.page import show

__all__ = ["school"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolPage:
    """``sources``: the sources that feed the school. ``history``: sentences, the newest first."""

    slug: str
    told: SchoolTold
    facts: tuple[Fact, ...]
    sources: tuple[SourceId, ...]
    history: tuple[str, ...]
    active: int
    archived: int
    rooms: int
    may_act: bool


@require_safe
@in_district(Act.PEOPLE)
def school(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Fields, numbers, sources, history."""
    found = access.school(seat.district, number, seat.scope())
    told = tell_school(found)
    origins = provenance(
        district=seat.district,
        kind="school",
        object_id=found.pk,
        created_run=found.created_run_id,
        fields=SCHOOL_FIELDS,
    )
    page = SchoolPage(
        slug=seat.district.slug,
        told=told,
        facts=facts(told.fields, origins),
        sources=source_ids(told.links),
        history=tuple(reversed(timeline.history(seat.district, "school", found.pk))),
        active=told.students.get("active", 0),
        archived=told.students.get("archived", 0),
        rooms=told.classrooms.get("active", 0),
        may_act=seat.may(Act.ROSTER),
    )
    return show(request, "school/school.html", page, title=told.name, seat=seat, here="students")
