"""Who gets in: a view behind a door is given the district as the account may see it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from rollbook.services import access
from rollbook.services.access import Act, Seat
from rollbook.web.page import account_of

__all__ = ["in_district"]

Rest = ParamSpec("Rest")


def in_district(
    act: Act = Act.LOOK,
) -> Callable[[Callable[Concatenate[HttpRequest, Seat, Rest], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """The view gets the account's ``Seat`` in the district of the address, and its times are the district's.

    Another's district is not found; a role that does not allow ``act`` is refused.
    """

    def door(
        view: Callable[Concatenate[HttpRequest, Seat, Rest], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def entered(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            seat = access.seat(account_of(request), slug)
            if not seat.may(act):
                raise PermissionDenied
            with timezone.override(ZoneInfo(seat.district.timezone)):
                return view(request, seat, *args, **kwargs)

        return entered

    return door
