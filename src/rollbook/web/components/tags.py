"""Template tags: numbers, times and the four marks, said the same way everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from rollbook.web.components import words

__all__ = ["register"]

register = template.Library()


@register.filter
def number(value: int) -> str:
    """12,408, or as the language writes it."""
    return number_format(value, force_grouping=True, use_l10n=True)


@register.filter
def seconds(value: float) -> str:
    """0.2 s, 14 s, 3 min."""
    if value >= 120:
        return _("%(minutes)s min") % {"minutes": number_format(value / 60, 0)}
    return _("%(seconds)s s") % {"seconds": number_format(value, 0 if value >= 10 else 2 if value < 1 else 1)}


@register.filter
def moment(value: dt.datetime) -> str:
    """14 Sep 2026, 03:00, in the district's time."""
    return date_format(timezone.localtime(value), "j M Y, H:i")


@register.filter
def age(value: dt.datetime) -> str:
    """4 hours."""
    return timesince(value, depth=1)


register.filter("account_word", words.account_word)
register.filter("state_word", words.state_word)
register.filter("role_word", words.role_word)
register.filter("relationship_word", words.relationship_word)


@register.inclusion_tag("components/marks.html")
def marks(added: int, changed: int, removed: int, held: int = 0, address: str = "") -> Mapping[str, Any]:
    """+12 ~40 −3 ‖219: each mark has its shape, its colour and its words. With ``address`` each number is a link."""
    shown = (
        ("added", "+", added, _("added"), "added"),
        ("changed", "~", changed, _("changed"), "changed"),
        ("removed", "−", removed, _("taken away"), "removed"),
        ("held", "‖", held, _("waiting for a person"), "held"),
    )
    return {
        "marks": [
            {
                "kind": kind,
                "sign": sign,
                "count": count,
                "words": words,
                "address": f"{address}&what={what}" if address else "",
            }
            for kind, sign, count, words, what in shown
            if count
        ]
    }
