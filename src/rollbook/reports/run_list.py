"""The history of a district's runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum

from rollbook.core.entities import REMOVALS
from rollbook.core.lifecycle import HoldState
from rollbook.store.models import District, Hold, SyncRun

__all__ = ["RunRow", "run_list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run in a list. ``added``, ``changed``, ``removed``: as planned; ``rows``: written; ``waiting``: of what is
    planned, in holds that nobody has released; ``notes``: what happened on the way, such as a worker that died."""

    run: int
    plan: str | None
    kind: str
    state: str
    source: str
    day: dt.date | None
    planned_at: dt.datetime
    planned_by: str
    applied_at: dt.datetime | None
    added: int
    changed: int
    removed: int
    rows: int
    waiting: int
    findings: int
    undoes: int | None
    error: str
    notes: tuple[str, ...]


def run_list(district: District, *, limit: int = 20, before: int | None = None) -> list[RunRow]:
    """The newest ``limit`` runs of all sources of the district, the newest first; only older ones than run ``before``."""
    of_district = SyncRun.objects.filter(district=district)
    older = of_district if before is None else of_district.filter(pk__lt=before)
    runs = older.select_related("connection").newest_first()[:limit]
    open_holds = Hold.objects.filter(run__in=[run.pk for run in runs], state=HoldState.OPEN)
    waiting = dict(open_holds.values("run").annotate(records=Sum("count")).values_list("run", "records"))
    return [
        RunRow(
            run=run.pk,
            plan=run.plan,
            kind=str(run.kind),
            state=str(run.state),
            source=run.connection.name,
            day=run.day,
            planned_at=run.created_at,
            planned_by=run.created_by,
            applied_at=run.applied_at,
            added=_number(run, "create", "restore"),
            changed=_number(run, "update"),
            removed=_number(run, *REMOVALS),
            rows=sum(sum(run.receipt.get(op, {}).values()) for op in ("inserted", "updated", "deleted")),
            waiting=waiting.get(run.pk, 0),
            findings=sum(run.findings.values()),
            undoes=run.undoes_id,
            error=run.error,
            notes=tuple(run.notes),
        )
        for run in runs
    ]


def _number(run: SyncRun, *actions: str) -> int:
    return sum(by_action.get(action, 0) for by_action in run.counts.values() for action in actions)
