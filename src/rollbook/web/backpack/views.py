"""Look into a student's backpack, put a file in, take one out (section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.core.backpack import KINDS, LARGEST, VISIBILITIES
from rollbook.core.errors import ConfigError
from rollbook.reports.family_records import BackpackLine, backpack_of, student_name
from rollbook.services import access, backpacks
from rollbook.services.access import Act, Seat
from rollbook.web.components.choices import Choice, choices
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["backpack", "bring_back", "open_file", "take_out"]

KIND_WORDS: Mapping[str, object] = {
    "work": gettext_lazy("Schoolwork"),
    "report": gettext_lazy("Report"),
    "form": gettext_lazy("Form"),
    "letter": gettext_lazy("Letter"),
    "plan": gettext_lazy("Plan"),
    "other": gettext_lazy("Something else"),
}
WHO_WORDS: Mapping[str, object] = {
    "family": gettext_lazy("Family and staff"),
    "staff": gettext_lazy("Staff only"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file in words."""

    line: BackpackLine
    kind: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackpackPage:
    """``inside`` and ``outside``: files that are in, and those that can be brought back. ``title`` and ``refusal``: what
    was just typed, and why it cannot be."""

    slug: str
    student: int
    inside: tuple[File, ...]
    outside: tuple[File, ...]
    kinds: tuple[Choice, ...]
    visibilities: tuple[Choice, ...]
    title: str
    refusal: str
    megabytes: int
    days: int


@require_http_methods(["GET", "HEAD", "POST"])
@in_district()
def backpack(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: the files. POST: one more, or a sentence why not."""
    student = access.student(seat.district, number)
    refusal, status = "", 200
    if request.method == "POST":
        if not seat.may(Act.DECIDE):
            raise PermissionDenied
        given = request.FILES.get("file")
        if given is None:
            refusal = _("Choose a file first.")
        elif (given.size or 0) > LARGEST:
            refusal = _("The file is larger than %(number)s MB.") % {"number": LARGEST // 1024 // 1024}
        else:
            try:
                backpacks.put(
                    student=student,
                    title=request.POST.get("title", ""),
                    kind=request.POST.get("kind", ""),
                    visibility=request.POST.get("visibility", ""),
                    file_name=given.name or "file",
                    data=given.read(),
                    by=account_of(request).get_username(),
                    now=timezone.now(),
                )
            except ConfigError as error:
                refusal = error.message
            else:
                messages.success(request, _("The file is in the backpack."))
                return redirect("backpack", seat.district.slug, student.pk)
        status = 422
    files = [
        File(line=line, kind=str(KIND_WORDS[line.kind]), who=str(WHO_WORDS[line.visibility]))
        for line in backpack_of(student)
    ]
    page = BackpackPage(
        slug=seat.district.slug,
        student=student.pk,
        inside=tuple(file for file in files if file.line.removed_at is None),
        outside=tuple(file for file in files if file.line.removed_at is not None),
        kinds=choices({kind: str(KIND_WORDS[kind]) for kind in KINDS}, request.POST.get("kind", KINDS[0])),
        visibilities=choices(
            {who: str(WHO_WORDS[who]) for who in VISIBILITIES}, request.POST.get("visibility", VISIBILITIES[0])
        ),
        title=request.POST.get("title", ""),
        refusal=refusal,
        megabytes=LARGEST // 1024 // 1024,
        days=backpacks.KEPT.days,
    )
    title = _("Backpack of %(name)s") % {"name": student_name(student)}
    return show(request, "backpack/backpack.html", page, title=title, seat=seat, here="students", status=status)


@require_safe
@in_district(hands_out="backpack file")
def open_file(request: HttpRequest, seat: Seat, number: int, item: int) -> HttpResponse:
    """The file as it was put in, to be saved: no browser opens it here."""
    found = backpacks.open_file(student=access.student(seat.district, number), number=item)
    response = HttpResponse(found.data, content_type=found.media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@in_district(Act.DECIDE)
def take_out(request: HttpRequest, seat: Seat, number: int, item: int) -> HttpResponse:
    """The file is hidden; it can be brought back."""
    student = access.student(seat.district, number)
    backpacks.take_out(student=student, number=item, by=account_of(request).get_username(), now=timezone.now())
    messages.success(request, _("Taken out. It can be brought back for %(days)s days.") % {"days": backpacks.KEPT.days})
    return redirect("backpack", seat.district.slug, student.pk)


@require_POST
@in_district(Act.DECIDE)
def bring_back(request: HttpRequest, seat: Seat, number: int, item: int) -> HttpResponse:
    """The file is in the backpack again."""
    student = access.student(seat.district, number)
    backpacks.bring_back(student=student, number=item)
    messages.success(request, _("The file is in the backpack again."))
    return redirect("backpack", seat.district.slug, student.pk)
