"""Match the schools of a source with ours: look, settle, choose, CSV out and in."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.core.errors import DataError, NotFound, RollbookError
from rollbook.reports import directory
from rollbook.services import access, hand_acts, offering, school_sheet
from rollbook.services import schools as service
from rollbook.services.access import Act, Seat
from rollbook.services.schools import LEAVE, NEW, Matching
from rollbook.web.components.paging import page_number
from rollbook.web.doors import in_district
from rollbook.web.match_schools.presenters import STATES, choose_page, match_page
from rollbook.web.offer.presenters import SCHOOLS, offer_bar, said
from rollbook.web.page import account_of, show

__all__ = ["choose", "match_schools", "settle", "sheet"]

SIZE = 50
_LARGEST = 10 * 1024 * 1024

Choices = dict[str, int | str | None]


@require_safe
@in_district()
def match_schools(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The schools of the source as they were read last, beside ours."""
    return _shown(request, seat, number)


@require_POST
@in_district(Act.DECIDE)
def settle(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Matches are made or taken away: of one school, of those that are picked, of a reason, of all that are missing."""
    source = access.source(seat.district, number)
    matching = service.offered(connection=source)
    choices = _wanted(request, matching)
    try:
        done = service.settle(
            connection=source, matching=matching, choices=choices, by=account_of(request).get_username()
        )
    except NotFound as error:
        messages.error(request, " ".join((error.message, _("Look at the list again: it has changed."))))
    else:
        _told(request, done)
        if not done.is_nothing:  # which classes are offered depends on the matched schools
            by = account_of(request).get_username()
            offering.ask(connection=source, by=by, now=timezone.now(), read=False)
    return _back(request, seat, number)


@require_safe
@in_district()
def choose(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Our schools, to choose the one that a school of the source is."""
    source = access.source(seat.district, number)
    asked = request.GET
    ours = directory.school_numbers(seat.district)
    page = choose_page(
        seat.district.slug,
        source.pk,
        service.offered(connection=source),
        asked.get("org", ""),
        names={key: name for key, name, _number in ours},
        numbers={key: number for key, _name, number in ours},
        text=asked.get("q", "").strip()[:100],
        page=page_number(asked.get("page", "")),
        size=SIZE,
        back=asked.get("back", ""),
    )
    if page is None:
        raise NotFound("The source has no such school.", hint="Go back to the list.")
    title = _("Which school is %(name)s?") % {"name": page.line.name}
    return show(request, "match_schools/choose.html", page, title=title, seat=seat, here="set-up")


@require_http_methods(["GET", "HEAD", "POST"])
@in_district()
def sheet(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: the matching as a file. POST: a file that was edited is done, all of it or nothing."""
    source = access.source(seat.district, number)
    matching = service.offered(connection=source)
    if request.method != "POST":
        response = HttpResponse(school_sheet.text(matching), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-match-schools.csv"'
        return response
    if not seat.may(Act.DECIDE):
        raise PermissionDenied
    sent = request.FILES.get("sheet")
    if sent is None or sent.size is None or sent.size > _LARGEST:
        return _shown(request, seat, number, refusal=_("Choose a CSV file first, of at most 10 MB."))
    try:
        choices = school_sheet.parse(sent.name or "CSV", sent.read(), matching)
        done = service.settle(
            connection=source, matching=matching, choices=choices, by=account_of(request).get_username()
        )
    except (DataError, NotFound) as error:
        return _shown(request, seat, number, refusal=_refused(error))
    _told(request, done)
    if not done.is_nothing:
        offering.ask(connection=source, by=account_of(request).get_username(), now=timezone.now(), read=False)
    return _back(request, seat, number)


def _shown(request: HttpRequest, seat: Seat, number: int, *, refusal: str = "") -> HttpResponse:
    source = access.source(seat.district, number)
    asked, now = request.GET, timezone.now()
    state = offering.state_of(connection=source, now=now)
    if not state.is_current and state.read_at is not None and state.waits_since is None and not state.problem:
        offering.ask(connection=source, by=account_of(request).get_username(), now=now, read=False)
    last = hand_acts.last(connection=source)
    page = match_page(
        seat.district.slug,
        source.pk,
        source.name,
        service.offered(connection=source),
        offer_bar(seat.district.slug, source.pk, SCHOOLS, state, last),
        text=asked.get("q", "").strip()[:100],
        state=asked.get("state", "") if asked.get("state", "") in STATES else "",
        page=page_number(asked.get("page", "")),
        size=SIZE,
        refusal=refusal,
    )
    title = _("Match schools of %(source)s") % {"source": source.name}
    status = 422 if refusal else 200
    return show(request, "match_schools/list.html", page, title=title, seat=seat, here="set-up", status=status)


def _wanted(request: HttpRequest, matching: Matching) -> Choices:
    """What the buttons mean: sourcedId → school."""
    sent = request.POST
    pairs = {row["sourced_id"]: row for row in matching.pairs.iter_rows(named=True)}
    shown: Choices = {key: row["suggestion"] or row["near"] for key, row in pairs.items() if row["school_id"] is None}
    act, org = sent.get("act", ""), ""
    if "one" in sent:
        act, _bar, org = sent["one"].partition("|")
    picked = [org] if org else [key for key in sent.getlist("pick") if key in pairs]
    match act:
        case "reason":
            rows = matching.open.iter_rows(named=True)
            return {row["sourced_id"]: row["suggestion"] for row in rows if row["reason"] == sent.get("reason")}
        case "missing":
            rows = matching.open.iter_rows(named=True)
            return {row["sourced_id"]: NEW for row in rows if row["suggestion"] is None and row["near"] is None}
        case "match":
            return {key: shown[key] for key in picked if shown.get(key) is not None}
        case "new":
            return {key: NEW for key in picked if org or (key in pairs and pairs[key]["school_id"] is None)}
        case "leave":
            return dict.fromkeys(picked, LEAVE)
        case "open":
            return dict.fromkeys(picked, None)
        case _ if act.startswith("to:") and act[3:].isdecimal() and len(act) < 22:
            return {org: int(act[3:])}
    raise BadRequest


def _told(request: HttpRequest, done: service.Settled) -> None:
    counts = {name: getattr(done, name) for name in ("matched", "created", "unmatched", "left")}
    if done.is_nothing:
        messages.warning(request, _("Nothing was changed: pick schools for which there is something to do."))
    else:
        messages.success(request, " ".join((said(SCHOOLS, counts), _("Plans made before are out of date."))))


def _refused(error: RollbookError) -> str:
    return f"{error.message} {error.hint}".strip()


def _back(request: HttpRequest, seat: Seat, number: int) -> HttpResponseRedirect:
    """The list, as it was shown."""
    address = reverse("match-schools", args=[seat.district.slug, number])
    query = request.POST.get("back", "")
    if query.startswith("?") and url_has_allowed_host_and_scheme(f"{address}{query}", allowed_hosts=None):
        address += query
    return HttpResponseRedirect(address)
