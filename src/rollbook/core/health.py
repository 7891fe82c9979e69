"""How a source is, in one word: from its newest run, what waits, and the alarms that are on."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from rollbook.core.alarms import EVENTS, AlarmKind
from rollbook.core.lifecycle import RunState

__all__ = ["Health", "health_of"]

_WAITING = frozenset({AlarmKind.HELD})


class Health(StrEnum):
    """From the worst to the best, as an operator looks at a list."""

    FAILING = "failing"
    """A person has to mend something: an alarm is on, the schedule was stopped, or the last run failed."""
    HELD = "held"
    """Part of the newest plan waits for a person; everything else works."""
    PLANNED = "planned"
    """A plan waits to be applied, or to be made again."""
    WORKING = "working"
    """A run is waiting for a worker, or under way."""
    GOOD = "good"
    """The newest run was applied, and nothing waits."""
    NEW = "new"
    """It has never run."""


def health_of(
    state: RunState | None, *, holds: int = 0, alarms: Collection[str] = (), is_paused: bool = False
) -> Health:
    """``state``: of the newest run (None: there is none); ``holds``: open ones; ``alarms``: the kinds that are on;
    ``is_paused``: by an error that a person has to mend."""
    kinds = {AlarmKind(kind) for kind in alarms} - EVENTS
    if is_paused or kinds - _WAITING or state is RunState.FAILED:
        return Health.FAILING
    if holds or kinds:
        return Health.HELD
    if state is None:
        return Health.NEW
    if state in (RunState.QUEUED, RunState.PLANNING, RunState.APPLYING):
        return Health.WORKING
    if state in (RunState.PLANNED, RunState.STALE):
        return Health.PLANNED
    return Health.GOOD
