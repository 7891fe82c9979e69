"""Apply a plan, and look again: a second plan must find nothing (R-12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from rollbook.core.errors import PlanStale
from rollbook.core.lifecycle import RunState
from rollbook.core.plan import Plan
from rollbook.core.roster import Roster
from rollbook.engine.apply import apply_plan
from rollbook.engine.receipt import Progress, Receipt
from rollbook.engine.spans import stage
from rollbook.services import approving, audit, planning, policies, reading
from rollbook.services.logbook import followed
from rollbook.services.planning import Planned
from rollbook.store.models import SyncRun

__all__ = ["Applied", "apply", "look_again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was done. ``approved``: the holds that were released, dependents included. ``leftover``: records that a
    second plan would still change although nothing holds them; anything but 0 is a fault of ours and is shown."""

    run: SyncRun
    plan: Plan
    receipt: Receipt
    approved: tuple[str, ...]
    leftover: int


@followed("apply")
def apply(
    *,
    run: SyncRun,
    approve: Sequence[str] = (),
    by: str,
    now: dt.datetime,
    planned: Planned | None = None,
    progress: Progress | None = None,
) -> Applied:
    """The part of the plan that nothing holds, and the approved holds, are in the directory.

    ``planned``: the plan when it was made in this process; else it is read from its artifact (the same object, R-1).
    That it was asked for is in the audit, whatever becomes of it.
    A hold that was approved before is applied, too; ``approve`` are approved by ``by`` first. A plan that changes nothing
    writes nothing. Raises what ``approving.granted`` and ``apply_plan`` raise.
    """
    plan = planned.plan if planned is not None else planning.load(run)
    if plan.holds.height and run.state == RunState.PLANNED:
        approve = approving.granted(run=run, approve_too=approve, by=by, now=now)
    audit.note(
        audit.Deed.APPLY,
        by=by,
        district=run.district_id,
        subject="run",
        subject_id=run.pk,
        detail={"holds": len(approve)},
    )
    try:
        receipt = apply_plan(run, plan, approve, by=by, progress=progress)
    except PlanStale as stale:
        raise _compared(run, plan, stale, by=by, now=now) from None
    if progress is not None:
        progress("verify", 0, 1)
    leftover = 0
    if not plan.without_holds(approve).is_empty:
        day = run.day or planning.local_day(run.connection, now)
        with stage("verify"):
            leftover = _leftover(plan, approve, _second(run, plan, planned, day))
    return Applied(
        run=run, plan=plan, receipt=receipt, approved=tuple(sorted(plan.released(approve))), leftover=leftover
    )


def look_again(run: SyncRun, *, now: dt.datetime) -> int:
    """The records of an applied run that a second plan would still change although nothing holds them: what ``apply`` says
    as ``leftover``, for a run whose worker died before it had looked (R-12)."""
    plan = planning.load(run)
    if plan.without_holds(run.approved).is_empty:
        return 0
    day = run.day or planning.local_day(run.connection, now)
    return _leftover(plan, run.approved, planning.again(run, _roster(run), day, plan, None))


def _compared(run: SyncRun, plan: Plan, stale: PlanStale, *, by: str, now: dt.datetime) -> PlanStale:
    """The error to raise when the directory moved under a plan: it tells of the plan made again, compared (R-1)."""
    if run.state != RunState.STALE:
        return stale
    renewed = planning.renew(run, by=by, now=now)
    same = ("kind", "sourced_id", "action", "school_id")
    old, new = (value.records.select(same) for value in (plan, renewed.plan))
    differing = old.join(new, on=same, how="anti", nulls_equal=True).height
    differing += new.join(old, on=same, how="anti", nulls_equal=True).height
    verdict = "would do the same" if not differing else f"differs in {differing:,} records"
    return PlanStale(
        "The directory has changed since this plan was computed. Nothing was applied. "
        f"The plan was made again: it {verdict}.",
        hint=f"Look at it with rollbook show {renewed.run.plan}, then: rollbook apply {renewed.run.plan}",
        detail={"run": run.pk, "renewed": renewed.run.pk, "differing": differing},
    )


def _second(run: SyncRun, plan: Plan, planned: Planned | None, day: dt.date) -> Plan:
    """The plan made again (R-12); where only what changed was planned, of that alone, if it is empty."""
    if planned is None:
        return planning.again(run, _roster(run), day, plan, None)
    if planned.narrow is not None and planned.state is not None:
        second = planning.again_narrow(run, planned.narrow, day, plan, planned.state)
        if second is not None:
            return second
    roster = _roster(run) if planned.roster is None else planned.roster
    return planning.again(run, roster, day, plan, planned.state)


def _roster(run: SyncRun) -> Roster:
    return reading.clean_of(planning.load_snapshot(run), policies.policy_of(run.connection))


def _leftover(plan: Plan, approve: Sequence[str], second: Plan) -> int:
    """Records of a second plan that did not wait in the first."""
    kept = plan.records.filter(
        pl.col("hold").is_not_null() & ~pl.col("hold").is_in(sorted(plan.released(approve)))
    ).select("kind", "ref", "action")
    known = kept.filter(pl.col("ref") > 0)
    new = second.records.join(known, on=("kind", "ref", "action"), how="anti")
    waiting_creates = kept.filter(pl.col("ref") < 0).height
    creates = new.filter(pl.col("action") == "create").height
    return new.height - min(creates, waiting_creates)
