"""Schools and students of a district."""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.core.spreadsheet import defused
from rollbook.reports import directory
from rollbook.reports.directory import StudentFilter
from rollbook.services.access import Seat
from rollbook.web.components.paging import page_number
from rollbook.web.directory.presenters import schools_page, students_page
from rollbook.web.doors import in_district
from rollbook.web.page import show

__all__ = ["schools", "students", "students_csv"]

SIZE = 50


@require_safe
@in_district()
def schools(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Every school with its numbers."""
    page = schools_page(seat.district.slug, directory.schools(seat.district))
    return show(request, "directory/schools.html", page, title=_("Schools"), seat=seat, here="students")


@require_safe
@in_district()
def students(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A page of the students that fit."""
    wanted, page = _wanted(request), page_number(request.GET.get("page", ""))
    shown = students_page(
        seat.district.slug,
        wanted,
        directory.students(seat.district, wanted, offset=(page - 1) * SIZE, limit=SIZE),
        schools=directory.school_choices(seat.district),
        grades=directory.grades(seat.district),
        page=page,
        size=SIZE,
    )
    return show(request, "directory/students.html", shown, title=_("Students"), seat=seat, here="students")


@require_safe
@in_district()
def students_csv(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All students that fit, as a file; no cell becomes a formula."""
    buffer = io.BytesIO()
    defused(directory.sheet(seat.district, _wanted(request))).write_csv(buffer)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-students.csv"'
    return response


def _wanted(request: HttpRequest) -> StudentFilter:
    """The filter of an address. What it cannot mean narrows to nothing less: it is as if it were not there."""
    asked = request.GET
    school, status, synced = asked.get("school", ""), asked.get("status", ""), asked.get("synced", "")
    return StudentFilter(
        text=asked.get("q", "").strip()[:100],
        school=int(school) if school.isdecimal() and len(school) < 19 else None,
        grade=asked.get("grade", ""),
        status={"archived": "archived", "all": ""}.get(status, "active"),
        synced=synced if synced in ("yes", "no") else "",
    )
