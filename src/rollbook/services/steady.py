"""The unchanged night: the same bytes, settings, directory and program have the same plan, so it is not computed again; and
on the night after it, what did not change is not (``core.narrow``)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

import rollbook
from rollbook.connectors.registry import connector
from rollbook.core.narrow import Ground
from rollbook.core.plan import Plan
from rollbook.core.planning import settings_digest
from rollbook.core.policy import Policy
from rollbook.engine import artifacts
from rollbook.services import beside, policies, source_config
from rollbook.store.models import District, SourceConnection, SteadyPlan, SyncRun

__all__ = ["Standing", "find", "ground", "keep"]

_WHOLE_EVERY: Final = dt.timedelta(days=7)
"""How long plans of only what changed may follow each other before everything is planned again, whatever it says."""
_DECIDING = ("core", "connectors", "transport")
"""The rooms whose code a plan depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What last night's reading means to the directory as it is: nothing. ``until``: the day before which that is so;
    ``whole_on``: the day on which everything was last looked at."""

    ground: Ground
    until: dt.date | None
    whole_on: dt.date


def find(connection: SourceConnection, policy: Policy, day: dt.date) -> SteadyPlan | None:
    """The plan that would come out if the source were read and planned again for ``day``; None when that is not sure
    without doing it, or when its artifacts are not kept any more. Reads no row of the directory."""
    kept = _kept(connection, policy, day)
    fingerprint = connector(connection.kind).fingerprint
    if kept is None or fingerprint is None:
        return None
    said = fingerprint(source_config.config_of(connection), policy)
    return kept if said == kept.fingerprint else None


def ground(connection: SourceConnection, policy: Policy, day: dt.date) -> Standing | None:
    """The plan of the reading before, which would do nothing on ``day`` either, and that reading; None when anything but
    the source may have moved since, or when it is time to look at everything again."""
    kept = _kept(connection, policy, day)
    if kept is None or day - kept.whole_on >= _WHOLE_EVERY:
        return None
    plan = artifacts.read_plan(connection.district_id, kept.plan_artifact)
    snapshot = artifacts.read_snapshot(connection.district_id, kept.run.snapshot)
    return Standing(ground=Ground(plan=plan, snapshot=snapshot), until=kept.until, whole_on=kept.whole_on)


def keep(run: SyncRun, plan: Plan, day: dt.date, until: Callable[[], dt.date | None], *, whole_on: dt.date) -> None:
    """``plan`` is what ``run``'s snapshot means to the directory on ``day``. If it would do nothing and asks nothing, it
    stands until anything moves, or the day comes that ``until`` says; nothing is kept of a source that cannot say what it
    holds without being read."""
    connection = run.connection
    if connector(connection.kind).fingerprint is None or not plan.is_empty or not plan.holds.is_empty():
        return
    policy = policies.policy_of(connection)
    name = artifacts.write_plan(run.district_id, f"{run.plan}-steady.plan", plan)
    SteadyPlan.objects.update_or_create(
        connection=connection,
        defaults={
            "run": run,
            "plan_artifact": name,
            "fingerprint": run.fingerprint,
            "baseline": plan.baseline,
            "config": _surroundings(connection, policy),
            "program": _program(),
            "since": day,
            "until": until(),
            "whole_on": whole_on,
        },
    )


def _kept(connection: SourceConnection, policy: Policy, day: dt.date) -> SteadyPlan | None:
    """The plan that stands on ``day`` for as long as the source says the same."""
    kept = SteadyPlan.objects.select_related("run").filter(connection=connection).first()
    if kept is None:
        return None
    revision = District.objects.values_list("revision", flat=True).get(pk=connection.district_id)
    same = (kept.baseline, kept.config, kept.program) == (
        _baseline(revision, policy),
        _surroundings(connection, policy),
        _program(),
    )
    if not same or day < kept.since or (kept.until is not None and day >= kept.until):
        return None
    if not all(artifacts.exists(connection.district_id, name) for name in (kept.plan_artifact, kept.run.snapshot)):
        return None
    return kept


def _baseline(revision: int, policy: Policy) -> str:
    return f"{revision}-{settings_digest(policy)}"


def _surroundings(connection: SourceConnection, policy: Policy) -> str:
    """What a reading depends on beside the source itself: the connection, and the sources next to it."""
    neighbours = beside.guardians_twice(connection, policy).rows()
    text = json.dumps([connection.kind, connection.config, neighbours], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _program() -> str:
    root = Path(rollbook.__file__).parent
    digest = hashlib.sha256(pl.__version__.encode())
    for path in sorted(path for room in _DECIDING for path in (root / room).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
