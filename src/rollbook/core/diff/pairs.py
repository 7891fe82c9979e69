"""Joining on two references at once, as fast as on one: a pair of small integers is packed into one.

A relation has as many rows as everything else together, and Polars joins on several columns by encoding each row.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

__all__ = ["has_repeated_pairs", "join_pairs"]

_PAIR = "_pair"
_HALF = 2**31
"""References beyond it (either way) do not fit half a word; then the two columns are joined as they are."""


def join_pairs(left: pl.DataFrame, right: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """``left`` with the columns of the row of ``right`` that has the same ``key``; null equals null. Rows of ``left``
    keep their order."""
    if not (_fits(left, key) and _fits(right, key)):
        return left.join(right, on=key, how="left", maintain_order="left", nulls_equal=True)
    packed = right.select(_packed(key), pl.exclude(key))
    return left.with_columns(_packed(key)).join(packed, on=_PAIR, how="left", maintain_order="left").drop(_PAIR)


def has_repeated_pairs(rows: pl.DataFrame, key: Sequence[str]) -> bool:
    """Whether two rows have the same ``key``."""
    if not _fits(rows, key):
        return bool(rows.select(key).is_duplicated().any())
    return bool(rows.select(_packed(key).n_unique()).item() != rows.height)


def _fits(rows: pl.DataFrame, key: Sequence[str]) -> bool:
    """Whether ``key`` is two integers, none null, that fit half a word each."""
    if len(key) != 2 or any(rows.schema[name] != pl.Int64 or rows[name].null_count() for name in key):
        return False
    return bool(rows.select(pl.all_horizontal(pl.col(key).is_between(-_HALF, _HALF - 1).all())).item())


def _packed(key: Sequence[str]) -> pl.Expr:
    first, second = (pl.col(name) for name in key)
    return (first * (2 * _HALF) + second + _HALF).alias(_PAIR)
