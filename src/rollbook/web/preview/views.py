"""A plan: its numbers, the people behind each, and applying it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rollbook.core.entities import KINDS
from rollbook.core.errors import NotFound, RollbookError
from rollbook.core.spreadsheet import defused
from rollbook.reports import run_page as report
from rollbook.reports.record_page import DISTRICT, record_page, record_sheet
from rollbook.services import access, approving, errands
from rollbook.services.access import Act, Seat
from rollbook.services.approving import WaitingHold
from rollbook.web.components.paging import page_number
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show
from rollbook.web.preview.presenters import is_ready, preview_page, records_page

__all__ = ["apply", "decide", "preview", "records", "records_csv"]

SIZE = 50


@require_safe
@in_district()
def preview(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """What the plan would do, with the holds that are approved."""
    found = access.district_run(seat.district, number)
    holds = approving.holds_of(found, now=timezone.now())
    told = report.tell(found, approve=_ready(holds))
    page = preview_page(seat.district.slug, report.facts_of(found), told, holds, by=account_of(request).get_username())
    title = _("Preview of run %(run)d") % {"run": found.pk}
    return show(request, "preview/preview.html", page, title=title, seat=seat, here="runs")


@require_POST
@in_district(Act.DECIDE)
def decide(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Holds are approved, rejected, or left to the next data: all that are named, or none; nothing is applied yet."""
    found = access.district_run(seat.district, number)
    acts = {"approve": approving.approve, "reject": approving.reject, "wait": approving.wait}
    act, keys = acts.get(request.POST.get("verdict", "")), request.POST.getlist("hold")
    if act is None:
        raise BadRequest
    try:
        act(run=found, keys=keys, by=account_of(request).get_username(), now=timezone.now())
    except RollbookError as error:
        messages.error(request, error.message)
    return redirect("preview", seat.district.slug, found.pk)


@require_safe
@in_district(shows="records of a run")
def records(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The records behind a number."""
    found = access.district_run(seat.district, number)
    kind, school, what, text = _asked(request)
    page = page_number(request.GET.get("page", ""))
    rows = record_page(
        found,
        kind=kind,
        school=school,
        what=what,
        text=text,
        approve=_ready(approving.holds_of(found, now=timezone.now())),
        offset=(page - 1) * SIZE,
        limit=SIZE,
    )
    shown = records_page(
        seat.district.slug,
        found.pk,
        rows,
        kind=kind,
        school=school,
        what=what,
        text=text,
        page=page,
        size=SIZE,
        kinds=KINDS,
    )
    title = _("Run %(run)d, record by record") % {"run": found.pk}
    return show(request, "preview/records.html", shown, title=title, seat=seat, here="runs")


@require_safe
@in_district(hands_out="records of a run")
def records_csv(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The same records, all of them, as a file; no cell becomes a formula."""
    found = access.district_run(seat.district, number)
    kind, school, what, text = _asked(request)
    buffer = io.BytesIO()
    approve = _ready(approving.holds_of(found, now=timezone.now()))
    sheet = record_sheet(found, kind=kind, school=school, what=what, text=text, approve=approve)
    defused(sheet).write_csv(buffer)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{seat.district.slug}-run-{found.pk}-{kind or 'records'}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@in_district(Act.DECIDE)
def apply(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """A worker will apply the plan as it was shown, with the holds that are approved; the run's page tells how far it is."""
    found = access.district_run(seat.district, number)
    errands.apply(run=found, by=account_of(request).get_username(), now=timezone.now())
    if request.POST.get("back") == "launch":
        return redirect("launch", seat.district.slug, found.connection_id)
    return redirect("run", seat.district.slug, found.pk)


def _ready(holds: Sequence[WaitingHold]) -> list[str]:
    return [hold.key for hold in holds if is_ready(hold)]


def _asked(request: HttpRequest) -> tuple[str, int | None, str, str]:
    """Kind, school, what and text of an address."""
    asked = request.GET
    text = asked.get("q", "").strip()[:100]
    return asked.get("kind", ""), _school(asked.get("school", "")), asked.get("what", ""), text


def _school(word: str) -> int | None:
    if not word:
        return None
    if word == "district":
        return DISTRICT
    if word.isdecimal() and len(word) < 19:
        return int(word)
    raise NotFound("There is no such school.", hint="Go back to the numbers of the run.")
