"""Who may do what in a district, as a table for an access review (T-1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

import polars as pl

__all__ = ["CSV_SCHEMA", "Line", "sheet"]

CSV_SCHEMA: dict[str, pl.DataType] = {
    "account": pl.String(),
    "is_active": pl.Boolean(),
    "last_sign_in": pl.String(),
    "permission": pl.String(),
    "school": pl.String(),
    "allows": pl.String(),
    "works": pl.Boolean(),
    "granted_at": pl.String(),
    "granted_by": pl.String(),
}
"""One row a permission of one account. ``school`` blank: the whole district; ``works``: false while what it needs is
lacking."""


class Line(Protocol):
    """What a line is made of: ``services.granting.Held``."""

    @property
    def email(self) -> str: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def last_sign_in(self) -> dt.datetime | None: ...
    @property
    def what(self) -> str: ...
    @property
    def school_name(self) -> str: ...
    @property
    def acts(self) -> tuple[str, ...]: ...
    @property
    def works(self) -> bool: ...
    @property
    def granted_at(self) -> dt.datetime: ...
    @property
    def granted_by(self) -> str: ...


def sheet(lines: Iterable[Line]) -> pl.DataFrame:
    """``CSV_SCHEMA`` of the lines, in their order."""
    rows = [
        (
            line.email,
            line.is_active,
            line.last_sign_in.isoformat() if line.last_sign_in else None,
            line.what,
            line.school_name,
            ", ".join(line.acts),
            line.works,
            line.granted_at.isoformat(),
            line.granted_by,
        )
        for line in lines
    ]
    return pl.DataFrame(rows, schema=CSV_SCHEMA, orient="row")
