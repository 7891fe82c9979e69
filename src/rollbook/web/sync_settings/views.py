"""Look at the settings of a source, and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rollbook.core.errors import ConfigError
from rollbook.services import access, policies, setting_lines
from rollbook.services.access import Act, Seat
from rollbook.services.setting_lines import SettingLine
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show

__all__ = ["settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting: ``value`` as it is or as it was just typed, ``choices`` where only these can be, ``refusal`` why what
    was typed cannot be."""

    name: str
    help: str
    legal: str
    value: str
    default: str
    choices: tuple[str, ...]
    is_changed: bool
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """The form. ``refusal``: why the settings do not go together."""

    slug: str
    source: str
    fields: tuple[Field, ...]
    refusal: str


@require_http_methods(["GET", "HEAD", "POST"])
@in_district()
def settings(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: the settings. POST: all of them as typed, or none; what cannot be is said beside its field."""
    found = access.source(seat.district, number)
    lines = setting_lines.lines(found)
    typed: dict[str, str] = {}
    refusals: Mapping[str, str] = {}
    refusal, status = "", 200
    if request.method == "POST":
        if not seat.may(Act.DECIDE):
            raise PermissionDenied
        typed = {line.name: request.POST[line.name].strip() for line in lines if line.name in request.POST}
        refusals = setting_lines.refusals(typed)
        if not refusals:
            new = {
                line.name: typed[line.name] for line in lines if line.name in typed and typed[line.name] != line.value
            }
            try:
                policies.change(connection=found, values=new, by=account_of(request).get_username())
            except ConfigError as error:
                refusal = f"{error.message} {error.hint}"
            else:
                saved = _("Saved. Plans made before are out of date: plan again.") if new else _("Nothing was changed.")
                messages.success(request, saved)
                return redirect("settings", seat.district.slug, found.pk)
        status = 422
    page = SettingsPage(
        slug=seat.district.slug,
        source=found.name,
        fields=tuple(_field(line, typed, refusals) for line in lines),
        refusal=refusal,
    )
    title = _("Settings of %(source)s") % {"source": found.name}
    return show(request, "sync_settings/form.html", page, title=title, seat=seat, here="set-up", status=status)


def _field(line: SettingLine, typed: Mapping[str, str], refusals: Mapping[str, str]) -> Field:
    return Field(
        name=line.name,
        help=line.help,
        legal=line.legal,
        value=typed.get(line.name, line.value),
        default=line.default,
        choices=line.choices,
        is_changed=line.value != line.default,
        refusal=refusals.get(line.name, ""),
    )
