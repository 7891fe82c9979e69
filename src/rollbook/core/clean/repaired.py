"""What became of a column: its values, and what had to be remarked on the way."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.findings.matters import Matter

__all__ = ["Remark", "Repaired", "remark_where"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One matter on some rows. ``rows``: positions in the column (UInt32); ``detail``: what is said of each row, in the
    same order; null where there is nothing to say that is not personal."""

    matter: Matter
    rows: pl.Series
    detail: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class Repaired:
    """A column as clean as it gets (same length and order as received), and the remarks that it took."""

    values: pl.Series
    remarks: tuple[Remark, ...] = ()


def remark_where(matter: Matter, mask: pl.Series, detail: pl.Series | None = None) -> tuple[Remark, ...]:
    """One remark on the rows where ``mask`` is true (null counts as false), or none. ``detail`` is a whole column."""
    rows = mask.arg_true()
    if not rows.len():
        return ()
    return (Remark(matter, rows, None if detail is None else detail.gather(rows)),)
