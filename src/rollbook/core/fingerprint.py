"""A roster's fingerprint: equal for equal content, whichever way it was read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import polars as pl

from rollbook.core.roster import ROSTER_SCHEMAS, Roster

__all__ = ["frame_fingerprints", "roster_fingerprint"]

_NOT_CONTENT = ("line", "status")
_ONLY_1_2: Mapping[str, tuple[str, ...]] = {
    "users": ("preferred_given_name", "preferred_family_name", "master_id"),
    "roles": ("is_primary", "begins_on", "ends_on"),
}
"""What OneRoster 1.1 has no place for; a file of 1.1 says nothing of it, so it cannot be compared."""
_ROLES_OF_1_1 = {
    "districtAdministrator": "administrator",
    "systemAdministrator": "administrator",
    "siteAdministrator": "administrator",
    "principal": "administrator",
    "counselor": "aide",
}


def roster_fingerprint(roster: Roster) -> str:
    """SHA-256 over everything that OneRoster 1.1 and 1.2 can both say of the rows that are alive.

    Order and line numbers do not count; a row ``tobedeleted`` counts as absent; 1.2's finer words for staff count as
    the words of 1.1 that they came from.
    """
    return hashlib.sha256(" ".join(frame_fingerprints(roster).values()).encode()).hexdigest()


def frame_fingerprints(roster: Roster) -> dict[str, str]:
    """Frame → digest of its rows, as ``roster_fingerprint`` compares them."""
    return {name: _fingerprint(name, roster.frames[name]) for name in ROSTER_SCHEMAS}


def _fingerprint(name: str, frame: pl.DataFrame) -> str:
    if "status" in frame.columns:
        frame = frame.filter(pl.col("status") == "active")
    if name == "roles":
        frame = frame.with_columns(pl.col("role").replace(_ROLES_OF_1_1))
    dropped = {*_NOT_CONTENT, *_ONLY_1_2.get(name, ())}
    kept = frame.select(
        pl.col(column).list.join(",") if isinstance(dtype, pl.List) else pl.col(column)
        for column, dtype in frame.schema.items()
        if column not in dropped
    )
    rows = kept.unique().sort(kept.columns, nulls_last=True)
    digest = hashlib.sha256(f"{name} {rows.height}\n".encode())
    digest.update(rows.write_csv(null_value="\\N", quote_style="always").encode())
    return digest.hexdigest()
