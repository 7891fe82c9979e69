"""What waits for a person, and what persons decide about it (R-10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from rollbook.core.approval import Decision, Standing, Verdict, hanging_on, weigh
from rollbook.core.errors import ConfigError, HoldRequired, NotFound, PlanStale
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.core.policy import Policy
from rollbook.services import audit, policies
from rollbook.store.models import District, Hold, HoldDecision, SourceConnection, SyncRun

__all__ = [
    "WaitingHold",
    "approve",
    "approved",
    "granted",
    "holds_of",
    "refuse_over",
    "reject",
    "wait",
    "waiting",
]

_DEEDS = {
    Verdict.APPROVE: audit.Deed.APPROVE,
    Verdict.REJECT: audit.Deed.REJECT,
    Verdict.WAIT: audit.Deed.WAIT,
}
_DECIDABLE = (RunState.PLANNED, RunState.APPLIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingHold:
    """One hold that a person decides about. ``with_it``: records that hang on its own and wait for them. The sentence
    has numbers and the school's name in it, nobody's else. ``rejected_before``: an earlier plan's, of the same people."""

    run: int
    plan: str
    source: str
    key: str
    school_id: int | None
    school: str | None
    kind: str
    group: str
    count: int
    with_it: int
    base: int
    percent: float
    threshold: int
    cause: str
    sentence: str
    state: str
    approvals: tuple[str, ...]
    needed: int
    waiting_by: str
    decided_by: str
    decided_at: dt.datetime | None
    rejected_before: bool
    planned_at: dt.datetime
    expires_at: dt.datetime
    is_expired: bool
    is_applied: bool


def waiting(district: District, *, now: dt.datetime, connection: SourceConnection | None = None) -> list[WaitingHold]:
    """What waits in the newest plan of each source of the district, or of ``connection``; the largest first. Holds of
    earlier plans wait no more: the newest plan speaks of all that is not done yet."""
    sources = SourceConnection.objects.filter(district=district)
    if connection is not None:
        sources = sources.filter(pk=connection.pk)
    newest = (
        SyncRun.objects.syncs()
        .filter(connection__in=sources, state__in=_DECIDABLE)
        .values("connection")
        .annotate(newest=Max("id"))
        .values_list("newest", flat=True)
    )
    runs = SyncRun.objects.filter(pk__in=list(newest)).select_related("connection__district", "district")
    found = [hold for run in runs for hold in holds_of(run, now=now) if not hold.is_applied]
    return sorted(found, key=lambda hold: (-hold.count, hold.key))


def holds_of(run: SyncRun, *, now: dt.datetime) -> list[WaitingHold]:
    """Every hold of a run that a person can decide about, decided or not; the largest first."""
    policy = policies.policy_of(run.connection)
    holds = list(Hold.objects.filter(run=run).select_related("school").order_by("-count", "key"))
    above = {hold.key: hold.depends_on for hold in holds}
    counts = {hold.key: hold.count for hold in holds}
    heads = [hold for hold in holds if not hold.depends_on]
    decisions = _decisions(heads)
    found = []
    for hold in heads:
        standing = _standing(hold, decisions.get(hold.pk, []), run, policy, now)
        found.append(
            WaitingHold(
                run=run.pk,
                plan=str(run.plan),
                source=run.connection.name,
                key=hold.key,
                school_id=hold.school_id,
                school=hold.school.name if hold.school is not None else None,
                kind=hold.kind,
                group=hold.group,
                count=hold.count,
                with_it=sum(counts[key] for key in hanging_on(above, [hold.key])),
                base=hold.base,
                percent=hold.percent,
                threshold=hold.threshold,
                cause=hold.cause,
                sentence=hold.sentence,
                state=(HoldState(hold.state) if hold.released_run_id is not None else standing.state).value,
                approvals=standing.approvals,
                needed=standing.needed,
                waiting_by=standing.waiting_by,
                decided_by=hold.decided_by,
                decided_at=hold.decided_at,
                rejected_before=hold.was_rejected,
                planned_at=run.created_at,
                expires_at=standing.expires_at,
                is_expired=standing.is_expired,
                is_applied=hold.released_run_id is not None,
            )
        )
    return found


