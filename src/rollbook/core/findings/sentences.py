"""Findings as people read them: each with its sentence and what to do, whole frames at a time."""

from __future__ import annotations

from string import Formatter

import polars as pl

from rollbook.core.findings.catalogue import CATALOGUE
from rollbook.core.findings.kind import Severity

__all__ = ["TOLD_SCHEMA", "grouped", "told"]

TOLD_SCHEMA: dict[str, pl.DataType] = {
    "code": pl.String(),
    "severity": pl.String(),
    "file": pl.String(),
    "line": pl.Int64(),
    "column": pl.String(),
    "sourced_id": pl.String(),
    "school_sourced_id": pl.String(),
    "sentence": pl.String(),
    "what_to_do": pl.String(),
}
"""One row a finding, as in a report."""

_FALLBACKS = {"line": "?", "sourced_id": "without an id", "stream": "the data", "column": "a column", "detail": ""}
_WEIGHT = {severity.value: weight for weight, severity in enumerate(Severity)}


def told(findings: pl.DataFrame) -> pl.DataFrame:
    """``TOLD_SCHEMA`` for findings (``FINDING_SCHEMA``): the gravest severity first, then the commonest code, then by
    place."""
    parts = [pl.DataFrame(schema={**TOLD_SCHEMA, "_number": pl.Int64()})]
    for (code,), rows in findings.group_by("code", maintain_order=True):
        kind = CATALOGUE[str(code)]
        parts.append(
            rows.select(
                "code",
                "severity",
                pl.col("stream").alias("file"),
                pl.col("line").cast(pl.Int64),
                "column",
                "sourced_id",
                "school_sourced_id",
                sentence=_filled(kind.sentence),
                what_to_do=_filled(kind.remedy),
                _number=pl.lit(rows.height, dtype=pl.Int64),
            )
        )
    weight = pl.col("severity").replace_strict(_WEIGHT, return_dtype=pl.Int8)
    ordered = pl.concat(parts).sort(
        weight, "_number", "code", "file", "line", descending=[False, True, False, False, False], maintain_order=True
    )
    return ordered.select(tuple(TOLD_SCHEMA))


def grouped(findings: pl.DataFrame) -> pl.DataFrame:
    """One row a code: ``code``, ``severity``, ``title``, ``rows``, and the place and words of its first finding
    (``file``, ``line``, ``sentence``, ``what_to_do``), in the order of ``told``."""
    titles = {code: kind.title for code, kind in CATALOGUE.items()}
    return (
        told(findings)
        .group_by("code", maintain_order=True)
        .agg(
            pl.col("severity").first(),
            pl.len().cast(pl.Int64).alias("rows"),
            pl.col("file", "line", "sentence", "what_to_do").first(),
        )
        .with_columns(title=pl.col("code").replace_strict(titles, return_dtype=pl.String))
        .select("code", "severity", "title", "rows", "file", "line", "sentence", "what_to_do")
    )


def _filled(template: str) -> pl.Expr:
    """The template with a row's values; a value that is not there has a word in its place."""
    parts: list[pl.Expr] = []
    for text, name, _spec, _conversion in Formatter().parse(template):
        if text:
            parts.append(pl.lit(text))
        if name:
            value = pl.col(name).cast(pl.String).fill_null("")
            parts.append(pl.when(value == "").then(pl.lit(_FALLBACKS[name])).otherwise(value))
    return pl.concat_str(parts).str.strip_chars()
