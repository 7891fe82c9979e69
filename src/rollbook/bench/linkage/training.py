"""Weights from people of whom it is known who is who."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from rollbook.bench.linkage.crowd import crowd
from rollbook.bench.linkage.planting import Planted, plant
from rollbook.linkage import Kind, Model
from rollbook.linkage.model import Comparison
from rollbook.linkage.scoring import levels_of_pairs

__all__ = ["SEEDS", "STUDENTS", "labelled", "planted", "train", "write"]

SEEDS, STUDENTS = (11, 12, 13), 20_000
"""What the committed weights are trained on. No figure is ever published of these seeds."""
THRESHOLDS = {
    Kind.STUDENT: {"certain": 5.0, "likely": -8.0, "look": -11.0},
    Kind.PERSON: {"certain": 5.0, "likely": -1.0, "look": -4.0},
}
"""Least weight of each verdict, chosen by eye on seeds 13 and 14: weights count agreeing things twice that belong
together, so that zero bits is not an even chance."""

_ENOUGH = 5
_CAUTION = 1.0
"""Added to every count, so that nothing is ever impossible."""


def planted(kind: Kind, *, students: int, seed: int, births: bool) -> Planted:
    """A district's people with duplicates and look-alikes; without ``births`` no birth date is known (S-4)."""
    made = plant(crowd(kind, students=students, seed=seed), kind, seed=seed)
    if births:
        return made
    people = made.people.with_columns(birth_on=pl.lit(None, dtype=pl.Date))
    return Planted(people=people, pairs=made.pairs, look_alikes=made.look_alikes)


def labelled(pairs: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """``pairs`` with ``is_one``: whether the pair is one human."""
    known = truth.select("left_id", "right_id", is_one=pl.lit(True))
    return pairs.join(known, on=["left_id", "right_id"], how="left", maintain_order="left").with_columns(
        pl.col("is_one").fill_null(False)
    )


def train(model: Model, *, students: int = STUDENTS, seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Weights for ``model``: among all pairs that blocking finds, how often each level is seen of pairs that are one
    (m) and of pairs that are two (u). Districts with and without birth dates count alike."""
    parts = []
    for seed in seeds:
        for births in (True, False) if model.kind is Kind.STUDENT else (True,):
            made = planted(model.kind, students=students, seed=seed, births=births)
            pairs = levels_of_pairs(made.people, model, weights=_even(model))
            parts.append(labelled(pairs, made.pairs))
    every = pl.concat(parts)
    ones, twos = every.filter("is_one"), every.filter(~pl.col("is_one"))
    levels = {}
    for comparison in model.comparisons:
        levels[comparison.name] = _levels(comparison, ones[comparison.name], twos[comparison.name])
    return {
        "kind": str(model.kind),
        "trained": {"students": students, "seeds": list(seeds), "pairs": every.height, "ones": ones.height},
        "prior": float(f"{ones.height / every.height:.6g}"),
        "thresholds": THRESHOLDS[model.kind],
        "levels": levels,
    }


def write(weights: Mapping[str, Any], folder: Path) -> Path:
    """``weights`` stand in ``folder`` under their kind's name; the file is returned."""
    file = folder / f"{weights['kind']}.json"
    file.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    return file


def _levels(comparison: Comparison, ones: pl.Series, twos: pl.Series) -> dict[str, list[float]]:
    """code → [m, u]; a level that is hardly ever seen says nothing."""
    counts = [dict(rows.rename("code").value_counts(name="seen").iter_rows()) for rows in (ones, twos)]
    totals = [sum(seen.get(code, 0) + _CAUTION for code in comparison.codes) for seen in counts]
    levels = {}
    for code in comparison.codes:
        m, u = ((seen.get(code, 0) + _CAUTION) / total for seen, total in zip(counts, totals, strict=True))
        if sum(seen.get(code, 0) for seen in counts) < _ENOUGH:
            m = u
        levels[code] = [float(f"{m:.6g}"), float(f"{u:.6g}")]
    return levels


def _even(model: Model) -> Mapping[str, Any]:
    """Weights that say nothing: with them every blocked pair is returned."""
    return {
        "prior": 0.5,
        "levels": {
            comparison.name: {code: [1 / len(comparison.codes)] * 2 for code in comparison.codes}
            for comparison in model.comparisons
        },
    }
