"""The existing classrooms beside the classes of a source, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.reports.existing_classrooms import (
    ClassList,
    ExistingFilter,
    ExistingLine,
    ExistingList,
    ExistingNumbers,
)
from rollbook.web.components.paging import Pager, pager
from rollbook.web.offer.presenters import OfferBar, Tab

__all__ = ["Chip", "ClassroomsPage", "PickPage", "RoomLine", "Sum", "Whole", "classrooms_page", "pick_page"]

_SURE = ("same_id", "same_code", "same_name_teacher", "same_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """Why a class is suggested, or what else agrees."""

    word: str
    is_near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLine:
    """One existing classroom and the class beside it. ``tie``: how they are tied (matched, suggested, near, none);
    ``doubles``: leaving it makes a double, surely; ``about``: teachers and students in words."""

    line: ExistingLine
    state: str
    tie: str
    chips: tuple[Chip, ...]
    about: str
    class_about: str
    doubles: bool
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What may be done with all that fit: ``act``, its words with the number, and whether it takes something away."""

    act: str
    words: str
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One line of the sum."""

    word: str
    count: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomsPage:
    """The page. ``fields``: the filter, for the forms; ``wholes``: what may be done with all that fit; ``sums`` add up to
    ``total``."""

    slug: str
    source: int
    bar: OfferBar
    is_known: bool
    wanted: ExistingFilter
    schools: tuple[tuple[str, str, bool], ...]
    states: tuple[Tab, ...]
    reasons: tuple[Tab, ...]
    lines: tuple[RoomLine, ...]
    pager: Pager
    fields: tuple[tuple[str, str], ...]
    wholes: tuple[Whole, ...]
    sums: tuple[Sum, ...]
    warning: str
    total: int
    back: str
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PickPage:
    """Which class one classroom is."""

    slug: str
    source: int
    room: RoomLine
    text: str
    classes: ClassList
    pager: Pager
    back: str


def query_of(wanted: ExistingFilter) -> dict[str, str]:
    """The filter as the words of an address; what is as it is by itself is left out."""
    words = {
        "state": "" if wanted.state == "open" else wanted.state,
        "reason": wanted.reason,
        "school": str(wanted.school or ""),
        "q": wanted.text,
    }
    return {name: value for name, value in words.items() if value}


def classrooms_page(
    slug: str,
    source: int,
    bar: OfferBar,
    wanted: ExistingFilter,
    numbers: ExistingNumbers,
    found: ExistingList,
    *,
    schools: Sequence[tuple[int, str]],
    page: int,
    size: int,
    refusal: str = "",
) -> ClassroomsPage:
    """One page of the existing classrooms that fit."""
    query = query_of(wanted)
    back = "?" + urlencode({**query, "page": str(page)})
    return ClassroomsPage(
        slug=slug,
        source=source,
        bar=bar,
        is_known=bar.read_at is not None,
        wanted=wanted,
        schools=(
            ("", _("All schools"), wanted.school is None),
            *((str(key), name, key == wanted.school) for key, name in schools),
        ),
        states=_states(numbers, query),
        reasons=_reasons(numbers, query) if wanted.state == "open" else (),
        lines=tuple(_room(line, wanted.state, back) for line in found.lines),
        pager=pager(total=found.total, page=page, size=size, keep=query),
        fields=tuple(query.items()),
        wholes=_wholes(wanted, found),
        sums=_sums(numbers),
        warning=_warning(numbers),
        total=numbers.total,
        back=back,
        refusal=refusal,
    )


def pick_page(
    slug: str,
    source: int,
    state: str,
    line: ExistingLine,
    classes: ClassList,
    *,
    text: str,
    page: int,
    size: int,
    back: str,
) -> PickPage:
    """The classes of the classroom's school that have no classroom."""
    return PickPage(
        slug=slug,
        source=source,
        room=_room(line, state, back),
        text=text,
        classes=classes,
        pager=pager(total=classes.total, page=page, size=size, keep={"q": text, "back": back}),
        back=back,
    )


def _room(line: ExistingLine, state: str, back: str) -> RoomLine:
    hint = line.suggestion
    tie = "matched" if state == "taken" else "none" if hint is None else "suggested" if line.is_sure else "near"
    chips = []
    if hint is not None and state != "taken":
        decided = {"same_id": "id", "same_code": "code", "same_name_teacher": "name", "same_name": "name"}
        chips = [Chip(word=_why(line.reason, line.rivals), is_near=not line.is_sure)]
        said = {decided.get(line.reason, "")} | (
            {"teacher"} if line.reason in ("same_name_teacher", "same_teacher") else set()
        )
        chips += [Chip(word=_fact(fact), is_near=False) for fact in line.facts if fact not in said]
    students = ngettext("%(n)s student", "%(n)s students", line.students) % {"n": _n(line.students)}
    return RoomLine(
        line=line,
        state=state,
        tie=tie,
        chips=tuple(chips),
        about=" · ".join(filter(None, (line.code, ", ".join(line.teachers), students))),
        class_about=" · ".join(filter(None, (hint.code, ", ".join(hint.teachers)))) if hint else "",
        doubles=state in ("open", "left") and hint is not None and line.is_sure,
        query=urlencode({"back": back}),
    )


