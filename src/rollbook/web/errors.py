"""Refusals and failures as pages: what happened, and what to do, in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from rollbook.core.errors import NotFound, RollbookError

__all__ = ["RefusalsAsPages", "bad_request", "broken", "not_allowed", "not_found", "not_from_here"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One error page."""

    status: int
    title: str
    sentence: str
    what_to_do: str


class RefusalsAsPages:
    """An error of the house's tree becomes its page, with its status; others go on to Django. What no text can hold (a
    zero byte, which PostgreSQL refuses) reaches no view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = (*request.GET.lists(), *request.POST.lists())
        if any("\x00" in text for name, values in given for text in (name, *values)):
            return bad_request(request, SuspiciousOperation("a zero byte"))
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of a refusal; None for everything else."""
        if isinstance(error, NotFound):
            return not_found(request, error)
        if not isinstance(error, RollbookError):
            return None
        _log.info("web.refused", code=error.code, status=error.http_status)
        return _page(
            Refusal(
                status=error.http_status,
                title=_("This cannot be done now"),
                sentence=error.message,
                what_to_do=error.hint or _("Go back and look at the page again."),
            )
        )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _page(
        Refusal(
            status=400,
            title=_("This request cannot be read"),
            sentence=_("The browser sent something that this page does not understand. Nothing was changed."),
            what_to_do=_("Go back, look at what you typed, and try again."),
        )
    )


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(
        Refusal(
            status=403,
            title=_("You may look, but not do this"),
            sentence=_("Your role in this district lets you see this, not change it. Nothing was changed."),
            what_to_do=_("Ask a district administrator to do it, or to give you the role."),
        )
    )


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that was not sent from a page of ours, or after its session ended."""
    return _page(
        Refusal(
            status=403,
            title=_("This form is too old"),
            sentence=_("The form was open for too long, or was not sent from a page of Rollbook. Nothing was changed."),
            what_to_do=_("Go back, load the page again, and send the form once more."),
        )
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what is not there and what is not yours (T-1)."""
    return _page(
        Refusal(
            status=404,
            title=_("There is no such page"),
            sentence=_("What you looked for is not here, or is not yours to see."),
            what_to_do=_("Look at the address, or begin at the list of your districts."),
        )
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500. Asks nothing of the database, which may be what is broken."""
    return _page(
        Refusal(
            status=500,
            title=_("Rollbook failed"),
            sentence=_(
                "Something in Rollbook itself went wrong. Nothing half-done is visible: changes are all or nothing."
            ),
            what_to_do=_("Try again. If it stays so, ask the operator to run rollbook doctor and to look at the log."),
        )
    )


def _page(refusal: Refusal) -> HttpResponse:
    return HttpResponse(render_to_string("layout/refusal.html", {"page": refusal}), status=refusal.status)
