"""A source → a snapshot → a roster. Nothing is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl

from rollbook.connectors.registry import connector
from rollbook.core import findings
from rollbook.core.clean import clean
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import CHANGES_ONLY, Snapshot
from rollbook.engine import artifacts
from rollbook.engine.receipt import Progress
from rollbook.services import beside, source_config
from rollbook.store.models import SourceConnection, SyncRun

__all__ = ["clean_of", "read", "since"]

FULL_EVERY = dt.timedelta(days=7)
"""How long readings of changes may follow each other before everything is read again: only then is it seen who is gone
without a word."""
_OVERLAP = dt.timedelta(hours=1)
"""Clocks differ; reading an hour's changes twice harms nobody."""


def read(connection: SourceConnection, policy: Policy, *, progress: Progress | None = None) -> Snapshot:
    """What the source says now, whole (S-2), and what its neighbours make of it (GRD-006).

    ``progress`` is told of pages and files as they come, by whatever thread reads them. Raises AuthError, ConfigError,
    DataError or TransientError, and then nothing is known and nothing changes.
    """
    snapshot = _read(connection, policy, progress)
    return replace(snapshot, findings=findings.merge([snapshot.findings, beside.guardians_twice(connection, policy)]))


def _read(connection: SourceConnection, policy: Policy, progress: Progress | None) -> Snapshot:
    config = source_config.config_of(connection)
    item = connector(connection.kind)
    if item.is_unchanged is not None and (kept := _kept(connection)):
        run, earlier = kept
        if item.is_unchanged(config, policy, earlier):
            told = findings.make("SRC-012", stream=connection.kind, detail=str(run.pk))
            known = earlier.findings.filter(~pl.col("code").is_in(["SRC-012", "GRD-006"]))
            return replace(earlier, findings=findings.merge([known, told]))
    moment = since(connection, dt.datetime.now(dt.UTC)) if getattr(config, "pulls", "full") == "delta" else None
    more: dict[str, Any] = {} if moment is None else {"since": moment}
    return item.read(config, policy, progress=progress, **more)


def _kept(connection: SourceConnection) -> tuple[SyncRun, Snapshot] | None:
    """The newest applied run and what it received, if that is still kept."""
    run = SyncRun.objects.of(connection.pk).syncs().applied().newest_first().first()
    if run is None or not run.snapshot or not artifacts.exists(run.district_id, run.snapshot):
        return None
    return run, artifacts.read_snapshot(run.district_id, run.snapshot)


def since(connection: SourceConnection, now: dt.datetime) -> dt.datetime | None:
    """From when on changes have to be asked for; None when everything has to be read: at first, and a week after the
    last whole reading that was applied."""
    applied = SyncRun.objects.of(connection.pk).syncs().applied().newest_first()
    newest = applied.first()
    whole = applied.exclude(fingerprint__startswith=CHANGES_ONLY).first()
    if newest is None or whole is None or now - whole.created_at >= FULL_EVERY:
        return None
    return newest.created_at - _OVERLAP


def clean_of(snapshot: Snapshot, policy: Policy) -> Roster:
    """The snapshot as a typed roster, with a finding for every repair."""
    return clean(snapshot, policy)
