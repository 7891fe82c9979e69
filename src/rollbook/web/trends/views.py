"""Changes a day, the age of the data, the time of each stage."""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.core.spreadsheet import defused
from rollbook.reports import trends as report
from rollbook.services.access import Seat
from rollbook.web.doors import in_district
from rollbook.web.page import show
from rollbook.web.trends.presenters import days_of, trends_page

__all__ = ["trends", "trends_csv"]


@require_safe
@in_district()
def trends(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The last days and runs; ``days``: how far back."""
    days = days_of(request.GET.get("days", ""))
    page = trends_page(seat.district.slug, days, report.trends(seat.district, days=days, now=timezone.now()))
    return show(request, "trends/trends.html", page, title=_("Trends"), seat=seat, here="runs")


@require_safe
@in_district()
def trends_csv(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The days as a file."""
    days = days_of(request.GET.get("days", ""))
    buffer = io.BytesIO()
    defused(report.sheet(report.trends(seat.district, days=days, now=timezone.now()))).write_csv(buffer)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-trends.csv"'
    return response
