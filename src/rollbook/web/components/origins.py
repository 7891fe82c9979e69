"""The ids of the sources that are bound to an object, and the answers to “why?” about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rollbook.reports.student_page import LinkLine
from rollbook.services import explaining
from rollbook.services.access import Seat
from rollbook.services.explaining import Answer
from rollbook.web.districts.presenters import KINDS

__all__ = ["SourceId", "WhyPage", "answers", "source_ids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceId:
    """One source that knows the object, and by which sourcedId."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyPage:
    """The explanation. ``answers``: one a source that knows the object; ``back``: the address of its page; ``unknown``:
    what is said when no source knows it."""

    slug: str
    name: str
    back: str
    unknown: str
    answers: tuple[Answer, ...]


def source_ids(links: Sequence[LinkLine]) -> tuple[SourceId, ...]:
    """One line a link."""
    return tuple(
        SourceId(name=f"{KINDS.get(link.kind, link.kind)} · {link.source}", value=link.sourced_id) for link in links
    )


def answers(seat: Seat, kind: str, object_id: int, links: Sequence[LinkLine]) -> tuple[Answer, ...]:
    """What the sources said of the object last, which rule decided, and what came of it."""
    ids = dict.fromkeys(link.sourced_id for link in links)
    return tuple(
        answer
        for sourced_id in ids
        for answer in explaining.explain(seat.district, sourced_id).answers
        if answer.kind == kind and answer.object_id == object_id
    )
