"""Apply a plan, and look again: a second plan must find nothing (R-12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from rollbook.core.plan import Plan
from rollbook.core.roster import Roster
from rollbook.engine.apply import apply_plan
from rollbook.engine.receipt import Progress, Receipt
from rollbook.services import planning, policies, reading
from rollbook.services.planning import Planned
from rollbook.store.models import SyncRun

__all__ = ["Applied", "apply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was done. ``approved``: the holds that were released, dependents included. ``leftover``: records that a
    second plan would still change although nothing holds them; anything but 0 is a fault of ours and is shown."""

    run: SyncRun
    plan: Plan
    receipt: Receipt
    approved: tuple[str, ...]
    leftover: int


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
    A plan that changes nothing writes nothing. Raises what ``apply_plan`` raises.
    """
    plan = planned.plan if planned is not None else planning.load(run)
    receipt = apply_plan(run, plan, approve, by=by, progress=progress)
    if progress is not None:
        progress("verify", 0, 1)
    leftover = 0
    if not plan.without_holds(approve).is_empty:
        roster = planned.roster if planned is not None else _roster(run)
        leftover = _leftover(run, plan, approve, roster, run.day or planning.local_day(run.connection, now))
    return Applied(
        run=run, plan=plan, receipt=receipt, approved=tuple(sorted(plan.released(approve))), leftover=leftover
    )


def _roster(run: SyncRun) -> Roster:
    return reading.clean_of(planning.load_snapshot(run), policies.policy_of(run.connection))


def _leftover(run: SyncRun, plan: Plan, approve: Sequence[str], roster: Roster, day: dt.date) -> int:
    """Records of a second plan that did not wait in the first."""
    second = planning.again(run.connection, roster, day)
    kept = plan.records.filter(
        pl.col("hold").is_not_null() & ~pl.col("hold").is_in(sorted(plan.released(approve)))
    ).select("kind", "ref", "action")
    known = kept.filter(pl.col("ref") > 0)
    new = second.records.join(known, on=("kind", "ref", "action"), how="anti")
    waiting_creates = kept.filter(pl.col("ref") < 0).height
    creates = new.filter(pl.col("action") == "create").height
    return new.height - min(creates, waiting_creates)
