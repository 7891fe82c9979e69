"""Read a student's interaction log, write an entry, say that a follow-up is done (section 9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.reports.family_records import (
    EntryLine,
    guardians_of,
    interactions_of,
    open_follow_ups,
    student_name,
)
from rollbook.services import access, interactions
from rollbook.services.access import Act, Seat
from rollbook.web.components.choices import Choice, choices
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["done", "follow_ups", "log", "remove"]

CHANNEL_WORDS: Mapping[str, object] = {
    "call": gettext_lazy("Call"),
    "meeting": gettext_lazy("Meeting"),
    "message": gettext_lazy("Message"),
    "e-mail": gettext_lazy("E-mail"),
    "letter": gettext_lazy("Letter"),
    "visit": gettext_lazy("Visit"),
    "other": gettext_lazy("Something else"),
}
FIELDS = ("channel", "on", "person", "note", "follow_up_on")
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry in words. ``is_mine``: who looks wrote it; ``is_late``: its follow-up was before today."""

    line: EntryLine
    channel: str
    is_mine: bool
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """``typed``: field → what was just typed; ``refusals``: field → why it cannot be."""

    slug: str
    student: int
    entries: tuple[Entry, ...]
    channels: tuple[Choice, ...]
    guardians: tuple[Choice, ...]
    typed: Mapping[str, str]
    refusals: Mapping[str, str]
    today: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpsPage:
    """What is still to follow in the district; ``is_cut``: there is more than is shown."""

    slug: str
    entries: tuple[Entry, ...]
    is_cut: bool


@require_http_methods(["GET", "HEAD", "POST"])
@in_district()
def log(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: the log. POST: one more entry, or a sentence beside each field that cannot be."""
    student = access.student(seat.district, number)
    me, today = account_of(request).get_username(), timezone.localdate()
    guardians = guardians_of(student)
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    refusals: dict[str, str] = {}
    if request.method == "POST":
        if not seat.may(Act.DECIDE):
            raise PermissionDenied
        on, follow_up_on = _day(typed["on"]), _day(typed["follow_up_on"])
        refusals = dict(
            interactions.check(
                channel=typed["channel"], on=on, note=typed["note"], follow_up_on=follow_up_on, today=today
            )
        )
        if typed["follow_up_on"] and follow_up_on is None:
            refusals["follow_up_on"] = _("Write a day such as 2026-09-01.")
        person = next((key for key, _name in guardians if str(key) == typed["person"]), None)
        if not refusals and on is not None:
            interactions.add(
                student=student,
                person=person,
                channel=typed["channel"],
                on=on,
                note=typed["note"],
                follow_up_on=follow_up_on,
                by=me,
                now=timezone.now(),
                today=today,
            )
            messages.success(request, _("Written down."))
            return redirect("interactions", seat.district.slug, student.pk)
    page = LogPage(
        slug=seat.district.slug,
        student=student.pk,
        entries=tuple(_entry(line, me, today) for line in interactions_of(student)),
        channels=choices({name: str(word) for name, word in CHANNEL_WORDS.items()}, typed["channel"]),
        guardians=choices(
            {"": _("The student, or nobody"), **{str(key): name for key, name in guardians}}, typed["person"]
        ),
        typed={**typed, "on": typed["on"] or today.isoformat()},
        refusals={name: refusals.get(name, "") for name in FIELDS},
        today=today,
    )
    title = _("Interactions about %(name)s") % {"name": student_name(student)}
    status = 422 if refusals else 200
    return show(request, "interactions/log.html", page, title=title, seat=seat, here="students", status=status)


@require_POST
@in_district(Act.DECIDE)
def done(request: HttpRequest, seat: Seat, number: int, entry: int) -> HttpResponse:
    """The follow-up is done."""
    student = access.student(seat.district, number)
    interactions.finish(student=student, number=entry, by=account_of(request).get_username(), now=timezone.now())
    messages.success(request, _("Done."))
    if request.POST.get("back") == "follow-ups":
        return redirect("follow-ups", seat.district.slug)
    return redirect("interactions", seat.district.slug, student.pk)


@require_POST
@in_district(Act.DECIDE)
def remove(request: HttpRequest, seat: Seat, number: int, entry: int) -> HttpResponse:
    """An entry of one's own is taken back."""
    student = access.student(seat.district, number)
    interactions.remove(student=student, number=entry, by=account_of(request).get_username())
    messages.success(request, _("The entry is gone."))
    return redirect("interactions", seat.district.slug, student.pk)


@require_safe
@in_district()
def follow_ups(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What is still to follow, the most urgent first."""
    me, today = account_of(request).get_username(), timezone.localdate()
    lines = open_follow_ups(seat.district, limit=MOST + 1)
    page = FollowUpsPage(
        slug=seat.district.slug,
        entries=tuple(_entry(line, me, today) for line in lines[:MOST]),
        is_cut=len(lines) > MOST,
    )
    return show(request, "interactions/follow_ups.html", page, title=_("To follow up"), seat=seat, here="students")


def _entry(line: EntryLine, me: str, today: dt.date) -> Entry:
    return Entry(
        line=line,
        channel=str(CHANNEL_WORDS[line.channel]),
        is_mine=line.by == me,
        is_late=line.is_open and line.follow_up_on is not None and line.follow_up_on < today,
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
