"""Read, clean and plan; the plan is kept as it will be applied (R-1)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from django.db import connections

from rollbook.core.errors import NotFound
from rollbook.core.narrow import Narrow, narrow
from rollbook.core.plan import Plan
from rollbook.core.planning import make_plan, settings_digest
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Snapshot
from rollbook.core.state import State
from rollbook.core.steady import steady_until
from rollbook.engine import artifacts
from rollbook.engine.load import load_state, shared_values, state_after
from rollbook.engine.receipt import Progress, Stopwatch
from rollbook.engine.runs import open_run, recover
from rollbook.services import incoming, policies, reading, steady, troubles
from rollbook.services.logbook import followed
from rollbook.store.models import SourceConnection, SyncRun

__all__ = ["Narrowed", "Planned", "again", "again_narrow", "load", "load_snapshot", "local_day", "make", "renew"]

Given = ParamSpec("Given")
Value = TypeVar("Value")

_STAGES = ("read", "clean", "scope", "match", "diff", "plan", "keep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """A plan of what changed since ``known``, a plan that would do nothing."""

    narrow: Narrow
    known: steady.Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A run that is planned, the plan itself, the roster it came from and the directory before it (None when nothing
    had to be read: see ``same_as``). Where only what changed was planned, ``narrow`` says what that was instead of ``roster``.

    ``recovered``: what was found of runs that died before, a sentence each. ``same_as``: the run whose verified plan
    stands, because nothing has moved since: neither a byte of the source, nor the settings, nor the directory.
    """

    run: SyncRun
    plan: Plan
    roster: Roster | None
    state: State | None
    recovered: tuple[str, ...] = ()
    same_as: int | None = None
    narrow: Narrowed | None = None


@followed("plan")
def make(
    *,
    connection: SourceConnection,
    by: str,
    now: dt.datetime,
    on: dt.date | None = None,
    progress: Progress | None = None,
    into: SyncRun | None = None,
) -> Planned:
    """A new run with its plan. The directory is not touched.

    ``on``: plan as of that day instead of the district's today (a rehearsal of another day). ``into``: the run that was
    asked for and is being planned; when an earlier try of it has received a snapshot, that one is planned. The directory
    is read while the source is read and cleaned. Raises what reading raises, and then no run is made, but the trouble is
    noted until a reading succeeds.
    """
    recovered = tuple(recover(connection))
    artifacts.purge(connection.district, now)
    incoming.purge(connection, now)
    day = on or local_day(connection, now)
    with troubles.noting(connection, now=now):
        if into is not None and into.snapshot and artifacts.exists(connection.district_id, into.snapshot):
            received = load_snapshot(into)
            planned = _make(
                connection, lambda policy: received, by=by, now=now, day=into.day or day, progress=progress, into=into
            )
        else:
            planned = _standing(connection, by=by, now=now, day=day, progress=progress, into=into) or _make(
                connection,
                lambda policy: reading.read(connection, policy, progress=progress),
                by=by,
                now=now,
                day=day,
                progress=progress,
                into=into,
                on_ground=True,
            )
    return replace(planned, recovered=recovered)


def renew(run: SyncRun, *, by: str, now: dt.datetime) -> Planned:
    """A new run from what the source said in ``run``, against the directory as it is now (R-1)."""
    connection = run.connection
    day = run.day or local_day(connection, now)
    return _make(connection, lambda policy: load_snapshot(run), by=by, now=now, day=day, progress=None)


def _standing(
    connection: SourceConnection,
    *,
    by: str,
    now: dt.datetime,
    day: dt.date,
    progress: Progress | None,
    into: SyncRun | None,
) -> Planned | None:
    """The run of a source of which nothing has moved since its plan was last computed, and was empty."""
    watch = Stopwatch()
    with _stage(watch, progress, "read"):
        kept = steady.find(connection, policies.policy_of(connection), day)
    if kept is None:
        return None
    with _stage(watch, progress, "keep"):
        plan = artifacts.read_plan(connection.district_id, kept.plan_artifact)
        run = open_run(
            connection,
            plan,
            plan_id=_name(connection, now),
            by=by,
            now=now,
            day=day,
            seconds=watch.seconds,
            rows=kept.run.rows,
            fingerprint=kept.fingerprint,
            snapshot=kept.run.snapshot,
            plan_artifact=kept.plan_artifact,
            into=into,
        )
    return Planned(run=run, plan=plan, roster=None, state=None, same_as=kept.run_id)


