"""The lifecycle of a run, as a table."""

from __future__ import annotations

import pytest

from rollbook.core.errors import PlanStale
from rollbook.core.lifecycle import MOVES, RunState, check_move, is_legal

LEGAL = """
            queued planning planned applying applied undone stale discarded failed cancelled
queued      .      yes      .       .        .       .      .     .         yes    yes
planning    yes    .        yes     .        .       .      .     .         yes    yes
planned     yes    .        .       yes      .       .      yes   yes       yes    yes
applying    yes    .        yes     .        yes     .      yes   .         yes    .
applied     .      .        .       .        .       yes    .     .         .      .
undone      .      .        .       .        yes     .      .     .         .      .
stale       .      .        .       .        .       .      .     .         .      .
discarded   .      .        .       .        .       .      .     .         .      .
failed      .      .        .       .        .       .      .     .         .      .
cancelled   .      .        .       .        .       .      .     .         .      .
"""

_HEAD, *_LINES = [line.split() for line in LEGAL.strip().splitlines()]
CELLS = [
    (RunState(line[0]), RunState(to), cell == "yes")
    for line in _LINES
    for to, cell in zip(_HEAD, line[1:], strict=True)
]


def test_the_table_is_whole() -> None:
    assert {(state, to) for state, to, _ in CELLS} == {(state, to) for state in RunState for to in RunState}
    assert set(MOVES) == set(RunState)


@pytest.mark.parametrize(("state", "to", "legal"), CELLS)
def test_a_run_moves_only_as_the_table_says(state: RunState, to: RunState, legal: bool) -> None:
    assert is_legal(state, to) is legal
    if legal:
        check_move(7, state, to)
    else:
        with pytest.raises(PlanStale, match="Run 7") as caught:
            check_move(7, state, to)
        assert caught.value.hint
