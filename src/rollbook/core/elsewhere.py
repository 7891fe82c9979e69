"""What is known of the part of a district that is not looked at (``core.narrow``)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = ["Elsewhere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """``counts``: ``kind``, ``school_id``, ``received``: records in scope that stay as they are. ``by_hand``: active
    enrollments of the directory that are not this source's; some of the records may be these."""

    counts: pl.DataFrame
    by_hand: int

    def bases(self) -> pl.DataFrame:
        """``kind``, ``school_id``, ``base``: what percentages are of, at least (``records.bases``)."""
        by_hand = pl.when(pl.col("kind") == "enrollment").then(self.by_hand).otherwise(0)
        return self.counts.select("kind", "school_id", base=pl.max_horizontal(pl.col("received") - by_hand, 0))
