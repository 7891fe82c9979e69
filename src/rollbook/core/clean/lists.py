"""Lists: comma-separated inside one cell; semicolons are taken for commas where there are none."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.repaired import Repaired, remark_where
from rollbook.core.findings.matters import LIST_FORM

__all__ = ["split"]

_GAPS = r"^[\s,]|[\s,]$|,,|\s,|,\s"


def split(column: pl.Series) -> Repaired:
    """List(String) without blank, padded or repeated items; an empty list where the cell is blank."""
    semicolons = (column.str.contains(";", literal=True) & ~column.str.contains(",", literal=True)).fill_null(False)
    if semicolons.any():
        column = column.zip_with(~semicolons, column.str.replace_all(";", ",", literal=True))
    lists = column.fill_null("").str.split(",")
    gaps = column.str.contains(_GAPS).fill_null(False)
    if gaps.any():
        lists = lists.list.eval(pl.element().str.strip_chars())
    lists = lists.list.eval(pl.element().filter(pl.element() != ""))
    repeats = lists.list.n_unique() != lists.list.len()
    if repeats.any():
        lists = lists.list.unique(maintain_order=True)
    return Repaired(lists, remark_where(LIST_FORM, gaps | repeats | semicolons))
