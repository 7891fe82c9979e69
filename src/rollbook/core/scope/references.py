"""References that lead nowhere, and dates outside their term: told, and the row is used all the same."""

from __future__ import annotations

import polars as pl

from rollbook.core.findings import empty, merge, of_rows
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Mode

__all__ = ["dangling_references", "outside_terms"]

_REFERENCES = (
    ("orgs", "parent_sourced_id", "orgs", "orgs.csv", "parentSourcedId"),
    ("sessions", "parent_sourced_id", "sessions", "academicSessions.csv", "parentSourcedId"),
    ("courses", "org_sourced_id", "orgs", "courses.csv", "orgSourcedId"),
    ("enrollments", "school_sourced_id", "orgs", "enrollments.csv", "schoolSourcedId"),
)
"""frame, column, frame it refers to, file, header: the references that nothing else depends on (oneroster.md C.6)."""


def dangling_references(roster: Roster) -> pl.DataFrame:
    """SCP-014 for every active row whose reference is not in a whole reading of what it refers to."""
    told = []
    for frame, column, target, stream, header in _REFERENCES:
        if roster.modes[target] is not Mode.BULK:
            continue
        rows = roster.frames[frame]
        known = roster.frames[target]["sourced_id"].implode()
        wanted = rows[column].drop_nulls().unique()
        lost = wanted.filter(~wanted.is_in(known))
        if lost.is_empty():
            continue
        told.append(
            of_rows(
                rows.filter((pl.col("status") == "active") & pl.col(column).is_in(lost.implode())),
                "SCP-014",
                stream=stream,
                column=header,
                line=pl.col("line"),
                sourced_id=pl.col("sourced_id"),
            )
        )
    return merge(told)


def outside_terms(classes: pl.DataFrame, enrollments: pl.DataFrame) -> pl.DataFrame:
    """SCP-015 for enrollments that begin before their class's first session or end after its last."""
    terms = classes.select(class_sourced_id="sourced_id", first="starts_on", last="ends_on").drop_nulls()
    latest_first, earliest_last = terms["first"].max(), terms["last"].min()
    if terms.is_empty():
        return empty()
    dated = enrollments.filter((pl.col("begins_on") < latest_first) | (pl.col("ends_on") > earliest_last))
    outside = dated.join(terms, on="class_sourced_id", maintain_order="left").filter(
        (pl.col("begins_on") < pl.col("first")).fill_null(False) | (pl.col("ends_on") > pl.col("last")).fill_null(False)
    )
    return of_rows(
        outside,
        "SCP-015",
        stream="enrollments.csv",
        column="endDate",
        line=pl.col("line"),
        sourced_id=pl.col("sourced_id"),
    )
