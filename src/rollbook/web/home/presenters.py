"""The home of a district, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rollbook.core.alarms import AlarmKind
from rollbook.core.lifecycle import RunKind
from rollbook.reports.districts import SourceLine
from rollbook.reports.run_list import RunRow
from rollbook.services.alarms import Standing
from rollbook.web.districts.presenters import SourceCard, source_card
from rollbook.web.set_up.presenters import Step, done_of

__all__ = ["Bar", "Chart", "HomePage", "Segment", "chart", "home_page"]

_HEIGHT = 72
_WIDTH = 32
_GAP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a bar, in the units of the picture, as SVG writes numbers in every language."""

    kind: str
    y: str
    height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One run: where it stands, what it is made of, and the words that say the same."""

    run: int
    x: int
    middle: int
    words: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars from the oldest to the newest."""

    width: int
    height: int
    bar: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """The page. ``alarms``: that are on, but for holds, which have cards of their own; ``runs``: the newest first."""

    slug: str
    sources: tuple[SourceCard, ...]
    alarms: tuple[Standing, ...]
    waiting: int
    holds: int
    findings: int
    steps: tuple[Step, ...]
    done: int
    first_open: bool
    chart: Chart
    runs: tuple[RunRow, ...]


def chart(rows: Sequence[RunRow]) -> Chart:
    """The runs as bars, the newest right. A bar's height is the square root of its share of the tallest: one great day
    leaves the others visible."""
    shown = list(reversed([row for row in rows if row.kind != RunKind.UNDO]))
    most = max((_size(row) for row in shown), default=0)
    bars = []
    for place, row in enumerate(shown):
        x = place * (_WIDTH + _GAP)
        bars.append(Bar(run=row.run, x=x, middle=x + _WIDTH // 2, words=_words(row), segments=_segments(row, most)))
    return Chart(width=max(1, len(bars)) * (_WIDTH + _GAP) - _GAP, height=_HEIGHT, bar=_WIDTH, bars=tuple(bars))


def home_page(
    slug: str,
    sources: Sequence[SourceLine],
    alarms: Sequence[Standing],
    runs: Sequence[RunRow],
    found: Sequence[Step],
) -> HomePage:
    """The district ``slug`` with the newest ``runs`` and the steps of its set-up, which are folded away after the first
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
        chart=chart(runs),
        runs=tuple(runs),
    )


def _parts(row: RunRow) -> tuple[tuple[str, int], ...]:
    """``waiting`` is a part of what is planned; it is taken out of the removals first, which it mostly is."""
    removed = max(0, row.removed - row.waiting)
    return (("added", row.added), ("changed", row.changed), ("removed", removed), ("held", row.waiting))


def _size(row: RunRow) -> int:
    return sum(count for _kind, count in _parts(row))


def _segments(row: RunRow, most: int) -> tuple[Segment, ...]:
    size = _size(row)
    if not size:
        return (Segment(kind="none", y=str(_HEIGHT - 2), height="2"),)
    tall = max(4.0, _HEIGHT * (size / most) ** 0.5)
    segments, y = [], float(_HEIGHT)
    for kind, count in _parts(row):
        if count:
            height = tall * count / size
            y -= height
            segments.append(Segment(kind=kind, y=f"{y:.1f}", height=f"{height:.1f}"))
    return tuple(segments)


def _words(row: RunRow) -> str:
    counts = {
        "run": row.run,
        "added": row.added,
        "changed": row.changed,
        "removed": row.removed,
        "waiting": row.waiting,
    }
    return _("Run %(run)d: +%(added)d ~%(changed)d −%(removed)d ‖%(waiting)d") % counts
