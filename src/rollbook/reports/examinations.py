"""What looks at a source found, as it was kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollbook.store.models import Examination

__all__ = ["Examined", "newest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One examination; under way while ``ended_at`` is None. ``problem``: why it found nothing."""

    number: int
    connection: int
    kind: str
    asked_at: dt.datetime
    asked_by: str
    ended_at: dt.datetime | None
    question: Mapping[str, Any]
    result: Mapping[str, Any]
    rows: str
    problem: str


def newest(connections: Sequence[int], kind: str) -> dict[int, Examined]:
    """Connection → its newest examination of that kind. One query."""
    found = Examination.objects.filter(connection__in=connections, kind=kind)
    return {
        row.connection_id: examined(row) for row in found.order_by("connection_id", "-id").distinct("connection_id")
    }


def examined(row: Examination) -> Examined:
    """An examination as a value."""
    return Examined(
        number=row.pk,
        connection=row.connection_id,
        kind=row.kind,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        ended_at=row.ended_at,
        question=row.question,
        result=row.result,
        rows=row.rows,
        problem=row.problem,
    )
