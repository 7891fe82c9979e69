"""Who can sign in at the make-believe vendors."""

from __future__ import annotations

from typing import Any

import polars as pl

from rollbook.sandbox.server.tables import ACTIVE, Frames

__all__ = ["find", "for_sign_in"]

_EACH = 5
_ROLES = ("districtAdministrator", "principal", "siteAdministrator", "counselor", "teacher", "parent", "student")


def _people(frames: Frames) -> pl.DataFrame:
    return frames["users"].filter(pl.col("status") == ACTIVE).with_columns(kind=pl.coalesce("staffRole", "role"))


def for_sign_in(frames: Frames) -> list[tuple[str, str, str]]:
    """(sourcedId, shown name, role) of the first few people of every role."""
    chosen = _people(frames).filter(pl.col("kind").is_in(_ROLES))
    chosen = chosen.group_by("kind", maintain_order=True).head(_EACH)
    order = pl.Enum(_ROLES)
    rows = chosen.sort(pl.col("kind").cast(order), "sourcedId").select(
        "sourcedId", pl.concat_str("givenName", pl.lit(" "), "familyName"), "kind"
    )
    return [(str(row[0]), str(row[1]), str(row[2])) for row in rows.iter_rows()]


def find(frames: Frames, sourced_id: str) -> dict[str, Any] | None:
    """The user's row with ``kind``, the finer role; None when there is no such active user."""
    found = _people(frames).filter(pl.col("sourcedId") == sourced_id)
    return None if found.is_empty() else found.row(0, named=True)
