"""What somebody has to know about a source: facts of its runs → alarms that are on now (R-15). Silence is an alarm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from typing import Any, Final

from rollbook.core.lifecycle import OVER, HoldState, RunState

__all__ = [
    "EVENTS",
    "WHEN",
    "AlarmKind",
    "AlarmOn",
    "Facts",
    "HoldFact",
    "RunFact",
    "TroubleFact",
    "alarms_on",
    "compare",
]

LATE: Final = dt.timedelta(hours=2)
"""A daily run that has not begun so long after its moment is late."""
ENDLESS: Final = dt.timedelta(hours=6)
"""A run that is not over by then does not end by itself."""
PATIENCE: Final = dt.timedelta(hours=1)
"""What may pass by itself is told after this, or after ``TRIES`` failures."""
TRIES: Final = 5
LEAST_AGE: Final = dt.timedelta(days=4)
"""A weekend and a day: data that stay the same so long are no alarm yet."""
RHYTHM: Final = 2
"""Data are stale when they are older than this many times their usual rhythm."""
REMEMBERED: Final = 10
"""So many of the newest deliveries make the usual rhythm."""

_MISSING = frozenset({"FIL-001", "FIL-012", "FIL-015", "MAN-004"})
_EMPTY = frozenset({"FIL-013"})
_NO_ROWS = frozenset({"FIL-020", "SRC-002"})
_PASSING = frozenset({"TransientError", "RateLimited"})


class AlarmKind(StrEnum):
    """What an alarm is about."""

    FAILED = "failed"
    CREDENTIALS = "credentials"
    SUSPENDED = "suspended"
    FILE_MISSING = "file_missing"
    EMPTY = "empty"
    STALE = "stale"
    LATE = "late"
    ENDLESS = "endless"
    HELD = "held"
    FIRST_SUCCESS = "first_success"


_K = AlarmKind

WHEN: Mapping[AlarmKind, str] = MappingProxyType(
    {
        _K.FAILED: "A run failed. What may pass by itself (a busy server) is told after an hour, or five failures.",
        _K.CREDENTIALS: "The source does not accept the credentials any more.",
        _K.SUSPENDED: "The vendor or the district turned the app off. Nobody is removed for that.",
        _K.FILE_MISSING: "A file without which nothing can be read is not there.",
        _K.EMPTY: "A file came empty, or a part of the data that had rows has none.",
        _K.STALE: "The source is read, but its data have been the same for longer than usual: twice their rhythm, four days "
        "at least.",
        _K.LATE: "A daily run has not begun two hours after its time.",
        _K.ENDLESS: "A run began six hours ago and has not ended.",
        _K.HELD: "Something waits for a person.",
        _K.FIRST_SUCCESS: "The first run of a source was applied.",
    }
)
"""kind → when it is on; documented in the reference."""

EVENTS: Final = frozenset({_K.FIRST_SUCCESS})
"""What happens once and is never over."""

_OF_TROUBLE = frozenset({_K.FAILED, _K.CREDENTIALS, _K.SUSPENDED, _K.FILE_MISSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFact:
    """One run that took something from the source, or was to. ``is_delayed``: it waits for the time of its next try."""

    run: int
    state: RunState
    at: dt.datetime
    applied_at: dt.datetime | None = None
    fingerprint: str = ""
    error: str = ""
    is_delayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFact:
    """A hold of the newest applied plan that a person decides about; its sentence has counts and the school's name in it."""

    key: str
    state: HoldState
    count: int
    sentence: str
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleFact:
    """What the newest reading failed with, and every one before it ``since``."""

    code: str
    sentence: str
    hint: str
    findings: frozenset[str]
    is_suspended: bool
    since: dt.datetime
    last_at: dt.datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one connection. ``runs``: the newest first. ``rows``: stream → (rows in the newest reading, rows in
    the newest reading that had any), ``findings``: codes of the newest reading. ``due_at``: the moment of the schedule that
    is next, or has passed; None: there is none. ``paused_because``: why its daily runs were stopped (blank: they were
    not)."""

    connection: int
    runs: Sequence[RunFact] = ()
    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    findings: frozenset[str] = frozenset()
    holds: Sequence[HoldFact] = ()
    trouble: TroubleFact | None = None
    first_applied_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    is_daily: bool = False
    paused_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOn:
    """An alarm that is on. ``subject`` tells those of one kind apart; ``evidence``: counts, days, sentences of the
    product; never a person's data."""

    kind: AlarmKind
    subject: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What is told once."""
        return self.kind.value, self.subject


def alarms_on(facts: Facts, now: dt.datetime, standing: Collection[AlarmKind] = ()) -> tuple[AlarmOn, ...]:
    """The alarms of one connection that are on at ``now``; ``standing``: the kinds that were on before.

    While a source fails in a way that may pass, what was said of it before still stands: such a failure proves nothing.
    """
    found = [
        *_trouble(facts, now, standing),
        *_empty(facts),
        *_stale(facts, standing),
        *_late(facts, now),
        *_endless(facts, now),
        *_held(facts),
        *_first(facts, now),
    ]
    return tuple({one.key: one for one in found}.values())


def compare(on: Sequence[AlarmOn], known: Collection[tuple[str, str]]) -> tuple[list[AlarmOn], list[tuple[str, str]]]:
    """(alarms that have begun, keys of those that are over); ``known``: the keys of those that were on. Events are never
    over."""
    keys = {one.key for one in on}
    events = {kind.value for kind in EVENTS}
    begun = [one for one in on if one.key not in known]
    return begun, sorted(key for key in known if key not in keys and key[0] not in events)


def _trouble(facts: Facts, now: dt.datetime, standing: Collection[AlarmKind]) -> list[AlarmOn]:
    trouble = facts.trouble
    if trouble is None:
        return _failed_run(facts)
    evidence = {
        "sentence": trouble.sentence,
        "hint": trouble.hint,
        "times": trouble.times,
        "since": trouble.since.isoformat(),
        "paused": bool(facts.paused_because),
    }
    if trouble.code in _PASSING:
        before = [kind for kind in _OF_TROUBLE if kind in standing]
        if before:
            return [AlarmOn(kind=kind, evidence=evidence) for kind in sorted(before)]
        if now - trouble.since < PATIENCE and trouble.times < TRIES:
            return []
        return [AlarmOn(kind=_K.FAILED, evidence=evidence)]
    if trouble.is_suspended:
        return [AlarmOn(kind=_K.SUSPENDED, evidence=evidence)]
    if trouble.code == "AuthError":
        return [AlarmOn(kind=_K.CREDENTIALS, evidence=evidence)]
    if trouble.findings & _MISSING:
        return [AlarmOn(kind=_K.FILE_MISSING, evidence=evidence)]
    if trouble.findings & _EMPTY:
        return [AlarmOn(kind=_K.EMPTY, subject="file", evidence=evidence)]
    return [AlarmOn(kind=_K.FAILED, evidence=evidence)]


def _failed_run(facts: Facts) -> list[AlarmOn]:
    """The newest run that has ended failed although its source could be read, or the schedule was stopped."""
    ended = next((run for run in facts.runs if run.state in OVER or run.state is RunState.APPLIED), None)
    if ended is not None and ended.state is RunState.FAILED:
        evidence = {"sentence": ended.error, "hint": "", "run": ended.run, "paused": bool(facts.paused_because)}
        return [AlarmOn(kind=_K.FAILED, evidence=evidence)]
    if facts.paused_because:
        return [AlarmOn(kind=_K.FAILED, evidence={"sentence": facts.paused_because, "hint": "", "paused": True})]
    return []


def _empty(facts: Facts) -> list[AlarmOn]:
    """A delivery of changes may well have no rows of a kind; its reader tells one from the other by these codes."""
    if not facts.findings & _NO_ROWS:
        return []
    return [
        AlarmOn(kind=_K.EMPTY, subject=stream, evidence={"rows_before": before})
        for stream, (rows, before) in sorted(facts.rows.items())
        if not rows and before
    ]


def _stale(facts: Facts, standing: Collection[AlarmKind]) -> list[AlarmOn]:
    """Data whose newest reading says the same as one long ago. A source that cannot be read is told of otherwise."""
    readings = [run for run in facts.runs if run.fingerprint]
    if not facts.is_daily or not readings or (facts.trouble is not None and _K.STALE not in standing):
        return []
    moments = _deliveries(readings)
    fresh_at = moments[0]
    gaps = [(new - old) for new, old in pairwise(moments[: REMEMBERED + 1])]
    rhythm = dt.timedelta(seconds=median(gap.total_seconds() for gap in gaps)) if gaps else dt.timedelta(days=1)
    age = readings[0].at - fresh_at
    if age <= max(LEAST_AGE, RHYTHM * rhythm):
        return []
    return [
        AlarmOn(
            kind=_K.STALE,
            evidence={
                "days": age.days,
                "fresh_at": fresh_at.isoformat(),
                "usual_days": max(round(rhythm / dt.timedelta(days=1)), 1),
            },
        )
    ]


def _deliveries(readings: Sequence[RunFact]) -> list[dt.datetime]:
    """When other data were seen than the time before, the newest first; the oldest reading known counts as one."""
    moments: list[dt.datetime] = []
    before = ""
    for run in reversed(readings):
        if run.fingerprint != before:
            moments.insert(0, run.at)
        before = run.fingerprint
    return moments


def _late(facts: Facts, now: dt.datetime) -> list[AlarmOn]:
    if not facts.is_daily or facts.paused_because or facts.due_at is None or now - facts.due_at < LATE:
        return []
    if facts.runs and facts.runs[0].at >= facts.due_at:
        return []
    return [AlarmOn(kind=_K.LATE, evidence={"due_at": facts.due_at.isoformat()})]


def _endless(facts: Facts, now: dt.datetime) -> list[AlarmOn]:
    """A plan that waits to be applied is not at work, and one that waits for its next try says why it waits."""
    working = (RunState.QUEUED, RunState.PLANNING, RunState.APPLYING)
    return [
        AlarmOn(kind=_K.ENDLESS, subject=str(run.run), evidence={"since": run.at.isoformat(), "state": run.state.value})
        for run in facts.runs
        if run.state in working and not run.is_delayed and now - run.at >= ENDLESS
    ]


def _held(facts: Facts) -> list[AlarmOn]:
    return [
        AlarmOn(
            kind=_K.HELD,
            subject=hold.key,
            evidence={
                "count": hold.count,
                "sentence": hold.sentence,
                "plan": hold.plan,
            },
        )
        for hold in facts.holds
        if hold.state is HoldState.OPEN
    ]


def _first(facts: Facts, now: dt.datetime) -> list[AlarmOn]:
    """Told in the week in which it happens: nobody wants to hear of it years later."""
    first = facts.first_applied_at
    if first is None or now - first > dt.timedelta(days=7):
        return []
    return [AlarmOn(kind=_K.FIRST_SUCCESS, evidence={"applied_at": first.isoformat()})]
