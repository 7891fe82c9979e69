"""Look at the settings of a source, see what others would do, and change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rollbook.core.errors import ConfigError, HoldRequired
from rollbook.reports import examinations
from rollbook.reports.examinations import Examined
from rollbook.services import access, examining, policies, setting_lines
from rollbook.services.access import Act, Seat
from rollbook.services.examining import ExaminationKind
from rollbook.services.policies import Wish
from rollbook.services.setting_lines import SettingLine
from rollbook.web.components.tags import number as shown
from rollbook.web.doors import in_district
from rollbook.web.page import account_of, show
from rollbook.web.sync_settings.effects import ShownEffect, effect_of
from rollbook.web.sync_settings.names import GROUPS, group_title, name_of

__all__ = ["settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One word of a list, as a tick box; ``received``: how many the newest test of the connection counted, or blank."""

    word: str
    is_chosen: bool
    received: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting: ``value`` as it is or as it was just typed, ``choices`` where only these can be, ``refusal`` why what
    was typed cannot be."""

    name: str
    label: str
    help: str
    legal: str
    value: str
    default: str
    choices: tuple[str, ...]
    ticks: tuple[Tick, ...]
    is_changed: bool
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Settings that belong together."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """The form. ``refusal``: why the settings do not go together. ``effect``: what those in the form would do, when that
    was asked for. ``wish``: what another person asked for and a second has to confirm, ``may_confirm``: this one can."""

    slug: str
    number: int
    source: str
    groups: tuple[Group, ...]
    refusal: str
    effect: ShownEffect | None
    wish: Wish | None
    may_confirm: bool

    @property
    def is_waiting(self) -> bool:
        """Whether the effect is being worked out."""
        return self.effect is not None and self.effect.is_open


@require_http_methods(["GET", "HEAD", "POST"])
@in_district()
def settings(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """GET: the settings; with ``effect``, those whose effect was asked for. POST: all of them as typed, or none; what
    cannot be is said beside its field. With ``see`` nothing is saved: what they would do is worked out."""
    found = access.source(seat.district, number)
    lines = setting_lines.lines(found)
    effect = _effect(request, seat, found.pk)
    typed = dict(effect.question["values"]) if effect else {}
    refusals: Mapping[str, str] = {}
    refusal, status = "", 200
    if request.method == "POST":
        if not seat.may(Act.DECIDE):
            raise PermissionDenied
        typed = {line.name: _typed(request, line) for line in lines if line.name in request.POST}
        refusals = setting_lines.refusals(typed)
        if not refusals:
            new = {
                line.name: typed[line.name] for line in lines if line.name in typed and typed[line.name] != line.value
            }
            try:
                if "see" in request.POST and new:
                    return _see(request, seat, found.pk, new)
                policies.change(connection=found, values=new, by=account_of(request).get_username())
            except (ConfigError, HoldRequired) as error:
                refusal = f"{error.message} {error.hint}"
            else:
                saved = _("Saved. Plans made before are out of date: plan again.") if new else _("Nothing was changed.")
                messages.success(request, saved)
                return redirect("settings", seat.district.slug, found.pk)
        status = 422
    test = examinations.newest([found.pk], ExaminationKind.CONNECTION).get(found.pk)
    received = {word.casefold(): count for word, count in test.result.get("roles", {}).items()} if test else {}
    if refusal:
        found.refresh_from_db(fields=["wish"])
    wish = policies.wish_of(found, now=timezone.now())
    page = SettingsPage(
        slug=seat.district.slug,
        number=found.pk,
        source=found.name,
        groups=_groups([_field(line, typed, refusals, received) for line in lines]),
        refusal=refusal,
        effect=effect_of(effect) if effect else None,
        wish=wish,
        may_confirm=wish is not None and wish.by != account_of(request).get_username(),
    )
    title = _("Settings of %(source)s") % {"source": found.name}
    return show(request, "sync_settings/form.html", page, title=title, seat=seat, here="set-up", status=status)


def _see(request: HttpRequest, seat: Seat, number: int, values: Mapping[str, str]) -> HttpResponse:
    """What ``values`` would do is being worked out; the page with them tells. Raises ConfigError for what cannot be."""
    source = access.source(seat.district, number)
    policies.would_be(source, values)
    by = account_of(request).get_username()
    asked = examining.ask(source, ExaminationKind.EFFECT, by=by, now=timezone.now(), question={"values": dict(values)})
    address = reverse("settings", args=[seat.district.slug, source.pk])
    return redirect(f"{address}?effect={asked.pk}#effect")


def _effect(request: HttpRequest, seat: Seat, connection: int) -> Examined | None:
    """The examination that the address names, if it is of this source."""
    word = request.GET.get("effect", "")
    if request.method == "POST" or not (word.isdecimal() and len(word) < 19):
        return None
    found = examinations.examined(examining.examination(seat.district, int(word)))
    return found if (found.connection, found.kind) == (connection, ExaminationKind.EFFECT) else None


def _typed(request: HttpRequest, line: SettingLine) -> str:
    if line.words:
        ticked = [word for word in request.POST.getlist(line.name) if word]
        # the boxes have an order of their own, which means nothing
        return line.value if sorted(ticked) == sorted(filter(None, line.value.split(","))) else ",".join(ticked)
    return request.POST[line.name].strip()


def _groups(fields: Sequence[Field]) -> tuple[Group, ...]:
    """The fields in their groups; one that is in none is not lost."""
    named = {field.name: field for field in fields}
    groups = [(key, [named.pop(name) for name in names if name in named]) for key, names in GROUPS]
    groups.append(("rest", list(named.values())))
    return tuple(Group(title=group_title(key), fields=tuple(members)) for key, members in groups if members)


def _field(
    line: SettingLine, typed: Mapping[str, str], refusals: Mapping[str, str], received: Mapping[str, int]
) -> Field:
    value = typed.get(line.name, line.value)
    chosen = set(value.split(","))
    return Field(
        name=line.name,
        label=name_of(line.name),
        help=translation.gettext(line.help),
        legal=line.legal,
        value=value,
        default=line.default,
        choices=line.choices,
        ticks=tuple(
            Tick(
                word=word,
                is_chosen=word in chosen,
                received=shown(received[word.casefold()]) if word.casefold() in received else "",
            )
            for word in line.words
        ),
        is_changed=line.value != line.default,
        refusal=refusals.get(line.name, ""),
    )
