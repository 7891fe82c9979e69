"""The home of a district."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rollbook.reports.districts import source_lines
from rollbook.reports.set_up import facts
from rollbook.reports.trends import trends
from rollbook.services import alarms
from rollbook.services.access import Seat
from rollbook.web.doors import in_district
from rollbook.web.home.presenters import home_page
from rollbook.web.page import show
from rollbook.web.set_up.presenters import steps

__all__ = ["home"]

DAYS = 14


@require_safe
@in_district()
def home(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Sources, what waits, the last runs."""
    district = seat.district
    page = home_page(
        district.slug,
        source_lines([district.pk])[district.pk],
        alarms.standing(district),
        trends(district, days=DAYS, now=timezone.now()),
        steps(district.slug, facts(district)),
    )
    return show(request, "home/home.html", page, title=_("Home"), seat=seat, here="home")
