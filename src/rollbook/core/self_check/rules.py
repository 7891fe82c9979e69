"""Checks of the settings against what was read, and of what the first run would do."""

from __future__ import annotations

import polars as pl

from rollbook.core.self_check.world import ROW_SCHEMA, Check, Level, World, counted

__all__ = ["custody", "rows_refused", "thresholds"]


def thresholds(world: World) -> Check:
    """Holds of the plan: what would wait for a person because it crosses a threshold. ``more["records"]``: records in
    them."""
    holds = world.plan.holds
    rows = (
        holds.join(world.school_names, on="school_id", how="left", maintain_order="left")
        .select(
            kind=pl.col("kind"),
            sourced_id=pl.lit(None, dtype=pl.String),
            object_id=pl.lit(None, dtype=pl.Int64),
            name=pl.col("school"),
            school=pl.col("school"),
            detail=pl.col("sentence"),
        )
        .cast(pl.Schema(ROW_SCHEMA))
    )
    return counted("thresholds", rows, records=int(holds["count"].sum() or 0))


def custody(world: World) -> Check | None:
    """Whether a column says which guardians have no rights; ``more["without"]``: guardians of whom it says so. Nothing to
    say where this source manages no guardians."""
    if not world.policy.manage_guardians:
        return None
    named = bool(world.policy.custody_column)
    present = ("users", "rights") in world.roster.received
    without = world.roster.frames["users"].filter(pl.col("rights") == "none").height if present else 0
    level = Level.PASS if named and present else Level.FAIL if named else Level.WARN
    return Check(
        key="custody" if named else "custody_unset", level=level, number=0 if present else 1, more={"without": without}
    )


def rows_refused(world: World) -> Check:
    """Rows that could not be read; what they are about stays as it is (S-3)."""
    refused = world.roster.refused
    ids = pl.coalesce("sourced_id", "user_sourced_id", "class_sourced_id")
    rows = refused.select(
        kind=pl.col("frame").cast(pl.String),
        sourced_id=ids,
        object_id=pl.lit(None, dtype=pl.Int64),
        name=pl.lit(None, dtype=pl.String),
        school=pl.lit(None, dtype=pl.String),
        detail=pl.format("line {}", pl.col("line").fill_null(0)),
    ).cast(pl.Schema(ROW_SCHEMA))
    return counted("rows_refused", rows, level=Level.FAIL)
