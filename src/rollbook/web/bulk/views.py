"""Archive and restore: how far it goes is said first, with its exact number, and then it is done (C-1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rollbook.core.errors import ConfigError, NotFound, PlanStale
from rollbook.reports import acts as act_report
from rollbook.reports import classrooms as classroom_report
from rollbook.reports import students as student_report
from rollbook.services import archiving
from rollbook.services.access import Act, Seat
from rollbook.services.archiving import Reach
from rollbook.web.bulk.presenters import BulkPage, bulk_page
from rollbook.web.directory.asked import asked_classrooms, asked_students
from rollbook.web.directory.facets import hidden
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["bulk"]

MOST_PICKED = 500
"""So many are picked one by one; more are chosen by what they have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was chosen: the ids, and the hidden inputs that choose the same again."""

    ids: list[int]
    again: tuple[tuple[str, str], ...]


def _students(seat: Seat, asked: QueryDict) -> Chosen:
    found = asked_students(seat, asked)
    return Chosen(ids=student_report.student_ids(seat.district, found.wanted), again=hidden(found.query))


def _classrooms(seat: Seat, asked: QueryDict) -> Chosen:
    found = asked_classrooms(seat, asked)
    return Chosen(ids=classroom_report.classroom_ids(seat.district, found.wanted), again=hidden(found.query))


_ALL: Mapping[str, Callable[[Seat, QueryDict], Chosen]] = MappingProxyType(
    {"students": _students, "classrooms": _classrooms}
)


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.ROSTER)
def bulk(request: HttpRequest, seat: Seat, name: str) -> HttpResponse:
    """GET: who would change, who stays and why. POST: it is done, if it is still what was shown."""
    asked = request.POST if request.method == "POST" else request.GET
    verb = asked.get("verb", "archive")
    if name not in _ALL or verb not in archiving.VERBS:
        raise NotFound("There is no such act.", hint="Choose in the directory.")
    chosen = _chosen(seat, name, asked)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            return _done(request, seat, name.removesuffix("s"), verb, chosen)
        except (ConfigError, PlanStale) as error:
            refusal, status = f"{error.message} {error.hint or ''}".strip(), 422
    reach = archiving.reach(
        district=seat.district, kind=name.removesuffix("s"), verb=verb, ids=chosen.ids, schools=seat.schools(Act.ROSTER)
    )
    page = _page(seat, name, chosen, reach, asked.get("reason", ""), refusal)
    return show(request, "bulk/bulk.html", page, title=page.title, seat=seat, here="students", status=status)


def _chosen(seat: Seat, name: str, asked: QueryDict) -> Chosen:
    if asked.get("all") == "1":
        found = _ALL[name](seat, asked)
        return Chosen(ids=found.ids, again=(*found.again, ("all", "1")))
    words = [word for word in asked.getlist("id") if word.isdecimal() and len(word) < 19][:MOST_PICKED]
    return Chosen(ids=[int(word) for word in dict.fromkeys(words)], again=tuple(("id", word) for word in words))


def _done(request: HttpRequest, seat: Seat, kind: str, verb: str, chosen: Chosen) -> HttpResponse:
    shown = request.POST.get("expect", "")
    perform = archiving.archive if verb == "archive" else archiving.restore
    act = perform(
        district=seat.district,
        kind=kind,
        ids=chosen.ids,
        schools=seat.schools(Act.ROSTER),
        by=account_of(request).get_username(),
        reason=request.POST.get("reason", "")[:300],
        now=timezone.now(),
        expect=int(shown) if shown.isdecimal() and len(shown) < 10 else None,
    )
    return redirect("act", seat.district.slug, act.pk)


def _page(seat: Seat, name: str, chosen: Chosen, reach: Reach, reason: str, refusal: str) -> BulkPage:
    schools = act_report.by_school(seat.district, reach.kind, reach.ids)
    return bulk_page(
        seat.district.slug,
        name,
        reach,
        schools=[(key, school or _("At no school"), number) for key, school, number in schools],
        again=chosen.again,
        reason=reason,
        refusal=refusal,
    )
