"""Step 3 as a file: the matching as CSV, out and in."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from rollbook.core.errors import ConfigError, DataError
from rollbook.core.findings import empty
from rollbook.core.spreadsheet import defused, plain
from rollbook.services.schools import NEW, Matching

__all__ = ["COLUMNS", "read", "write"]

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
"""What a person edits is ``rollbook school id``: the number of a school, ``new`` to make one, blank for no match."""

_ID, _CHOICE = "sourcedId", "rollbook school id"


def write(matching: Matching, path: Path) -> int:
    """The matching stands in the CSV file ``path`` (with a byte-order mark, so that spreadsheets read it as UTF-8; no
    cell is a formula); returns its rows. A near miss stands where a suggestion would, with "look: …" as its reason."""
    near = pl.col("suggestion").is_null() & pl.col("near").is_not_null()
    rows = matching.pairs.select(
        "name",
        "identifier",
        sourcedId="sourced_id",
        **{
            "rollbook school id": pl.col("school_id").cast(pl.String),
            "rollbook name": pl.col("school_name"),
            "suggestion": pl.coalesce("suggestion", "near").cast(pl.String),
            "suggested name": pl.coalesce("suggestion_name", "near_name"),
            "reason": pl.when(near).then(pl.lit("look: ") + pl.col("near_reason")).otherwise("reason"),
        },
    ).select(COLUMNS)
    try:
        defused(rows).write_csv(path, include_bom=True)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error
    return rows.height


def read(path: Path, matching: Matching) -> dict[str, int | str | None]:
    """What the file says of each school of the source: sourcedId → school, ``new`` or None.

    Raises DataError, with the line and what to do, for a file that is not such a CSV, a school that the source has not,
    one named twice, or a choice that cannot be read. Nothing is changed.
    """
    rows = _table(path)
    known = {row["sourced_id"]: row for row in matching.pairs.iter_rows(named=True)}
    choices: dict[str, int | str | None] = {}
    for line, (sourced_id, choice) in enumerate(rows.select(_ID, _CHOICE).iter_rows(), 2):
        where = f"Line {line} of {path.name}"
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
                else "Write the file anew (rollbook schools SLUG --csv FILE) and edit that.",
            )
        choices[sourced_id] = _choice(where, choice)
    return choices


def _table(path: Path) -> pl.DataFrame:
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", hint="Check the name of the file.") from error
    except UnicodeDecodeError as error:
        raise _wrong(
            f"{path.name} is not UTF-8 text (byte {error.start:,}).", "Save it as “CSV UTF-8” in the spreadsheet."
        ) from error
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    try:
        rows = pl.read_csv(text.encode(), infer_schema=False, separator=separator)
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError, pl.exceptions.SchemaError) as error:
        raise _wrong(f"{path.name} cannot be split into rows and columns.", "Save it as CSV again.") from error
    rows = plain(rows.rename({name: name.strip() for name in rows.columns})).fill_null("")
    if missing := [name for name in (_ID, _CHOICE) if name not in rows.columns]:
        raise _wrong(
            f"Line 1 of {path.name} lacks the column {missing[0]!r}.",
            "Write the file anew (rollbook schools SLUG --csv FILE) and edit that.",
        )
    return rows.with_columns(pl.col(_ID, _CHOICE).str.strip_chars())


def _choice(where: str, text: str) -> int | str | None:
    if not text:
        return None
    if text.casefold() == NEW:
        return NEW
    if text.isdecimal() and len(text) < 19:
        return int(text)
    raise _wrong(f"{where}: {text!r} is no school.", "Write the number of a Rollbook school, new, or nothing.")


def _wrong(message: str, hint: str) -> DataError:
    return DataError(message, findings=empty(), hint=hint)
