"""People to merge (C-2, C-3): the pairs, one pair, and all certain ones in one go."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.core.errors import ConfigError, PlanStale
from rollbook.services import duplicates as service
from rollbook.services import merging
from rollbook.services.access import Act, Seat
from rollbook.web.components.paging import page_number
from rollbook.web.doors import in_district
from rollbook.web.duplicates.presenters import certain_page, duplicates_page, pair_page
from rollbook.web.page import account_of, show

__all__ = ["certain", "different", "look", "pair", "pairs"]

SIZE, SAMPLE = 20, 10
MOST = 20_000
"""So many people are compared while somebody waits."""


def _kind(values: Mapping[str, str]) -> str:
    return "person" if values.get("kind") == "person" else "student"


@require_safe
@in_district(shows="duplicates")
def pairs(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The open pairs, the surest first; ``verdict`` and ``kind`` filter."""
    kind, asked = _kind(request.GET), request.GET.get("verdict", "")
    asked = asked if asked in service.VERDICTS else ""
    page = page_number(request.GET.get("page", ""))
    total, found = service.pairs(
        district=seat.district,
        kind=kind,
        verdicts=(asked,) if asked else service.VERDICTS,
        offset=(page - 1) * SIZE,
        limit=SIZE,
    )
    shown = duplicates_page(
        seat.district.slug,
        kind,
        found,
        merging.sides(seat.district, kind, [record for pair in found for record in (pair.left, pair.right)]),
        counts=service.counts(seat.district, kind),
        asked=asked,
        total=total,
        page=page,
        size=SIZE,
        certain=sum(len(group) - 1 for group in merging.certain_groups(seat.district, kind)),
        is_large=service.people(seat.district, kind) > MOST,
    )
    return show(request, "duplicates/pairs.html", shown, title=_("People to merge"), seat=seat, here="duplicates")


@require_POST
@in_district(Act.DECIDE)
def look(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Everybody is compared with everybody, in a district where that takes a moment."""
    kind = _kind(request.POST)
    if service.people(seat.district, kind) > MOST:
        raise PermissionDenied
    counts = service.find(district=seat.district, kind=kind, now=timezone.now())
    messages.success(request, _("Looked at everybody: %(n)d pairs.") % {"n": sum(counts.values())})
    return redirect(_list(seat, kind))


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(shows="duplicates")
def pair(request: HttpRequest, seat: Seat, left: int, right: int) -> HttpResponse:
    """GET: both sides, and what merging would do. POST: they are merged, with what was chosen."""
    given = request.POST if request.method == "POST" else request.GET
    kind = _kind(given)
    survivor = given.get("survivor", "")
    wanted = int(survivor) if survivor in (str(left), str(right)) else None
    choices = {
        name: int(value)
        for name in merging.FIELDS[kind]
        if (value := given.get(f"take-{name}", "")) in (str(left), str(right))
    }
    refusal = ""
    if request.method == "POST":
        if not seat.may(Act.DECIDE):
            raise PermissionDenied
        try:
            act = merging.merge(
                district=seat.district,
                kind=kind,
                records=[left, right],
                survivor=wanted,
                choices=choices,
                by=account_of(request).get_username(),
                now=timezone.now(),
            )
        except (ConfigError, PlanStale) as error:
            refusal = error.message
        else:
            messages.success(request, _("They are one now. It can be undone: act %(act)d.") % {"act": act.pk})
            return redirect("act", seat.district.slug, act.pk)
    plan = merging.plan_merge(
        district=seat.district, kind=kind, records=[left, right], survivor=wanted, choices=choices
    )
    found = service.pair(seat.district, kind, left, right)
    shown = pair_page(seat.district.slug, plan, found, query=_query(kind), refusal=refusal)
    return show(request, "duplicates/pair.html", shown, title=_("One or two?"), seat=seat, here="duplicates")


@require_POST
@in_district(Act.DECIDE)
def different(request: HttpRequest, seat: Seat, left: int, right: int) -> HttpResponse:
    """They are two, and nobody is asked again; or (``again``) they are asked about again."""
    kind, by, now = _kind(request.POST), account_of(request).get_username(), timezone.now()
    if request.POST.get("again"):
        service.recall(district=seat.district, kind=kind, left=left, right=right, by=by, now=now)
        return redirect(reverse("duplicate", args=[seat.district.slug, left, right]) + _query(kind))
    service.dismiss(district=seat.district, kind=kind, left=left, right=right, by=by, now=now)
    messages.success(request, _("Remembered: they are two. Nobody is asked again."))
    return redirect(_list(seat, kind))


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.DECIDE)
def certain(request: HttpRequest, seat: Seat) -> HttpResponse:
    """GET: how many would be merged, with a sample. POST: it is done, if it is still what was shown."""
    given = request.POST if request.method == "POST" else request.GET
    kind, refusal = _kind(given), ""
    if request.method == "POST":
        expect = given.get("expect", "")
        try:
            act = merging.merge_certain(
                district=seat.district,
                kind=kind,
                by=account_of(request).get_username(),
                now=timezone.now(),
                expect=int(expect) if expect.isdecimal() and len(expect) < 10 else 0,
            )
        except (ConfigError, PlanStale) as error:
            refusal = error.message
        else:
            messages.success(request, _("Merged. It can be undone in one go: act %(act)d.") % {"act": act.pk})
            return redirect("act", seat.district.slug, act.pk)
    groups = merging.certain_groups(seat.district, kind)
    sample = [record for group in groups[:SAMPLE] for record in group]
    shown = certain_page(seat.district.slug, kind, groups, merging.sides(seat.district, kind, sample), refusal=refusal)
    return show(request, "duplicates/certain.html", shown, title=_("Certain pairs"), seat=seat, here="duplicates")


def _query(kind: str) -> str:
    return f"?kind={kind}"


def _list(seat: Seat, kind: str) -> str:
    return reverse("duplicates", args=[seat.district.slug]) + _query(kind)
