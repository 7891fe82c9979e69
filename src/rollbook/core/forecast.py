"""How long a run still takes, from how long the last one of its connection took."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["STAGES", "rate_of", "seconds_left"]

STAGES = ("read", "clean", "scope", "match", "diff", "plan", "keep", "apply", "verify", "report")
"""The stages in their order. While a plan is being written, the step of that is told instead of ``apply``."""


def rate_of(done: int, seconds: float) -> float | None:
    """Rows a second; None while there is nothing to tell it from."""
    return done / seconds if done and seconds > 0 else None


def seconds_left(stage: str, in_stage: float, done: int, total: int, before: Mapping[str, float]) -> float | None:
    """Seconds until the end, given the ``stage``, the seconds it has lasted, its rows, and the seconds by stage of an
    earlier run (``before``). None when nothing is known."""
    if stage and stage not in STAGES:
        stage = "apply"
    left = None
    if total > len(STAGES) and done and in_stage > 0:  # rows are counted: the rate tells
        left = in_stage * (total - done) / done
    elif stage in before:
        left = max(0.0, before[stage] - in_stage)
    if left is None and not before:
        return None
    following = STAGES[STAGES.index(stage) + 1 :] if stage in STAGES else STAGES
    return (left or 0.0) + sum(before.get(name, 0.0) for name in following)
