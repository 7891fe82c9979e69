"""Text for files that people open in a spreadsheet: a cell never becomes a formula."""

from __future__ import annotations

import polars as pl

__all__ = ["defused", "plain"]

_FORMULA = r"^[=+\-@\t\r]"


def defused(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with an apostrophe before every text that a spreadsheet would take for a formula (``=``, ``+``, ``-``,
    ``@``, a tab or a carriage return in front), and before texts that already look so defused."""
    text = pl.selectors.string()
    starts = text.str.contains(_FORMULA) | text.str.contains(r"^'+[=+\-@\t\r]")
    return frame.with_columns(pl.when(starts).then(pl.lit("'") + text).otherwise(text).name.keep())


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """The inverse of ``defused``."""
    text = pl.selectors.string()
    starts = text.str.contains(r"^'+[=+\-@\t\r]")
    return frame.with_columns(pl.when(starts).then(text.str.slice(1)).otherwise(text).name.keep())
