"""A CSV file → a frame of text, with every row accounted for.

Polars cuts the cells. It fills short rows silently, so its answer is believed only when the arithmetic is right: every
byte of the file is a byte of some cell, a separator, a line end or a quotation mark. When a byte is missing, or Polars
refuses, the exact line-by-line way (``records``) decides row by row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from rollbook.connectors.kit.encoding import to_utf8
from rollbook.connectors.kit.records import Records, split_records
from rollbook.connectors.kit.refusal import gather, refuse
from rollbook.core import findings
from rollbook.core.errors import DataError
from rollbook.core.snapshot import LINE

__all__ = ["REFUSED_SCHEMA", "SEPARATORS", "Heading", "Table", "peek_headings", "read_table"]

REFUSED_SCHEMA: dict[str, pl.DataType] = {LINE: pl.UInt32(), "sourcedId": pl.String()}

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}

_LINES_A_RECORD = 100


@dataclass(frozen=True, slots=True)
class Heading:
    """What to do with the columns of one file.

    ``keep``: position → name of the frame's column; ``key``: position of the sourcedId, or None; ``remarks``: findings
    about the header; ``secret``: position → heading of columns that should be empty and are dropped in any case.
    """

    keep: dict[int, str]
    key: int | None
    remarks: pl.DataFrame
    secret: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """``frame``: kept String columns and ``_line``; ``refused``: ``REFUSED_SCHEMA``; ``rows``: of both."""

    frame: pl.DataFrame
    refused: pl.DataFrame
    rows: int
    encoding: str
    separator: str
    findings: pl.DataFrame


def read_table(
    data: bytes,
    *,
    stream: str,
    known: Callable[[str], bool],
    interpret: Callable[[list[str]], Heading],
) -> Table:
    """Read the bytes of one CSV file completely, or raise ``DataError`` (CSV, HDR and FIL-013 codes).

    ``known`` says whether a heading is one of the file's columns (it finds the separator); ``interpret`` makes a
    ``Heading`` of the headings and may itself raise. Afterwards rows + refused rows + blank rows are all the file had.
    """
    text = to_utf8(data, stream=stream)
    body = text.data.rstrip(b"\x1a") if text.data.endswith(b"\x1a") else text.data
    del data
    start, header_line, raw_header = _header_line(body)
    if raw_header is None:
        raise refuse("FIL-013", stream=stream)
    separator, names = _headings(raw_header, known, stream)
    remarks = [text.remarks]
    if separator != ",":
        remarks.append(findings.make("CSV-006", stream=stream, detail=SEPARATORS[separator]))
    heading = interpret(names)
    remarks.append(heading.remarks)

    body = _without_blank_end(body)
    named = max(position for position, name in enumerate(names, 1) if name.strip())
    spot = _Spot(stream, start, header_line + 1, separator, len(names), spare=len(names) - named)
    quick = None if text.damaged else _quick(body, spot, heading)
    if quick is not None:
        frame, told = quick
        refused, rows = pl.DataFrame(schema=REFUSED_SCHEMA), frame.height
    else:
        frame, refused, told = _exact(body, spot, heading, remarks)
        rows = frame.height + refused.height
    if rows and not body.endswith(b"\n"):
        told = [*told, findings.make("CSV-016", stream=stream, line=header_line + body.count(b"\n", start - 1))]
    return Table(frame, refused, rows, text.encoding, separator, findings.merge([*remarks, *told]))


def peek_headings(head: bytes, *, known: Callable[[str], bool]) -> list[str]:
    """The headings in the first bytes of a file; none when they cannot be read (reading all of it will say why)."""
    try:
        _, _, raw = _header_line(to_utf8(head, stream="").data)
        return _headings(raw, known, "")[1] if raw is not None else []
    except DataError:
        return []


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the rows of a file are: from byte ``start`` on, which is physical line ``line``."""

    stream: str
    start: int
    line: int
    separator: str
    width: int
    spare: int
    """How many of the ``width`` headings, at the end, have no name."""


def _header_line(body: bytes) -> tuple[int, int, bytes | None]:
    """(byte after the header, its physical line, the header); blank lines before it are passed over."""
    at, line = 0, 0
    while at < len(body):
        end = body.find(b"\n", at)
        stop = len(body) if end < 0 else end
        line += 1
        if body[at:stop].strip():
            return min(stop + 1, len(body)), line, body[at:stop].removesuffix(b"\r")
        at = stop + 1
    return 0, 0, None


