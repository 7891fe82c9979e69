"""The attributes of a district's students: define them, fill them by file or by hand, download them (section 9)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.core.attributes import AttributeType
from rollbook.core.errors import ConfigError, DataError
from rollbook.core.spreadsheet import defused
from rollbook.reports.family_records import AttributeLine, KindLine, attribute_kinds, attributes_of, student_name
from rollbook.services import access, attribute_sheet, attributes
from rollbook.services.access import Act, Seat
from rollbook.services.attribute_sheet import Judged
from rollbook.services.attributes import Changed
from rollbook.web.components.choices import Choice, choices
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["attributes_csv", "kinds", "of_student", "upload", "withdraw"]

TYPE_WORDS: Mapping[str, object] = {
    "text": gettext_lazy("Text"),
    "number": gettext_lazy("Number"),
    "date": gettext_lazy("Date"),
    "yes-no": gettext_lazy("Yes or no"),
}
SHOWN = 50
"""So many refused rows stand on the page; the file has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One attribute in words."""

    line: KindLine
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """One row of an uploaded file of which nothing is taken."""

    line: int
    student: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTold:
    """What an uploaded file would do, or has done."""

    is_done: bool
    rows: int
    refused: int
    changed: Changed
    unknown: tuple[str, ...]
    lines: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindsPage:
    """``name`` and ``refusal``: what was just typed, and why it cannot be; ``file_refusal``: why the file cannot be read;
    ``upload``: what the file says, when there was one."""

    slug: str
    kinds: tuple[Kind, ...]
    types: tuple[Choice, ...]
    name: str
    refusal: str
    file_refusal: str
    upload: UploadTold | None
    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One attribute of a student on a form."""

    line: AttributeLine
    value: str
    refusal: str
    input: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfStudentPage:
    """The student's attributes."""

    slug: str
    student: int
    fields: tuple[Field, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@in_district()
def kinds(request: HttpRequest, seat: Seat) -> HttpResponse:
    """GET: the attributes that students of the district may have. POST: one more, or a sentence why not."""
    refusal, name = "", request.POST.get("name", "")
    if request.method == "POST":
        if not seat.may(Act.DECIDE):
            raise PermissionDenied
        try:
            made = attributes.define(
                district=seat.district,
                name=name,
                value_type=request.POST.get("type", ""),
                is_sensitive="sensitive" in request.POST,
                by=account_of(request).get_username(),
                now=timezone.now(),
            )
        except ConfigError as error:
            refusal = f"{error.message} {error.hint}"
        else:
            messages.success(request, _("Students may now have the attribute %(name)s.") % {"name": made.name})
            return redirect("attributes", seat.district.slug)
    return _kinds(request, seat, name=name, refusal=refusal)


@require_POST
@in_district(Act.DECIDE)
def withdraw(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """An attribute that no student has is gone."""
    try:
        attributes.withdraw(district=seat.district, number=number)
    except ConfigError as error:
        messages.error(request, f"{error.message} {error.hint}")
    else:
        messages.success(request, _("The attribute is gone."))
    return redirect("attributes", seat.district.slug)


@require_POST
@in_district(Act.DECIDE)
def upload(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What the file says is shown, or set; with ``result`` a file with a line a row is the answer."""
    given = request.FILES.get("file")
    if given is None:
        return _kinds(request, seat, file_refusal=_("Choose a file first."))
    try:
        judged = attribute_sheet.judge(
            district=seat.district, data=given.read(), blank_removes="blank_removes" in request.POST
        )
    except DataError as error:
        return _kinds(request, seat, file_refusal=f"{error.message} {error.hint}")
    what = request.POST.get("what", "check")
    if what == "result":
        return _file(f"{seat.district.slug}-attributes-result.csv", _csv(judged.lines))
    changed = attributes.set_all(
        district=seat.district,
        values=judged.values,
        by=account_of(request).get_username(),
        now=timezone.now(),
        is_preview=what != "set",
    )
    return _kinds(request, seat, told=_told(judged, changed, is_done=what == "set"))


@require_safe
@in_district(hands_out="student attributes")
def attributes_csv(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All values as a file that can be uploaded again."""
    data = attribute_sheet.write(seat.district, with_sensitive=seat.may(Act.DECIDE))
    return _file(f"{seat.district.slug}-student_attributes.csv", data)


@require_http_methods(["GET", "HEAD", "POST"])
@in_district()
def of_student(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: the student's attributes. POST: all of them as typed, or none; what cannot be is said beside its field."""
    student = access.student(seat.district, number)
    lines = attributes_of(student, with_sensitive=seat.may(Act.DECIDE))
    refusals: Mapping[int, str] = {}
    if request.method == "POST":
        if not seat.may(Act.DECIDE):
            raise PermissionDenied
        typed = {line.kind: request.POST[_name(line)] for line in lines if _name(line) in request.POST}
        refusals = attributes.set_one(
            student=student,
            values=typed,
            with_sensitive=True,
            by=account_of(request).get_username(),
            now=timezone.now(),
        )
        if not refusals:
            messages.success(request, _("Saved."))
            return redirect("student-attributes", seat.district.slug, student.pk)
    page = OfStudentPage(
        slug=seat.district.slug,
        student=student.pk,
        fields=tuple(
            Field(
                line=line,
                value=request.POST.get(_name(line), line.value),
                refusal=refusals.get(line.kind, ""),
                input={"date": "date", "number": "text"}.get(line.type, "text"),
            )
            for line in lines
        ),
    )
    title = _("Attributes of %(name)s") % {"name": student_name(student)}
    status = 422 if refusals else 200
    return show(request, "attributes/of_student.html", page, title=title, seat=seat, here="students", status=status)


def _kinds(
    request: HttpRequest,
    seat: Seat,
    *,
    name: str = "",
    refusal: str = "",
    file_refusal: str = "",
    told: UploadTold | None = None,
) -> HttpResponse:
    found = attribute_kinds(seat.district, with_sensitive=seat.may(Act.DECIDE))
    page = KindsPage(
        slug=seat.district.slug,
        kinds=tuple(Kind(line=line, type=str(TYPE_WORDS[line.type])) for line in found),
        types=choices({one.value: str(TYPE_WORDS[one]) for one in AttributeType}, request.POST.get("type", "text")),
        name=name,
        refusal=refusal,
        file_refusal=file_refusal,
        upload=told,
        keys=", ".join(attribute_sheet.KEYS),
    )
    status = 422 if refusal or file_refusal else 200
    title = _("Student attributes")
    return show(request, "attributes/kinds.html", page, title=title, seat=seat, here="students", status=status)


def _told(judged: Judged, changed: Changed, *, is_done: bool) -> UploadTold:
    refused = judged.lines.filter(pl.col("result") == "refused")
    return UploadTold(
        is_done=is_done,
        rows=judged.lines.height,
        refused=refused.height,
        changed=changed,
        unknown=judged.unknown,
        lines=tuple(
            RefusedRow(line=line, student=student, message=message)
            for line, student, message in refused.head(SHOWN).select("line", "student", "message").iter_rows()
        ),
    )


def _name(line: AttributeLine) -> str:
    return f"attribute-{line.kind}"


def _csv(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    defused(frame).write_csv(buffer)
    return buffer.getvalue()


def _file(name: str, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