def _make(
    connection: SourceConnection,
    receive: Callable[[Policy], Snapshot],
    *,
    by: str,
    now: dt.datetime,
    day: dt.date,
    progress: Progress | None,
    into: SyncRun | None = None,
    on_ground: bool = False,
) -> Planned:
    """``on_ground``: only what changed since the reading before is planned, where that is enough."""
    policy = policies.policy_of(connection)
    watch = Stopwatch()
    plan_id = _name(connection, now)
    with ThreadPoolExecutor(max_workers=2) as pool:
        loading = pool.submit(_own, load_state, connection)
        standing = pool.submit(_own, steady.ground, connection, policy, day) if on_ground else None
        with _stage(watch, progress, "read"):
            snapshot = receive(policy)
        keeping = pool.submit(_keep_snapshot, connection, snapshot, f"{plan_id}.snapshot", into)
        with watch.step("state"):
            state = loading.result()
            known = standing.result() if standing is not None else None
        roster = None
        narrowed = _narrowed(connection, known, snapshot, state, policy, day, watch, progress)
        if narrowed is not None:
            plan = narrowed.narrow.plan
        else:
            with _stage(watch, progress, "clean"):
                roster = reading.clean_of(snapshot, policy)
            plan = _plan(connection, roster, state, policy, day, watch, progress)
        with _stage(watch, progress, "keep"):
            kept = keeping.result()
            run = _keep(connection, snapshot, plan, plan_id, kept, by=by, now=now, day=day, watch=watch, into=into)
            steady.keep(
                run,
                plan,
                day,
                lambda: _until(narrowed, roster, state, policy, day),
                whole_on=narrowed.known.whole_on if narrowed else day,
            )
    return Planned(run=run, plan=plan, roster=roster, state=state, narrow=narrowed)


def again(run: SyncRun, roster: Roster, day: dt.date, done: Plan, before: State | None) -> Plan:
    """The plan of a roster against the directory as it is now, right after ``done`` was applied as ``run``; what
    ``verify`` looks at (R-12), kept for as long as nothing moves. ``before``: the directory before, where it is still known."""
    connection = run.connection
    policy = policies.policy_of(connection)
    state = load_state(connection) if before is None else state_after(connection, before, run.pk, done.edits)
    plan = _plan(connection, roster, state, policy, day, Stopwatch(), None)
    steady.keep(run, plan, day, lambda: steady_until(roster, state, policy, day), whole_on=day)
    return plan


def again_narrow(run: SyncRun, planned: Narrowed, day: dt.date, done: Plan, before: State) -> Plan | None:
    """As ``again``, looking again at those who were looked at. None when somebody else wrote meanwhile, or when something is
    left over: then everything has to be looked at."""
    connection = run.connection
    policy = policies.policy_of(connection)
    state = state_after(connection, before, run.pk, done.edits)
    if state.revision != before.revision + 1:
        return None
    with shared_values(connection) as values:
        plan, looked = planned.narrow.again(state, values, policy, day)
    if not plan.is_empty:
        return None
    steady.keep(run, plan, day, lambda: _until(planned, None, looked, policy, day), whole_on=planned.known.whole_on)
    return plan


def load(run: SyncRun) -> Plan:
    """The plan of a run, as it was made. Raises NotFound when its retention is over."""
    if not run.plan_artifact:
        raise NotFound(f"Run {run.pk} has no plan.", hint="List the runs with: rollbook runs SLUG")
    return artifacts.read_plan(run.district_id, run.plan_artifact)


def load_snapshot(run: SyncRun) -> Snapshot:
    """What the source said in a run. Raises NotFound when its retention is over."""
    if not run.snapshot:
        raise NotFound(f"Run {run.pk} received nothing.", hint="List the runs with: rollbook runs SLUG")
    return artifacts.read_snapshot(run.district_id, run.snapshot)


