"""How long a run still takes, as a table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from rollbook.core.forecast import rate_of, seconds_left

BEFORE = {"read": 10.0, "clean": 2.0, "match": 1.0, "diff": 3.0, "plan": 1.0, "keep": 1.0, "apply": 8.0}

CASES = [
    # stage, seconds in it, done, total, an earlier run, seconds left
    ("read", 4.0, 0, 7, BEFORE, 22.0),
    ("read", 40.0, 0, 7, BEFORE, 16.0),  # longer than the last time: then at any moment
    ("diff", 1.0, 4, 7, BEFORE, 12.0),
    ("insert student", 3.0, 250, 1000, BEFORE, 9.0),  # rows are counted: the rate tells
    ("insert student", 3.0, 250, 1000, {}, 9.0),
    ("verify", 1.0, 0, 1, BEFORE, 0.0),
    ("read", 4.0, 0, 7, {}, None),
    ("", 0.0, 0, 0, {}, None),
    ("", 0.0, 0, 0, BEFORE, 26.0),
]


@pytest.mark.parametrize(("stage", "seconds", "done", "total", "before", "left"), CASES)
def test_the_time_left(
    stage: str, seconds: float, done: int, total: int, before: Mapping[str, float], left: float | None
) -> None:
    assert seconds_left(stage, seconds, done, total, before) == left


def test_the_rate_is_of_rows_that_are_done() -> None:
    assert rate_of(500, 2.0) == 250
    assert rate_of(0, 2.0) is None
    assert rate_of(5, 0.0) is None
