"""The numbers of a run: per school and kind, and as the matrix that a preview shows."""

from __future__ import annotations

import polars as pl

from rollbook.core.entities import KINDS, REMOVALS
from rollbook.core.plan import Plan
from rollbook.reports.records import acted
from rollbook.store.models import SyncRun

__all__ = ["MATRIX_SCHEMA", "SUMMARY_SCHEMA", "matrix", "summary"]

SUMMARY_SCHEMA: dict[str, pl.DataType] = {
    "school": pl.String(),
    "kind": pl.String(),
    "received": pl.Int64(),
    "created": pl.Int64(),
    "updated": pl.Int64(),
    "unchanged": pl.Int64(),
    "archived": pl.Int64(),
    "restored": pl.Int64(),
    "ended": pl.Int64(),
    "suspended": pl.Int64(),
    "tried_to_archive": pl.Int64(),
    "tried_percent": pl.Float64(),
    "held": pl.Int64(),
}
"""One row a school (null: the district) and kind. Waiting records stand in ``held`` only, and in ``tried_to_archive``:
all removals, waiting or not, with their percentage of what was here before. ``received`` counts what is in scope."""

MATRIX_SCHEMA: dict[str, pl.DataType] = {
    "school_id": pl.Int64(),
    "school": pl.String(),
    "kind": pl.String(),
    "added": pl.Int64(),
    "changed": pl.Int64(),
    "removed": pl.Int64(),
    "held": pl.Int64(),
}
"""One row a school and kind that something happens to. Schools with something held come first; then the most unusual: where
the largest part of the records of any kind is touched."""
_FEW = 20
"""Added to what a school has, so that one new classroom of a school with three is nothing unusual."""

_ACTIONS = {
    "create": "created",
    "update": "updated",
    "unchanged": "unchanged",
    "archive": "archived",
    "restore": "restored",
    "end": "ended",
    "suspend": "suspended",
}


def summary(run: SyncRun, plan: Plan, schools: pl.DataFrame) -> pl.DataFrame:
    """``SUMMARY_SCHEMA``, by school and kind; ``schools``: ``id``, ``name``."""
    keys = ["school_id", "kind"]
    records = acted(run, plan).with_columns(pl.col("kind", "action").cast(pl.String))
    held = pl.col("result") == "held"
    removal = pl.col("action").is_in(list(REMOVALS))
    done = records.group_by(keys).agg(
        *(
            ((pl.col("action") == action) & ~held).sum().cast(pl.Int64).alias(word)
            for action, word in _ACTIONS.items()
            if action != "unchanged"
        ),
        held=held.sum().cast(pl.Int64),
        tried_to_archive=removal.sum().cast(pl.Int64),
        arrived=pl.col("action").is_in(["create", "update", "restore"]).sum().cast(pl.Int64),
        known=(removal | (pl.col("action") == "update")).sum().cast(pl.Int64),
    )
    still = plan.counts.filter(pl.col("action") == "unchanged").group_by(keys).agg(unchanged=pl.col("number").sum())
    order = {kind: place for place, kind in enumerate(KINDS)}
    numbers = pl.col("held", "tried_to_archive", "arrived", "known", *_ACTIONS.values())
    return (
        done.join(still, on=keys, how="full", coalesce=True, nulls_equal=True)
        .with_columns(numbers.fill_null(0))
        .with_columns(received=pl.col("arrived") + pl.col("unchanged"), base=pl.col("known") + pl.col("unchanged"))
        .with_columns(
            tried_percent=pl.when(pl.col("base") > 0)
            .then((100 * pl.col("tried_to_archive") / pl.col("base")).round(1))
            .otherwise(0.0)
        )
        .join(schools.select("id", school="name"), left_on="school_id", right_on="id", how="left")
        .sort("school", pl.col("kind").replace_strict(order, return_dtype=pl.Int8), nulls_last=True)
        .select(tuple(SUMMARY_SCHEMA))
        .cast(pl.Schema(SUMMARY_SCHEMA))
    )


def matrix(run: SyncRun, plan: Plan, schools: pl.DataFrame) -> pl.DataFrame:
    """``MATRIX_SCHEMA``; ``schools``: ``id``, ``name``."""
    records = acted(run, plan).with_columns(pl.col("kind", "action").cast(pl.String))
    held = pl.col("result") == "held"

    def count(*actions: str) -> pl.Expr:
        return (pl.col("action").is_in(actions) & ~held).sum().cast(pl.Int64)

    order = {kind: place for place, kind in enumerate(KINDS)}
    still = (
        plan.counts.filter(pl.col("action") == "unchanged")
        .group_by("school_id", "kind")
        .agg(still=pl.col("number").sum())
    )
    return (
        records.group_by("school_id", "kind")
        .agg(
            added=count("create", "restore"),
            changed=count("update"),
            removed=count(*REMOVALS),
            held=held.sum().cast(pl.Int64),
        )
        .join(schools.select("id", school="name"), left_on="school_id", right_on="id", how="left")
        .with_columns(
            _held=pl.col("held").sum().over("school_id"),
            _busy=pl.sum_horizontal("added", "changed", "removed").sum().over("school_id"),
        )
        .join(still, on=("school_id", "kind"), how="left", nulls_equal=True)
        .with_columns(
            _unusual=(
                pl.sum_horizontal("added", "changed", "removed", "held")
                / (pl.sum_horizontal("changed", "removed", "held") + pl.col("still").fill_null(0) + _FEW)
            )
            .max()
            .over("school_id")
        )
        .sort(
            pl.col("_held") > 0,
            "_unusual",
            "_busy",
            "school_id",
            pl.col("kind").replace_strict(order, return_dtype=pl.Int8),
            descending=[True, True, True, False, False],
            nulls_last=True,
        )
        .select(tuple(MATRIX_SCHEMA))
        .cast(pl.Schema(MATRIX_SCHEMA))
    )
