"""What a plan means to people's accounts: who could not sign in any more, whose contact details would be others."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rollbook.core.plan import Plan
from rollbook.engine.arrow import Reader, ids_literal
from rollbook.reports.records import acted
from rollbook.store.models import SyncRun

__all__ = ["CONSEQUENCES", "consequences"]

CONSEQUENCES = ("access", "contacts")
"""``access``: the account is disabled, since nothing is left for it here (R-9). ``contacts``: somebody who has signed in
already would be reached elsewhere (R-6)."""
_PEOPLE = ("guardian", "staff")


def consequences(run: SyncRun, plan: Plan, reader: Reader) -> Mapping[str, pl.DataFrame]:
    """Each of ``CONSEQUENCES`` → ``kind``, ``ref`` of the people whom it is about, each once. What waits in a hold means
    nothing to anybody yet."""
    records = acted(run, plan).with_columns(pl.col("kind").cast(pl.String))
    acting = records.filter((pl.col("result") != "held") & pl.col("kind").is_in(_PEOPLE)).select("kind", "ref")
    disabled = plan.edits.filter(
        (pl.col("table") == "person") & pl.col("new").str.json_path_match("$.disabled_by").is_not_null()
    )
    moved = pl.concat(
        [
            plan.edits.filter(pl.col("table") == "contact_method").select(ref="record_id"),
            plan.inserts["contact_method"].select(ref="person_id")
            if "contact_method" in plan.inserts
            else pl.DataFrame(schema={"ref": pl.Int64}),
        ]
    ).unique()
    touched = acting.join(moved.filter(pl.col("ref") > 0), on="ref", how="semi")
    return {
        "access": acting.join(disabled.select("kind", ref="record_id"), on=("kind", "ref"), how="semi").unique(),
        "contacts": touched.join(_active(touched["ref"], run.district_id, reader), on="ref", how="semi").unique(),
    }


def _active(refs: pl.Series, district_id: int, reader: Reader) -> pl.DataFrame:
    """``ref`` of those that have signed in."""
    schema = {"ref": pl.Int64()}
    if refs.is_empty():
        return pl.DataFrame(schema=schema)
    return reader.read(
        f"""SELECT p.id AS ref FROM person p JOIN unnest({ids_literal(refs)}) AS wanted(id) ON wanted.id = p.id
        WHERE p.district_id = {int(district_id)} AND p.account_state = 'active'""",
        schema,
    )
