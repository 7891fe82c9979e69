"""What the database knows of connections, gathered for the rules of alarms: few questions, however many connections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from rollbook.core.alarms import Facts, HoldFact, RunFact, TroubleFact
from rollbook.core.errors import ConfigError
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.core.schedule import schedule_of
from rollbook.core.snapshot import CHANGES_ONLY
from rollbook.services import policies
from rollbook.store.models import Hold, SourceConnection, SourceTrouble, SyncRun

__all__ = ["gather"]

_RUNS = 40
"""So many of the newest runs say what is usual."""
_APPLIED = (RunState.APPLIED, RunState.UNDONE)


def gather(connections: Sequence[SourceConnection], *, now: dt.datetime) -> list[Facts]:
    """The facts of each connection (with its district), in their order."""
    ids = [connection.pk for connection in connections]
    runs = _runs(ids)
    troubles = {trouble.connection_id: trouble for trouble in SourceTrouble.objects.filter(connection__in=ids)}
    newest = {pk: run for pk, found in runs.items() if (run := next((r for r in found if r.state in _APPLIED), None))}
    holds = _holds([run.pk for run in newest.values() if run.state == RunState.APPLIED])
    facts = []
    for connection in connections:
        found = runs.get(connection.pk, [])
        plan = newest.get(connection.pk)
        readings = [run for run in found if run.fingerprint and not run.fingerprint.startswith(CHANGES_ONLY)]
        trouble = troubles.get(connection.pk)
        facts.append(
            Facts(
                connection=connection.pk,
                runs=[_run(run, now) for run in found],
                rows=_rows(readings),
                findings=frozenset(readings[0].findings) if readings else frozenset(),
                holds=[] if plan is None else [_hold(hold, plan) for hold in holds.get(plan.pk, [])],
                trouble=None if trouble is None else _trouble(trouble),
                first_applied_at=_first_applied(found),
                due_at=connection.next_due_at,
                is_daily=_is_daily(connection, now),
                paused_because=connection.paused_because if connection.paused_at is not None else "",
            )
        )
    return facts


def _is_daily(connection: SourceConnection, now: dt.datetime) -> bool:
    """Whether the schedule has a run on this day of the district."""
    zone = connection.district.timezone
    try:
        schedule = schedule_of(policies.policy_of(connection), zone, str(connection.pk))
    except ConfigError:  # settings that cannot be read stop the schedule, which says so itself
        return False
    return schedule is not None and schedule.is_free(now.astimezone(ZoneInfo(zone)).date())


def _runs(ids: Sequence[int]) -> dict[int, list[SyncRun]]:
    place = Window(RowNumber(), partition_by="connection", order_by=F("id").desc())
    rows = (
        SyncRun.objects.syncs()
        .filter(connection__in=ids)
        .annotate(place=place)
        .filter(place__lte=_RUNS)
        .only(
            "connection",
            "state",
            "plan",
            "created_at",
            "applied_at",
            "fingerprint",
            "error",
            "rows",
            "findings",
            "retry_at",
        )
        .newest_first()
    )
    found: dict[int, list[SyncRun]] = {}
    for run in rows:
        found.setdefault(run.connection_id, []).append(run)
    return found


def _holds(runs: Sequence[int]) -> dict[int, list[Hold]]:
    found: dict[int, list[Hold]] = {}
    for hold in Hold.objects.filter(run__in=runs, depends_on="", released_run=None).order_by("-count", "key"):
        found.setdefault(hold.run_id, []).append(hold)
    return found


def _rows(readings: Sequence[SyncRun]) -> dict[str, tuple[int, int]]:
    if not readings:
        return {}
    newest = readings[0].rows
    return {
        stream: (rows, rows or next((run.rows[stream] for run in readings if run.rows.get(stream)), 0))
        for stream, rows in newest.items()
    }


def _first_applied(runs: Sequence[SyncRun]) -> dt.datetime | None:
    """When the first run was applied, where all runs are known; a source with more has had its first long since."""
    moments = [run.applied_at for run in runs if run.applied_at is not None]
    return min(moments) if moments and len(runs) < _RUNS else None


def _run(run: SyncRun, now: dt.datetime) -> RunFact:
    return RunFact(
        run=run.pk,
        state=RunState(run.state),
        at=run.created_at,
        applied_at=run.applied_at,
        fingerprint=run.fingerprint,
        error=run.error,
        is_delayed=run.retry_at is not None and run.retry_at > now,
    )


def _hold(hold: Hold, run: SyncRun) -> HoldFact:
    return HoldFact(
        key=hold.key,
        state=HoldState(hold.state),
        count=hold.count,
        sentence=hold.sentence,
        plan=str(run.plan),
    )


def _trouble(trouble: SourceTrouble) -> TroubleFact:
    return TroubleFact(
        code=trouble.code,
        sentence=trouble.sentence,
        hint=trouble.hint,
        findings=frozenset(trouble.findings),
        is_suspended=trouble.is_suspended,
        since=trouble.since,
        last_at=trouble.last_at,
        times=trouble.times,
    )
