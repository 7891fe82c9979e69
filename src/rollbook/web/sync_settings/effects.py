"""The effect of settings that are not saved, ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.reports.examinations import Examined
from rollbook.web.components.tags import number
from rollbook.web.sync_settings.names import name_of

__all__ = ["ShownEffect", "difference_words", "effect_of"]

Kept = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEffect:
    """What was asked for, under way (``is_open``) or done. ``together``: sentences; ``alone``: setting and its sentences;
    ``read_at``: when the reading was made that was planned."""

    number: int
    is_open: bool
    asked_at: dt.datetime
    read_at: dt.datetime | None
    problem: str
    together: tuple[str, ...]
    alone: tuple[tuple[str, tuple[str, ...]], ...]
    at_reading: tuple[str, ...]
    no_plan: tuple[str, ...]


def effect_of(examined: Examined) -> ShownEffect:
    """The effect as it was kept."""
    found = examined.result
    read_at = str(found.get("read_at", ""))
    return ShownEffect(
        number=examined.number,
        is_open=examined.ended_at is None,
        asked_at=examined.asked_at,
        read_at=dt.datetime.fromisoformat(read_at) if read_at else None,
        problem=examined.problem,
        together=_sentences(found.get("together", [])),
        alone=tuple((name_of(name), _sentences(differences)) for name, differences in found.get("alone", [])),
        at_reading=tuple(name_of(name) for name in found.get("at_reading", ())),
        no_plan=tuple(name_of(name) for name in found.get("no_plan", ())),
    )


def _sentences(kept: Kept) -> tuple[str, ...]:
    return tuple(difference_words(str(kind), str(action), int(str(a)), int(str(b))) for kind, action, a, b in kept)


def difference_words(kind: str, action: str, before: int, after: int) -> str:
    """“would archive 12 fewer classrooms (3 instead of 15)”."""
    more = after > before
    words = {
        "create": _("would create %(n)s more %(kind)s") if more else _("would create %(n)s fewer %(kind)s"),
        "update": _("would update %(n)s more %(kind)s") if more else _("would update %(n)s fewer %(kind)s"),
        "restore": _("would restore %(n)s more %(kind)s") if more else _("would restore %(n)s fewer %(kind)s"),
        "archive": _("would archive %(n)s more %(kind)s") if more else _("would archive %(n)s fewer %(kind)s"),
        "end": _("would end %(n)s more %(kind)s") if more else _("would end %(n)s fewer %(kind)s"),
        "suspend": _("would suspend %(n)s more %(kind)s") if more else _("would suspend %(n)s fewer %(kind)s"),
        "wait": _("would let %(n)s more %(kind)s wait for a person")
        if more
        else _("would let %(n)s fewer %(kind)s wait for a person"),
    }[action]
    count = abs(after - before)
    told = words % {"n": number(count), "kind": _kind(kind, count)}
    return _("%(told)s (%(after)s instead of %(before)s)") % {
        "told": told,
        "after": number(after),
        "before": number(before),
    }


def _kind(kind: str, count: int) -> str:
    return {
        "school": ngettext("school", "schools", count),
        "student": ngettext("student", "students", count),
        "guardian": ngettext("guardian", "guardians", count),
        "staff": ngettext("staff member", "staff members", count),
        "classroom": ngettext("classroom", "classrooms", count),
        "enrollment": ngettext("enrollment", "enrollments", count),
        "guardianship": ngettext("family link", "family links", count),
    }[kind]
