"""Who gets in: a view behind a door is given the district as the account may see it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from rollbook.core.errors import NotFound
from rollbook.services import access, audit
from rollbook.services.access import Act, Seat
from rollbook.web.page import account_of

__all__ = ["in_district"]

Rest = ParamSpec("Rest")


def in_district(
    act: Act = Act.LOOK, *, hands_out: str = "", shows: str = ""
) -> Callable[[Callable[Concatenate[HttpRequest, Seat, Rest], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """The view gets the account's ``Seat`` in the district of the address, and its times are the district's.

    Another's district is not found, nor is a page of the district as a whole for whoever may not look at that; a role that
    sees it, but does not allow ``act``, is refused. ``hands_out``: what the answer is a file of; ``shows``: whom it lists.
    Both are in the audit before the view begins (T-4).
    """

    def door(
        view: Callable[Concatenate[HttpRequest, Seat, Rest], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def entered(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            account = account_of(request)
            seat = access.seat(account, slug)
            if not seat.may(act):
                if seat.may(Act.LOOK):
                    raise PermissionDenied
                raise NotFound("There is no such page here.", hint="Begin at the list of your districts.")
            if hands_out:
                number = kwargs.get("number")
                audit.handed_out(district=seat.district.pk, what=hands_out, number=number, by=account.get_username())
            if shows:
                audit.seen(district=seat.district.pk, what=shows, by=account.get_username())
            with timezone.override(ZoneInfo(seat.district.timezone)):
                return view(request, seat, *args, **kwargs)

        # what the door asks for, for whoever looks at all doors at once
        entered.__dict__.update(act=act, hands_out=hands_out)
        return entered

    return door