def local_day(connection: SourceConnection, now: dt.datetime) -> dt.date:
    """The date in the district at this moment."""
    return now.astimezone(ZoneInfo(connection.district.timezone)).date()


def _name(connection: SourceConnection, now: dt.datetime) -> str:
    return f"{connection.district.slug}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _own(read: Callable[Given, Value], *given: Given.args, **named: Given.kwargs) -> Value:
    """What ``read`` says, in a thread with database connections of its own."""
    try:
        return read(*given, **named)
    finally:
        connections.close_all()


def _narrowed(
    connection: SourceConnection,
    known: steady.Standing | None,
    snapshot: Snapshot,
    state: State,
    policy: Policy,
    day: dt.date,
    watch: Stopwatch,
    progress: Progress | None,
) -> Narrowed | None:
    """The plan of what changed since ``known``; None when it takes a look at everything."""
    if known is None or known.ground.plan.baseline != f"{state.revision}-{settings_digest(policy)}":
        return None
    with shared_values(connection) as values:
        found = narrow(
            known.ground, snapshot, state, values, policy, day, timer=lambda stage: _stage(watch, progress, stage)
        )
    return None if found is None else Narrowed(narrow=found, known=known)


def _until(
    narrowed: Narrowed | None, roster: Roster | None, state: State, policy: Policy, day: dt.date
) -> dt.date | None:
    """The day before which the plan stands: of what was not looked at, as known; of all else, as its dates say."""
    if narrowed is None:
        assert roster is not None
        return steady_until(roster, state, policy, day)
    looked = steady_until(narrowed.narrow.roster, state, policy, day)
    return min((date for date in (looked, narrowed.known.until) if date is not None), default=None)


def _plan(
    connection: SourceConnection,
    roster: Roster,
    state: State,
    policy: Policy,
    day: dt.date,
    watch: Stopwatch,
    progress: Progress | None,
) -> Plan:
    with shared_values(connection) as values:
        return make_plan(roster, state, values, policy, day, timer=lambda stage: _stage(watch, progress, stage))


def _keep_snapshot(connection: SourceConnection, snapshot: Snapshot, name: str, into: SyncRun | None) -> str:
    """The artifact that holds the snapshot; one that is kept already is not kept twice. Works beside the planning; a
    snapshot without a run (planning failed) goes with its retention. The run that was asked for knows it at once: who goes
    on with it need not read again."""
    try:
        kept = (
            SyncRun.objects.of(connection.pk)
            .filter(fingerprint=snapshot.fingerprint)
            .exclude(snapshot="")
            .newest_first()
            .values_list("snapshot", flat=True)
            .first()
        )
        if kept is None or not artifacts.exists(connection.district_id, kept):
            kept = artifacts.write_snapshot(connection.district_id, name, snapshot)
        if into is not None:
            SyncRun.objects.filter(pk=into.pk, worker=into.worker).update(
                snapshot=kept, fingerprint=snapshot.fingerprint
            )
        return kept
    finally:
        connections.close_all()  # this thread's own


def _keep(
    connection: SourceConnection,
    snapshot: Snapshot,
    plan: Plan,
    plan_id: str,
    kept: str,
    *,
    by: str,
    now: dt.datetime,
    day: dt.date,
    watch: Stopwatch,
    into: SyncRun | None,
) -> SyncRun:
    """The plan as artifact, and the run."""
    return open_run(
        connection,
        plan,
        plan_id=plan_id,
        by=by,
        now=now,
        day=day,
        seconds=watch.seconds,
        rows={name: stream.frame.height for name, stream in snapshot.streams.items()},
        fingerprint=snapshot.fingerprint,
        snapshot=kept,
        plan_artifact=artifacts.write_plan(connection.district_id, f"{plan_id}.plan", plan),
        into=into,
    )


@contextmanager
def _stage(watch: Stopwatch, progress: Progress | None, stage: str) -> Iterator[None]:
    if progress is not None:
        progress(stage, _STAGES.index(stage), len(_STAGES))
    with watch.step(stage):
        yield
