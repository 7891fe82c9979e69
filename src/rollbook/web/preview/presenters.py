"""The preview of a plan, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from rollbook.core.causes import CAUSES
from rollbook.core.entities import KINDS
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.reports.record_page import DISTRICT, RecordLine, RecordPage
from rollbook.reports.run_page import RunFacts, RunTold
from rollbook.services.approving import WaitingHold
from rollbook.web.components.paging import Pager, pager
from rollbook.web.runs.presenters import MatrixRow, headings, matrix_rows, query_of, state_word

__all__ = [
    "Consequence",
    "HoldCard",
    "HoldGroup",
    "PreviewPage",
    "Record",
    "RecordsPage",
    "is_ready",
    "preview_page",
    "records_page",
]


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
class HoldGroup:
    """Holds of one kind with one likely cause: one card, one decision for all of them, or one for each. ``sentence``: what
    the card says of several; ``approve``, ``reject``, ``wait``: the holds that a verdict on all would be about, ``words``:
    what approving them says."""

    sentence: str
    cards: tuple[HoldCard, ...]
    approve: tuple[str, ...]
    reject: tuple[str, ...]
    wait: tuple[str, ...]
    words: str

    @property
    def is_one(self) -> bool:
        """It is a card like any other."""
        return len(self.cards) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What the plan means to people's accounts; ``address`` leads to them (blank: to nobody)."""

    words: str
    links: tuple[tuple[str, str], ...]


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
    consequences: tuple[Consequence, ...]
    holds: tuple[HoldGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record with its action as a word and a mark."""

    line: RecordLine
    kind: str
    is_student: bool
    action: str
    mark: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One filter that can be taken away."""

    word: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsPage:
    """The people behind a number. ``csv``: what leads to the same list as a file."""

    slug: str
    run: int
    kind: str
    heading: str
    school: str
    text: str
    what: str
    csv: str
    chips: tuple[Chip, ...]
    is_of_one_kind: bool
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


def preview_page(slug: str, facts: RunFacts, told: RunTold, holds: Sequence[WaitingHold], *, by: str) -> PreviewPage:
    """For ``by``, who looks. ``told`` counts with the approved ones of ``holds`` released already."""
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
        consequences=_consequences(slug, facts.run, told.people),
        holds=_groups(sorted(holds, key=_order), facts.state, by),
    )


def is_ready(hold: WaitingHold) -> bool:
    """The hold is approved by as many as must, is not applied yet, and the approval is still good."""
    return hold.state == HoldState.APPROVED and not hold.is_applied and not hold.is_expired


def _groups(holds: Sequence[WaitingHold], state: str, by: str) -> tuple[HoldGroup, ...]:
    """In the order of the largest hold of each."""
    alike: dict[tuple[str, str, str], list[WaitingHold]] = {}
    for hold in holds:
        alike.setdefault((hold.kind, hold.group, hold.cause), []).append(hold)
    return tuple(_group(found, state, by) for found in alike.values())


def _group(holds: Sequence[WaitingHold], state: str, by: str) -> HoldGroup:
    cards = tuple(_card(hold, state) for hold in holds)
    open_ = [card for card in cards if card.may_decide]
    first, count = holds[0], sum(hold.count for hold in holds)
    number = {"schools": number_format(len(holds)), "count": number_format(count, force_grouping=True)}
    sentence = {
        "removal": _("%(schools)s schools, %(count)s %(kind)s who would leave, and one likely cause."),
        "update": _("%(schools)s schools, %(count)s %(kind)s who would change, and one likely cause."),
    }.get(first.group, _("%(schools)s schools, %(count)s %(kind)s who would be new, and one likely cause."))
    kind = headings([first.kind])[0].lower()
    mine = {hold.key for hold in holds if by in hold.approvals}
    undecided = [card for card in open_ if not card.is_approved and card.key not in mine]
    total = sum(card.count for card in undecided)
    return HoldGroup(
        sentence=f"{sentence % {**number, 'kind': kind}} {CAUSES.get(first.cause, '')}".strip(),
        cards=cards,
        approve=tuple(card.key for card in undecided),
        reject=tuple(card.key for card in open_ if not card.is_rejected),
        wait=tuple(card.key for card in open_),
        words=_approve(first.group, total, kind),
    )


