"""The set-up page of a district."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.reports.set_up import facts
from rollbook.services.access import Seat
from rollbook.web.doors import in_district
from rollbook.web.page import show
from rollbook.web.set_up.presenters import set_up_page

__all__ = ["set_up"]


@require_safe
@in_district()
def set_up(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The nine steps, as they stand now."""
    page = set_up_page(seat.district.slug, facts(seat.district), settings.ROLLBOOK_SANDBOX_URL)
    return show(request, "set_up/set_up.html", page, title=_("Set-up"), seat=seat, here="set-up")
