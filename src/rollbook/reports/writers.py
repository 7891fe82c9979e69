"""Tables as files: CSV, JSON, Excel. Written in pieces; no cell becomes a formula."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from rollbook.core.errors import ConfigError
from rollbook.core.spreadsheet import defused
from rollbook.reports.sheets import Sheet

__all__ = ["FORMATS", "write_csv", "write_json", "write_lines", "write_xlsx"]

FORMATS = ("csv", "json", "xlsx")
_CHUNK = 100_000
_SHEET_ROWS = 1_000_000  # Excel ends at 1,048,576
_WIDTHS = {"sentence": 80, "what_to_do": 60, "message": 80, "name": 28, "school": 24, "hold": 24}


def write_csv(folder: Path, sheets: Iterable[Sheet]) -> dict[str, int]:
    """One CSV file a sheet, UTF-8, header first; file → rows."""
    rows = {}
    for sheet in sheets:
        path = folder / f"{sheet.name}.csv"
        number = 0
        with path.open("wb") as file:
            pl.DataFrame(schema=sheet.schema).write_csv(file)
            for _title, frame in sheet.pieces():
                for piece in frame.iter_slices(_CHUNK):
                    defused(piece).write_csv(file, include_header=False)
                number += frame.height
        rows[path.name] = number
    return rows


def write_json(folder: Path, sheets: Iterable[Sheet]) -> dict[str, int]:
    """One JSON array of objects a sheet, an object a line; file → rows."""
    rows = {}
    for sheet in sheets:
        path = folder / f"{sheet.name}.json"
        number = 0
        with path.open("wb") as file:
            file.write(b"[\n")
            for _title, frame in sheet.pieces():
                for piece in frame.iter_slices(_CHUNK):
                    buffer = io.BytesIO()
                    piece.write_ndjson(buffer)
                    text = buffer.getvalue().rstrip(b"\n").replace(b"\n", b",\n")
                    file.write((b",\n" if number else b"") + text)
                    number += piece.height
            file.write(b"\n]\n")
        rows[path.name] = number
    return rows


def write_xlsx(path: Path, sheets: Iterable[Sheet], facts: Mapping[str, Any]) -> dict[str, int]:
    """One workbook: a sheet for the run, one for each table, records by kind; sheet → rows. Text stays text: nothing is
    read as a number, a link or a formula."""
    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    rows: dict[str, int] = {}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        _facts(book.add_worksheet("run"), facts, bold)
        for sheet in sheets:
            for title, frame in sheet.pieces():
                for number, piece in enumerate(frame.iter_slices(_SHEET_ROWS), 1):
                    name = title if frame.height <= _SHEET_ROWS else f"{title} {number}"
                    rows[name] = _table(book.add_worksheet(name), piece, bold)
    return rows


def _facts(page: Any, facts: Mapping[str, Any], bold: Any) -> None:
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 80)
    for row, (name, value) in enumerate(facts.items()):
        page.write_string(row, 0, name, bold)
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        page.write_string(row, 1, "" if text is None else str(text))


def _table(page: Any, frame: pl.DataFrame, bold: Any) -> int:
    page.freeze_panes(1, 0)
    for column, name in enumerate(frame.columns):
        page.set_column(column, column, _WIDTHS.get(name, 14))
        page.write_string(0, column, name, bold)
    writers = [page.write_number if dtype.is_numeric() else page.write_string for dtype in frame.dtypes]
    for row, values in enumerate(frame.iter_rows(), 1):
        for column, value in enumerate(values):
            if value is not None:
                writers[column](row, column, value)
    if frame.height:
        page.autofilter(0, 0, frame.height, frame.width - 1)
    return frame.height


def write_lines(path: Path, lines: pl.DataFrame) -> None:
    """One table as a CSV file. Raises ConfigError when it cannot be written."""
    try:
        defused(lines).write_csv(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error
