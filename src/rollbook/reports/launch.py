"""Where a source stands on its way from connected to synced every day (step 7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rollbook.core.lifecycle import RunState
from rollbook.core.settings import default_of, written
from rollbook.reports.set_up import is_daily
from rollbook.store.models import SourceConnection, SourceLink, SyncRun

__all__ = ["LaunchFacts", "launch_facts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchFacts:
    """``run``: the newest that was not cancelled (None: it never ran); ``applied``, ``applied_at``: of the newest that was
    applied; ``matched``: schools of the source that feed one of ours; ``start_time``: local time of the district;
    ``next_at``: the next daily run; ``stopped``: the error that a person has to mend first."""

    run: SyncRun | None
    applied: int | None
    applied_at: dt.datetime | None
    matched: int
    is_daily: bool
    start_time: str
    next_at: dt.datetime | None
    stopped: str


def launch_facts(source: SourceConnection) -> LaunchFacts:
    """Three queries."""
    syncs = SyncRun.objects.of(source.pk).syncs()
    run = syncs.exclude(state=RunState.CANCELLED).select_related("connection", "district").newest_first().first()
    applied = syncs.applied().newest_first().values_list("pk", "applied_at").first()
    return LaunchFacts(
        run=run,
        applied=applied[0] if applied else None,
        applied_at=applied[1] if applied else None,
        matched=SourceLink.objects.filter(connection=source, kind="school").count(),
        is_daily=is_daily(source),
        start_time=str(source.settings.get("start_time", written(default_of("start_time")))),
        next_at=source.next_due_at,
        stopped=source.paused_because,
    )
