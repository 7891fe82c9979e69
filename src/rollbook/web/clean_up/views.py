"""Clean up: the proposal, and every school beside it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.reports.clean_up import loose
from rollbook.services.access import Act, Seat
from rollbook.web.clean_up.presenters import clean_up_page
from rollbook.web.doors import in_district
from rollbook.web.page import show

__all__ = ["clean_up"]


@require_safe
@in_district()
def clean_up(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Who is not part of the sync, by school, and which directory is the right one."""
    page = clean_up_page(seat.district.slug, loose(seat.district), may_act=seat.may(Act.DECIDE))
    return show(request, "clean_up/clean_up.html", page, title=_("Clean up"), seat=seat, here="set-up")
