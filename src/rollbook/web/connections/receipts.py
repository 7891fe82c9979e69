"""The sharing receipt, ready to be shown (S-5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from rollbook.reports.examinations import Examined
from rollbook.web.components.tags import number

__all__ = ["Receipt", "SchoolLine", "receipt_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolLine:
    """A school of the source, and how much is shared of it."""

    sourced_id: str
    name: str
    users: int
    classes: int
    enrollments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A test of the connection: under way (``is_open``), or what it found at ``at``. ``rows``, ``roles``: name and number.
    ``empty_classes``: the sentence about classes without students, or blank."""

    is_open: bool
    asked_at: dt.datetime
    at: dt.datetime | None
    works: bool
    problem: str
    hint: str
    speaks: str
    rows: tuple[tuple[str, int], ...]
    roles: tuple[tuple[str, int], ...]
    schools: tuple[SchoolLine, ...]
    empty_classes: str
    dropped: tuple[str, ...]
    over_shared: tuple[str, ...]
    missing: tuple[str, ...]


def receipt_of(examined: Examined | None) -> Receipt | None:
    """The newest test of a source; None when it was never tested."""
    if examined is None:
        return None
    found = examined.result
    return Receipt(
        is_open=examined.ended_at is None,
        asked_at=examined.asked_at,
        at=examined.ended_at,
        works=bool(found.get("works")),
        problem=examined.problem or str(found.get("problem", "")),
        hint=str(found.get("hint", "")),
        speaks=str(found.get("speaks", "")),
        rows=_commonest(found.get("rows", {})),
        roles=_commonest(found.get("roles", {})),
        schools=tuple(_school(row) for row in found.get("schools", [])),
        empty_classes=_empty_classes(found),
        dropped=tuple(found.get("dropped", ())),
        over_shared=tuple(found.get("over_shared", ())),
        missing=tuple(found.get("missing", ())),
    )


def _commonest(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _school(row: Mapping[str, Any]) -> SchoolLine:
    return SchoolLine(
        sourced_id=row["sourced_id"] or "",
        name=row["name"] or "",
        users=row["users"],
        classes=row["classes"],
        enrollments=row["enrollments"],
    )


def _empty_classes(found: Mapping[str, Any]) -> str:
    count = found.get("classes_without_students", 0)
    if not count:
        return ""
    total = found["rows"].get("classes", count)
    words = ngettext(
        "%(total)s classes are shared; %(n)s of them has no students today. Sharing fewer keeps classroom lists short.",
        "%(total)s classes are shared; %(n)s of them have no students today. Sharing fewer keeps classroom lists short.",
        count,
    )
    return words % {"total": number(total), "n": number(count)}
