"""What a run may become, and when: one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from rollbook.core.errors import PlanStale

__all__ = ["MOVES", "OVER", "WHEN", "Errand", "HoldState", "RunKind", "RunState", "Why", "check_move", "is_legal"]


class RunKind(StrEnum):
    """Why a run exists."""

    SYNC = "sync"
    """It carries what a source says into the directory."""
    UNDO = "undo"
    """It takes another run back (R-11)."""


class Why(StrEnum):
    """Who or what asked for a run that a worker carries out."""

    DAILY = "daily"
    """The schedule."""
    MANUAL = "manual"
    """A person: "run now"."""
    CATCH_UP = "catch_up"
    """The schedule, long after it was due: nobody was there to do it."""


class Errand(StrEnum):
    """What a worker is asked to do with a run, where that is not the whole of it, from reading to applied."""

    PLAN = "plan"
    """Read and plan; the plan waits to be looked at."""
    APPLY = "apply"
    """Apply the plan as it was shown."""
    RELEASE = "release"
    """Apply what was approved after the plan had been applied (R-10)."""
    UNDO = "undo"
    """Take the run back, or nothing when later changes are in the way (R-11)."""
    UNDO_REST = "undo_rest"
    """Take back all of the run that nothing is in the way of."""


class RunState(StrEnum):
    """Where a run stands. Which stage of ``planning`` or ``applying`` it is in, its progress says."""

    QUEUED = "queued"
    PLANNING = "planning"
    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    STALE = "stale"
    DISCARDED = "discarded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class HoldState(StrEnum):
    """Where a hold stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


_S = RunState

MOVES: Mapping[RunState, frozenset[RunState]] = MappingProxyType(
    {
        _S.QUEUED: frozenset({_S.PLANNING, _S.FAILED, _S.CANCELLED}),
        _S.PLANNING: frozenset({_S.PLANNED, _S.QUEUED, _S.FAILED, _S.CANCELLED}),
        _S.PLANNED: frozenset({_S.APPLYING, _S.QUEUED, _S.STALE, _S.DISCARDED, _S.FAILED, _S.CANCELLED}),
        _S.APPLYING: frozenset({_S.APPLIED, _S.QUEUED, _S.PLANNED, _S.STALE, _S.FAILED}),
        _S.APPLIED: frozenset({_S.UNDONE}),
        _S.UNDONE: frozenset({_S.APPLIED}),  # its undo was undone
        _S.STALE: frozenset(),
        _S.DISCARDED: frozenset(),
        _S.FAILED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)
"""state → the states that may follow it. Nothing leaves stale, discarded, failed and cancelled: plan again. A worker's run
goes back to queued when its worker died or was stopped, or when the source asked for patience; it goes on from there. A plan
that was to be applied as it was shown goes back to planned instead: nobody has seen another."""

OVER: frozenset[RunState] = frozenset(state for state, following in MOVES.items() if not following)
"""The states that nothing follows."""

WHEN: Mapping[RunState, str] = MappingProxyType(
    {
        _S.QUEUED: "It waits for a worker, or for the time of its next try.",
        _S.PLANNING: "A worker reads the source, cleans, matches, compares and plans. The directory is not touched.",
        _S.PLANNED: "The plan is kept and can be looked at. The directory is not touched.",
        _S.APPLYING: "The plan is being written, in one transaction: until that ends, nobody sees any of it.",
        _S.APPLIED: "What nothing holds is in the directory. Holds of the run wait for a person.",
        _S.UNDONE: "It was applied, and another run took it back.",
        _S.STALE: "The directory moved after the plan was made. Nothing was applied.",
        _S.DISCARDED: "Nobody wants the plan any more. Nothing was applied.",
        _S.FAILED: "It ended with an error, which it tells. Nothing was applied.",
        _S.CANCELLED: "A person, or a newer run, ended it before anything was applied.",
    }
)
"""state → what is true then."""

_WHY_NOT: Mapping[RunState, tuple[str, str]] = MappingProxyType(
    {
        _S.QUEUED: ("waits for a worker.", "Wait until it is done, or cancel it: rollbook cancel RUN."),
        _S.PLANNING: ("is being planned at this moment.", "Wait until it is done, or cancel it: rollbook cancel RUN."),
        _S.PLANNED: ("has not been applied, so nothing can be taken back.", "Apply it, or leave it."),
        _S.APPLYING: ("is being applied at this moment.", "Wait until it is done."),
        _S.APPLIED: ("is applied already.", "Plan again to see what has changed since."),
        _S.UNDONE: ("was applied and has been undone since.", "Plan again, or undo the undo."),
        _S.STALE: ("was planned for a directory that has moved since.", "Plan again."),
        _S.DISCARDED: ("was discarded.", "Plan again."),
        _S.FAILED: ("failed, and changed nothing.", "Plan again."),
        _S.CANCELLED: ("was cancelled, and changed nothing.", "Plan again."),
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
