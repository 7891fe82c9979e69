"""Write to families: whom it reaches is shown before it is sent, and how far it has come afterwards (section 9)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.core.errors import ConfigError
from rollbook.core.spreadsheet import defused
from rollbook.reports import announcements as reports
from rollbook.reports.announcements import AnnouncementLine, PersonLine
from rollbook.reports.directory import school_choices
from rollbook.services import announcement_mails, announcing
from rollbook.services.access import Act, Seat
from rollbook.services.announcing import Audience, Place
from rollbook.web.components.choices import Choice, choices
from rollbook.web.components.paging import Pager, page_number, pager
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["again", "announcement", "announcements", "people_csv", "write"]

STATE_WORDS: Mapping[str, object] = {
    "sent": gettext_lazy("sent"),
    "waiting": gettext_lazy("on its way"),
    "failed": gettext_lazy("given up"),
    "unreachable": gettext_lazy("no address"),
}
MOST, SIZE = 200, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """The newest announcements."""

    slug: str
    lines: tuple[AnnouncementLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePage:
    """The form as it was typed. ``audience``: whom it would reach, once that was asked; ``classroom``: the room it is for,
    when the page was opened from there."""

    slug: str
    title: str
    text: str
    schools: tuple[Choice, ...]
    classroom: str
    classroom_name: str
    audience: Audience | None
    place: str
    refusals: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state with its number of people, as a filter."""

    value: str
    word: str
    people: int
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One person of the audience in words."""

    line: PersonLine
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPage:
    """One announcement and the people of one state."""

    slug: str
    line: AnnouncementLine
    states: tuple[State, ...]
    people: tuple[Told, ...]
    pager: Pager


@require_safe
@in_district()
def announcements(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What was sent, the newest first."""
    page = ListPage(slug=seat.district.slug, lines=tuple(reports.announcements(seat.district, limit=MOST)))
    return show(request, "announcements/list.html", page, title=_("Announcements"), seat=seat, here="students")


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.DECIDE)
def write(request: HttpRequest, seat: Seat) -> HttpResponse:
    """GET: an empty form. POST: whom it reaches, or (``what`` is ``send``) it is sent."""
    typed = request.POST if request.method == "POST" else request.GET
    where = _place(seat, typed.get("school", ""), typed.get("classroom", ""))
    title, text = typed.get("title", ""), typed.get("text", "").replace("\r\n", "\n")
    refusals: dict[str, str] = {}
    audience = None
    if request.method == "POST":
        refusals = announcing.check(title=title, text=text)
        if not refusals and request.POST.get("what") == "send":
            try:
                made = announcing.announce(
                    where=where, title=title, text=text, by=account_of(request).get_username(), now=timezone.now()
                )
            except ConfigError as error:
                refusals = {"place": f"{error.message} {error.hint}"}
            else:
                messages.success(request, _("It is on its way."))
                return redirect("announcement", seat.district.slug, made.pk)
        if not refusals:
            audience = announcing.audience(where)
    room, school = where.classroom, where.school
    page = WritePage(
        slug=seat.district.slug,
        title=title,
        text=text,
        schools=choices(
            {"": seat.district.name, **{str(key): name for key, name in school_choices(seat.district)}},
            str(school.pk) if school else "",
        ),
        classroom=str(room.pk) if room else "",
        classroom_name=where.name if room else "",
        audience=audience,
        place=where.name,
        refusals={name: refusals.get(name, "") for name in ("title", "text", "place")},
    )
    status = 422 if refusals else 200
    return show(
        request,
        "announcements/write.html",
        page,
        title=_("Write to families"),
        seat=seat,
        here="students",
        status=status,
    )


@require_safe
@in_district()
def announcement(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One announcement, and how far it has come for each person."""
    line = reports.announcement(seat.district, number)
    state, at = request.GET.get("state", ""), page_number(request.GET.get("page", ""))
    total, people = reports.people(seat.district, number, state=state, offset=(at - 1) * SIZE, limit=SIZE)
    numbers = {"sent": line.sent, "waiting": line.waiting, "failed": line.failed, "unreachable": line.unreachable}
    page = AnnouncementPage(
        slug=seat.district.slug,
        line=line,
        states=tuple(
            State(value=name, word=str(STATE_WORDS[name]), people=people_of, is_chosen=name == state)
            for name, people_of in numbers.items()
            if people_of
        ),
        people=tuple(Told(line=one, state=str(STATE_WORDS[one.state])) for one in people),
        pager=pager(total=total, page=at, size=SIZE, keep={"state": state}),
    )
    return show(request, "announcements/announcement.html", page, title=line.title, seat=seat, here="students")


@require_safe
@in_district(hands_out="people of an announcement")
def people_csv(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Every person of the audience, with the state."""
    line = reports.announcement(seat.district, number)
    buffer = io.BytesIO()
    defused(reports.sheet(seat.district, line.announcement)).write_csv(buffer)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{seat.district.slug}-announcement-{number}.csv"'
    return response


@require_POST
@in_district(Act.DECIDE)
def again(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """Mails that did not arrive are tried again, where there is an address now."""
    line = reports.announcement(seat.district, number)
    people = announcement_mails.try_again(announcement=line.announcement, district=seat.district.pk, now=timezone.now())
    said = ngettext("%(number)s person is tried again.", "%(number)s people are tried again.", people)
    messages.success(request, said % {"number": people})
    return redirect("announcement", seat.district.slug, number)


def _place(seat: Seat, school: str, classroom: str) -> Place:
    def number(word: str) -> int | None:
        return int(word) if word.isdecimal() and len(word) < 19 else None

    return announcing.place(seat.district, school=number(school), classroom=number(classroom))
