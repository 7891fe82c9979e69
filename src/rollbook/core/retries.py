"""Whether, and when, a run that ended with an error is tried again: what may pass by itself is, a bounded number of times."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from rollbook.core.errors import AuthError, ConfigError, RateLimited, TransientError

__all__ = ["MOST_STARTS", "Verdict", "verdict", "verdict_on_database"]

WAITS: Final = (60.0, 300.0, 900.0, 1800.0)
"""Seconds until the second, third, … try."""
LONGEST: Final = 3600.0
"""A source that asks for more patience than this is not waited for: tomorrow is another day."""
LOOK_AGAIN: Final = 60.0
"""Credentials may be in the middle of a change: one more look, then a person has to come."""
RESTART: Final = 5.0
"""Seconds, times the tries so far, that a database is given to come back."""
MOST_STARTS: Final = 5
"""How often a run may be begun. One whose worker died that often is not begun again: it may be what kills them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of the run: tried again ``after`` that time (None: it has failed), and whether its connection is
    paused until a person has mended something."""

    after: dt.timedelta | None = None
    pauses: bool = False


def verdict(error: BaseException, starts: int) -> Verdict:
    """What to do about ``error`` after the run was begun ``starts`` times (house.md, section 6)."""
    if isinstance(error, AuthError):
        return _again(LOOK_AGAIN) if starts < 2 else Verdict(pauses=True)
    if isinstance(error, ConfigError):
        return Verdict(pauses=True)
    if not isinstance(error, TransientError) or starts > len(WAITS):
        return Verdict()
    wait = WAITS[starts - 1]
    if isinstance(error, RateLimited) and error.retry_after is not None:
        wait = max(wait, error.retry_after)
    return _again(wait) if wait <= LONGEST else Verdict()


def verdict_on_database(starts: int) -> Verdict:
    """What to do when the database went away under the run: it is back in a moment, as a rule."""
    return _again(RESTART * starts) if starts < MOST_STARTS else Verdict()


def _again(seconds: float) -> Verdict:
    return Verdict(after=dt.timedelta(seconds=seconds))
