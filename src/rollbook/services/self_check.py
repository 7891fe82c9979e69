"""The self-check (section 6): the source is read afresh, planned, and looked at. Nothing is changed."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from rollbook.connectors.registry import connector
from rollbook.core import self_check as rules
from rollbook.core.errors import RollbookError
from rollbook.core.match import match
from rollbook.core.planning import make_plan
from rollbook.core.policy import Policy
from rollbook.core.scope import scope
from rollbook.core.self_check import Check, Level, World
from rollbook.core.snapshot import Snapshot
from rollbook.engine import artifacts
from rollbook.engine.load import load_state, shared_values
from rollbook.services import planning, policies, reading, source_config
from rollbook.store.models import Classroom, Examination, LeftAlone, SourceConnection, SourceLink, SyncRun

__all__ = ["newest_snapshot", "take", "world_of"]

_CONNECTION: Final = "connection"


def take(examination: Examination) -> tuple[dict[str, Any], str]:
    """Every check of the examination's source: their numbers, and the name of the artifact with the rows behind them.

    A source that cannot be read fails the first check, which says why; the newest reading that is kept is looked at then.
    """
    connection = examination.connection
    policy = policies.policy_of(connection)
    problem, snapshot = "", None
    read_at = dt.datetime.now(dt.UTC)
    try:
        snapshot = connector(connection.kind).read(source_config.config_of(connection, remembers=False), policy)
    except RollbookError as error:
        problem = f"{error.message} {error.hint}".strip()
        kept = newest_snapshot(connection)
        if kept is not None:
            run, snapshot = kept
            read_at = run.created_at
    checks = [Check(key=_CONNECTION, level=Level.FAIL if problem else Level.PASS, number=int(bool(problem)))]
    if snapshot is not None:
        checks += rules.run(world_of(connection, snapshot, policy, planning.local_day(connection, read_at)))
    rows = {check.key: check.rows for check in checks if check.rows.height}
    # A name of this one reading: a worker may be at the same examination, and whoever is late takes away what is its own.
    name = f"check-{examination.pk}-{secrets.token_hex(4)}.rows"
    name = artifacts.write_rows(connection.district_id, name, rows) if rows else ""
    return _as_kept(checks, problem, read_at if snapshot is not None else None), name


def newest_snapshot(connection: SourceConnection) -> tuple[SyncRun, Snapshot] | None:
    """The newest run whose reading is still kept, and that reading."""
    for run in SyncRun.objects.of(connection.pk).syncs().exclude(snapshot="").newest_first()[:5]:
        if artifacts.exists(run.district_id, run.snapshot):
            return run, artifacts.read_snapshot(run.district_id, run.snapshot)
    return None


def world_of(connection: SourceConnection, snapshot: Snapshot, policy: Policy, day: dt.date) -> World:
    """The reading beside the directory as it is now, and what a run would make of it on ``day``."""
    roster = reading.clean_of(snapshot, policy)
    state = load_state(connection)
    left = LeftAlone.objects.filter(connection=connection)
    with shared_values(connection) as values:
        scoped = scope(roster, state, policy, day)
        return World(
            roster=roster,
            state=state,
            policy=policy,
            today=day,
            scope=scoped,
            matched=match(scoped, roster, state, values, policy),
            plan=make_plan(roster, state, values, policy, day),
            fed_schools=_fed_schools(connection),
            loose_classrooms=_loose_classrooms(connection),
            left_schools=frozenset(row.sourced_id for row in left if row.sourced_id is not None),
            left_classrooms=frozenset(row.object_id for row in left if row.object_id is not None),
        )


def _fed_schools(connection: SourceConnection) -> frozenset[int]:
    links = SourceLink.objects.filter(district=connection.district_id, kind="school")
    return frozenset(links.values_list("object_id", flat=True))


def _loose_classrooms(connection: SourceConnection) -> pl.DataFrame:
    known = SourceLink.objects.filter(district=connection.district_id, kind="classroom")
    found = Classroom.objects.filter(district=connection.district_id, status="active")
    rows = found.exclude(pk__in=known.values("object_id")).order_by("pk")
    return pl.DataFrame(
        list(rows.values_list("pk", "school_id", "name", "code")),
        schema={"id": pl.Int64, "school_id": pl.Int64, "name": pl.String, "code": pl.String},
        orient="row",
    )


def _as_kept(checks: list[Check], problem: str, read_at: dt.datetime | None) -> dict[str, Any]:
    listed: list[Mapping[str, Any]] = [
        {
            "key": check.key,
            "level": check.level.value,
            "number": check.number,
            "of": check.of,
            "more": dict(check.more),
            "rows": check.rows.height,
        }
        for check in checks
    ]
    return {"checks": listed, "problem": problem, "read_at": read_at.isoformat() if read_at else ""}
