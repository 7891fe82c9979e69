"""Settle the existing classrooms: look, decide, choose a class, CSV out and in."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.core.classroom_match import REASONS
from rollbook.core.errors import ConfigError, DataError, NotFound
from rollbook.reports import existing_classrooms as report
from rollbook.reports.existing_classrooms import ExistingFilter
from rollbook.services import access, classroom_sheet, hand_acts, offering
from rollbook.services import classrooms as service
from rollbook.services.access import Act, Seat
from rollbook.web.components.paging import page_number
from rollbook.web.doors import in_district
from rollbook.web.match_classrooms.presenters import classrooms_page, pick_page
from rollbook.web.offer.presenters import CLASSROOMS, offer_bar, said
from rollbook.web.page import account_of, show

__all__ = ["match_classrooms", "pick", "settle", "sheet"]

SIZE = 50
_LARGEST = 50 * 1024 * 1024
_STATES = ("open", "taken", "left", "archived")


@require_safe
@in_district()
def match_classrooms(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The existing classrooms that fit, with the classes that they look like."""
    return _shown(request, seat, number)


@require_POST
@in_district(Act.DECIDE)
def settle(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One classroom, those that are picked, or all that fit are taken over, left, archived, or undecided again."""
    source = access.source(seat.district, number)
    by, sent = account_of(request).get_username(), request.POST
    try:
        if "all" in sent:
            if sent["all"] not in service.ACTS:
                raise BadRequest
            done = service.settle_fitting(connection=source, wanted=_wanted(sent), what=sent["all"], by=by)
        else:
            act, ids, sourced_id = _picked(sent)
            if act == "to":
                done = service.settle(connection=source, take={ids[0]: sourced_id}, by=by)
            elif act == "take":
                done = service.take_suggested(connection=source, ids=ids, by=by)
            else:
                done = service.settle(
                    connection=source,
                    leave=ids if act == "leave" else (),
                    archive=ids if act == "archive" else (),
                    reopen=ids if act == "open" else (),
                    by=by,
                )
    except (ConfigError, NotFound) as error:
        messages.error(request, f"{error.message} {error.hint}")
    else:
        _told(request, done)
    return _back(request, seat, number)


@require_safe
@in_district()
def pick(request: HttpRequest, seat: Seat, number: int, classroom: int) -> HttpResponse:
    """The classes of one classroom's school, to choose the one that takes it over."""
    source = access.source(seat.district, number)
    found = report.one(source, classroom) if classroom < 2**63 else None
    if found is None:
        raise NotFound("There is no such classroom.", hint="Go back to the list.")
    state, line = found
    text, page = request.GET.get("q", "").strip()[:100], page_number(request.GET.get("page", ""))
    shown = pick_page(
        seat.district.slug,
        source.pk,
        state,
        line,
        report.classes(source, school=line.school_id, text=text, offset=(page - 1) * SIZE, limit=SIZE),
        text=text,
        page=page,
        size=SIZE,
        back=request.GET.get("back", ""),
    )
    title = _("What becomes of %(name)s?") % {"name": line.name or line.code or _("this classroom")}
    return show(request, "match_classrooms/pick.html", shown, title=title, seat=seat, here="set-up")


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(hands_out="classrooms to match")
def sheet(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: all existing classrooms as a file. POST: a file that was edited is done, all of it or nothing."""
    source = access.source(seat.district, number)
    if request.method != "POST":
        response = HttpResponse(classroom_sheet.text(source), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-classrooms.csv"'
        return response
    if not seat.may(Act.DECIDE):
        raise PermissionDenied
    sent = request.FILES.get("sheet")
    if sent is None or sent.size is None or sent.size > _LARGEST:
        return _shown(request, seat, number, refusal=_("Choose a CSV file first, of at most 50 MB."))
    try:
        choices = classroom_sheet.parse(sent.name or "CSV", sent.read(), source)
        done = classroom_sheet.do(choices, connection=source, by=account_of(request).get_username())
    except (ConfigError, DataError, NotFound) as error:
        return _shown(request, seat, number, refusal=f"{error.message} {error.hint}".strip())
    _told(request, done)
    return _back(request, seat, number)


def _shown(request: HttpRequest, seat: Seat, number: int, *, refusal: str = "") -> HttpResponse:
    source = access.source(seat.district, number)
    now, wanted, page = timezone.now(), _wanted(request.GET), page_number(request.GET.get("page", ""))
    state = offering.state_of(connection=source, now=now)
    if not state.is_current and state.read_at is not None and state.waits_since is None and not state.problem:
        offering.ask(connection=source, by=account_of(request).get_username(), now=now, read=False)
    shown = classrooms_page(
        seat.district.slug,
        source.pk,
        offer_bar(seat.district.slug, source.pk, CLASSROOMS, state, hand_acts.last(connection=source)),
        wanted,
        report.numbers(source),
        report.classrooms(source, wanted, offset=(page - 1) * SIZE, limit=SIZE),
        schools=report.schools(source),
        page=page,
        size=SIZE,
        refusal=refusal,
    )
    title = _("Existing classrooms and %(source)s") % {"source": source.name}
    status = 422 if refusal else 200
    return show(request, "match_classrooms/list.html", shown, title=title, seat=seat, here="set-up", status=status)


def _wanted(asked: QueryDict) -> ExistingFilter:
    """The filter of an address or a form. What it cannot mean is as if it were not there."""
    state, reason, school = asked.get("state", ""), asked.get("reason", ""), asked.get("school", "")
    return ExistingFilter(
        state=state if state in _STATES else "open",
        reason=reason if reason in (*REASONS, "none") else "",
        school=int(school) if school.isdecimal() and len(school) < 19 else None,
        text=asked.get("q", "").strip()[:100],
    )


def _picked(sent: QueryDict) -> tuple[str, list[int], str]:
    """What is to be done, with which classrooms, and for ``to`` with which class."""
    act, words, sourced_id = sent.get("act", ""), sent.getlist("pick"), ""
    if "one" in sent:
        act, _bar, rest = str(sent["one"]).partition("|")
        word, _bar, sourced_id = rest.partition("|")
        words = [word]
    known = act in ("take", "leave", "archive", "open") or (act == "to" and sourced_id)
    if not known or any(not word.isdecimal() or len(word) > 18 for word in words):
        raise BadRequest
    return act, [int(word) for word in dict.fromkeys(words)], sourced_id


def _told(request: HttpRequest, done: service.Settled) -> None:
    counts = asdict(done)
    if not any(number for what, number in counts.items() if what != "skipped"):
        messages.warning(request, _("Nothing was changed: pick classrooms for which there is something to do."))
    else:
        messages.success(request, " ".join((said(CLASSROOMS, counts), _("Plans made before are out of date."))))


def _back(request: HttpRequest, seat: Seat, number: int) -> HttpResponseRedirect:
    """The list, as it was shown."""
    address = reverse("match-classrooms", args=[seat.district.slug, number])
    query = request.POST.get("back", "")
    if query.startswith("?") and url_has_allowed_host_and_scheme(f"{address}{query}", allowed_hosts=None):
        address += query
    return HttpResponseRedirect(address)
