"""Step 3 as a file: the matching as CSV, out and in."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from rollbook.services import sheets
from rollbook.services.schools import LEAVE, NEW, Matching
from rollbook.services.sheets import wrong as _wrong

__all__ = ["COLUMNS", "parse", "read", "text", "write"]

COLUMNS = (
    "sourcedId",
    "name",
    "identifier",
    "rollbook school id",
    "rollbook name",
    "suggestion",
    "suggested name",
    "reason",
)
"""What a person edits is ``rollbook school id``: the number of a school, ``new`` to make one, ``leave`` to leave it out of
the sync for good, blank for no match."""
_AGAIN = "Write the file anew (rollbook schools SLUG --csv FILE) and edit that."

_ID, _CHOICE = "sourcedId", "rollbook school id"


def write(matching: Matching, path: Path) -> int:
    """The matching stands in the CSV file ``path``, as ``text`` has it; returns its rows."""
    sheets.write(path, text(matching))
    return matching.pairs.height


def text(matching: Matching) -> bytes:
    """The matching as CSV, for a spreadsheet. A near miss stands where a suggestion would, with "look: …" as its
    reason."""
    near = pl.col("suggestion").is_null() & pl.col("near").is_not_null()
    rows = matching.pairs.select(
        "name",
        "identifier",
        sourcedId="sourced_id",
        **{
            "rollbook school id": pl.when(pl.col("school_id").is_null() & pl.col("is_left"))
            .then(pl.lit(LEAVE))
            .otherwise(pl.col("school_id").cast(pl.String)),
            "rollbook name": pl.col("school_name"),
            "suggestion": pl.coalesce("suggestion", "near").cast(pl.String),
            "suggested name": pl.coalesce("suggestion_name", "near_name"),
            "reason": pl.when(near).then(pl.lit("look: ") + pl.col("near_reason")).otherwise("reason"),
        },
    ).select(COLUMNS)
    return sheets.text(rows)


def read(path: Path, matching: Matching) -> dict[str, int | str | None]:
    """As ``parse``, of the file at ``path``. Raises ConfigError when it cannot be read, too."""
    return parse(path.name, sheets.data_of(path), matching)


def parse(name: str, data: bytes, matching: Matching) -> dict[str, int | str | None]:
    """What the file ``name`` says of each school of the source: sourcedId → school, ``new``, ``leave`` or None.

    Raises DataError, with the line and what to do, for a file that is not such a CSV, a school that the source has not,
    one named twice, or a choice that cannot be read. Nothing is changed.
    """
    rows = sheets.rows_of(name, data, (_ID, _CHOICE), again=_AGAIN)
    known = {row["sourced_id"]: row for row in matching.pairs.iter_rows(named=True)}
    choices: dict[str, int | str | None] = {}
    for line, (sourced_id, choice) in enumerate(rows.select(_ID, _CHOICE).iter_rows(), 2):
        where = f"Line {line} of {name}"
        if not sourced_id:
            raise _wrong(f"{where} has no sourcedId.", "Fill it in, or take the line out.")
        if sourced_id in choices:
            raise _wrong(f"{where} names school {sourced_id!r} a second time.", "Keep one line for each school.")
        if sourced_id not in known:
            near = next((key for key in known if key.lstrip("0") == sourced_id.lstrip("0")), None)
            raise _wrong(
                f"{where}: the source has no school {sourced_id!r}.",
                f"It has {near!r}. A spreadsheet drops leading zeros: format the column as text."
                if near is not None
                else _AGAIN,
            )
        choices[sourced_id] = _choice(where, choice)
    return choices


def _choice(where: str, text: str) -> int | str | None:
    if not text:
        return None
    if text.casefold() in (NEW, LEAVE):
        return text.casefold()
    if text.isdecimal() and len(text) < 19:
        return int(text)
    raise _wrong(f"{where}: {text!r} is no school.", "Write the number of a Rollbook school, new, leave, or nothing.")
