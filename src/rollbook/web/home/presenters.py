"""The home of a district, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rollbook.core.alarms import AlarmKind
from rollbook.reports.districts import SourceLine
from rollbook.reports.trends import Trends
from rollbook.services.alarms import Standing
from rollbook.web.districts.presenters import SourceCard, source_card
from rollbook.web.set_up.presenters import Step, done_of
from rollbook.web.trends.presenters import DayRow, day_rows

__all__ = ["HomePage", "home_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """The page. ``alarms``: that are on, but for holds, which have cards of their own; ``days``: the last ones, the oldest
    first."""

    slug: str
    sources: tuple[SourceCard, ...]
    alarms: tuple[Standing, ...]
    waiting: int
    holds: int
    findings: int
    steps: tuple[Step, ...]
    done: int
    first_open: bool
    has_runs: bool
    days: tuple[DayRow, ...]


def home_page(
    slug: str,
    sources: Sequence[SourceLine],
    alarms: Sequence[Standing],
    found_trends: Trends,
    found: Sequence[Step],
) -> HomePage:
    """The district ``slug`` with its last days and the steps of its set-up, which are folded away after the first
    applied run."""
    return HomePage(
        slug=slug,
        sources=tuple(source_card(line) for line in sources),
        alarms=tuple(alarm for alarm in alarms if alarm.kind != AlarmKind.HELD),
        waiting=sum(line.waiting for line in sources),
        holds=sum(line.holds for line in sources),
        findings=sum(line.findings for line in sources),
        steps=tuple(found),
        done=done_of(found),
        first_open=not any(line.applied_at for line in sources),
        has_runs=any(line.run for line in sources),
        days=day_rows(found_trends.days),
    )