def _states(numbers: ExistingNumbers, query: Mapping[str, str]) -> tuple[Tab, ...]:
    words = {"open": _("Undecided"), "taken": _("Taken over"), "left": _("Left as they are"), "archived": _("Archived")}
    here = query.get("state", "open")
    return tuple(
        Tab(
            word=word,
            count=numbers.states[state],
            address="?" + urlencode(_with(query, state="" if state == "open" else state, reason="")),
            is_here=state == here,
        )
        for state, word in words.items()
    )


def _reasons(numbers: ExistingNumbers, query: Mapping[str, str]) -> tuple[Tab, ...]:
    here = query.get("reason", "")
    every = Tab(
        word=_("Any reason"),
        count=numbers.states["open"],
        address="?" + urlencode(_with(query, reason="")),
        is_here=not here,
    )
    return (
        every,
        *(
            Tab(
                word=_why(reason, None),
                count=count,
                address="?" + urlencode(_with(query, reason=reason)),
                is_here=reason == here,
                is_near=reason not in _SURE and reason != "none",
            )
            for reason, count in numbers.reasons.items()
        ),
    )


def _with(query: Mapping[str, str], **changed: str) -> dict[str, str]:
    return {name: value for name, value in {**query, **changed}.items() if value}


def _wholes(wanted: ExistingFilter, found: ExistingList) -> tuple[Whole, ...]:
    """The buttons for all that fit, with their numbers."""
    made: list[tuple[str, str]] = []
    n, sure = _n(found.total), _n(found.sure)
    if not found.total:
        return ()
    if wanted.state in ("open", "left"):
        if found.sure:
            text = ngettext("Take over %(n)s as suggested", "Take over %(n)s as suggested", found.sure)
            made.append(("take", text % {"n": sure}))
        if wanted.state == "open":
            text = ngettext("Leave %(n)s as it is", "Leave %(n)s as they are", found.total) % {"n": n}
            if found.sure:
                text += " " + ngettext("(%(n)s double)", "(%(n)s doubles)", found.sure) % {"n": sure}
            made.append(("leave", text))
        text = ngettext("Archive %(n)s classroom", "Archive %(n)s classrooms", found.total)
        made.append(("archive", text % {"n": n}))
    if wanted.state != "open":
        text = ngettext("Make %(n)s undecided again", "Make %(n)s undecided again", found.total)
        made.append(("reopen", text % {"n": n}))
    return tuple(Whole(act=act, words=words, is_first=not place) for place, (act, words) in enumerate(made))


def _sums(numbers: ExistingNumbers) -> tuple[Sum, ...]:
    doubled = (
        ngettext(
            "%(n)s of them stands beside a new classroom of the same kind",
            "%(n)s of them stand beside a new classroom of the same kind",
            numbers.left_doubles,
        )
        % {"n": _n(numbers.left_doubles)}
        if numbers.left_doubles
        else _("the sync never touches them")
    )
    return (
        Sum(
            word=_("Taken over"),
            count=numbers.states["taken"],
            sentence=_("the sync updates them; their history and what was added by hand stay"),
        ),
        Sum(
            word=_("Archived"),
            count=numbers.states["archived"],
            sentence=_("hidden and restorable; the sync makes new ones"),
        ),
        Sum(word=_("Left as they are"), count=numbers.states["left"], sentence=doubled),
        Sum(
            word=_("Undecided"),
            count=numbers.states["open"],
            sentence=_("as if they were left, until somebody decides"),
        ),
    )


def _warning(numbers: ExistingNumbers) -> str:
    """What happens to the undecided when nobody decides."""
    if not numbers.doubles and not numbers.may_double:
        return ""
    text = ngettext(
        "If nobody decides, the next run makes %(n)s classroom beside one that is there already.",
        "If nobody decides, the next run makes %(n)s classrooms beside ones that are there already.",
        numbers.doubles,
    )
    told = text % {"n": _n(numbers.doubles)}
    if numbers.may_double:
        perhaps = ngettext("%(n)s more perhaps.", "%(n)s more perhaps.", numbers.may_double)
        told += " " + perhaps % {"n": _n(numbers.may_double)}
    return told


def _why(reason: str, rivals: int | None) -> str:
    if reason == "several" and rivals:
        text = ngettext("%(n)s more class looks the same", "%(n)s more classes look the same", rivals)
        return text % {"n": _n(rivals)}
    return {
        "same_id": _("same id"),
        "same_code": _("same code"),
        "same_name_teacher": _("same name and teacher"),
        "same_name": _("same name"),
        "several": _("several alike"),
        "near_code": _("code looks alike"),
        "same_teacher": _("same teacher, other name"),
        "none": _("nothing like it"),
    }.get(reason, reason)


def _fact(fact: str) -> str:
    return {"id": _("same id"), "code": _("same code"), "name": _("same name"), "teacher": _("same teacher")}[fact]


def _n(value: int) -> str:
    return number_format(value, force_grouping=True)
