"""The schools of a source beside ours, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import polars as pl
from django.utils.translation import gettext as _

from rollbook.services.schools import Matching
from rollbook.web.components.paging import Pager, pager
from rollbook.web.offer.presenters import OfferBar, Tab

__all__ = ["STATES", "ChoosePage", "MatchLine", "MatchPage", "OurSchool", "Reason", "choose_page", "match_page"]

STATES: Final = ("matched", "suggested", "near", "new", "left", "gone", "only_here")
"""What a school of the source, or of ours, can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchLine:
    """One row: a school of the source and what stands beside it. ``state``: one of ``STATES``; ``ours``: our school, or the
    one that is suggested or looks alike; ``chip``: why; ``also``: other schools of the source that feed the same one."""

    sourced_id: str
    name: str
    identifier: str
    state: str
    ours: str
    ours_id: int | None
    chip: str
    also: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Suggestions that can be accepted in one go."""

    key: str
    word: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPage:
    """The page. ``counts``: state → number; ``reasons``: of the suggestions; ``back``: the list as it is shown;
    ``refusal``: why the file that was sent could not be taken."""

    slug: str
    source: int
    source_name: str
    bar: OfferBar
    text: str
    state: str
    tabs: tuple[Tab, ...]
    lines: tuple[MatchLine, ...]
    pager: Pager
    counts: Mapping[str, int]
    reasons: tuple[Reason, ...]
    back: str
    refusal: str
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OurSchool:
    """One of our schools that may be chosen. ``fed_by``: schools of the source that feed it already."""

    school: int
    name: str
    number: str
    fed_by: tuple[str, ...]
    chip: str
    is_near: bool
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePage:
    """Which school of ours one school of the source is."""

    slug: str
    source: int
    line: MatchLine
    text: str
    schools: tuple[OurSchool, ...]
    pager: Pager
    back: str


def match_page(
    slug: str,
    source: int,
    source_name: str,
    matching: Matching,
    bar: OfferBar,
    *,
    text: str,
    state: str,
    page: int,
    size: int,
    refusal: str = "",
) -> MatchPage:
    """One page of the schools that fit."""
    counts = matching.counts()
    every = _lines(matching)
    found = [line for line in every if (not state or line.state == state) and _fits(line, text)]
    keep = {"q": text, "state": state}
    reasons = matching.open.filter(pl.col("suggestion").is_not_null())["reason"].value_counts().sort("reason")
    return MatchPage(
        slug=slug,
        source=source,
        source_name=source_name,
        bar=bar,
        text=text,
        state=state,
        tabs=_tabs(counts, state, text),
        lines=tuple(found[(page - 1) * size : page * size]),
        pager=pager(total=len(found), page=page, size=size, keep=keep),
        counts=counts,
        reasons=tuple(Reason(key=key, word=_why(key), count=number) for key, number in reasons.iter_rows()),
        back="?" + urlencode({name: value for name, value in {**keep, "page": str(page)}.items() if value}),
        refusal=refusal,
        is_known=bar.read_at is not None,
    )


def choose_page(
    slug: str,
    source: int,
    matching: Matching,
    sourced_id: str,
    *,
    numbers: Mapping[int, str],
    names: Mapping[int, str],
    text: str,
    page: int,
    size: int,
    back: str,
) -> ChoosePage | None:
    """Our schools, the suggested and the alike first; None when the source has no such school. ``names``, ``numbers``: of
    our schools, by name."""
    pair = next((row for row in matching.pairs.iter_rows(named=True) if row["sourced_id"] == sourced_id), None)
    if pair is None:
        return None
    fed: dict[int, list[str]] = {}
    for row in matching.pairs.filter(pl.col("school_id").is_not_null()).iter_rows(named=True):
        fed.setdefault(row["school_id"], []).append(row["name"] or row["sourced_id"])
    words = text.casefold().split()
    found = [
        OurSchool(
            school=key,
            name=name,
            number=numbers.get(key, ""),
            fed_by=tuple(fed.get(key, ())),
            chip=_why(pair["reason"]) if key == pair["suggestion"] else _near(pair) if key == pair["near"] else "",
            is_near=key == pair["near"],
            is_here=key == pair["school_id"],
        )
        for key, name in names.items()
        if all(word in f"{name} {numbers.get(key, '')}".casefold() for word in words)
    ]
    found.sort(key=lambda school: (not school.is_here, not school.chip))
    keep = {"org": sourced_id, "q": text, "back": back}
    return ChoosePage(
        slug=slug,
        source=source,
        line=_line(pair, {}),
        text=text,
        schools=tuple(found[(page - 1) * size : page * size]),
        pager=pager(total=len(found), page=page, size=size, keep=keep),
        back=back,
    )


def _lines(matching: Matching) -> list[MatchLine]:
    shared = matching.pairs["school_id"].drop_nulls().value_counts()
    feeding: dict[int, int] = dict(shared.iter_rows())
    lines = [_line(row, feeding) for row in matching.pairs.iter_rows(named=True)]
    lines += [
        _bare(state="gone", sourced_id=row["sourced_id"], ours=row["school_name"] or "")
        for row in matching.gone.iter_rows(named=True)
    ]
    lines += [
        _bare(state="only_here", ours=row["name"] or "", ours_id=row["id"])
        for row in matching.only_here.iter_rows(named=True)
    ]
    return lines


def _bare(*, state: str, sourced_id: str = "", ours: str, ours_id: int | None = None) -> MatchLine:
    return MatchLine(
        sourced_id=sourced_id,
        name="",
        identifier="",
        state=state,
        ours=ours,
        ours_id=ours_id,
        chip="",
        also=0,
        query="",
    )


def _line(row: Mapping[str, Any], feeding: Mapping[int, int]) -> MatchLine:
    state, ours, ours_id, chip = "new", "", None, ""
    if row["school_id"] is not None:
        state, ours, ours_id = "matched", row["school_name"], row["school_id"]
    elif row["is_left"]:
        state = "left"
    elif row["suggestion"] is not None:
        state, ours, ours_id, chip = "suggested", row["suggestion_name"], row["suggestion"], _why(row["reason"])
    elif row["near"] is not None:
        state, ours, ours_id, chip = "near", row["near_name"], row["near"], _near(row)
    return MatchLine(
        sourced_id=row["sourced_id"],
        name=row["name"] or row["sourced_id"],
        identifier=row["identifier"] or "",
        state=state,
        ours=ours or "",
        ours_id=ours_id,
        chip=chip,
        also=feeding.get(ours_id, 1) - 1 if state == "matched" and ours_id is not None else 0,
        query=urlencode({"org": row["sourced_id"]}),
    )


def _fits(line: MatchLine, text: str) -> bool:
    said = f"{line.name} {line.sourced_id} {line.identifier} {line.ours}".casefold()
    return all(word in said for word in text.casefold().split())


def _tabs(counts: Mapping[str, int], state: str, text: str) -> tuple[Tab, ...]:
    words = {
        "": _("All"),
        "matched": _("Matched"),
        "suggested": _("Suggested"),
        "near": _("Near misses"),
        "new": _("New"),
        "left": _("Left out"),
        "gone": _("No longer in the data"),
        "only_here": _("Only in Rollbook"),
    }
    every = sum(counts[name] for name in STATES)
    return tuple(
        Tab(
            word=word,
            count=counts[name] if name else every,
            address="?" + urlencode({key: value for key, value in (("q", text), ("state", name)) if value}),
            is_here=name == state,
            is_near=name == "near",
        )
        for name, word in words.items()
        if not name or counts[name] or name == state
    )


def _why(reason: str | None) -> str:
    return {
        "same id": _("same id"),
        "same NCES id": _("same NCES id"),
        "same number": _("same number"),
        "same name": _("same name"),
    }.get(reason or "", reason or "")


def _near(row: Mapping[str, Any]) -> str:
    """Why a school looks alike; ids that differ are shown as they are."""
    if row["near_reason"] == "similar name":
        return _("similar name")
    theirs, ours = _quoted(row["near_reason"] or "")
    return _("“%(theirs)s” in the source, “%(ours)s” here: leading zeros") % {"theirs": theirs, "ours": ours}


def _quoted(said: str) -> tuple[str, str]:
    parts = said.replace("”", "“").split("“")
    return (parts[1], parts[3]) if len(parts) > 4 else ("", "")
