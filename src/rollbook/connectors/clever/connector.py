"""Reading a district from Clever; testing the connection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import httpx2
import polars as pl

from rollbook.connectors.clever.changes import read_changes
from rollbook.connectors.clever.client import Clever
from rollbook.connectors.clever.composing import compose
from rollbook.connectors.clever.config import Config
from rollbook.connectors.clever.mapping import map_collections
from rollbook.connectors.clever.pages import Progress, Reading
from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.core import findings
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode, Snapshot

__all__ = ["check", "read"]

_STATES = {"paused": "CLV-001", "pending": "CLV-002", "error": "CLV-003"}
_NEEDED = ("schools", "sections", "users")


def read(
    config: Config,
    policy: Policy,
    *,
    progress: Progress | None = None,
    since: dt.datetime | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> Snapshot:
    """The district as Clever shows it, whole (S-2); with ``since``, what changed after that moment by Clever's events,
    or all of it where the events do not reach back so far.

    The district's state is told and never acted on. Raises AuthError, ConfigError, DataError or TransientError; then
    nothing is known and nothing changes.
    """
    with Clever(config, transport=transport) as api:
        if since is not None:
            changes = read_changes(api, policy, since)
            if changes is not None:
                return changes
        collected = Reading(api=api, progress=progress).take()
        mapped = map_collections(collected.rows, config, policy)
        told = [_state(collected.rows["districts"]), _empty(collected.rows), mapped.remarks]
        if api.sensitive:
            told.append(findings.make("SRC-004", stream="/users", detail=", ".join(sorted(api.sensitive))))
        snapshot = compose(mapped, collected.sizes, Mode.BULK)
    return replace(snapshot, findings=findings.merge([*told, snapshot.findings]))


def check(config: Config, policy: Policy, *, transport: httpx2.BaseTransport | None = None) -> SharingReceipt:
    """Read the district and say what it shares (S-5). Never raises for one that cannot be read."""
    try:
        return receipt_of(read(config, policy, transport=transport), speaks=f"Clever data API {config.api_version}")
    except RollbookError as error:
        return refusal_of(error)


def _state(district: pl.DataFrame) -> pl.DataFrame:
    code = _STATES.get(str(district["state"].item() or ""))
    if code is None:
        return findings.empty()
    until = str(district["pause_end"].item() or "")[:10]
    return findings.make(code, stream="/districts", column="state", detail=f" until {until}" if until else "")


def _empty(rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    told = [
        findings.make("SRC-002" if name in _NEEDED else "SRC-003", stream=f"/{name}")
        for name, frame in rows.items()
        if frame.is_empty()
    ]
    if rows["users"].height:
        roles = pl.col("roles").struct
        has = rows["users"].select(
            contacts=roles.field("contact").is_not_null().any(),
            staff=(roles.field("staff").is_not_null() | roles.field("district_admin").is_not_null()).any(),
        )
        if not has["contacts"].item():
            told.append(findings.make("CLV-009", stream="/users"))
        if not has["staff"].item():
            told.append(findings.make("SRC-011", stream="/users"))
    return findings.merge(told)
