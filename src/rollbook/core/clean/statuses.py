"""The status of a record: about the row, not about whether somebody still attends."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.repaired import Repaired
from rollbook.core.clean.words import Reading, fold, read_words
from rollbook.core.findings.matters import STATUS_INACTIVE, STATUS_UNKNOWN, WORD_FORM

__all__ = ["ACTIVE", "STATUSES", "TO_BE_DELETED", "clean_statuses"]

ACTIVE = "active"
TO_BE_DELETED = "tobedeleted"
STATUSES = (ACTIVE, TO_BE_DELETED)


def clean_statuses(column: pl.Series) -> Repaired:
    """``active`` or ``tobedeleted``, never null: blank is active, ``inactive`` (before 1.1) is tobedeleted, and what
    cannot be read is active, because a doubtful word never removes anybody (S-2)."""
    repaired = read_words(column, STATUSES, _read)
    return Repaired(repaired.values.fill_null(ACTIVE), repaired.remarks)


def _read(word: str) -> Reading:
    folded = fold(word)
    if folded in STATUSES:
        return Reading(folded, (WORD_FORM,))
    if folded == "inactive":
        return Reading(TO_BE_DELETED, (STATUS_INACTIVE,))
    return Reading(ACTIVE, (STATUS_UNKNOWN,))
