"""References by SourceLink, and numbers for what is new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from rollbook.core.state import State

Rules = Sequence[tuple[str, tuple[str, ...]]]
"""(reason, columns that must agree), in the order in which they are tried."""

Settle = Callable[[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame], tuple[pl.DataFrame, pl.DataFrame]]

__all__ = ["MATCH_SCHEMA", "Matches", "forsaken", "linked", "number_new", "recognise"]

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


def recognise(
    new: pl.DataFrame, pool: pl.DataFrame, rules: Rules, weak: Rules, weak_pool: pl.Expr, settle: Settle
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who of ``new`` (``sourced_id``, keys) is who of ``pool`` (``id``, keys).

    Returns the sure pairs (``sourced_id``, ``id``, ``reason``), and (``sourced_id``, ``reason``) of those who may be
    somebody in the pool who is nobody else. Tried until nobody more is recognised, so that the next run, which no longer
    sees those recognised today, has the same questions and no new answers. ``weak`` rules only ask, of the part
    ``weak_pool``. ``settle`` may turn sure pairs into questions.
    """
    sure = [pl.DataFrame(schema={"sourced_id": pl.String(), "id": pl.Int64(), "reason": pl.String()})]
    while True:
        doubtful, before = [], len(sure)
        for reason, keys in rules:
            found, unclear = settle(new, pool, *_one_to_one(new, pool, keys))
            doubtful.append(unclear.with_columns(reason=pl.lit(reason)))
            if found.height:
                sure.append(found.with_columns(reason=pl.lit(reason)))
                new = new.join(found, on="sourced_id", how="anti", maintain_order="left")
                pool = pool.join(found, on="id", how="anti", maintain_order="left")
        if len(sure) == before:
            break
    for reason, keys in weak:
        pairs = pl.concat(_one_to_one(new, pool.filter(weak_pool), keys))
        doubtful.append(pairs.with_columns(reason=pl.lit(reason)))
    adopted = pl.concat(sure)
    return adopted, pl.concat(doubtful).select("sourced_id", "reason").unique(
        "sourced_id", keep="first", maintain_order=True
    )


def _one_to_one(new: pl.DataFrame, pool: pl.DataFrame, keys: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
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
