"""The preview of a plan, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from rollbook.core.lifecycle import RunState
from rollbook.reports.record_page import DISTRICT, RecordLine, RecordPage
from rollbook.reports.run_page import RunFacts, RunTold
from rollbook.web.components.paging import Pager, pager
from rollbook.web.runs.presenters import Hold, MatrixRow, headings, holds_of, matrix_rows, state_word

__all__ = ["HoldCard", "PreviewPage", "Record", "RecordsPage", "preview_page", "records_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCard:
    """One hold. ``chosen``: it would be released; ``toggle``: the query that chooses otherwise."""

    hold: Hold
    chosen: bool
    toggle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """What the plan would do now, with the holds in ``approve`` released. ``can_apply``: the run waits for the button."""

    slug: str
    facts: RunFacts
    state: str
    can_apply: bool
    applies: int
    waits: int
    sentence: str
    headings: tuple[str, ...]
    matrix: tuple[MatrixRow, ...]
    holds: tuple[HoldCard, ...]
    approve: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record with its action as a word and a mark."""

    line: RecordLine
    action: str
    mark: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsPage:
    """The people behind a number. ``queries``: what the filters keep."""

    slug: str
    run: int
    kind: str
    heading: str
    school: str
    text: str
    what: str
    is_student: bool
    schools: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    whats: tuple[tuple[str, str], ...]
    records: tuple[Record, ...]
    pager: Pager


_MARKS: Mapping[str, tuple[str, str]] = {
    "create": ("added", "+"),
    "restore": ("added", "+"),
    "brought back": ("added", "+"),
    "update": ("changed", "~"),
    "changed back": ("changed", "~"),
    "archive": ("removed", "−"),
    "end": ("removed", "−"),
    "suspend": ("removed", "−"),
    "removed": ("removed", "−"),
}


def preview_page(slug: str, facts: RunFacts, told: RunTold, approve: Sequence[str]) -> PreviewPage:
    """``told`` has the holds in ``approve`` released already."""
    kinds, matrix = matrix_rows(told.matrix)
    applies = int(told.matrix.select("added", "changed", "removed").sum().sum_horizontal().sum())
    waits = int(told.matrix["held"].sum())
    return PreviewPage(
        slug=slug,
        facts=facts,
        state=state_word(facts.state),
        can_apply=facts.state == RunState.PLANNED and applies > 0,
        applies=applies,
        waits=waits,
        sentence=_sentence(told),
        headings=headings(kinds),
        matrix=matrix,
        holds=tuple(_card(hold, approve) for hold in holds_of(told.holds)),
        approve=tuple(approve),
    )


def _sentence(told: RunTold) -> str:
    added, changed, removed, held = (int(told.matrix[name].sum()) for name in ("added", "changed", "removed", "held"))
    if not added + changed + removed + held:
        return _("The directory is true to the source: nothing would change.")
    counts = {"added": f"{added:,}", "changed": f"{changed:,}", "removed": f"{removed:,}", "held": f"{held:,}"}
    if held:
        return (
            _(
                "It would add %(added)s records, change %(changed)s and take away %(removed)s. %(held)s wait for a person."
            )
            % counts
        )
    return _("It would add %(added)s records, change %(changed)s and take away %(removed)s.") % counts


def _card(hold: Hold, approve: Sequence[str]) -> HoldCard:
    chosen = hold.key in approve
    others = [key for key in approve if key != hold.key]
    return HoldCard(
        hold=hold,
        chosen=chosen,
        toggle="?" + urlencode({"approve": others if chosen else [*approve, hold.key]}, doseq=True),
    )


def records_page(
    slug: str,
    run: int,
    found: RecordPage,
    *,
    kind: str,
    school: int | None,
    what: str,
    text: str,
    page: int,
    size: int,
    kinds: Sequence[str],
) -> RecordsPage:
    """One page of records."""
    chosen = "" if school is None else str(school)
    keep = {"kind": kind, "school": chosen, "what": what, "q": text}
    return RecordsPage(
        slug=slug,
        run=run,
        kind=kind,
        heading=headings([kind])[0],
        school=chosen,
        text=text,
        what=what,
        is_student=kind == "student",
        schools=(
            ("", _("All schools")),
            *((str(key), name) for key, name in found.schools.items()),
            (str(DISTRICT), _("The district")),
        ),
        kinds=tuple(zip(kinds, headings(kinds), strict=True)),
        whats=(
            ("", _("Everything")),
            ("added", _("+ added")),
            ("changed", _("~ changed")),
            ("removed", _("− taken away")),
            ("held", _("‖ waits")),
        ),
        records=tuple(_record(line) for line in found.lines),
        pager=pager(total=found.total, page=page, size=size, keep=keep),
    )


def _record(line: RecordLine) -> Record:
    mark, sign = ("held", "‖") if line.result == "held" else _MARKS.get(line.action, ("changed", "~"))
    words = {
        "create": _("new"),
        "restore": _("back again"),
        "update": _("changed"),
        "archive": _("archived"),
        "end": _("ended"),
        "suspend": _("suspended"),
        "removed": _("taken out"),
        "brought back": _("brought back"),
        "changed back": _("set back"),
    }
    return Record(line=line, action=words.get(line.action, line.action), mark=mark, sign=sign)
