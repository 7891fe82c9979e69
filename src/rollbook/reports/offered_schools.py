"""How many schools of a source only look like one of ours, as the source was read last."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from rollbook.core.school_match import suggest
from rollbook.store.models import LeftAlone, OfferedSchool, School, SourceConnection, SourceLink

__all__ = ["near_misses"]


def near_misses(connection: SourceConnection) -> int:
    """Schools of the source that are neither matched nor left out, for which nothing is suggested, but one of ours looks
    alike. Four queries."""
    orgs = _frame(
        OfferedSchool.objects.filter(connection=connection).values_list("sourced_id", "name", "identifier"),
        {"sourced_id": pl.String, "name": pl.String, "identifier": pl.String},
    )
    schools = _frame(
        School.objects.filter(district=connection.district_id)
        .exclude(status="archived")
        .values_list("pk", "name", "school_number", "nces_id"),
        {"id": pl.Int64, "name": pl.String, "school_number": pl.String, "nces_id": pl.String},
    )
    links = _frame(
        SourceLink.objects.filter(connection=connection, kind="school").values_list("sourced_id", "object_id"),
        {"sourced_id": pl.String, "school_id": pl.Int64},
    )
    left = LeftAlone.objects.filter(connection=connection, kind="school").values_list("sourced_id", flat=True)
    found = suggest(orgs.filter(~pl.col("sourced_id").is_in(list(left))), schools, links)
    near = pl.col("school_id").is_null() & pl.col("suggestion").is_null() & pl.col("near").is_not_null()
    return found.filter(near).height


def _frame(rows: Iterable[tuple[object, ...]], shape: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=shape, orient="row")
