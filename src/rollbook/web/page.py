"""What surrounds every page: the rail, the district, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rollbook.services.access import Act, Seat

__all__ = ["Frame", "RailItem", "account_of", "show"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RailItem:
    """One line of the left rail."""

    name: str
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The frame of a page. Without a district ``district``, ``home`` and ``search`` are empty."""

    title: str
    account: str
    district: str
    home: str
    search: str
    may_decide: bool
    rail: tuple[RailItem, ...]


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
) -> HttpResponse:
    """The page in its frame. ``here``: the name of the rail's line that it belongs to."""
    frame = _frame(request, title=title, seat=seat, here=here)
    return render(request, template, {"page": page, "frame": frame}, status=status)


def _frame(request: HttpRequest, *, title: str, seat: Seat | None, here: str) -> Frame:
    slug = seat.district.slug if seat else ""
    lines = (
        ("home", _("Home")),
        ("set-up", _("Set-up")),
        ("students", _("Directory")),
        ("runs", _("Runs")),
    )
    return Frame(
        title=title,
        account=account_of(request).get_username(),
        district=seat.district.name if seat else "",
        home=reverse("home", args=[slug]) if seat else "",
        search=reverse("students", args=[slug]) if seat else "",
        may_decide=seat is not None and seat.may(Act.DECIDE),
        rail=tuple(
            RailItem(name=name, address=reverse(line, args=[slug]), is_here=line == here) for line, name in lines
        )
        if seat
        else (),
    )