def approve(*, run: SyncRun, keys: Sequence[str], by: str, now: dt.datetime) -> dict[str, Standing]:
    """``by`` has approved these holds of this plan, once; what each amounts to now. Nothing is applied yet.

    All or none; approving again what is approved changes nothing. Raises NotFound (no such hold), ConfigError (it waits
    for another hold, or ``by`` approved it already and another person has to), PlanStale (the plan is too old, over, or
    not the newest word of its source).
    """
    return _decide(run, keys, Verdict.APPROVE, by=by, now=now)


def reject(*, run: SyncRun, keys: Sequence[str], by: str, now: dt.datetime) -> dict[str, Standing]:
    """``by`` has rejected these holds: this plan is applied without them, approvals are taken back, and later plans do
    not ask again as long as the same people would go for the same cause. Raises as ``approve``."""
    return _decide(run, keys, Verdict.REJECT, by=by, now=now)


def wait(*, run: SyncRun, keys: Sequence[str], by: str, now: dt.datetime) -> dict[str, Standing]:
    """``by`` waits for new data: the holds stay open, and whoever looks sees that somebody has looked. The next plan
    asks again, if there is anything left to ask. Raises as ``approve``."""
    return _decide(run, keys, Verdict.WAIT, by=by, now=now)


def granted(*, run: SyncRun, approve_too: Sequence[str] = (), by: str, now: dt.datetime) -> tuple[str, ...]:
    """The holds that a planned run may be applied with: those approved before, and ``approve_too``, which ``by`` approves
    hereby.

    Raises HoldRequired when another person must approve one of these as well (that approval is kept), PlanStale when
    what was approved is too old to be good.
    """
    if approve_too:
        known = {hold.key: hold for hold in holds_of(run, now=now)}
        mine = [key for key in dict.fromkeys(approve_too) if key in known]
        new = [key for key in mine if known[key].state != HoldState.APPROVED and by not in known[key].approvals]
        if new:
            approve(run=run, keys=new, by=by, now=now)
        after = {hold.key: hold for hold in holds_of(run, now=now)}
        if lacking := [key for key in mine if after[key].state == HoldState.OPEN]:
            raise HoldRequired(
                f"Your approval of {', '.join(lacking)} is kept. One more person must approve before it can be applied. "
                "Nothing was applied.",
                hint=f"Somebody else calls: rollbook approve {run.plan} {_words(lacking)}",
                detail={"run": run.pk, "holds": lacking},
            )
    return tuple(dict.fromkeys([*approved(run, now=now), *approve_too]))


def approved(run: SyncRun, *, now: dt.datetime) -> tuple[str, ...]:
    """The holds of a run that enough persons have approved, and that were not applied yet. Raises PlanStale for
    approvals that are too old to be good."""
    found = [hold for hold in holds_of(run, now=now) if hold.state == HoldState.APPROVED and not hold.is_applied]
    if old := [hold for hold in found if hold.is_expired]:
        raise _expired(run, old[0].expires_at)
    return tuple(hold.key for hold in found)


def _decide(run: SyncRun, keys: Sequence[str], verdict: Verdict, *, by: str, now: dt.datetime) -> dict[str, Standing]:
    connection = run.connection
    with transaction.atomic():
        run = SyncRun.objects.select_for_update(of=("self",)).select_related("connection__district").get(pk=run.pk)
        refuse_over(run)
        heads = _heads(run, keys)
        policy = policies.policy_of(connection)
        decisions = _decisions(heads)
        standings = {}
        for hold in heads:
            told = decisions.get(hold.pk, [])
            before = _standing(hold, told, run, policy, now)
            if before.is_expired:
                raise _expired(run, before.expires_at)
            if hold.released_run_id is not None:
                raise PlanStale(
                    f"{hold.key} was approved by {hold.decided_by}, and is applied already.",
                    hint=f"To take it back: rollbook undo {hold.released_run_id}",
                )
            if verdict is Verdict.APPROVE and by in before.approvals:
                if before.missing:
                    raise ConfigError(
                        f"You have approved {hold.key} already; it needs another person.",
                        hint=f"Somebody else calls: rollbook approve {run.plan} {_words([hold.key])}",
                    )
                standings[hold.key] = before
                continue
            HoldDecision.objects.create(hold=hold, verdict=verdict, by=by, at=now)
            told = [*told, Decision(verdict=verdict, by=by, at=now)]
            standings[hold.key] = after = _standing(hold, told, run, policy, now)
            _move(run, hold, after, by=by, now=now)
        audit.note(
            _DEEDS[verdict],
            by=by,
            district=run.district_id,
            subject="run",
            subject_id=run.pk,
            detail={"holds": [hold.pk for hold in heads]},
        )
    return standings


