"""Acts by hand, in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.reports.acts import ActLine
from rollbook.services.undoing import UndoPlan
from rollbook.web.components.paging import Pager, pager
from rollbook.web.components.tags import number
from rollbook.web.offer.presenters import CLASSROOMS, SCHOOLS, said

__all__ = ["ActPage", "ActTold", "ActsPage", "act_page", "acts_page", "kind_word", "sentence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActTold:
    """One line of the list."""

    act: int
    sentence: str
    by: str
    at: dt.datetime
    reason: str
    is_undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsPage:
    """The list."""

    slug: str
    acts: tuple[ActTold, ...]
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPage:
    """One act. ``stays``: who was left alone, and why. ``may_undo``: nothing in the way, and the person may; ``rows``:
    what the undo would write; ``conflicts``: records that later changes stand on."""

    slug: str
    act: int
    title: str
    line: ActLine
    stays: tuple[str, ...]
    may_undo: bool
    rows: int
    conflicts: int
    first: tuple[int, ...]


def kind_word(kind: str) -> str:
    """What was done, in a word or two."""
    return {
        "archive_students": _("Archive students"),
        "restore_students": _("Restore students"),
        "archive_classrooms": _("Archive classrooms"),
        "restore_classrooms": _("Restore classrooms"),
        "match_schools": _("Match schools"),
        "settle_classrooms": _("Settle existing classrooms"),
        "merge_students": _("Merge students"),
        "merge_persons": _("Merge persons"),
        "undo": _("Undo"),
    }.get(kind, kind.replace("_", " ").capitalize())


def sentence(line: ActLine) -> str:
    """What was done, with its number."""
    count = line.counts.get("changed", line.counts.get("merged", line.counts.get("rows", 0)))
    words = {
        "archive_students": ngettext("%(n)s student archived", "%(n)s students archived", count),
        "restore_students": ngettext("%(n)s student restored", "%(n)s students restored", count),
        "archive_classrooms": ngettext("%(n)s classroom archived", "%(n)s classrooms archived", count),
        "restore_classrooms": ngettext("%(n)s classroom restored", "%(n)s classrooms restored", count),
        "merge_students": ngettext("%(n)s student merged", "%(n)s students merged", count),
        "merge_persons": ngettext("%(n)s person merged", "%(n)s persons merged", count),
    }
    if line.kind in words:
        return words[line.kind] % {"n": number(count)}
    if line.kind in (SCHOOLS, CLASSROOMS):
        return said(line.kind, line.counts)
    if line.undoes is not None:
        return ngettext(
            "Act %(act)s undone: %(n)s row is as it was", "Act %(act)s undone: %(n)s rows are as they were", count
        ) % {"act": line.undoes, "n": number(count)}
    return kind_word(line.kind)


def acts_page(slug: str, lines: Sequence[ActLine], *, total: int, page: int, size: int) -> ActsPage:
    """A page of acts."""
    return ActsPage(
        slug=slug,
        acts=tuple(
            ActTold(
                act=line.act,
                sentence=sentence(line),
                by=line.by,
                at=line.at,
                reason=line.reason,
                is_undone=line.state == "undone",
            )
            for line in lines
        ),
        pager=pager(total=total, page=page, size=size, keep={}),
    )


def act_page(slug: str, line: ActLine, would: UndoPlan | None) -> ActPage:
    """One act, and what undoing it would do (None: it cannot be undone, or not by this person)."""
    managed, forbidden = line.counts.get("managed", 0), line.counts.get("forbidden", 0)
    excluded = line.counts.get("excluded", 0)
    stays = [
        words % {"n": number(many)}
        for many, words in (
            (
                managed,
                ngettext(
                    "%(n)s was left alone because an enabled sync manages it.",
                    "%(n)s were left alone because an enabled sync manages them.",
                    managed,
                ),
            ),
            (
                forbidden,
                ngettext("%(n)s belongs to a school of others.", "%(n)s belong to schools of others.", forbidden),
            ),
            (
                excluded,
                ngettext(
                    "%(n)s had changed since and was left as it is.",
                    "%(n)s had changed since and were left as they are.",
                    excluded,
                ),
            ),
        )
        if many
    ]
    return ActPage(
        slug=slug,
        act=line.act,
        title=sentence(line),
        line=line,
        stays=tuple(stays),
        may_undo=would is not None,
        rows=would.rows if would else 0,
        conflicts=would.conflicts.select("kind", "record_id").n_unique() if would and would.conflicts.height else 0,
        first=would.blocking_runs if would else (),
    )
