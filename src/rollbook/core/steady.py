"""How long a plan stays what it is while nothing but the calendar moves."""

from __future__ import annotations

import datetime as dt
from itertools import chain

import polars as pl

from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.state import State

__all__ = ["steady_until"]


def steady_until(roster: Roster, state: State, policy: Policy, today: dt.date) -> dt.date | None:
    """The first day after ``today`` on which ``make_plan`` of the same values may say something else; None: never.

    The planner asks of the calendar only whether a date it was given lies before, on or after today, or today and
    ``policy.look_ahead_days``. So nothing turns between two such days, whichever columns it looks at.
    """
    frames = chain(roster.frames.values(), state.frames.values())
    columns = [frame[name].unique() for frame in frames for name, kind in frame.schema.items() if kind == pl.Date]
    if not columns:
        return None
    dates = pl.DataFrame({"date": pl.concat(columns).unique().drop_nulls()})
    ahead = pl.duration(days=policy.look_ahead_days)
    turns = pl.col("date"), pl.col("date") - ahead
    days = pl.concat([dates.select(day=day + pl.duration(days=after)) for day in turns for after in (0, 1)])
    found = days["day"].filter(days["day"] > today).min()
    return found if isinstance(found, dt.date) else None
