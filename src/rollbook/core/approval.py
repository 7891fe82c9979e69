"""What persons have said of a hold, and whether it is enough (R-10)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import polars as pl

from rollbook.core.lifecycle import HoldState
from rollbook.core.plan import Plan

__all__ = ["APPROVERS", "Decision", "Standing", "Verdict", "hanging_on", "people_of", "still_rejected", "weigh"]

APPROVERS: Final[Mapping[str, int]] = MappingProxyType({"one": 1, "two": 2})
"""The setting ``approvals`` → how many persons have to approve."""

_CHUNK: Final = 100_000


class Verdict(StrEnum):
    """What a person may say of a hold."""

    APPROVE = "approve"
    """They may leave (or change, or be made): this once, in this plan."""
    REJECT = "reject"
    """They may not; and do not ask again while it is about the same people for the same cause."""
    WAIT = "wait"
    """The next data will tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One thing that one person said of one hold."""

    verdict: Verdict
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a hold stands: ``approvals`` are the persons who approved it since it was last rejected, of ``needed``;
    ``waiting_by`` decided to wait for new data, and nobody has said anything since."""

    state: HoldState
    approvals: tuple[str, ...]
    needed: int
    waiting_by: str
    expires_at: dt.datetime
    is_expired: bool

    @property
    def missing(self) -> int:
        """How many more persons have to approve."""
        return max(self.needed - len(self.approvals), 0)

    @property
    def is_released(self) -> bool:
        """Whether the plan may be applied with what waits in this hold."""
        return self.state is HoldState.APPROVED and not self.is_expired


def weigh(
    decisions: Sequence[Decision],
    *,
    before: HoldState = HoldState.OPEN,
    approvals: str,
    days: int,
    planned_at: dt.datetime,
    now: dt.datetime,
) -> Standing:
    """Where a hold stands after ``decisions``, in the order in which they were made.

    ``before``: what it was when the plan was made (rejected, where an equal hold was rejected before). One person
    counts once. A rejection, or the wish to wait, takes earlier approvals back; whatever is said later takes a rejection
    back. Everything said of a plan ends with it, ``days`` after it was planned.
    """
    needed = APPROVERS[approvals]
    rejected = before is HoldState.REJECTED
    persons: dict[str, None] = {}
    waiting = ""
    for decision in decisions:
        waiting = decision.by if decision.verdict is Verdict.WAIT else ""
        if decision.verdict is Verdict.APPROVE:
            rejected = False
            persons[decision.by] = None
        else:
            rejected = decision.verdict is Verdict.REJECT
            persons.clear()
    state = HoldState.REJECTED if rejected else HoldState.APPROVED if len(persons) >= needed else HoldState.OPEN
    expires_at = planned_at + dt.timedelta(days=days)
    return Standing(
        state=state,
        approvals=tuple(persons),
        needed=needed,
        waiting_by=waiting,
        expires_at=expires_at,
        is_expired=now >= expires_at,
    )


def people_of(plan: Plan) -> dict[str, str]:
    """hold → a digest of whom it is about and what would happen to them; for updates also of the new values.

    Equal for two plans exactly when the same people would be done the same to. The day of the plan is not in it, nor
    the place that a new record has in the plan.
    """
    held = plan.records.filter(pl.col("hold").is_not_null())
    if held.is_empty():
        return {}
    who = held.select(
        "hold",
        text=pl.concat_str(
            [
                pl.col("kind").cast(pl.String),
                pl.col("action").cast(pl.String),
                pl.when(pl.col("ref") > 0).then(pl.col("ref")).cast(pl.String).fill_null("new"),
                pl.col("sourced_id").fill_null(""),
            ],
            separator="|",
        ),
    )
    changed = plan.edits.filter(pl.col("hold").is_not_null() & (pl.col("action") == "update")).select(
        "hold", text=pl.concat_str(["table", pl.col("row_id").cast(pl.String), "new"], separator="|")
    )
    digests = {}
    for (hold,), rows in pl.concat([who, changed]).sort("hold", "text").group_by("hold", maintain_order=True):
        digest = hashlib.sha256()
        for part in rows["text"].to_frame().iter_slices(_CHUNK):
            digest.update("\n".join(part["text"]).encode())
            digest.update(b"\n")
        digests[str(hold)] = digest.hexdigest()[:32]
    return digests


def hanging_on(above: Mapping[str, str], heads: Sequence[str]) -> frozenset[str]:
    """The holds that wait with one of ``heads``, however far down; ``above``: hold → what it depends on, with blanks
    between (empty: nothing)."""
    found: set[str] = set()
    while grown := {
        hold
        for hold, parents in above.items()
        if hold not in found and not {*heads, *found}.isdisjoint(parents.split())
    }:
        found |= grown
    return frozenset(found)


def still_rejected(new: Mapping[str, tuple[str, str]], rejected: Mapping[str, tuple[str, str]]) -> frozenset[str]:
    """The holds of a new plan that stay rejected: the plan before rejected one of the same name for the same cause and
    the same people. Both: hold → (cause, people)."""
    return frozenset(hold for hold, what in new.items() if what[1] and rejected.get(hold) == what)
