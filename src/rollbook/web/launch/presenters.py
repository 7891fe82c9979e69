"""The launch of a source, ready to be shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.core.entities import KINDS
from rollbook.core.lifecycle import RunState
from rollbook.reports.launch import LaunchFacts
from rollbook.reports.run_page import RunTold
from rollbook.services.progress import Progress
from rollbook.web.districts.presenters import KINDS as VENDORS
from rollbook.web.progress.presenters import ProgressCard, progress_card
from rollbook.web.runs.presenters import headings

__all__ = ["Clock", "KindRow", "LaunchPage", "Result", "launch_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """What the plan does to one kind; ``address``: the records behind its numbers."""

    name: str
    added: int
    changed: int
    removed: int
    held: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The daily run: ``typed`` is its time as it is, or as it was just typed; ``refusal``: why that cannot be."""

    is_on: bool
    typed: str
    refusal: str
    next_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where to look at what came of it."""

    words: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPage:
    """The page. ``stage``: ``match`` (nothing can come yet), ``plan`` (there is no plan to look at), ``busy`` (a worker is at
    it), ``look`` (a plan waits), ``done`` (the newest plan is applied). ``sentence``: what the plan would do; ``launch``: what
    the button says; ``error``: what the newest run failed with."""

    slug: str
    source: int
    name: str
    vendor: str
    stage: str
    is_first: bool
    error: str
    stopped: str
    run: int | None
    progress: ProgressCard | None
    sentence: str
    launch: str
    waits: int
    rows: tuple[KindRow, ...]
    applied_at: dt.datetime | None
    results: tuple[Result, ...]
    clock: Clock


def launch_page(
    slug: str,
    source: int,
    name: str,
    kind: str,
    facts: LaunchFacts,
    told: RunTold | None,
    progress: Progress | None,
    clock: Clock,
) -> LaunchPage:
    """``told``: what the plan of the newest run says, where it waits; ``progress``: of that run, while it is not over."""
    run = facts.run
    rows = _rows(slug, run.pk, told.matrix) if run and told else ()
    return LaunchPage(
        slug=slug,
        source=source,
        name=name,
        vendor=VENDORS.get(kind, kind),
        stage=_stage(facts, told, progress),
        is_first=facts.applied is None,
        error=run.error if run and run.state in (RunState.FAILED, RunState.PLANNED) else "",
        stopped=facts.stopped,
        run=run.pk if run else None,
        progress=progress_card(slug, progress) if progress else None,
        sentence=_sentence(rows, is_first=facts.applied is None),
        launch=_launch(rows),
        waits=sum(row.held for row in rows),
        rows=rows,
        applied_at=facts.applied_at,
        results=_results(slug, facts.applied),
        clock=clock,
    )


def _stage(facts: LaunchFacts, told: RunTold | None, progress: Progress | None) -> str:
    if progress is not None and not progress.is_over:
        return "busy"
    if told is not None:
        return "look"
    if facts.run is not None and facts.run.state == RunState.APPLIED:
        return "done"
    return "plan" if facts.matched else "match"


def _rows(slug: str, run: int, matrix: pl.DataFrame) -> tuple[KindRow, ...]:
    marks = ("added", "changed", "removed", "held")
    sums = {row["kind"]: row for row in matrix.group_by("kind").agg(pl.col(marks).sum()).to_dicts()}
    present = [kind for kind in KINDS if kind in sums]
    base = reverse("records", args=[slug, run])
    return tuple(
        KindRow(name=name, **{mark: sums[kind][mark] for mark in marks}, address=f"{base}?kind={kind}")
        for kind, name in zip(present, headings(present), strict=True)
    )


def _sentence(rows: tuple[KindRow, ...], *, is_first: bool) -> str:
    added = [f"{_n(row.added)} {row.name.lower()}" for row in rows if row.added]
    if not added:
        return _("This run would create nobody and nothing.")
    said = ", ".join(added)
    return (_("The first run would create %(what)s.") if is_first else _("This run would create %(what)s.")) % {
        "what": said
    }


def _launch(rows: tuple[KindRow, ...]) -> str:
    """The plan's own sentence and its number."""
    first = next((row for row in rows if row.added and row is not None), None)
    whole = sum(row.added + row.changed + row.removed for row in rows)
    if first is None:
        return ngettext("Launch: apply %(n)s change", "Launch: apply %(n)s changes", whole) % {"n": _n(whole)}
    rest = whole - first.added
    number = {"n": _n(first.added), "kind": first.name.lower(), "rest": _n(rest)}
    if not rest:
        return _("Launch: create %(n)s %(kind)s") % number
    return _("Launch: create %(n)s %(kind)s and apply %(rest)s other changes") % number


def _results(slug: str, applied: int | None) -> tuple[Result, ...]:
    if applied is None:
        return ()
    return (
        Result(words=_("The report of run %(run)d") % {"run": applied}, address=reverse("run", args=[slug, applied])),
        Result(words=_("The students, with their families"), address=reverse("students", args=[slug])),
        Result(words=_("The schools"), address=reverse("schools", args=[slug])),
    )


def _n(value: int) -> str:
    return number_format(value, force_grouping=True)
