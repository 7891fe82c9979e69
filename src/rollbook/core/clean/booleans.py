"""Booleans: the words ``true`` and ``false``, and what exports write instead."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.repaired import Repaired
from rollbook.core.clean.words import Reading, fold, read_words
from rollbook.core.findings.matters import BOOLEAN_FORM, BOOLEAN_UNKNOWN

__all__ = ["clean_booleans"]

_TRUE = frozenset({"true", "t", "yes", "y", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "0"})


def clean_booleans(column: pl.Series) -> Repaired:
    """Boolean; null where blank or neither true nor false."""
    repaired = read_words(column, ("true", "false"), _read)
    return Repaired(repaired.values == "true", repaired.remarks)


def _read(word: str) -> Reading:
    folded = fold(word)
    if folded in _TRUE:
        return Reading("true", (BOOLEAN_FORM,))
    if folded in _FALSE:
        return Reading("false", (BOOLEAN_FORM,))
    return Reading(None, (BOOLEAN_UNKNOWN,))
