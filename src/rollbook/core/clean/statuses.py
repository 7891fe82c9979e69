"""The status of a record: about the row, not about whether somebody still attends."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.repaired import Remark, Repaired, remark_where
from rollbook.core.clean.words import Reading, fold, read_words
from rollbook.core.findings.matters import STATUS_INACTIVE, STATUS_LEAVING, STATUS_UNKNOWN, STATUS_UNLIKE, WORD_FORM

__all__ = ["ACTIVE", "STATUSES", "TO_BE_DELETED", "clean_statuses"]

ACTIVE = "active"
TO_BE_DELETED = "tobedeleted"
STATUSES = (ACTIVE, TO_BE_DELETED)


def clean_statuses(column: pl.Series, *, is_whole: bool = False) -> Repaired:
    """``active`` or ``tobedeleted``, never null: blank is active, ``inactive`` (before 1.1) is tobedeleted, and what
    cannot be read is active, because a doubtful word never removes anybody (S-2).

    ``is_whole``: the file is a whole population, where a status has nothing to say: rows unlike the others, and rows
    that leave, are told.
    """
    repaired = read_words(column, STATUSES, _read)
    values = repaired.values.fill_null(ACTIVE)
    if not is_whole or column.null_count() == column.len():
        return Repaired(values, repaired.remarks)
    leaving = remark_where(STATUS_LEAVING, column == TO_BE_DELETED)
    return Repaired(values, (*repaired.remarks, *leaving, *_unlike(column)))


def _unlike(column: pl.Series) -> tuple[Remark, ...]:
    """A remark on the rows that say a status where most do not, or say none where most do."""
    if not column.null_count():
        return ()
    mostly_blank = column.null_count() * 2 > column.len()
    said = column.is_not_null() if mostly_blank else column.is_null()
    words = pl.repeat("says a status" if mostly_blank else "says no status", column.len(), eager=True)
    return remark_where(STATUS_UNLIKE, said, words)


def _read(word: str) -> Reading:
    folded = fold(word)
    if folded in STATUSES:
        return Reading(folded, (WORD_FORM,))
    if folded == "inactive":
        return Reading(TO_BE_DELETED, (STATUS_INACTIVE,))
    return Reading(ACTIVE, (STATUS_UNKNOWN,))
