"""What a OneRoster server shares beyond what is read: one row of each kind is looked at, and not kept (S-4, S-5)."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl

from rollbook.connectors.kit.http import Server
from rollbook.connectors.oneroster.rest import COLLECTIONS
from rollbook.core import findings
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot

__all__ = ["look"]

_SAMPLE = "50"
_NEEDLESS = ("password", "resources", "userProfiles", "credentials")
_STAFF = frozenset(
    {
        "administrator",
        "districtadministrator",
        "siteadministrator",
        "systemadministrator",
        "principal",
        "counselor",
    }
)


def look(server: Server, policy: Policy, snapshot: Snapshot) -> Snapshot:
    """``snapshot`` with findings on what is over-shared (SRC-004, SRC-005) and on administrators that are missing
    (SRC-011)."""
    told = [snapshot.findings, _needless(server), _administrators(snapshot)]
    if not policy.keep_birth_dates and _can_read(server, COLLECTIONS["demographics"].path):
        told.append(findings.make("SRC-005", stream=COLLECTIONS["demographics"].path))
    return replace(snapshot, findings=findings.merge(told))


def _needless(server: Server) -> pl.DataFrame:
    """Names of fields that users carry in vain; their values are not looked at."""
    users = COLLECTIONS["users"]
    reply = server.get(users.path, {"limit": _SAMPLE, "offset": "0"})
    try:
        rows = json.loads(reply.body)[users.key]
        carried = {name for row in rows for name, value in row.items() if value}
    except (ValueError, KeyError, TypeError, AttributeError):
        return findings.empty()  # whether it can be read at all has been said by the reading itself
    found = sorted(carried & set(_NEEDLESS))
    return findings.make("SRC-004", stream=users.path, detail=", ".join(found)) if found else findings.empty()


def _can_read(server: Server, path: str) -> bool:
    try:
        reply = server.get(path, {"limit": "1", "offset": "0"}, accept=(400, 401, 403, 404, 405, 422), attempts=1)
    except RollbookError:
        return False
    return reply.status == 200


def _administrators(snapshot: Snapshot) -> pl.DataFrame:
    stream = snapshot.streams.get("roles") or snapshot.streams["users"]
    if "role" not in stream.columns:
        return findings.empty()
    roles = set(stream.frame["role"].str.to_lowercase().unique())
    if roles & _STAFF:
        return findings.empty()
    return findings.make("SRC-011", stream=stream.origin)
