"""Districts and their sources, ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rollbook.core.health import Health
from rollbook.core.lifecycle import RunState
from rollbook.reports.districts import SourceLine
from rollbook.services.access import Seat
from rollbook.web.page import landing

__all__ = ["DistrictCard", "DistrictsPage", "Mark", "SourceCard", "districts_page", "health", "source_card"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A dot and its word: ``good``, ``wait``, ``bad`` or ``none``."""

    dot: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """One source: what it is, how it is, how old its data are, what waits."""

    connection: int
    name: str
    kind: str
    health: Mark
    run: int | None
    held_run: int | None
    read_at: dt.datetime | None
    applied_at: dt.datetime | None
    waiting: int
    holds: int
    findings: int
    error: str
    is_daily: bool
    next_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictCard:
    """One district of the list. ``begins``: the name of its first page."""

    slug: str
    begins: str
    name: str
    sources: tuple[SourceCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictsPage:
    """The list."""

    districts: tuple[DistrictCard, ...]


KINDS = {
    "classlink": "ClassLink",
    "clever": "Clever",
    "oneroster_rest": "OneRoster REST",
    "oneroster_csv": "OneRoster CSV",
    "oneroster_sftp": "OneRoster CSV, SFTP",
    "guardians_csv": "guardians.csv",
    "simple_csv": "students.csv",
    "guardians_sftp": "guardians.csv, SFTP",
}
"""Connector → how its vendor calls itself; none is translated."""


def health(line: SourceLine) -> Mark:
    """How a source is (``core.health``), as a dot and a word; of what has to be mended, what it is."""
    if line.stopped:
        return Mark(dot="bad", word=_("Stopped: a person has to mend it"))
    if line.health is Health.FAILING and line.state != RunState.FAILED:
        return Mark(dot="bad", word=_("Something is wrong: a person has to look"))
    dots = {Health.FAILING: "bad", Health.GOOD: "good", Health.NEW: "none"}
    words = {
        Health.FAILING: _("The last run failed"),
        Health.HELD: _("Waits for a person"),
        Health.PLANNED: _("Planned, not applied"),
        Health.WORKING: _("A run is under way"),
        Health.GOOD: _("In order"),
        Health.NEW: _("Never run"),
    }
    return Mark(dot=dots.get(line.health, "wait"), word=words[line.health])


def source_card(line: SourceLine) -> SourceCard:
    """One source."""
    return SourceCard(
        connection=line.connection,
        name=line.name,
        kind=KINDS.get(line.kind, line.kind),
        health=health(line),
        run=line.run,
        held_run=line.held_run,
        read_at=line.read_at,
        applied_at=line.applied_at,
        waiting=line.waiting,
        holds=line.holds,
        findings=line.findings,
        error=line.stopped or line.error,
        is_daily=line.is_daily,
        next_at=line.next_at if line.is_daily else None,
    )


def districts_page(seats: Sequence[Seat], sources: dict[int, list[SourceLine]]) -> DistrictsPage:
    """The districts of an account, with ``sources`` by district."""
    return DistrictsPage(
        districts=tuple(
            DistrictCard(
                slug=seat.district.slug,
                begins=landing(seat),
                name=seat.district.name,
                sources=tuple(source_card(line) for line in sources.get(seat.district.pk, ())),
            )
            for seat in seats
        )
    )
