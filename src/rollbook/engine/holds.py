"""The rows of a plan's holds."""

from __future__ import annotations

from rollbook.core.approval import hanging_on, people_of, still_rejected
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.core.plan import Plan
from rollbook.store.models import Hold, SyncRun

__all__ = ["keep_holds"]


def keep_holds(run: SyncRun, plan: Plan) -> None:
    """The holds of ``plan`` are kept for ``run``, open; what the plan before rejected for the same cause and the same
    people stays rejected, with what hangs on it (R-10)."""
    if plan.holds.is_empty():
        return
    people = people_of(plan)
    rows = plan.holds.to_dicts()
    heads = {row["hold"]: (row["cause"], people.get(row["hold"], "")) for row in rows if not row["depends_on"]}
    before = _rejected_before(run)
    still = still_rejected(heads, {key: (hold.cause, hold.people) for key, hold in before.items()})
    above = {row["hold"]: row["depends_on"] or "" for row in rows}
    holds = []
    for row in rows:
        key = row.pop("hold")
        hold = Hold(run=run, key=key, depends_on=row.pop("depends_on") or "", people=people.get(key, ""), **row)
        by = next((head for head in sorted(still) if key == head or key in hanging_on(above, [head])), None)
        if by is not None:
            hold.was_rejected = key == by
            hold.state = HoldState.REJECTED.value
            hold.decided_by, hold.decided_at = before[by].decided_by, before[by].decided_at
        holds.append(hold)
    Hold.objects.bulk_create(holds)


def _rejected_before(run: SyncRun) -> dict[str, Hold]:
    """The heads that stand rejected in the newest plan of the connection before this one."""
    earlier = (
        SyncRun.objects.of(run.connection_id)
        .syncs()
        .filter(pk__lt=run.pk)
        .exclude(plan_artifact="")
        .exclude(state=RunState.FAILED)
        .newest_first()
        .first()
    )
    if earlier is None:
        return {}
    return {hold.key: hold for hold in earlier.holds.filter(state=HoldState.REJECTED, depends_on="")}
