"""What becomes of a run that ended with an error, as a table (house.md, section 6)."""

from __future__ import annotations

import pytest

from rollbook.core.errors import (
    AuthError,
    ConfigError,
    DataError,
    HoldRequired,
    LeaseLost,
    NotFound,
    PlanStale,
    RateLimited,
    TransientError,
)
from rollbook.core.retries import MOST_STARTS, verdict, verdict_on_database

CASES = [
    # error, how often it was begun, seconds until it is tried again, is the connection paused?
    (TransientError("x"), 1, 60, False),
    (TransientError("x"), 2, 300, False),
    (TransientError("x"), 3, 900, False),
    (TransientError("x"), 4, 1800, False),
    (TransientError("x"), 5, None, False),
    (RateLimited("x"), 1, 60, False),
    (RateLimited("x", retry_after=10), 1, 60, False),
    (RateLimited("x", retry_after=1200), 1, 1200, False),
    (RateLimited("x", retry_after=86_400), 1, None, False),
    (RateLimited("x", retry_after=10), 5, None, False),
    (AuthError("x"), 1, 60, False),
    (AuthError("x"), 2, None, True),
    (ConfigError("x"), 1, None, True),
    (DataError("x"), 1, None, False),
    (HoldRequired("x"), 1, None, False),
    (PlanStale("x"), 1, None, False),
    (LeaseLost("x"), 1, None, False),
    (NotFound("x"), 1, None, False),
    (ZeroDivisionError(), 1, None, False),
]


@pytest.mark.parametrize(("error", "starts", "seconds", "pauses"), CASES)
def test_only_what_may_pass_is_tried_again(
    error: BaseException, starts: int, seconds: int | None, pauses: bool
) -> None:
    said = verdict(error, starts)
    assert (said.after.total_seconds() if said.after else None, said.pauses) == (seconds, pauses)


def test_a_database_that_went_away_is_waited_for_a_bounded_number_of_times() -> None:
    waits = [verdict_on_database(starts).after for starts in range(1, MOST_STARTS + 1)]
    assert [wait.total_seconds() if wait else None for wait in waits] == [5, 10, 15, 20, None]
