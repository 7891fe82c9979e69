"""Add a source, change it, test it, hand files over, take it away."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook.core.errors import ConfigError, DataError
from rollbook.reports import examinations
from rollbook.services import access, examining, removing, source_form, sources, uploads
from rollbook.services.access import Act, Seat
from rollbook.services.examining import ExaminationKind
from rollbook.services.source_form import FormField, Judged
from rollbook.web.connections.forms import groups_of, typed_of
from rollbook.web.connections.presenters import (
    ChoosePage,
    FormPage,
    RemovePage,
    SourcePage,
    facts_of,
    upload_of,
)
from rollbook.web.connections.receipts import receipt_of
from rollbook.web.connections.ways import Way, way_of, ways
from rollbook.web.districts.presenters import KINDS
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show
from rollbook.web.set_up.vendors import instructions

__all__ = ["add", "change", "choose", "remove", "source", "test", "upload"]

_FINE = Judged(beside={}, whole="")


@require_safe
@in_district(Act.DECIDE)
def choose(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The ways in which a roster can come."""
    page = ChoosePage(slug=seat.district.slug, ways=ways(with_server=account_of(request).is_superuser))
    title = _("Where does the roster come from?")
    return show(request, "connections/choose.html", page, title=title, seat=seat, here="set-up")


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.DECIDE)
def add(request: HttpRequest, seat: Seat, key: str) -> HttpResponse:
    """GET: the empty form of a way. POST: the source is there, and is being tested; or what cannot be is said beside its
    field, and nothing typed is lost but secrets."""
    way = next((way for way in ways(with_server=account_of(request).is_superuser) if way.key == key), None)
    if way is None:
        raise Http404
    fields = _fields(request, way)
    typed, judged, name, refused = {}, _FINE, request.POST.get("name", "main").strip(), ""
    if request.method == "POST":
        typed = typed_of(fields, request.POST)
        judged = uploads.judge(way.kind, typed) if way.is_upload else source_form.judge(way.kind, typed)
        by = account_of(request).get_username()
        if judged.is_fine:
            try:
                if way.is_upload:
                    made = uploads.add(district=seat.district, kind=way.kind, config=typed, name=name, by=by)
                else:
                    made = sources.add(district=seat.district, kind=way.kind, config=typed, name=name, by=by)
            except ConfigError as error:
                refused = f"{error.message} {error.hint}"
            else:
                messages.success(
                    request, _("%(source)s is added. Nothing is read into the directory yet.") % {"source": made.name}
                )
                if not way.is_upload:
                    examining.ask(made, ExaminationKind.CONNECTION, by=by, now=timezone.now())
                return redirect("source", seat.district.slug, made.pk)
    page = FormPage(
        slug=seat.district.slug,
        number=None,
        way=way,
        name=name,
        name_refusal=refused,
        groups=groups_of(fields, typed, judged=judged),
        refusal=judged.whole,
        vendor=instructions(way.kind, is_upload=way.is_upload),
        lost_secrets=_has_secrets(fields, typed),
    )
    title = _("Add %(way)s") % {"way": way.title}
    status = 422 if request.method == "POST" else 200
    return show(request, "connections/form.html", page, title=title, seat=seat, here="set-up", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.DECIDE)
