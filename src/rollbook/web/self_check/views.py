"""Ask for a self-check, look at it, and at the rows behind each number."""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rollbook.core.spreadsheet import defused
from rollbook.reports import examinations
from rollbook.services import access, examining
from rollbook.services.access import Act, Seat
from rollbook.services.examining import ExaminationKind
from rollbook.web.components.paging import page_number, pager
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show
from rollbook.web.self_check.presenters import CheckRowsPage, check_page, row_lines
from rollbook.web.self_check.words import remedy, sentence, title

__all__ = ["ask", "check", "rows", "rows_csv"]

SIZE = 50


@require_safe
@in_district()
def check(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The newest self-check of a source."""
    found = access.source(seat.district, number)
    newest = examinations.newest([found.pk], ExaminationKind.SELF_CHECK).get(found.pk)
    page = check_page(seat.district.slug, found.pk, found.name, newest)
    words = _("Self-check of %(source)s") % {"source": found.name}
    return show(request, "self_check/check.html", page, title=words, seat=seat, here="set-up")


@require_POST
@in_district(Act.DECIDE)
def ask(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The source is read and looked at by a worker; the page tells."""
    found = access.source(seat.district, number)
    examining.ask(found, ExaminationKind.SELF_CHECK, by=account_of(request).get_username(), now=timezone.now())
    return redirect("check", seat.district.slug, found.pk)


@require_safe
@in_district(shows="rows of a self-check")
def rows(request: HttpRequest, seat: Seat, number: int, key: str) -> HttpResponse:
    """The people or rows behind one number."""
    found = access.source(seat.district, number)
    behind = examinations.check_rows(found, key)
    page = page_number(request.GET.get("page", ""))
    first = (page - 1) * SIZE
    shown = CheckRowsPage(
        slug=seat.district.slug,
        number=found.pk,
        key=key,
        sentence=sentence(key, behind.check["number"], behind.check["of"], behind.check["more"]),
        remedy=remedy(key),
        rows=row_lines(seat.district.slug, behind.lines(first, SIZE)),
        pager=pager(total=behind.frame.height, page=page, size=SIZE, keep={}),
    )
    return show(request, "self_check/rows.html", shown, title=title(key), seat=seat, here="set-up")


@require_safe
@in_district(hands_out="rows of a self-check")
def rows_csv(request: HttpRequest, seat: Seat, number: int, key: str) -> HttpResponse:
    """All of them, as a file; no cell becomes a formula."""
    found = access.source(seat.district, number)
    buffer = io.BytesIO()
    defused(examinations.check_rows(found, key).frame).write_csv(buffer)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-{key}.csv"'
    return response
