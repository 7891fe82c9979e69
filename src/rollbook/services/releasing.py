"""What was approved after its plan had been applied becomes the directory, too (R-10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from rollbook.core.errors import HoldRequired, PlanStale
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.engine.receipt import Progress
from rollbook.services import applying, approving, planning
from rollbook.services.applying import Applied
from rollbook.store.models import Hold, HoldDecision, SyncRun

__all__ = ["ready", "release"]


def release(*, run: SyncRun, by: str, now: dt.datetime, progress: Progress | None = None) -> Applied:
    """What was approved in ``run`` is in the directory: with the plan itself while it is not applied, else by making the
    plan again from the same data and comparing.

    An approval never carries over to other people: raises PlanStale, and nothing is applied, when the plan made again
    would do anything else to anybody of an approved hold (R-1). Raises HoldRequired when nothing is approved.
    """
    if run.state == RunState.PLANNED:
        return applying.apply(run=run, by=by, now=now, progress=progress)
    keys = ready(run, now=now)
    renewed = planning.renew(run, by=by, now=now)
    _compare(run, renewed.run, keys)
    _carry(run, renewed.run, keys)
    done = applying.apply(run=renewed.run, by=by, now=now, planned=renewed, progress=progress)
    Hold.objects.filter(run=run, key__in=done.approved).update(released_run=done.run)
    return done


def ready(run: SyncRun, *, now: dt.datetime) -> tuple[str, ...]:
    """The holds of an applied run that were approved since. Raises HoldRequired when there is none, PlanStale when the plan
    or the approval is too old."""
    approving.refuse_over(run)
    keys = approving.approved(run, now=now)
    if not keys:
        raise HoldRequired(
            f"No hold of run {run.pk} is approved that was not applied already.",
            hint=f"List them with: rollbook holds {run.connection.district.slug}",
        )
    return keys


def _compare(run: SyncRun, renewed: SyncRun, keys: Sequence[str]) -> None:
    """The approved holds of the plan made again are about the same people, and the same would be done to them."""
    before = {hold.key: hold for hold in Hold.objects.filter(run=run, key__in=keys)}
    after = {hold.key: hold for hold in Hold.objects.filter(run=renewed, key__in=keys)}
    for key in keys:
        old, new = before[key], after.get(key)
        if new is not None and new.people and new.people == old.people:
            continue
        number = 0 if new is None else new.count
        others = " others" if number == old.count else ""
        raise PlanStale(
            f"{key} is not what was approved any more: it was about {old.count:,} records, in the plan made again it is "
            f"about {number:,}{others}. Nothing was applied.",
            hint=f"Look at plan {renewed.plan}: rollbook holds {run.connection.district.slug}",
            detail={"run": run.pk, "renewed": renewed.pk},
        )


def _carry(run: SyncRun, renewed: SyncRun, keys: Sequence[str]) -> None:
    """The equal holds of the plan made again are approved, by the same persons."""
    before = {hold.key: hold for hold in Hold.objects.filter(run=run, key__in=keys)}
    after = {hold.key: hold for hold in Hold.objects.filter(run=renewed, key__in=keys)}
    with transaction.atomic():
        told = HoldDecision.objects.filter(hold__in=[hold.pk for hold in before.values()]).order_by("id")
        HoldDecision.objects.bulk_create(
            HoldDecision(hold=after[decision.hold.key], verdict=decision.verdict, by=decision.by, at=decision.at)
            for decision in told.select_related("hold")
        )
        for key, hold in after.items():
            hold.state = HoldState.APPROVED.value
            hold.decided_by, hold.decided_at = before[key].decided_by, before[key].decided_at
        Hold.objects.bulk_update(after.values(), ["state", "decided_by", "decided_at"])