def _move(run: SyncRun, hold: Hold, standing: Standing, *, by: str, now: dt.datetime) -> None:
    """The hold, and what hangs on it, are as the standing says; an approval of the hanging ones is written when they are
    applied."""
    is_decided = standing.state is not HoldState.OPEN
    who = " and ".join(standing.approvals) if standing.state is HoldState.APPROVED else by
    values = {
        "state": standing.state.value,
        "decided_by": who if is_decided else "",
        "decided_at": now if is_decided else None,
    }
    Hold.objects.filter(pk=hold.pk).update(**values)
    above = dict(Hold.objects.filter(run=run).values_list("key", "depends_on"))
    below = Hold.objects.filter(run=run, key__in=hanging_on(above, [hold.key]))
    if standing.state is HoldState.REJECTED:
        below.update(**values)
    else:
        below.filter(state=HoldState.REJECTED).update(state=HoldState.OPEN, decided_by="", decided_at=None)


def _heads(run: SyncRun, keys: Sequence[str]) -> list[Hold]:
    holds = {hold.key: hold for hold in Hold.objects.filter(run=run, key__in=keys)}
    if missing := [key for key in keys if key not in holds]:
        raise NotFound(
            f"This plan has no hold {', '.join(sorted(missing))}.",
            hint=f"List them with: rollbook holds {run.connection.district.slug}",
        )
    for key in keys:
        if above := holds[key].depends_on:
            raise ConfigError(
                f"{key} waits for what it hangs on; it cannot be decided by itself.",
                hint=f"Decide about {' and '.join(above.split())}.",
            )
    return [holds[key] for key in dict.fromkeys(keys)]


def _decisions(holds: Iterable[Hold]) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = {}
    rows = HoldDecision.objects.filter(hold__in=[hold.pk for hold in holds]).order_by("id")
    for hold, verdict, by, at in rows.values_list("hold", "verdict", "by", "at"):
        found.setdefault(hold, []).append(Decision(verdict=Verdict(verdict), by=by, at=at))
    return found


def _standing(hold: Hold, decisions: Sequence[Decision], run: SyncRun, policy: Policy, now: dt.datetime) -> Standing:
    return weigh(
        decisions,
        before=HoldState.REJECTED if hold.was_rejected else HoldState.OPEN,
        approvals=policy.approvals,
        days=policy.approval_days,
        planned_at=run.created_at,
        now=now,
    )


def refuse_over(run: SyncRun) -> None:
    """The plan can still be decided about: it is planned or applied, and its source has said nothing else since."""
    if run.state not in _DECIDABLE:
        raise PlanStale(
            f"Run {run.pk} is {run.state}: there is nothing left to decide in it.",
            hint=f"Look at the newest plan: rollbook holds {run.connection.district.slug}",
            detail={"run": run.pk, "state": str(run.state)},
        )
    newer = (
        SyncRun.objects.of(run.connection_id)
        .syncs()
        .filter(pk__gt=run.pk, state__in=_DECIDABLE)
        .exclude(fingerprint__in=("", run.fingerprint))
        .newest_first()
        .first()
    )
    if newer is not None:
        raise PlanStale(
            f"The source has sent other data since this plan: plan {newer.plan} has them. What you saw may not be so any "
            "more, so nothing was decided.",
            hint=f"Look at what waits now: rollbook holds {run.connection.district.slug}",
            detail={"run": run.pk, "newer": newer.pk},
        )


def _expired(run: SyncRun, expires_at: dt.datetime) -> PlanStale:
    return PlanStale(
        f"What waits in plan {run.plan}, and what was approved of it, was good until {expires_at:%Y-%m-%d %H:%M} UTC. "
        "Nothing was applied.",
        hint=f"Plan again, and decide anew: rollbook plan {run.connection.district.slug}",
        detail={"run": run.pk},
    )


def _words(keys: Iterable[str]) -> str:
    return " ".join(f"'{key}'" for key in keys)
