"""Text: NFC, without blanks around it and invisible characters inside; a word for nothing is nothing.

Ids are text byte for byte (O-1): only what stands around them is taken off, and that is said.
"""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.repaired import Repaired, remark_where
from rollbook.core.findings.matters import BLANK_WORD, BLANKS, COMPOSED, ID_BLANKS

__all__ = ["BLANK_WORDS", "clean_ids", "clean_text", "unusual_columns", "unusual_rows"]

BLANK_WORDS = ("NULL", "null", "(null)", "\\N", "N/A", "n/a", "#N/A")
"""Words that exports write for nothing, in exactly these letters: Null is also a family name."""

_EDGE = r"[\s\p{Cc}\u{200b}-\u{200f}\u{2060}\u{feff}\u{ad}\u{180e}]"
"""What is taken off both ends: white space (NBSP too), control and zero-width characters."""
_EDGES = f"^{_EDGE}+|{_EDGE}+$"
_GAP = r"[\t\n\r\x0b\x0c\x{85}\x{a0}\x{2007}\x{2028}\x{2029}\x{202f}]+"
"""Inside a text these become one blank. The zero-width joiners stay: some scripts are spelled with them."""
_HIDDEN = r"[\p{Cc}\x{ad}\x{200b}\x{2060}\x{feff}]"
_UNUSUAL = r"^ | $|[^ -~]|^(?:NULL|null|\(null\)|\\N|N/A|n/a|#N/A)$"
"""What a plain cell never shows: one scan of a column tells whether it needs any work at all."""


def unusual_columns(frame: pl.DataFrame) -> set[str]:
    """The String columns of ``frame`` that hold any cell ``clean_text`` or ``clean_ids`` could change beyond blanks."""
    if not frame.height:
        return set()
    seen = frame.select(pl.selectors.string().str.contains(_UNUSUAL).any())
    return {name for name, hit in zip(seen.columns, seen.row(0), strict=True) if hit}


def unusual_rows(column: pl.Series) -> pl.Series:
    """Positions of the cells that ``clean_text`` or ``clean_ids`` could change beyond blanks."""
    return column.str.contains(_UNUSUAL).arg_true()


def clean_text(column: pl.Series) -> Repaired:
    """Every cell in NFC, trimmed, without invisible characters; blanks and words for nothing are null."""
    composed = column.str.normalize("NFC")
    seen = composed.str.replace_all(_GAP, " ").str.replace_all(_HIDDEN, "").str.replace_all(_EDGES, "")
    values = _blank_to_null(seen)
    return Repaired(
        values,
        (
            *remark_where(COMPOSED, composed != column),
            *remark_where(BLANKS, (seen != composed) & values.is_not_null()),
            *remark_where(BLANK_WORD, seen.is_in(BLANK_WORDS)),
        ),
    )


def clean_ids(column: pl.Series) -> Repaired:
    """Every id as received but for what stands around it; blanks and words for nothing are null."""
    trimmed = column.str.replace_all(_EDGES, "")
    values = _blank_to_null(trimmed)
    return Repaired(
        values,
        (
            *remark_where(ID_BLANKS, (trimmed != column) & values.is_not_null()),
            *remark_where(BLANK_WORD, trimmed.is_in(BLANK_WORDS)),
        ),
    )


def _blank_to_null(column: pl.Series) -> pl.Series:
    return column.replace(["", *BLANK_WORDS], [None] * (1 + len(BLANK_WORDS)))
