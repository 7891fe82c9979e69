"""What looks at a source found, as it was kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from rollbook.core.errors import NotFound
from rollbook.engine import artifacts
from rollbook.store.models import Examination, SourceConnection

__all__ = ["CheckRow", "CheckRows", "Examined", "check_rows", "examined", "newest"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One row behind a check, blanks for what is not known."""

    kind: str
    sourced_id: str
    object_id: int | None
    name: str
    school: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRows:
    """What is behind one check of the newest self-check: its numbers, and all rows (``core.self_check.ROW_SCHEMA``)."""

    check: Mapping[str, Any]
    frame: pl.DataFrame

    def lines(self, first: int, size: int) -> list[CheckRow]:
        """Some of the rows."""
        found = self.frame.slice(first, size).with_columns(pl.selectors.string().fill_null(""))
        return [CheckRow(**row) for row in found.iter_rows(named=True)]


def check_rows(connection: SourceConnection, key: str) -> CheckRows:
    """The rows behind a check of the source's newest self-check. Raises NotFound for a check that found none, and when
    their time is over."""
    newest_one = newest([connection.pk], "self_check").get(connection.pk)
    listed = newest_one.result.get("checks", []) if newest_one else []
    check = next((check for check in listed if check["key"] == key and check["rows"]), None)
    if newest_one is None or check is None:
        raise NotFound(f"The self-check has no rows of {key!r}.", hint="Check again.")
    return CheckRows(check=check, frame=artifacts.read_rows(connection.district_id, newest_one.rows)[key])
