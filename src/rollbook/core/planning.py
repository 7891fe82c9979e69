"""The whole corridor from roster to plan, in one call."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from rollbook.core.decide import decide
from rollbook.core.diff import Context, diff
from rollbook.core.elsewhere import Elsewhere
from rollbook.core.match import match
from rollbook.core.plan import Plan
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope import scope
from rollbook.core.state import LoadValues, State

__all__ = ["Timer", "make_plan", "no_timer", "settings_digest"]

Timer = Callable[[str], AbstractContextManager[object]]
"""Wraps each stage, to measure it: the core has no clock."""


def no_timer(stage: str) -> AbstractContextManager[object]:
    """Measures nothing."""
    return nullcontext(stage)


def make_plan(
    roster: Roster,
    state: State,
    values: LoadValues,
    policy: Policy,
    today: dt.date,
    *,
    elsewhere: Elsewhere | None = None,
    timer: Timer = no_timer,
) -> Plan:
    """What would change if ``roster`` were applied to ``state`` on ``today``. Equal inputs give equal plans; nothing is
    written. ``elsewhere``: roster and state are a part only, and this is what the rest counts. Stages given to
    ``timer``: ``scope``, ``match``, ``diff``, ``plan``."""
    with timer("scope"):
        scoped = scope(roster, state, policy, today)
    with timer("match"):
        matched = match(scoped, roster, state, values, policy)
    with timer("diff"):
        context = Context(
            scope=scoped, matched=matched, roster=roster, state=state, values=values, policy=policy, today=today
        )
        changes, _leaving = diff(context)
    with timer("plan"):
        return decide(context, changes, [roster.findings, scoped.findings], settings_digest(policy), elsewhere)


def settings_digest(policy: Policy) -> str:
    """A short digest of the settings a plan was computed with."""
    values = {name: getattr(policy, name) for name in Policy.names()}
    text = json.dumps(values, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)
