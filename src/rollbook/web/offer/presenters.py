"""How old what a source offers is, and the last act of steps 3 and 4, ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.services.classrooms import STEP as CLASSROOMS
from rollbook.services.hand_acts import LastAct
from rollbook.services.offering import OfferState
from rollbook.services.schools import STEP as SCHOOLS

__all__ = ["CLASSROOMS", "SCHOOLS", "Deed", "OfferBar", "Tab", "offer_bar", "said"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """The last act, that can be taken back. ``sentence``: what it did."""

    number: int
    sentence: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferBar:
    """What stands above the list. ``read_at``: None until something was read; ``step``: which page it is on; ``deed``: the
    last act of this step, ``elsewhere``: that the last act is of the other one."""

    slug: str
    source: int
    step: str
    read_at: dt.datetime | None
    waits_since: dt.datetime | None
    problem: str
    deed: Deed | None
    elsewhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One filter of a list with its number; ``address``: the list narrowed to it."""

    word: str
    count: int
    address: str
    is_here: bool
    is_near: bool = False


def offer_bar(slug: str, source: int, step: str, state: OfferState, last: LastAct | None) -> OfferBar:
    """The bar of the page ``step``."""
    mine = last if last is not None and last.step == step else None
    return OfferBar(
        slug=slug,
        source=source,
        step=step,
        read_at=state.read_at,
        waits_since=state.waits_since,
        problem=state.problem,
        deed=Deed(number=mine.number, sentence=said(mine.step, mine.counts), by=mine.by, at=mine.at) if mine else None,
        elsewhere=last is not None and mine is None,
    )


def said(step: str, counts: Mapping[str, int]) -> str:
    """What an act did, as a sentence."""
    words = _schools if step == SCHOOLS else _classrooms
    parts = [words(what, number) for what, number in counts.items() if number]
    return " ".join(part for part in parts if part) or _("Nothing was changed.")


def _schools(what: str, n: int) -> str:
    match what:
        case "matched":
            text = ngettext("%(n)s school matched.", "%(n)s schools matched.", n)
        case "created":
            text = ngettext("%(n)s school made and matched.", "%(n)s schools made and matched.", n)
        case "unmatched":
            text = ngettext("%(n)s school is open again.", "%(n)s schools are open again.", n)
        case "left":
            text = ngettext("%(n)s school left out of the sync.", "%(n)s schools left out of the sync.", n)
        case _:
            return ""
    return text % {"n": number_format(n, force_grouping=True)}


def _classrooms(what: str, n: int) -> str:
    match what:
        case "taken":
            text = ngettext("%(n)s classroom taken over.", "%(n)s classrooms taken over.", n)
        case "left":
            text = ngettext("%(n)s classroom left as it is.", "%(n)s classrooms left as they are.", n)
        case "archived":
            text = ngettext("%(n)s classroom archived.", "%(n)s classrooms archived.", n)
        case "reopened":
            text = ngettext("%(n)s classroom is undecided again.", "%(n)s classrooms are undecided again.", n)
        case "skipped":
            text = ngettext(
                "%(n)s classroom stayed as it was: there was nothing to do with it any more.",
                "%(n)s classrooms stayed as they were: there was nothing to do with them any more.",
                n,
            )
        case _:
            return ""
    return text % {"n": number_format(n, force_grouping=True)}
