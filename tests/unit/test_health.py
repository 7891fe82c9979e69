"""How a source is, as a table."""

from __future__ import annotations

import pytest

from rollbook.core.health import Health, health_of
from rollbook.core.lifecycle import RunState

S = RunState


@pytest.mark.parametrize(
    ("state", "holds", "alarms", "is_paused", "expected"),
    [
        (None, 0, (), False, Health.NEW),
        (None, 0, ("credentials",), False, Health.FAILING),
        (S.QUEUED, 0, (), False, Health.WORKING),
        (S.PLANNING, 0, (), False, Health.WORKING),
        (S.APPLYING, 0, (), False, Health.WORKING),
        (S.PLANNED, 0, (), False, Health.PLANNED),
        (S.PLANNED, 2, (), False, Health.HELD),
        (S.STALE, 0, (), False, Health.PLANNED),
        (S.APPLIED, 0, (), False, Health.GOOD),
        (S.APPLIED, 0, ("first_success",), False, Health.GOOD),
        (S.APPLIED, 1, (), False, Health.HELD),
        (S.APPLIED, 0, ("held",), False, Health.HELD),
        (S.APPLIED, 1, ("held", "stale"), False, Health.FAILING),
        (S.APPLIED, 0, ("late",), False, Health.FAILING),
        (S.APPLIED, 0, (), True, Health.FAILING),
        (S.QUEUED, 0, (), True, Health.FAILING),
        (S.FAILED, 3, (), False, Health.FAILING),
        (S.UNDONE, 0, (), False, Health.GOOD),
    ],
)
def test_the_worst_thing_is_the_word(
    state: RunState | None, holds: int, alarms: tuple[str, ...], is_paused: bool, expected: Health
) -> None:
    assert health_of(state, holds=holds, alarms=alarms, is_paused=is_paused) is expected
