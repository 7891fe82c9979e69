"""Two dates that belong together."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.sheet import Sheet
from rollbook.core.findings.matters import DATES_REVERSED

__all__ = ["clean_spans"]


def clean_spans(
    sheet: Sheet, begin_column: str, begins_on: pl.Series, end_column: str, ends_on: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """Both dates as they are where they follow each other or one is blank; both null where the end comes first."""
    reversed_ = (begins_on > ends_on).fill_null(False)
    if not reversed_.any():
        return begins_on, ends_on
    detail = f"{begin_column} " + begins_on.cast(pl.String) + f", {end_column} " + ends_on.cast(pl.String)
    sheet.remark(end_column, DATES_REVERSED, reversed_, detail=detail)
    nothing = pl.Series([None], dtype=pl.Date)
    return begins_on.zip_with(~reversed_, nothing), ends_on.zip_with(~reversed_, nothing)
