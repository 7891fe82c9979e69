"""The unchanged night: the same bytes, settings, directory and program have the same plan, so it is not computed again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import cache
from pathlib import Path

import polars as pl

import rollbook
from rollbook.connectors.registry import connector
from rollbook.core.plan import Plan
from rollbook.core.planning import settings_digest
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.state import State
from rollbook.core.steady import steady_until
from rollbook.engine import artifacts
from rollbook.services import beside, policies, source_config
from rollbook.store.models import District, SourceConnection, SteadyPlan, SyncRun

__all__ = ["find", "keep"]

_DECIDING = ("core", "connectors", "transport")
"""The rooms whose code a plan depends on."""


def find(connection: SourceConnection, policy: Policy, day: dt.date) -> SteadyPlan | None:
    """The plan that would come out if the source were read and planned again for ``day``; None when that is not sure
    without doing it, or when its artifacts are not kept any more. Reads no row of the directory."""
    kept = SteadyPlan.objects.select_related("run").filter(connection=connection).first()
    fingerprint = connector(connection.kind).fingerprint
    if kept is None or fingerprint is None:
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
    said = fingerprint(source_config.config_of(connection), policy)
    return kept if said == kept.fingerprint else None


def keep(run: SyncRun, plan: Plan, roster: Roster, state: State, day: dt.date) -> None:
    """``plan`` is what ``run``'s snapshot means to ``state`` on ``day``. If it would do nothing and asks nothing, it
    stands until anything moves; nothing is kept of a source that cannot say what it holds without being read."""
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
            "until": steady_until(roster, state, policy, day),
        },
    )


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