def _headings(raw: bytes, known: Callable[[str], bool], stream: str) -> tuple[str, list[str]]:
    """The separator under which most headings are known, and the headings."""
    try:
        line = raw.decode()
    except UnicodeDecodeError as error:
        raise refuse("CSV-001", stream=stream, detail="its column headings are damaged") from error
    best: tuple[int, str, list[str]] | None = None
    for separator in SEPARATORS:
        try:
            names = next(csv.reader([line], delimiter=separator, strict=True))
        except csv.Error:
            continue
        score = sum(known(name) for name in names)
        if best is None or score > best[0]:
            best = (score, separator, names)
    if best is None:
        raise refuse("CSV-012", stream=stream, line=1)
    return best[1], best[2]


def _without_blank_end(body: bytes) -> bytes:
    """All but one of the line ends at the end: they are no rows, and would cost the quick way."""
    end = len(body)
    while end and body[end - 1] in b"\r\n":
        end -= 1
    if len(body) - end <= 2:
        return body
    return body[:end] + (b"\r\n" if body.startswith(b"\r\n", end) else b"\n")


def _quick(body: bytes, spot: _Spot, heading: Heading) -> tuple[pl.DataFrame, list[pl.DataFrame]] | None:
    """The frame by Polars alone, or None when some row is not plainly right."""
    names = [heading.keep.get(position, f"_{position}") for position in range(spot.width)]
    if spot.start >= len(body):
        return pl.DataFrame(schema={LINE: pl.UInt32(), **dict.fromkeys(heading.keep.values(), pl.String())}), []
    whole = _cut_cells(body, spot, names, skip=spot.line - 1)
    if whole is None or not _adds_up(body, spot, whole):
        return None
    if spot.spare and not _is_blank(whole.select(names[-spot.spare :])):
        return None
    lines, told = _numbered(body, spot, whole)
    if lines is None:
        return None
    told.extend(_secrets(whole, spot, heading))
    frame = whole.select(lines.alias(LINE), *heading.keep.values())
    blank = _blank_rows(whole)
    if blank is not None:
        told.append(_told("CSV-008", spot.stream, frame.filter(blank)[LINE].to_list()))
        frame = frame.filter(~blank)
    return frame, told


def _cut_cells(body: bytes, spot: _Spot, names: Sequence[str], *, skip: int) -> pl.DataFrame | None:
    """All cells of all rows as text, or None when Polars finds a row it cannot take."""
    try:
        return pl.read_csv(
            body,
            has_header=False,
            schema=dict.fromkeys(names, pl.String()),
            separator=spot.separator,
            skip_lines=skip,
            empty_string_is_null=False,
        )
    except (pl.exceptions.PolarsError, ValueError):
        # Its message quotes rows, so it goes nowhere; the exact way finds and names the line.
        return None


def _adds_up(body: bytes, spot: _Spot, whole: pl.DataFrame) -> bool:
    """Whether every byte of the rows is in a cell, or is a separator, a line end or a quotation mark around a cell.

    A short row has fewer separators than the sum expects. Quotation marks and returns inside of cells make a
    surplus too, and are left to the exact way: it tells a mark that was escaped from one that was not.
    """
    rows = whole.height
    size = len(body) - spot.start + (0 if body.endswith(b"\n") else 1)
    returns = body.count(b"\r", spot.start) if b"\r" in body else 0
    marks = body.count(b'"', spot.start) if b'"' in body else 0
    cells = whole.select(pl.sum_horizontal(pl.all().str.len_bytes().sum().cast(pl.Int64))).item() if rows else 0
    return int(cells) + rows * spot.width + returns + marks == size


def _numbered(body: bytes, spot: _Spot, whole: pl.DataFrame) -> tuple[pl.Series | None, list[pl.DataFrame]]:
    """The physical line of each row; None when a row is so long that it must be an open quotation mark."""
    plain = pl.int_range(spot.line, spot.line + whole.height, dtype=pl.UInt32, eager=True)
    if b'"' not in body:
        return plain, []
    ends = body.count(b"\n", spot.start) + (0 if body.endswith(b"\n") else 1)
    if ends == whole.height:
        return plain, []
    breaks = whole.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True))).to_series()
    if breaks.sum() != ends - whole.height or (breaks >= _LINES_A_RECORD).any():
        return None, []
    lines = (plain + breaks.cum_sum() - breaks).cast(pl.UInt32)
    return lines, [_told("CSV-015", spot.stream, lines.filter(breaks > 0).to_list())]


