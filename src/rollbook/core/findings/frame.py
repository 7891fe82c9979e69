"""Findings as a frame."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

__all__ = ["FINDING_SCHEMA", "empty", "make", "merge", "of_rows"]

FINDING_SCHEMA: dict[str, pl.DataType] = {
    "code": pl.String(),
    "severity": pl.String(),
    "stream": pl.String(),
    "line": pl.UInt32(),
    "column": pl.String(),
    "sourced_id": pl.String(),
    "school_sourced_id": pl.String(),
    "detail": pl.String(),
}
"""One row a finding. ``stream`` is the file or endpoint (``users.csv``); ``line`` null where none applies; ``detail``
never holds a name, a contact or a birth date."""


def empty() -> pl.DataFrame:
    """A findings frame without rows."""
    return pl.DataFrame(schema=FINDING_SCHEMA)


def merge(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All findings in one frame, in the order given."""
    parts = [frame for frame in frames if frame.height]
    return pl.concat(parts, how="vertical") if parts else empty()


def make(
    code: str,
    *,
    stream: str | None = None,
    line: int | None = None,
    column: str | None = None,
    sourced_id: str | None = None,
    school_sourced_id: str | None = None,
    detail: str = "",
) -> pl.DataFrame:
    """One finding as a frame of one row; its severity comes from the catalogue."""
    from rollbook.core.findings.catalogue import CATALOGUE

    row = {
        "code": code,
        "severity": CATALOGUE[code].severity.value,
        "stream": stream,
        "line": line,
        "column": column,
        "sourced_id": sourced_id,
        "school_sourced_id": school_sourced_id,
        "detail": detail,
    }
    return pl.DataFrame([row], schema=FINDING_SCHEMA)


def of_rows(
    rows: pl.DataFrame,
    code: str,
    *,
    stream: str,
    column: str | None = None,
    line: pl.Expr | None = None,
    sourced_id: pl.Expr | None = None,
    school_sourced_id: pl.Expr | None = None,
    detail: pl.Expr | str = "",
) -> pl.DataFrame:
    """One finding for every row of ``rows``; expressions are evaluated on it. Empty in, empty out."""
    from rollbook.core.findings.catalogue import CATALOGUE

    if not rows.height:
        return empty()
    nothing = pl.lit(None, dtype=pl.String)
    return rows.select(
        code=pl.lit(code),
        severity=pl.lit(CATALOGUE[code].severity.value),
        stream=pl.lit(stream),
        line=(line if line is not None else pl.lit(None)).cast(pl.UInt32),
        column=pl.lit(column, dtype=pl.String),
        sourced_id=sourced_id if sourced_id is not None else nothing,
        school_sourced_id=school_sourced_id if school_sourced_id is not None else nothing,
        detail=detail if isinstance(detail, pl.Expr) else pl.lit(detail),
    ).cast(pl.Schema(FINDING_SCHEMA))
