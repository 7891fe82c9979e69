"""Choices as CSV, out to a spreadsheet and in again."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from rollbook.core.errors import ConfigError, DataError
from rollbook.core.findings import empty
from rollbook.core.spreadsheet import defused, plain

__all__ = ["data_of", "rows_of", "text", "write", "wrong"]


def text(rows: pl.DataFrame) -> bytes:
    """``rows`` as CSV with a byte-order mark, so that spreadsheets read it as UTF-8; no cell is a formula."""
    buffer = io.BytesIO()
    defused(rows).write_csv(buffer, include_bom=True)
    return buffer.getvalue()


def write(path: Path, data: bytes) -> None:
    """``data`` is the file ``path``. Raises ConfigError when it cannot be written."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error


def data_of(path: Path) -> bytes:
    """What is in the file ``path``. Raises ConfigError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", hint="Check the name of the file.") from error


def rows_of(name: str, data: bytes, needed: tuple[str, ...], *, again: str) -> pl.DataFrame:
    """The rows of the CSV file ``name``, comma or semicolon, as text: blank instead of null, the columns ``needed``
    without blanks around. ``again``: how to get a file that can be read. Raises DataError for one that cannot."""
    try:
        whole = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong(
            f"{name} is not UTF-8 text (byte {error.start:,}).", "Save it as “CSV UTF-8” in the spreadsheet."
        ) from error
    head = whole.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    try:
        rows = pl.read_csv(whole.encode(), infer_schema=False, separator=separator)
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError, pl.exceptions.SchemaError) as error:
        raise wrong(f"{name} cannot be split into rows and columns.", "Save it as CSV again.") from error
    rows = plain(rows.rename({column: column.strip() for column in rows.columns})).fill_null("")
    if missing := [column for column in needed if column not in rows.columns]:
        raise wrong(f"Line 1 of {name} lacks the column {missing[0]!r}.", again)
    return rows.with_columns(pl.col(needed).str.strip_chars())


def wrong(message: str, hint: str) -> DataError:
    """The refusal of a file."""
    return DataError(message, findings=empty(), hint=hint)