def _is_blank(columns: pl.DataFrame) -> bool:
    return bool(columns.select(pl.all_horizontal((pl.all().str.strip_chars() == "").all())).item())


def _blank_rows(whole: pl.DataFrame) -> pl.Series | None:
    """Which rows hold nothing but blanks; None when no row does."""
    first, *others = whole.columns
    if not ((whole[first] == "") | whole[first].str.starts_with(" ")).any():
        return None
    blank = whole.select(pl.all_horizontal(pl.col(first, *others).str.strip_chars() == "")).to_series()
    return blank if blank.any() else None


def _secrets(whole: pl.DataFrame, spot: _Spot, heading: Heading) -> list[pl.DataFrame]:
    """A finding for every secret column that was filled; the column itself goes no further."""
    return [
        findings.make("HDR-010", stream=spot.stream, line=1, column=column)
        for position, column in heading.secret.items()
        if (whole[f"_{position}"] != "").any()
    ]


def _exact(
    body: bytes, spot: _Spot, heading: Heading, remarks: Sequence[pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame, list[pl.DataFrame]]:
    """Frame, refused rows and findings by the line-by-line way."""
    width = spot.width - spot.spare
    records = split_records(
        body, start=spot.start, first_line=spot.line, width=width, separator=spot.separator, spare=spot.spare
    )
    told = _refusals(records, spot.stream)
    if records.open_quote is not None or records.cut is not None:
        code, line = ("CSV-013", records.cut) if records.cut is not None else ("CSV-012", records.open_quote)
        raise gather([refuse(code, stream=spot.stream, line=line)], [*remarks, *told])
    if records.refused and not records.lines:
        raise gather([refuse("CSV-018", stream=spot.stream)], [*remarks, *told])
    names = [heading.keep.get(position, f"_{position}") for position in range(width)]
    whole = (
        _cut_cells(records.body, spot, names, skip=0)
        if records.lines
        else pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    )
    if whole is None or whole.height != len(records.lines):
        raise refuse("CSV-001", stream=spot.stream, detail="its rows cannot be told apart")
    told.extend(_secrets(whole, spot, heading))
    frame = whole.select(pl.Series(LINE, records.lines, dtype=pl.UInt32), *heading.keep.values())
    # Only a leading sourcedId is certain in a row whose cells do not fit the headings.
    refused = pl.DataFrame(
        {
            LINE: [row.line for row in records.refused],
            "sourcedId": [row.first_cell if heading.key == 0 else None for row in records.refused],
        },
        schema=REFUSED_SCHEMA,
    )
    for code, lines in (
        ("CSV-008", records.blank),
        ("CSV-014", records.trailing),
        ("CSV-015", records.broken),
        ("CSV-021", records.loose),
    ):
        if lines:
            told.append(_told(code, spot.stream, lines))
    return frame, refused, told


def _refusals(records: Records, stream: str) -> list[pl.DataFrame]:
    """One finding for every refused row."""
    told = []
    for code in ("CSV-005", "CSV-009", "CSV-010", "CSV-011"):
        rows = [row for row in records.refused if row.code == code]
        frame = pl.DataFrame(
            {
                "line": [row.line for row in rows],
                "sourced_id": [row.first_cell for row in rows],
                "detail": [row.detail for row in rows],
            },
            schema={"line": pl.UInt32, "sourced_id": pl.String, "detail": pl.String},
        )
        told.append(
            findings.of_rows(
                frame,
                code,
                stream=stream,
                line=pl.col("line"),
                sourced_id=pl.col("sourced_id"),
                detail=pl.col("detail"),
            )
        )
    return told


def _told(code: str, stream: str, lines: Sequence[int]) -> pl.DataFrame:
    """One finding about several rows: how many, and the first."""
    return findings.make(code, stream=stream, line=lines[0], detail=f"{len(lines):,}")
