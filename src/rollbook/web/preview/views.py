"""A plan: its numbers, the people behind each, and applying it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rollbook.core.entities import KINDS
from rollbook.core.errors import NotFound, PlanStale
from rollbook.reports import run_page as report
from rollbook.reports.record_page import DISTRICT, record_page
from rollbook.services import access, applying
from rollbook.services.access import Act, Seat
from rollbook.web.components.paging import page_number
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show
from rollbook.web.preview.presenters import preview_page, records_page

__all__ = ["apply", "preview", "records"]

SIZE = 50


@require_safe
@in_district()
def preview(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """What the plan would do; with ``approve`` in the address, as if those holds were released."""
    found = access.district_run(seat.district, number)
    approve = request.GET.getlist("approve")
    page = preview_page(seat.district.slug, report.facts_of(found), report.tell(found, approve=approve), approve)
    title = _("Preview of run %(run)d") % {"run": found.pk}
    return show(request, "preview/preview.html", page, title=title, seat=seat, here="runs")


@require_safe
@in_district()
def records(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The records behind a number."""
    found = access.district_run(seat.district, number)
    asked = request.GET
    kind, what, text = asked.get("kind", "student"), asked.get("what", ""), asked.get("q", "").strip()
    page, school = page_number(asked.get("page", "")), _school(asked.get("school", ""))
    rows = record_page(found, kind=kind, school=school, what=what, text=text, offset=(page - 1) * SIZE, limit=SIZE)
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


@require_POST
@in_district(Act.DECIDE)
def apply(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The plan is applied as it was shown, with the holds that were chosen; a plan that is out of date is made again and
    shown instead."""
    found = access.district_run(seat.district, number)
    by = account_of(request).get_username()
    try:
        done = applying.apply(run=found, approve=request.POST.getlist("approve"), by=by, now=timezone.now())
    except PlanStale as stale:
        renewed = stale.detail.get("renewed")
        if not renewed:
            raise
        messages.warning(request, f"{stale.message} {_('This is the new plan: look at it, then apply it.')}")
        return redirect("preview", seat.district.slug, renewed)
    rows = number_format(done.receipt.rows, force_grouping=True)
    if done.leftover:
        messages.error(
            request,
            _("A second plan would still change %(rows)d records. That is a fault of Rollbook: please report it.")
            % {"rows": done.leftover},
        )
    messages.success(
        request, _("%(rows)s rows were written, in one transaction. You can undo it below.") % {"rows": rows}
    )
    return redirect("run", seat.district.slug, found.pk)


def _school(word: str) -> int | None:
    if not word:
        return None
    if word == "district":
        return DISTRICT
    if word.isdecimal() and len(word) < 19:
        return int(word)
    raise NotFound("There is no such school.", hint="Go back to the numbers of the run.")
