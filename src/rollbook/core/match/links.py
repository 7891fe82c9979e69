"""References by SourceLink, and numbers for what is new."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.state import State

__all__ = ["MATCH_SCHEMA", "Matches", "forsaken", "linked", "number_new", "one_to_one"]

MATCH_SCHEMA: dict[str, pl.DataType] = {"kind": pl.String(), "ref": pl.Int64(), "reason": pl.String()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """``refs``: ``sourced_id``, ``ref``. ``adopted`` and ``ambiguous``: ``MATCH_SCHEMA``."""

    refs: pl.DataFrame
    adopted: pl.DataFrame
    ambiguous: pl.DataFrame
    findings: pl.DataFrame


def linked(rows: pl.DataFrame, state: State, kind: str) -> pl.DataFrame:
    """``rows`` with ``ref``: the linked object, or null. Order and number of rows stay."""
    links = state.frames["links"].filter(pl.col("kind") == kind).select("sourced_id", ref="object_id")
    return rows.join(links, on="sourced_id", how="left", maintain_order="left")


def forsaken(state: State, kind: str, gone: pl.Series) -> pl.Series:
    """Ids of objects all of whose sourcedIds are ``gone``."""
    links = state.frames["links"].filter(pl.col("kind") == kind)
    left = pl.col("sourced_id").is_in(gone.implode())
    still = links.filter(~left)["object_id"]
    return links.filter(left & ~pl.col("object_id").is_in(still.implode()))["object_id"].unique().sort()


def number_new(rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` whose null ``ref`` became −1, −2 … in their order."""
    new = pl.col("ref").is_null()
    return rows.with_columns(ref=pl.when(new).then(-new.cast(pl.Int64).cum_sum()).otherwise(pl.col("ref")))


def one_to_one(new: pl.DataFrame, pool: pl.DataFrame, keys: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs that agree on all ``keys`` (none of them null).

    Returns (``sourced_id``, ``id``) of pairs where neither side has another candidate, and the same of all others:
    those are questions, not answers.
    """
    whole = pl.all_horizontal(pl.col(keys).is_not_null())
    pairs = (
        new.filter(whole)
        .join(pool.filter(whole), on=list(keys), how="inner", maintain_order="left")
        .select("sourced_id", "id")
        .unique(maintain_order=True)
    )
    alone = pl.col("id").len().over("sourced_id").eq(1) & pl.col("sourced_id").len().over("id").eq(1)
    return pairs.filter(alone), pairs.filter(~alone)
