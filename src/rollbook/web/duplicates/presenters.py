"""Pairs, side by side: values → what the templates show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.services.duplicates import Pair
from rollbook.services.merging import MergePlan, Side
from rollbook.web.components.paging import Pager, pager
from rollbook.web.components.tags import number
from rollbook.web.components.words import account_word, state_word
from rollbook.web.duplicates.words import field_word, reason_sentence, table_word, verdict_sentence, verdict_word

__all__ = ["CertainPage", "DuplicatesPage", "PairPage", "certain_page", "duplicates_page", "name_of", "pair_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """One pair of the list."""

    left: int
    right: int
    names: tuple[str, str]
    detail: str
    verdict: str
    reasons: str
    is_different: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One filter of the list: its word and number, and where it leads."""

    word: str
    number: int
    query: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesPage:
    """The list. ``certain``: records that the certain pairs would let vanish; ``is_large``: too many people to compare
    them while somebody waits."""

    slug: str
    kind: str
    lines: tuple[PairLine, ...]
    chips: tuple[Chip, ...]
    pager: Pager
    certain: int
    is_large: bool

    @property
    def command(self) -> str:
        """What does the same at the command line."""
        return f"rollbook duplicates {self.slug} --kind {self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One side's value of a field. ``is_chosen``: it stays."""

    record: int
    name: str
    value: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field of both sides."""

    name: str
    word: str
    cells: tuple[Cell, ...]
    is_equal: bool
    is_locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SideHead:
    """One record's name and where it comes from."""

    record: int
    name: str
    sources: str
    is_survivor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPage:
    """Two records, and what merging them would do."""

    slug: str
    kind: str
    left: int
    right: int
    verdict: str
    sentence: str
    reasons: str
    is_different: bool
    heads: tuple[SideHead, ...]
    fields: tuple[FieldLine, ...]
    hangs: tuple[tuple[str, tuple[int, ...], int, int], ...]
    query: str
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertainPage:
    """All certain pairs, before they are merged in one go; ``sample`` shows some."""

    slug: str
    kind: str
    number: int
    button: str
    sample: tuple[tuple[str, ...], ...]
    refusal: str = ""


def name_of(side: Side) -> str:
    """The name on a side, or the record's number where it has none."""
    said = " ".join(part for part in (side.values["given_name"], side.values["family_name"]) if part)
    return said or _("record %(number)d") % {"number": side.record}


def duplicates_page(
    slug: str,
    kind: str,
    found: Sequence[Pair],
    sides: Mapping[int, Side],
    *,
    counts: Mapping[str, int],
    asked: str,
    total: int,
    page: int,
    size: int,
    certain: int,
    is_large: bool,
) -> DuplicatesPage:
    """A page of pairs."""
    chips = [Chip(word=_("all"), number=sum(counts.values()), query=f"?kind={kind}", is_here=not asked)]
    chips += [
        Chip(
            word=verdict_word(verdict),
            number=many,
            query=f"?kind={kind}&verdict={verdict}",
            is_here=asked == verdict,
        )
        for verdict, many in counts.items()
    ]
    return DuplicatesPage(
        slug=slug,
        kind=kind,
        lines=tuple(
            PairLine(
                left=pair.left,
                right=pair.right,
                names=(name_of(sides[pair.left]), name_of(sides[pair.right])),
                detail=_differing(sides[pair.left], sides[pair.right]),
                verdict=verdict_word(pair.verdict),
                reasons=reason_sentence(pair.reasons, kind),
                is_different=pair.is_different,
            )
            for pair in found
            if pair.left in sides and pair.right in sides
        ),
        chips=tuple(chips),
        pager=pager(total=total, page=page, size=size, keep={"kind": kind, "verdict": asked}),
        certain=certain,
        is_large=is_large,
    )


def _differing(left: Side, right: Side) -> str:
    """What the two sides say differently, as “field one | other”."""
    return "; ".join(
        f"{field_word(name)} {left.values[name] or '–'} | {right.values[name] or '–'}"
        for name in ("student_number", "grade", "birth_on")
        if left.values.get(name) != right.values.get(name)
    )


def pair_page(slug: str, plan: MergePlan, pair: Pair | None, *, query: str, refusal: str = "") -> PairPage:
    """Both sides, the survivor first."""
    records = [side.record for side in plan.sides]
    tables = dict.fromkeys([table for side in plan.sides for table in side.hangs])
    moved, folded = plan.moves.moved, plan.moves.folded
    return PairPage(
        slug=slug,
        kind=plan.kind,
        left=min(records),
        right=max(records),
        verdict=verdict_word(pair.verdict) if pair else "",
        sentence=verdict_sentence(pair.verdict) if pair else _("Chosen by hand."),
        reasons=reason_sentence(pair.reasons, plan.kind) if pair else "",
        is_different=pair.is_different if pair else False,
        heads=tuple(
            SideHead(
                record=side.record,
                name=_numbered(side),
                sources=", ".join(side.sources),
                is_survivor=side.record == plan.survivor,
            )
            for side in plan.sides
        ),
        fields=tuple(
            FieldLine(
                name=field.name,
                word=field_word(field.name),
                cells=tuple(
                    Cell(
                        record=side.record,
                        name=_numbered(side),
                        value=_said(field.name, side.values[field.name]),
                        is_chosen=field.record == side.record or (field.is_equal and side.record == plan.survivor),
                    )
                    for side in plan.sides
                ),
                is_equal=field.is_equal,
                is_locked=field.is_locked,
            )
            for field in plan.fields
            if any(side.values[field.name] for side in plan.sides)
        ),
        hangs=tuple(
            (
                table_word(table),
                tuple(side.hangs.get(table, 0) for side in plan.sides),
                moved.get(table, 0),
                folded.get(table, 0),
            )
            for table in dict.fromkeys([*tables, *moved, *folded])
        ),
        query=query,
        refusal=refusal,
    )


def _numbered(side: Side) -> str:
    """Name and number: two of a pair often have one name."""
    return f"{name_of(side)} #{side.record}"


def _said(name: str, value: str | None) -> str:
    if value is None:
        return "–"
    return {"status": state_word, "account_state": account_word}.get(name, str)(value)


def certain_page(
    slug: str, kind: str, groups: Sequence[tuple[int, ...]], sides: Mapping[int, Side], *, refusal: str = ""
) -> CertainPage:
    """The groups of certain pairs, some of them shown."""
    vanishing = sum(len(group) - 1 for group in groups)
    button = (
        ngettext("Merge %(n)s person", "Merge %(n)s persons", vanishing)
        if kind == "person"
        else ngettext("Merge %(n)s student", "Merge %(n)s students", vanishing)
    )
    return CertainPage(
        slug=slug,
        kind=kind,
        number=vanishing,
        button=button % {"n": number(vanishing)},
        sample=tuple(tuple(name_of(sides[record]) for record in group) for group in groups if set(group) <= set(sides)),
        refusal=refusal,
    )