def change(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: the form as the source is. POST: what was typed holds, or nothing of it."""
    found = access.source(seat.district, number)
    way = way_of(found.kind, is_upload=uploads.is_upload(found))
    fields = _fields(request, way)
    values, kept = source_form.values_of(found)
    judged, name, refused = _FINE, request.POST.get("name", found.name).strip(), ""
    typed: dict[str, str] = {}
    if request.method == "POST":
        sent = typed_of(fields, request.POST)
        usual = {field.name: field.default for field in fields}  # a blank field is the default
        typed = {key: text for key, text in sent.items() if (text or usual[key]) != values.get(key, "")}
        typed |= {key: text for key, text in sent.items() if key in kept}
        judged = source_form.judge(found.kind, typed, connection=found)
        by = account_of(request).get_username()
        if judged.is_fine:
            try:
                sources.rename(found, name=name, by=by)
            except ConfigError as error:
                refused = f"{error.message} {error.hint}"
            else:
                if typed:
                    sources.change(found, config=typed, by=by)
                    examining.ask(found, ExaminationKind.CONNECTION, by=by, now=timezone.now())
                messages.success(request, _("Saved."))
                return redirect("source", seat.district.slug, found.pk)
    page = FormPage(
        slug=seat.district.slug,
        number=found.pk,
        way=way,
        name=name,
        name_refusal=refused,
        groups=groups_of(fields, {**values, **typed}, kept=kept, judged=judged),
        refusal=judged.whole,
        vendor=instructions(found.kind, is_upload=way.is_upload),
        lost_secrets=_has_secrets(fields, typed),
    )
    title = _("Change %(source)s") % {"source": found.name}
    status = 422 if request.method == "POST" else 200
    return show(request, "connections/form.html", page, title=title, seat=seat, here="set-up", status=status)


@require_safe
@in_district()
def source(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One source: how it is connected, what it shares, and what can be done with it."""
    return _source(request, seat, number)


@require_POST
@in_district(Act.DECIDE)
def test(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The connection is being tested; the page of the source tells how far it is and what was found."""
    found = access.source(seat.district, number)
    examining.ask(found, ExaminationKind.CONNECTION, by=account_of(request).get_username(), now=timezone.now())
    return redirect(f"{reverse('source', args=[seat.district.slug, found.pk])}#receipt")


@require_POST
@in_district(Act.DECIDE)
def upload(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The files are the source's newest delivery, and are being looked at; or why they were not taken."""
    found = access.source(seat.district, number)
    by, now = account_of(request).get_username(), timezone.now()
    sent = [(file.name or "", cast(BinaryIO, file)) for file in request.FILES.getlist("files")]
    try:
        uploads.receive(found, sent, by=by, now=now)
    except (ConfigError, DataError) as error:
        return _source(request, seat, number, refusal=f"{error.message} {error.hint}")
    examining.ask(found, ExaminationKind.CONNECTION, by=by, now=now)
    messages.success(
        request, _("The files are here. They are being looked at; nothing is read into the directory yet.")
    )
    return redirect("source", seat.district.slug, found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@in_district(Act.DECIDE)
def remove(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: what goes with the source. POST: it is gone."""
    found = access.source(seat.district, number)
    if request.method == "POST":
        name = found.name
        removing.remove(found, by=account_of(request).get_username())
        messages.success(request, _("%(source)s is removed. Nothing of the directory was touched.") % {"source": name})
        return redirect("set-up", seat.district.slug)
    page = RemovePage(slug=seat.district.slug, number=found.pk, name=found.name, leaving=removing.preview(found))
    title = _("Remove %(source)s") % {"source": found.name}
    return show(request, "connections/remove.html", page, title=title, seat=seat, here="set-up")


def _source(request: HttpRequest, seat: Seat, number: int, *, refusal: str = "") -> HttpResponse:
    found = access.source(seat.district, number)
    is_upload = uploads.is_upload(found)
    values, kept = source_form.values_of(found)
    tested = examinations.newest([found.pk], ExaminationKind.CONNECTION).get(found.pk)
    page = SourcePage(
        slug=seat.district.slug,
        number=found.pk,
        kind=KINDS.get(found.kind, found.kind),
        facts=facts_of(source_form.fields_of(found.kind), values, kept, is_upload=is_upload),
        upload=upload_of(uploads.newest(found)) if is_upload else None,
        refusal=refusal,
        receipt=receipt_of(tested),
        vendor=instructions(found.kind, is_upload=is_upload),
    )
    status = 422 if refusal else 200
    return show(request, "connections/source.html", page, title=found.name, seat=seat, here="set-up", status=status)


def _fields(request: HttpRequest, way: Way) -> tuple[FormField, ...]:
    """What this person may set: files of the server only who runs the installation, and of an upload nobody."""
    found = source_form.fields_of(way.kind)
    may = account_of(request).is_superuser and not way.is_upload
    return tuple(field for field in found if may or not field.on_server)


def _has_secrets(fields: tuple[FormField, ...], typed: dict[str, str]) -> bool:
    return any(typed.get(field.name) for field in fields if field.kind.startswith("secret"))
