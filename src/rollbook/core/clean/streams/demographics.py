"""demographics.csv: only birth dates, and only when the policy asks for them (S-4)."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.dates import clean_dates
from rollbook.core.clean.sheet import Part, Sheet
from rollbook.core.findings.matters import NO_ID
from rollbook.core.snapshot import Stream

__all__ = ["clean_demographics"]


def clean_demographics(stream: Stream, *, region: str) -> Part:
    """``sourced_id`` (the user's), ``birth_on``. A row that cannot be used freezes its user: ``refused`` says users."""
    sheet = Sheet(stream, "DEM", ("birthDate",))
    sheet.refuse("sourcedId", NO_ID, sheet["sourcedId"].is_null())
    birth_on = sheet.take("birthDate", clean_dates(sheet["birthDate"], region=region, personal=True))
    frame = pl.DataFrame({"sourced_id": sheet["sourcedId"], "birth_on": birth_on})
    return Part(
        frame=frame.filter(~(sheet.refused | sheet.superseded | ~sheet.is_live)),
        refused=sheet.refused_rows("users").filter(pl.col("sourced_id").is_not_null()),
        findings=sheet.findings(),
    )