def _consequences(slug: str, run: int, people: Mapping[str, Mapping[str, int]]) -> tuple[Consequence, ...]:
    said = {
        "access": (
            _("Accounts that would be closed, because nothing is left for them here:"),
            _("Nobody loses access."),
        ),
        "contacts": (
            _("People who have signed in already and would be reached elsewhere:"),
            _("Nobody who has signed in is reached elsewhere."),
        ),
    }
    base = reverse("records", args=[slug, run])
    found = []
    for what, (words, none) in said.items():
        kinds = [kind for kind in KINDS if people.get(what, {}).get(kind)]
        links = tuple(
            (
                f"{base}?kind={kind}&what={what}",
                f"{number_format(people[what][kind], force_grouping=True)} {name.lower()}",
            )
            for kind, name in zip(kinds, headings(kinds), strict=True)
        )
        found.append(Consequence(words=words if links else none, links=links))
    return (*found, Consequence(words=_("Nobody is written to: a sync sends no mail to families or staff."), links=()))


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
        approve=_approve(hold.group, hold.count, headings([hold.kind])[0].lower()),
    )


def _approve(group: str, count: int, kind: str) -> str:
    """The plan's own sentence and its number."""
    number = {"count": number_format(count, force_grouping=True), "kind": kind}
    if group == "removal":
        return _("They really left: let the %(count)s %(kind)s go") % number
    if group == "update":
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
        heading=headings([kind])[0] if kind else _("Everybody and everything"),
        school=chosen,
        text=text,
        what=what,
        csv="?" + urlencode({name: value for name, value in keep.items() if value}),
        chips=_chips(keep, found.schools),
        is_of_one_kind=bool(kind),
        schools=(
            ("", _("All schools")),
            *((str(key), name) for key, name in found.schools.items()),
            (str(DISTRICT), _("The district")),
        ),
        kinds=(("", _("All kinds")), *zip(kinds, headings(kinds), strict=True)),
        whats=(
            ("", _("Everything")),
            ("added", _("+ added")),
            ("changed", _("~ changed")),
            ("removed", _("− taken away")),
            ("held", _("‖ waits")),
            ("access", _("loses access")),
            ("contacts", _("reached elsewhere")),
        ),
        records=tuple(_record(line) for line in found.lines),
        pager=pager(total=found.total, page=page, size=size, keep=keep),
    )


def _chips(keep: Mapping[str, str], schools: Mapping[int, str]) -> tuple[Chip, ...]:
    """The filters that narrow the list, each with the address of the list without it."""
    whats = {
        "added": _("+ added"),
        "changed": _("~ changed"),
        "removed": _("− taken away"),
        "held": _("‖ waits"),
        "access": _("loses access"),
        "contacts": _("reached elsewhere"),
    }
    said = {
        "kind": headings([keep["kind"]])[0] if keep["kind"] else "",
        "school": {str(DISTRICT): _("The district")}.get(
            keep["school"], schools.get(int(keep["school"] or 0), keep["school"])
        ),
        "what": whats.get(keep["what"], ""),
        "q": f"“{keep['q']}”" if keep["q"] else "",
    }
    return tuple(
        Chip(
            word=word,
            without="?" + urlencode({other: value for other, value in keep.items() if value and other != name}),
        )
        for name, word in said.items()
        if word
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
    return Record(
        line=line,
        kind=headings([line.kind])[0],
        is_student=line.kind == "student",
        action=words.get(line.action, line.action),
        mark=mark,
        sign=sign,
    )
