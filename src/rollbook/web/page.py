"""What surrounds every page: the rail, the district, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rollbook.services.access import Act, Seat
from rollbook.services.progress import at_work
from rollbook.web.progress.presenters import ProgressCard, progress_card

__all__ = ["Frame", "RailItem", "account_of", "landing", "show"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RailItem:
    """One line of the left rail."""

    name: str
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The frame of a page. Without a district ``district``, ``home`` and ``search`` are empty. ``work``: the run that is at
    work in the district, told under the header; None on its own page."""

    title: str
    account: str
    district: str
    home: str
    search: str
    may_decide: bool
    may_look: bool
    work: ProgressCard | None
    rail: tuple[RailItem, ...]


def landing(seat: Seat) -> str:
    """The name of the page where a district begins for whoever has that seat."""
    return "home" if seat.may(Act.LOOK) else "students"


def account_of(request: HttpRequest) -> User:
    """Who is signed in; the doors let nobody else in."""
    return cast(User, request.user)


def show(
    request: HttpRequest,
    template: str,
    page: Any,
    *,
    title: str,
    seat: Seat | None = None,
    here: str = "",
    status: int = 200,
    tells_progress: bool = False,
) -> HttpResponse:
    """The page in its frame. ``here``: the name of the rail's line that it belongs to; ``tells_progress``: the page itself
    says how far the work is."""
    frame = _frame(request, title=title, seat=seat, here=here, tells_progress=tells_progress)
    return render(request, template, {"page": page, "frame": frame}, status=status)


def _frame(request: HttpRequest, *, title: str, seat: Seat | None, here: str, tells_progress: bool) -> Frame:
    slug = seat.district.slug if seat else ""
    tells = seat is not None and seat.may(Act.LOOK) and not tells_progress
    work = at_work(seat.district, now=timezone.now()) if seat and tells else None
    lines = (
        ("home", _("Home"), Act.LOOK),
        ("set-up", _("Set-up"), Act.LOOK),
        ("students", _("Directory"), Act.PEOPLE),
        ("runs", _("Runs"), Act.LOOK),
        ("duplicates", _("People to merge"), Act.LOOK),
        ("access", _("Permissions"), Act.GRANT),
        ("audit", _("Audit"), Act.AUDIT),
    )
    return Frame(
        title=title,
        account=account_of(request).get_username(),
        district=seat.district.name if seat else "",
        home=reverse(landing(seat), args=[slug]) if seat else "",
        search=reverse("students", args=[slug]) if seat else "",
        may_look=seat is not None and seat.may(Act.LOOK),
        may_decide=seat is not None and seat.may(Act.DECIDE),
        work=progress_card(slug, work) if work else None,
        rail=tuple(
            RailItem(name=name, address=reverse(line, args=[slug]), is_here=line == here)
            for line, name, act in lines
            if seat.may(act)
        )
        if seat
        else (),
    )
