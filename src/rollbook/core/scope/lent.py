"""Students of the district's other sources, lent to a source that delivers guardians alone (guardians.csv)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Mode
from rollbook.core.state import State

__all__ = ["Lent", "lent_students", "stands_beside"]

_SHAPE = {"student_sourced_id": pl.String, "student_id": pl.Int64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """``students``: ``student_sourced_id`` as this source writes it, ``student_id``; each id once."""

    students: pl.DataFrame
    findings: pl.DataFrame


def stands_beside(roster: Roster, state: State) -> bool:
    """Whether a source delivers guardians alone, for the students that other sources of the district bring: it
    has no schools, and none of its own is matched."""
    others = ("orgs", "classes", "enrollments")
    alone = roster.modes["users"] is not Mode.ABSENT and all(roster.modes[frame] is Mode.ABSENT for frame in others)
    return alone and state.frames["links"].filter(pl.col("kind") == "school").is_empty()


def lent_students(roster: Roster, state: State) -> Lent:
    """Whom the guardians of ``roster`` belong to, when it delivers nothing but guardians; else nobody.

    A file names students either by the sourcedId of the main source or by student number, never by both: the way that
    recognises more of them is taken for all, for a number may well be the sourcedId of another child. An id that means
    several children means none (R-2), unless only one of them is active. Neither is an unknown id guessed at.
    """
    if not stands_beside(roster, state):
        return Lent(students=pl.DataFrame(schema=_SHAPE), findings=merge([]))
    named = roster.frames["agents"].select("user_sourced_id", "line", student_sourced_id="agent_sourced_id")
    status = state.frames["students"].select("status", student_id="id")
    known = (
        named.select("student_sourced_id")
        .unique()
        .join(state.frames["student_keys"], left_on="student_sourced_id", right_on="key")
        .join(status, on="student_id")
        .unique(("student_sourced_id", "is_number", "student_id"))
        .with_columns(active=pl.col("status") == "active")
        .filter(pl.col("active") | ~pl.col("active").any().over("student_sourced_id", "is_number"))
        .with_columns(alone=pl.len().over("student_sourced_id", "is_number") == 1)
    )
    by_number = known.filter("alone", "is_number").height
    known = known.filter(pl.col("is_number") == (by_number > known.filter("alone", ~pl.col("is_number")).height))
    found = known.filter("alone").select(tuple(_SHAPE)).sort("student_sourced_id")
    lost = named.join(found, on="student_sourced_id", how="anti", maintain_order="left")
    unknown = lost.join(known, on="student_sourced_id", how="anti", maintain_order="left")
    several = lost.join(known, on="student_sourced_id", how="semi", maintain_order="left")
    return Lent(students=found, findings=merge([_told(unknown, "SCP-018"), _told(several, "SCP-019")]))


def _told(lost: pl.DataFrame, code: str) -> pl.DataFrame:
    return of_rows(
        lost,
        code,
        stream="guardians.csv",
        column="studentSisId",
        line=pl.col("line"),
        sourced_id=pl.col("student_sourced_id"),
        detail=pl.col("user_sourced_id"),
    )
