"""Which schools take part: matched in step 3, and still in the data."""

from __future__ import annotations

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Mode
from rollbook.core.state import State

__all__ = ["schools_in_scope"]


def schools_in_scope(roster: Roster, state: State) -> tuple[pl.DataFrame, frozenset[int], pl.DataFrame]:
    """(``org_sourced_id``, ``school_id`` of matched and shared orgs; school ids no longer shared; findings).

    An org whose row was refused counts as shared: an unreadable row never means gone (S-2).
    """
    orgs = roster.frames["orgs"]
    links = (
        state.frames["links"]
        .filter(pl.col("kind") == "school")
        .select(org_sourced_id="sourced_id", school_id="object_id")
    )
    if roster.modes["orgs"] is Mode.BULK:
        refused = roster.refused.filter(pl.col("frame") == "orgs")
        if refused["sourced_id"].null_count():
            shared = links
        else:
            present = pl.concat(
                [orgs.filter(pl.col("status") == "active")["sourced_id"], refused["sourced_id"].cast(pl.String)]
            )
            shared = links.filter(pl.col("org_sourced_id").is_in(present.implode()))
    else:
        gone = orgs.filter(pl.col("status") != "active")["sourced_id"]
        shared = links.filter(~pl.col("org_sourced_id").is_in(gone.implode()))
    unshared = frozenset(links["school_id"].to_list()) - frozenset(shared["school_id"].to_list())
    missing = links.filter(pl.col("school_id").is_in(list(unshared)))
    unmatched = orgs.filter((pl.col("status") == "active") & (pl.col("type") == "school")).join(
        links, left_on="sourced_id", right_on="org_sourced_id", how="anti"
    )
    findings = merge(
        [
            of_rows(missing, "SCP-001", stream="orgs.csv", sourced_id=pl.col("org_sourced_id")),
            of_rows(unmatched, "SCP-002", stream="orgs.csv", line=pl.col("line"), sourced_id=pl.col("sourced_id")),
        ]
    )
    return shared, unshared, findings
