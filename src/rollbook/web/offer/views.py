"""Ask for a new reading of what a source offers; take the last act of steps 3 and 4 back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rollbook.core.errors import HoldRequired, NotFound
from rollbook.services import access, hand_acts, offering
from rollbook.services.access import Act, Seat
from rollbook.web.doors import in_district
from rollbook.web.offer.presenters import CLASSROOMS, SCHOOLS, said
from rollbook.web.page import account_of

__all__ = ["PAGES", "read", "undo"]

PAGES = {SCHOOLS: "match-schools", CLASSROOMS: "match-classrooms"}
"""step → name of its page."""


@require_POST
@in_district(Act.DECIDE)
def read(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """A worker will read the source."""
    source = access.source(seat.district, number)
    offering.ask(connection=source, by=account_of(request).get_username(), now=timezone.now(), read=True)
    return redirect(_page(request), seat.district.slug, source.pk)


@require_POST
@in_district(Act.DECIDE)
def undo(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The act that was shown is taken back, or it is said why not."""
    source = access.source(seat.district, number)
    act, by = request.POST.get("act", ""), account_of(request).get_username()
    if not act.isdecimal() or len(act) > 18:
        raise BadRequest
    try:
        counts = hand_acts.undo(connection=source, number=int(act), by=by, now=timezone.now())
    except (HoldRequired, NotFound) as error:
        messages.error(request, f"{error.message} {error.hint}")
    else:
        done = said(SCHOOLS if request.POST.get("step") == SCHOOLS else CLASSROOMS, counts)
        messages.success(request, _("Taken back: %(done)s") % {"done": done})
        if request.POST.get("step") == SCHOOLS:
            offering.ask(connection=source, by=by, now=timezone.now(), read=False)
    return redirect(_page(request), seat.district.slug, source.pk)


def _page(request: HttpRequest) -> str:
    step = request.POST.get("step", "")
    if step not in PAGES:
        raise BadRequest
    return PAGES[step]
