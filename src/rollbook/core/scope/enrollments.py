"""Which enrollment rows speak of today."""

from __future__ import annotations

import datetime as dt

import polars as pl

from rollbook.core.policy import Policy
from rollbook.core.roster import GUARDIAN_ROLES, Roster

__all__ = ["enrollments_in_scope", "left_out_rows", "running"]


def running(today: dt.date, look_ahead_days: int) -> pl.Expr:
    """Whether a row's dates include today, or will within the look-ahead. The end date counts as included: 1.1 and 1.2
    differ on it, and one day too long harms nobody."""
    horizon = today + dt.timedelta(days=look_ahead_days)
    return (pl.col("begins_on").is_null() | (pl.col("begins_on") <= horizon)) & (
        pl.col("ends_on").is_null() | (pl.col("ends_on") >= today)
    )


def left_out_rows(rows: pl.DataFrame, kind: str, reason: str | pl.Expr) -> pl.DataFrame:
    """Rows of a frame with ``sourced_id`` as ``left_out`` rows."""
    why = pl.lit(reason) if isinstance(reason, str) else reason
    return rows.select(kind=pl.lit(kind), sourced_id=pl.col("sourced_id"), reason=why.cast(pl.String))


def enrollments_in_scope(roster: Roster, policy: Policy, today: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Active rows whose dates run, and the rest as ``left_out``. A finished enrollment is an active record with a past
    end date; that is an end, not an error (oneroster.md E.1). Guardians are no members of a class, whatever older
    producers send."""
    rows = roster.frames["enrollments"]
    member = ~pl.col("role").is_in(list(GUARDIAN_ROLES)).fill_null(False)
    keep = (pl.col("status") == "active") & running(today, policy.look_ahead_days) & member
    out = rows.filter(~keep)
    reason = (
        pl.when(pl.col("status") != "active")
        .then(pl.lit("tobedeleted"))
        .when(~member)
        .then(pl.lit("guardian_role"))
        .when(pl.col("ends_on") < today)
        .then(pl.lit("enrollment_ended"))
        .otherwise(pl.lit("enrollment_future"))
    )
    columns = (
        "sourced_id",
        "class_sourced_id",
        "user_sourced_id",
        "role",
        "is_primary",
        "begins_on",
        "ends_on",
        "line",
    )
    return (rows.filter(keep) if out.height else rows).select(columns), left_out_rows(out, "enrollment", reason)
