"""Rows of one stream that share a key: the last row counts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rollbook.core.clean.repaired import Remark
from rollbook.core.findings.matters import DIFFERENT_TWICE, SAME_TWICE

__all__ = ["superseded"]


def superseded(frame: pl.DataFrame, key: Sequence[str], line: pl.Series) -> tuple[pl.Series, tuple[Remark, ...]]:
    """Which rows a later row with the same ``key`` replaces, and a remark on each that names the later row's line.

    Rows whose whole key is null replace nothing. A replaced row is told apart by whether it equals the last one.
    """
    nothing = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    if len(key) == 1:
        ids = frame[key[0]].drop_nulls()
        # different hashes are different ids, and half as dear to compare; only where two agree are the ids looked at
        if ids.hash().n_unique() == ids.len() or ids.n_unique() == ids.len():
            return nothing, ()
    elif not frame.select(pl.struct(key).is_duplicated().any()).item():
        return nothing, ()
    keyed = frame.select(pl.any_horizontal(pl.col(*key).is_not_null())).to_series()
    shared = frame.with_columns(_line=line, _row=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(
        keyed & frame.select(pl.struct(key).is_duplicated()).to_series()
    )
    last = shared.unique(key, keep="last", maintain_order=True)
    content = [column for column in frame.columns if column not in key]
    earlier = shared.join(last.select("_row"), on="_row", how="anti", maintain_order="left").join(
        last, on=key, how="left", nulls_equal=True, suffix=":last", maintain_order="left"
    )
    same = earlier.select(
        pl.all_horizontal(pl.lit(True), *(pl.col(name).eq_missing(pl.col(f"{name}:last")) for name in content))
    ).to_series()
    detail = ("see line " + earlier["_line:last"].cast(pl.String)).alias("detail")
    rows = earlier["_row"]
    remarks = (
        Remark(SAME_TWICE, rows.filter(same), detail.filter(same)),
        Remark(DIFFERENT_TWICE, rows.filter(~same), detail.filter(~same)),
    )
    return nothing.scatter(rows, True), tuple(remark for remark in remarks if remark.rows.len())
