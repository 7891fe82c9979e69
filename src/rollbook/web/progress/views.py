"""The pieces of pages that are asked for again while a run is at work. Without JavaScript pages are loaded anew instead."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rollbook.services import access
from rollbook.services.access import Act, Seat
from rollbook.services.progress import at_work as work_of
from rollbook.services.progress import progress_of
from rollbook.web.doors import in_district
from rollbook.web.progress.presenters import progress_card

__all__ = ["at_work", "run_progress"]


@require_safe
@in_district()
def run_progress(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """How far the run is; once it is over, the whole page is asked for anew."""
    found = access.district_run(seat.district, number)
    card = progress_card(seat.district.slug, progress_of(found.pk, now=timezone.now()))
    answer = render(request, "progress/card.html", {"card": card, "may_decide": seat.may(Act.DECIDE)})
    if card.is_over:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_safe
@in_district()
def at_work(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The bar under the header; empty when nothing is at work."""
    progress = work_of(seat.district, now=timezone.now())
    card = progress_card(seat.district.slug, progress) if progress else None
    return render(request, "progress/bar.html", {"card": card})
