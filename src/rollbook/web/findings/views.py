"""The findings of a run, for the district and for each school."""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.core.spreadsheet import defused
from rollbook.reports.findings import findings_of, findings_sheet
from rollbook.services import access
from rollbook.services.access import Seat
from rollbook.web.components.paging import page_number
from rollbook.web.doors import in_district
from rollbook.web.findings.presenters import findings_page
from rollbook.web.page import show

__all__ = ["findings", "findings_csv"]

SIZE = 50


@require_safe
@in_district()
def findings(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """By code, the commonest first; by school; and line by line."""
    run = access.district_run(seat.district, number)
    school, code, page = _school(request), request.GET.get("code", ""), page_number(request.GET.get("page", ""))
    found = findings_of(run, school=school, code=code, offset=(page - 1) * SIZE, limit=SIZE)
    shown = findings_page(
        seat.district.slug, run.pk, run.connection.name, found, school=school, code=code, page=page, size=SIZE
    )
    title = _("Findings of run %(run)d") % {"run": run.pk}
    return show(request, "findings/findings.html", shown, title=title, seat=seat, here="runs")


@require_safe
@in_district(hands_out="findings of a run")
def findings_csv(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The same lines, all of them, as a file to send; no cell becomes a formula."""
    run = access.district_run(seat.district, number)
    buffer = io.BytesIO()
    defused(findings_sheet(run, school=_school(request), code=request.GET.get("code", ""))).write_csv(buffer)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-run-{run.pk}-findings.csv"'
    return response


def _school(request: HttpRequest) -> int | None:
    word = request.GET.get("school", "")
    return int(word) if word.isdecimal() and len(word) < 19 else None
