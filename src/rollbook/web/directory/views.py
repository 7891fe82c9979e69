"""Schools, families, staff and classrooms of a district."""

from __future__ import annotations

import io
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rollbook.core.errors import NotFound
from rollbook.core.spreadsheet import defused
from rollbook.reports import classrooms as classroom_report
from rollbook.reports import directory
from rollbook.reports import staff as staff_report
from rollbook.reports import students as student_report
from rollbook.services import preferences
from rollbook.services.access import Act, Seat
from rollbook.web.components.paging import page_number
from rollbook.web.directory.asked import Asked, asked_classrooms, asked_staff, asked_students
from rollbook.web.directory.presenters import (
    classroom_columns,
    list_page,
    schools_page,
    staff_columns,
    student_columns,
)
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = [
    "classrooms",
    "classrooms_csv",
    "columns",
    "schools",
    "staff",
    "staff_csv",
    "students",
    "students_csv",
]

SIZE = 50
COLUMNS = {
    "students": (student_columns, ("number", "grade", "schools", "guardians", "reach")),
    "staff": (staff_columns, ("roles", "classes", "contacts", "reach", "account")),
    "classrooms": (classroom_columns, ("code", "school", "teachers", "students", "origin")),
}
"""list → its columns, and those that a person sees who never chose."""


@require_safe
@in_district(Act.PEOPLE)
def schools(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Every school with its numbers."""
    page = schools_page(seat.district.slug, directory.schools(seat.district, seat.scope()))
    return show(request, "directory/schools.html", page, title=_("Schools"), seat=seat, here="students")


@require_safe
@in_district(Act.PEOPLE, shows="students")
def students(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A page of the students that fit, guardians folded under."""
    asked, page = asked_students(seat, request.GET), page_number(request.GET.get("page", ""))
    found = student_report.students(seat.district, asked.wanted, offset=(page - 1) * SIZE, limit=SIZE)
    return _list(request, seat, "students", asked, found, page, _("Families"))


@require_safe
@in_district(Act.PEOPLE, shows="staff")
def staff(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A page of the staff that fit."""
    asked, page = asked_staff(seat, request.GET), page_number(request.GET.get("page", ""))
    found = staff_report.staff(seat.district, asked.wanted, offset=(page - 1) * SIZE, limit=SIZE)
    return _list(request, seat, "staff", asked, found, page, _("Staff"))


@require_safe
@in_district(Act.PEOPLE, shows="classrooms")
def classrooms(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A page of the classrooms that fit."""
    asked, page = asked_classrooms(seat, request.GET), page_number(request.GET.get("page", ""))
    found = classroom_report.classrooms(seat.district, asked.wanted, offset=(page - 1) * SIZE, limit=SIZE)
    return _list(request, seat, "classrooms", asked, found, page, _("Classrooms"))


@require_safe
@in_district(Act.PEOPLE, hands_out="students")
def students_csv(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All students that fit, as a file."""
    wanted = asked_students(seat, request.GET).wanted
    return _csv(seat, "students", student_report.sheet(seat.district, wanted))


@require_safe
@in_district(Act.PEOPLE, hands_out="staff")
def staff_csv(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All staff that fit, as a file."""
    return _csv(seat, "staff", staff_report.sheet(seat.district, asked_staff(seat, request.GET).wanted))


@require_safe
@in_district(Act.PEOPLE, hands_out="classrooms")
def classrooms_csv(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All classrooms that fit, as a file."""
    wanted = asked_classrooms(seat, request.GET).wanted
    return _csv(seat, "classrooms", classroom_report.sheet(seat.district, wanted))


@require_POST
@in_district(Act.PEOPLE)
def columns(request: HttpRequest, seat: Seat, name: str) -> HttpResponse:
    """The columns that the person chose are remembered; the list is shown with the same filter as before."""
    if name not in COLUMNS:
        raise NotFound(f"There is no list {name} here.", hint="Look at the directory.")
    heads, _default = COLUMNS[name]
    preferences.keep_columns(
        account=account_of(request), page=name, chosen=request.POST.getlist("column"), among=tuple(heads())
    )
    kept = QueryDict(request.POST.get("filter", "")[:2000]).urlencode()
    return redirect(reverse(name, args=[seat.district.slug]) + (f"?{kept}" if kept else ""))


def _list(
    request: HttpRequest, seat: Seat, name: str, asked: Asked[Any], found: Any, page: int, title: str
) -> HttpResponse:
    heads, default = COLUMNS[name]
    names = heads()
    shown = list_page(
        seat.district.slug,
        name,
        asked.query,
        asked.facets,
        found,
        columns=names,
        shown=preferences.columns(account_of(request), name, among=tuple(names), default=default),
        page=page,
        size=SIZE,
        may_act=seat.may(Act.ROSTER),
    )
    return show(request, f"directory/{name}.html", shown, title=title, seat=seat, here="students")


def _csv(seat: Seat, name: str, sheet: pl.DataFrame) -> HttpResponse:
    """No cell becomes a formula."""
    buffer = io.BytesIO()
    defused(sheet).write_csv(buffer)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-{name}.csv"'
    return response
