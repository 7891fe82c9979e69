"""What people did by hand: the list, one act, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rollbook.core.errors import NotFound
from rollbook.reports import acts as report
from rollbook.services import access, undoing
from rollbook.services.access import Act, Seat
from rollbook.web.acts.presenters import act_page, acts_page
from rollbook.web.components.paging import page_number
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["act", "acts"]

SIZE = 50


@require_safe
@in_district()
def acts(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The acts of the district, the newest first."""
    page = page_number(request.GET.get("page", ""))
    total, lines = report.acts(seat.district, offset=(page - 1) * SIZE, limit=SIZE)
    shown = acts_page(seat.district.slug, lines, total=total, page=page, size=SIZE)
    return show(request, "acts/acts.html", shown, title=_("Done by hand"), seat=seat, here="students")


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.PEOPLE)
def act(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: what was done, and what undoing it would do. POST: it is undone; with ``exclude``, all but what is in the
    way."""
    found = access.hand_act(seat.district, number)
    by = account_of(request).get_username()
    if not seat.may(Act.LOOK) and found.by != by:
        raise NotFound("There is no such act here.", hint="Look in the directory.")
    may_undo = seat.may(Act.DECIDE) or (found.by == by and seat.may(Act.ROSTER))
    if request.method == "POST":
        if not may_undo:
            raise PermissionDenied
        exclude = request.POST.get("exclude") == "1"
        undo = undoing.undo_act(act=found, by=by, now=timezone.now(), exclude_conflicts=exclude)
        messages.success(request, _("It is undone. What changed is as it was before."))
        return redirect("act", seat.district.slug, undo.pk)
    line = report.tell_act(found)
    would = undoing.preview_act(found) if undoing.can_undo(found) and may_undo else None
    page = act_page(seat.district.slug, line, would)
    return show(request, "acts/act.html", page, title=page.title, seat=seat, here="students")
