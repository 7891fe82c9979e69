"""Users who are not in scope, and why."""

from __future__ import annotations

import polars as pl

from rollbook.core.roster import STUDENT_ROLE, Roster
from rollbook.core.scope.enrollments import left_out_rows

__all__ = ["users_left_out"]


def users_left_out(roster: Roster, students: pl.DataFrame, adults: pl.DataFrame) -> pl.DataFrame:
    """The users of ``roster`` that are neither of ``students`` nor of ``adults``, as ``left_out`` rows."""
    users, roles = roster.frames["users"], roster.frames["roles"]
    rest = users.select("sourced_id", "status").join(
        pl.concat([students.select("sourced_id"), adults.select("sourced_id")]),
        on="sourced_id",
        how="anti",
        maintain_order="left",
    )
    if rest.is_empty():
        return left_out_rows(rest, "student", "")
    gone = pl.col("status") != "active"
    student_ids = roles.filter(pl.col("role") == STUDENT_ROLE)["user_sourced_id"].unique()
    is_student = pl.col("sourced_id").is_in(student_ids.implode())
    by_kind = [
        (rest.filter(is_student), "student", "school_not_matched"),
        (rest.filter(~is_student), "person", "no_role_in_scope"),
    ]
    return pl.concat(
        [
            left_out_rows(rows, kind, pl.when(gone).then(pl.lit("tobedeleted")).otherwise(pl.lit(reason)))
            for rows, kind, reason in by_kind
        ]
    )
