"""The list of districts; whoever has one goes straight to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.reports.districts import source_lines
from rollbook.services import access
from rollbook.services.access import Act
from rollbook.web.districts.presenters import districts_page
from rollbook.web.page import account_of, landing, show

__all__ = ["districts"]


@require_safe
def districts(request: HttpRequest) -> HttpResponse:
    """Every district of the account, with its sources."""
    seats = access.seats(account_of(request))
    if len(seats) == 1:
        return redirect(landing(seats[0]), seats[0].district.slug)
    page = districts_page(seats, source_lines([seat.district.pk for seat in seats if seat.may(Act.LOOK)]))
    return show(request, "districts/list.html", page, title=_("Districts"))
