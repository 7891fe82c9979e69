"""Who may do what in a district: the list (also the access review), granting, revoking, and taking that back."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rollbook.core.errors import ConfigError, HoldRequired, NotFound
from rollbook.core.spreadsheet import defused
from rollbook.reports import access_review
from rollbook.reports.directory import school_choices
from rollbook.services import granting
from rollbook.services.access import Act, Seat
from rollbook.web.access.presenters import Typed, access_page, words
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["access", "access_csv", "grant", "revoke"]

_ADMIN = "district_admin"


@require_safe
@in_district(Act.GRANT)
def access(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Everybody with what they have; the form to give more."""
    given = request.GET
    undo = _typed(given) if given.get("revoked") == "1" else None
    return _page(request, seat, Typed(), undo=undo)


@require_safe
@in_district(Act.GRANT, hands_out="access review")
def access_csv(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The access review as CSV: a line for each permission."""
    buffer = io.BytesIO()
    lines = [line for line in granting.held(seat.district) if seat.scope(Act.GRANT).covers(line.school)]
    defused(access_review.sheet(lines)).write_csv(buffer)
    answer = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-access.csv"'
    return answer


@require_POST
@in_district(Act.GRANT)
def grant(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The permission is given; or the form again, with what was typed and why not."""
    typed = _typed(request.POST)
    try:
        is_new = granting.grant(
            district=seat.district,
            email=typed.email,
            what=typed.what,
            school=_school(typed.school),
            by=account_of(request).get_username(),
            within=seat.scope(Act.GRANT),
            may_rule=seat.role == _ADMIN,
            now=timezone.now(),
        )
    except (ConfigError, HoldRequired, NotFound) as error:
        return _page(request, seat, _refused(typed, error), status=error.http_status)
    said = {"what": words()[typed.what], "email": typed.email.strip().casefold()}
    if is_new:
        messages.success(request, _("%(email)s has it now: %(what)s.") % said)
    else:
        messages.info(request, _("%(email)s had it already: %(what)s.") % said)
    return redirect("access", seat.district.slug)


@require_POST
@in_district(Act.GRANT)
def revoke(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The permission is taken away; the page offers to give it back."""
    typed = _typed(request.POST)
    try:
        granting.revoke(
            district=seat.district,
            email=typed.email,
            what=typed.what,
            school=_school(typed.school),
            by=account_of(request).get_username(),
            within=seat.scope(Act.GRANT),
            may_rule=seat.role == _ADMIN,
        )
    except (ConfigError, HoldRequired, NotFound) as error:
        messages.error(request, f"{error.message} {error.hint}")
        return redirect("access", seat.district.slug)
    if typed.email.strip().casefold() == account_of(request).get_username():
        return redirect("districts")  # perhaps this page is not theirs any more
    back = urlencode({"revoked": "1", "email": typed.email, "what": typed.what, "school": typed.school})
    answer = redirect("access", seat.district.slug)
    answer["Location"] += f"?{back}"
    return answer


def _page(
    request: HttpRequest, seat: Seat, typed: Typed, *, undo: Typed | None = None, status: int = 200
) -> HttpResponse:
    page = access_page(
        seat.district.slug,
        granting.held(seat.district),
        schools=school_choices(seat.district),
        within=seat.scope(Act.GRANT),
        is_admin=seat.role == _ADMIN,
        me=account_of(request).get_username(),
        typed=typed,
        undo=undo,
    )
    return show(request, "access/list.html", page, title=_("Permissions"), seat=seat, here="access", status=status)


def _typed(given: QueryDict) -> Typed:

    return Typed(email=given.get("email", ""), what=given.get("what", ""), school=given.get("school", ""))


def _refused(typed: Typed, error: ConfigError | HoldRequired | NotFound) -> Typed:
    return Typed(email=typed.email, what=typed.what, school=typed.school, refusal=f"{error.message} {error.hint}")


def _school(word: str) -> int | None:
    if not word:
        return None
    if word.isdecimal() and len(word) < 19:
        return int(word)
    raise NotFound("There is no such school in this district.", hint="Choose one of the list.")
