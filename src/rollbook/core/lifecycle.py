"""What a run may become, and when: one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from rollbook.core.errors import PlanStale

__all__ = ["MOVES", "HoldState", "RunKind", "RunState", "check_move", "is_legal"]


class RunKind(StrEnum):
    """Why a run exists."""

    SYNC = "sync"
    """It carries what a source says into the directory."""
    UNDO = "undo"
    """It takes another run back (R-11)."""


class RunState(StrEnum):
    """Where a run stands."""

    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    STALE = "stale"
    DISCARDED = "discarded"
    FAILED = "failed"


class HoldState(StrEnum):
    """Where a hold stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


_S = RunState

MOVES: Mapping[RunState, frozenset[RunState]] = MappingProxyType(
    {
        _S.PLANNED: frozenset({_S.APPLYING, _S.STALE, _S.DISCARDED, _S.FAILED}),
        _S.APPLYING: frozenset({_S.APPLIED, _S.STALE, _S.FAILED}),
        _S.APPLIED: frozenset({_S.UNDONE}),
        _S.UNDONE: frozenset({_S.APPLIED}),  # its undo was undone
        _S.STALE: frozenset(),
        _S.DISCARDED: frozenset(),
        _S.FAILED: frozenset(),
    }
)
"""state → the states that may follow it. Nothing leaves stale, discarded and failed: plan again."""

_WHY_NOT: Mapping[RunState, tuple[str, str]] = MappingProxyType(
    {
        _S.PLANNED: ("has not been applied, so nothing can be taken back.", "Apply it, or leave it."),
        _S.APPLYING: ("is being applied at this moment.", "Wait until it is done."),
        _S.APPLIED: ("is applied already.", "Plan again to see what has changed since."),
        _S.UNDONE: ("was applied and has been undone since.", "Plan again, or undo the undo."),
        _S.STALE: ("was planned for a directory that has moved since.", "Plan again."),
        _S.DISCARDED: ("was discarded.", "Plan again."),
        _S.FAILED: ("failed, and changed nothing.", "Plan again."),
    }
)


def is_legal(state: RunState, to: RunState) -> bool:
    """Whether a run in ``state`` may become ``to``."""
    return to in MOVES[state]


def check_move(run_id: int, state: RunState, to: RunState) -> None:
    """The run may become ``to``.

    Raises PlanStale, with what the run is instead and what to do, when it may not.
    """
    if not is_legal(state, to):
        sentence, hint = _WHY_NOT[state]
        raise PlanStale(
            f"Run {run_id} {sentence}", hint=hint, detail={"run": run_id, "state": state.value, "wanted": to.value}
        )
