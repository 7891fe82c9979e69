"""Pairs of people who may be one, each with its score, its verdict and its reasons."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, cast

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker

from rollbook.linkage.model import Model, Verdict
from rollbook.linkage.people import keyed

__all__ = ["PAIR_SCHEMA", "levels_of_pairs", "score"]

PAIR_SCHEMA: dict[str, pl.DataType] = {
    "left_id": pl.Int64(),
    "right_id": pl.Int64(),
    "weight": pl.Float64(),
    "verdict": pl.String(),
    "reasons": pl.List(pl.String()),
}
"""Each pair once, ``left_id`` < ``right_id``, heaviest first. ``weight``: bits; 0 is an even chance. ``reasons``:
``comparison: level``, those that speak for one human first, then those that speak against it."""


_IDS = ("state_id", "number", "email")


def score(people: pl.DataFrame, model: Model, *, threads: int = 2) -> pl.DataFrame:
    """The pairs of ``people`` (``PEOPLE_SCHEMA``) that are worth a look, as ``PAIR_SCHEMA``; the same people give the
    same pairs."""
    least = float(model.weights["thresholds"][Verdict.LOOK])
    pairs = levels_of_pairs(people, model, least=least, threads=threads)
    names = [comparison.name for comparison in model.comparisons]
    told = pairs.select(names).unique()
    spoken = [_reasons(model, row) for row in told.iter_rows(named=True)]
    told = told.with_columns(reasons=pl.Series(spoken, dtype=pl.List(pl.String)))
    return (
        pairs.join(told, on=names, maintain_order="left")
        .with_columns(verdict=_verdict(pairs.columns, model.weights["thresholds"]))
        .select(pl.col(name).cast(dtype) for name, dtype in PAIR_SCHEMA.items())
        .sort("weight", "left_id", "right_id", descending=[True, False, False])
    )


def _verdict(columns: Sequence[str], thresholds: Mapping[str, float]) -> pl.Expr:
    """The verdict that the weight earns, unless something only a person can judge speaks against it.

    Certain never: a given name that is not the same (twins are born on one day into one family, and parents like names
    that sound alike); nobody in common, for in a large district two children have one name and one birthday; another
    birth date; or no birth date, unless the family name agrees, too, and of children the grade and no number differs, of
    adults no contact. An id that is the same stands for any of them but the birth date.
    More than a look never: two state ids, for they are two children; and, unless an id is the same, given names that
    have nothing in common, of children with two numbers or grades, of adults always: brothers, sisters and couples share
    all the rest.
    """

    def level(name: str) -> pl.Expr:
        return pl.col(name) if name in columns else pl.lit("unknown")

    same_id = pl.any_horizontal(level(name) == "same" for name in _IDS)
    same_name = level("given").str.extract(r"^(\w+)").is_in(["same", "swapped"])
    born_alike = level("birth").is_in(["same, with the name", "same", "slip, with the name", "unknown"])
    born_unknown = level("birth") == "unknown"
    tied = level("given").str.ends_with(", tied")
    same_family = level("family").is_in(["same", "swapped"])
    is_child = "grade" in columns
    alone = (level("grade") == "same") & (level("number") != "other") if is_child else level("contacts") == "all"
    twins = level("given").str.starts_with("other") & ~same_id & (alone.not_() if is_child else pl.lit(True))
    evident = born_alike & ((same_name & tied & (~born_unknown | (same_family & alone))) | same_id)
    certain = (pl.col("weight") >= thresholds[Verdict.CERTAIN]) & evident
    return (
        pl.when((level("state_id") == "other") | twins)
        .then(pl.lit(str(Verdict.LOOK)))
        .when(certain)
        .then(pl.lit(str(Verdict.CERTAIN)))
        .when(pl.col("weight") >= thresholds[Verdict.LIKELY])
        .then(pl.lit(str(Verdict.LIKELY)))
        .otherwise(pl.lit(str(Verdict.LOOK)))
    )


def _reasons(model: Model, levels: Mapping[str, str]) -> list[str]:
    """``comparison: level`` of what is known, what weighs most for one human first and most against one last."""
    known = [(comparison, levels[comparison.name]) for comparison in model.comparisons]
    weighed = [
        (model.weight(comparison, code), f"{comparison.name}: {code}")
        for comparison, code in known
        if code != "unknown"
    ]
    return [text for _weight, text in sorted(weighed, key=lambda item: (-item[0], item[1]))]


def levels_of_pairs(
    people: pl.DataFrame,
    model: Model,
    *,
    least: float | None = None,
    weights: Mapping[str, Any] | None = None,
    threads: int = 2,
) -> pl.DataFrame:
    """All blocked pairs of at least the weight ``least``: ``left_id``, ``right_id``, ``weight``, and for each
    comparison the code of its level."""
    rows = keyed(people)
    names = [comparison.name for comparison in model.comparisons]
    shape = {"left_id": pl.Int64, "right_id": pl.Int64, "weight": pl.Float64} | dict.fromkeys(names, pl.String)
    if rows.height < 2:
        return pl.DataFrame(schema=shape)
    with warnings.catch_warnings(), duckdb.connect(config={"threads": threads}) as database:
        warnings.simplefilter("ignore")
        logging.getLogger("splink").setLevel(logging.ERROR)
        database.register("people", rows.to_arrow())
        database.execute("CREATE TABLE folk AS SELECT * FROM people")
        api = DuckDBAPI(database)
        linker = Linker(api.register("folk"), model.settings(weights), log_level=logging.ERROR)
        found = linker.inference.predict(threshold_match_weight=least)
        columns = ", ".join(["id_l", "id_r", "match_weight", *(f"gamma_{name}" for name in names)])
        told = cast(
            pl.DataFrame, pl.from_arrow(database.sql(f"SELECT {columns} FROM {found.physical_name}").to_arrow_table())
        )
    gammas = {comparison.name: f"gamma_{comparison.name}" for comparison in model.comparisons}
    decoded = [
        pl.col(gammas[comparison.name])
        .replace_strict(
            {gamma: comparison.code_of(gamma) for gamma in range(-1, len(comparison.codes))}, return_dtype=pl.String
        )
        .alias(comparison.name)
        for comparison in model.comparisons
    ]
    return told.select(
        pl.min_horizontal("id_l", "id_r").alias("left_id"),
        pl.max_horizontal("id_l", "id_r").alias("right_id"),
        pl.col("match_weight").alias("weight"),
        *decoded,
    ).sort("left_id", "right_id")
