"""The last thing that a person did in steps 3 and 4, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from rollbook.core.errors import NotFound
from rollbook.engine import hand_acts
from rollbook.store.models import SourceConnection

__all__ = ["LastAct", "last", "undo", "undo_last"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAct:
    """One act. ``step``: ``match_schools`` or ``settle_classrooms``; ``counts``: what was done → how often."""

    number: int
    step: str
    counts: Mapping[str, int]
    at: dt.datetime
    by: str


def last(*, connection: SourceConnection) -> LastAct | None:
    """The newest act that can still be taken back; none once a run was applied. Two queries."""
    found = hand_acts.last(connection)
    if found is None:
        return None
    return LastAct(number=found.pk, step=found.kind, counts=dict(found.counts), at=found.at, by=found.by)


def undo(*, connection: SourceConnection, number: int, by: str, now: dt.datetime) -> Mapping[str, int]:
    """The act is taken back, exactly; returns what it had done. Raises NotFound when it is not the last one that can be,
    HoldRequired when what it wrote was changed since, and then nothing changes."""
    return hand_acts.undo(connection=connection, number=number, by=by, now=now)


def undo_last(*, connection: SourceConnection, step: str, by: str, now: dt.datetime) -> Mapping[str, int]:
    """As ``undo``, for the last act, if it was of that step."""
    found = last(connection=connection)
    if found is None or found.step != step:
        raise NotFound(
            "There is nothing to take back in this step.", hint="Only the last act can be, until a run is applied."
        )
    return undo(connection=connection, number=found.number, by=by, now=now)
