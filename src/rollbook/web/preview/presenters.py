"""The preview of a plan, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rollbook.core.entities import KINDS
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.reports.record_page import DISTRICT, RecordLine, RecordPage
from rollbook.reports.run_page import RunFacts, RunTold
from rollbook.services.approving import WaitingHold
from rollbook.web.components.paging import Pager, pager
from rollbook.web.runs.presenters import MatrixRow, headings, matrix_rows, query_of, state_word

__all__ = ["HoldCard", "PreviewPage", "Record", "RecordsPage", "is_ready", "preview_page", "records_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCard:
    """One hold that a person decides about. ``state``: as a word; ``told``: who has said what; ``query``: leads to the
    people. ``may_decide``: the hold can still be decided about; ``approve``: what the button says."""

    key: str
    sentence: str
    count: int
    with_it: int
    state: str
    told: str
    query: str
    is_approved: bool
    is_rejected: bool
    may_decide: bool
    approve: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """What the plan would do now, with the approved holds. ``can_apply``: something waits for the button; ``is_late``:
    the plan is applied already, only what was approved since would follow."""

    slug: str
    facts: RunFacts
    state: str
    can_apply: bool
    is_late: bool
    applies: int
    waits: int
    sentence: str
    headings: tuple[str, ...]
    matrix: tuple[MatrixRow, ...]
    holds: tuple[HoldCard, ...]


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


def preview_page(slug: str, facts: RunFacts, told: RunTold, holds: Sequence[WaitingHold]) -> PreviewPage:
    """``told`` counts with the approved ones of ``holds`` released already."""
    kinds, matrix = matrix_rows(told.matrix)
    is_late = facts.state == RunState.APPLIED
    late = sum(hold.count + hold.with_it for hold in holds if is_ready(hold))
    applies = late if is_late else int(told.matrix.select("added", "changed", "removed").sum().sum_horizontal().sum())
    return PreviewPage(
        slug=slug,
        facts=facts,
        state=state_word(facts.state),
        can_apply=applies > 0 and not facts.is_busy and (is_late or facts.state == RunState.PLANNED),
        is_late=is_late,
        applies=applies,
        waits=int(told.matrix["held"].sum()),
        sentence=_sentence(told, facts.state),
        headings=headings(kinds),
        matrix=matrix,
        holds=tuple(_card(hold, facts.state) for hold in sorted(holds, key=_order)),
    )


def is_ready(hold: WaitingHold) -> bool:
    """The hold is approved by as many as must, is not applied yet, and the approval is still good."""
    return hold.state == HoldState.APPROVED and not hold.is_applied and not hold.is_expired


def _order(hold: WaitingHold) -> tuple[int, int, str]:
    return KINDS.index(hold.kind), -hold.count, hold.key


def _sentence(told: RunTold, state: str) -> str:
    added, changed, removed, held = (int(told.matrix[name].sum()) for name in ("added", "changed", "removed", "held"))
    if not added + changed + removed + held:
        return _("The directory is true to the source: nothing would change.")
    counts = {"added": f"{added:,}", "changed": f"{changed:,}", "removed": f"{removed:,}", "held": f"{held:,}"}
    if state in (RunState.APPLIED, RunState.UNDONE):
        return _("It added %(added)s records, changed %(changed)s and took away %(removed)s. %(held)s waited.") % counts
    plan = _("It would add %(added)s records, change %(changed)s and take away %(removed)s.") % counts
    waits = _("%(held)s wait for a person.") % counts
    return f"{plan} {waits}" if held else plan


def _card(hold: WaitingHold, state: str) -> HoldCard:
    may_decide = not hold.is_expired and not hold.is_applied and state in (RunState.PLANNED, RunState.APPLIED)
    return HoldCard(
        key=hold.key,
        sentence=hold.sentence,
        count=hold.count,
        with_it=hold.with_it,
        state=_standing(hold),
        told=_said(hold),
        query=query_of(hold.school_id, hold.kind),
        is_approved=hold.state == HoldState.APPROVED,
        is_rejected=hold.state == HoldState.REJECTED,
        may_decide=may_decide,
        approve=_approve(hold),
    )


def _approve(hold: WaitingHold) -> str:
    """The plan's own sentence and its number."""
    number = {"count": f"{hold.count:,}", "kind": headings([hold.kind])[0].lower()}
    if hold.group == "removal":
        return _("They really left: let the %(count)s %(kind)s go") % number
    if hold.group == "update":
        return _("They are right: change the %(count)s %(kind)s") % number
    return _("They are right: let the %(count)s %(kind)s happen") % number


def _standing(hold: WaitingHold) -> str:
    if hold.is_applied:
        return _("applied")
    if hold.is_expired:
        return _("too old to decide about")
    return {"open": _("waits"), "approved": _("approved"), "rejected": _("rejected")}[hold.state]


def _said(hold: WaitingHold) -> str:
    """Who has approved, who must still; who rejected; who waits for new data."""
    parts = []
    if hold.approvals:
        parts.append(_("Approved by %(people)s.") % {"people": ", ".join(hold.approvals)})
        if hold.state == HoldState.OPEN and len(hold.approvals) < hold.needed:
            parts.append(_("One more person must approve."))
    if hold.state == HoldState.REJECTED:
        parts.append(_("Rejected: later plans do not ask again while it is about the same people."))
    if hold.waiting_by:
        parts.append(_("%(person)s waits for new data.") % {"person": hold.waiting_by})
    return " ".join(parts)


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
