"""The exact way to split a file into records, for files that the fast way cannot take as they are.

Lines that are plainly one right record are found at once, by the grammar of CSV. All others are judged one by one, the
only loop over rows in the product: it decides what can be kept. Kept records are handed back as clean CSV, so that one
parser cuts all cells.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

__all__ = ["Records", "Refused", "split_records"]

_LINES_A_RECORD = 100
"""A record longer than this is no record but an open quotation mark."""

_SAMPLE = 1_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was left out: its line, the code of the reason, what its first cell says when readable."""

    line: int
    code: str
    first_cell: str | None
    detail: str = ""


@dataclass(slots=True)
class Records:
    """``body``: kept records as CSV without header; ``lines``: where each starts. The rest is what was remarkable."""

    body: bytes = b""
    lines: array[int] = field(default_factory=lambda: array("I"))
    refused: list[Refused] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    trailing: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    open_quote: int | None = None
    """Line of a quotation mark that is never closed; nothing after it was read."""
    cut: int | None = None
    """Line of a last row that breaks off: no line end, and short or open."""


def split_records(data: bytes, *, start: int, first_line: int, width: int, separator: str, spare: int = 0) -> Records:
    """The records of ``data`` from byte ``start`` on, which is physical line ``first_line``; ``width`` cells each.

    ``spare``: nameless columns at the end of the header. Empty cells beyond ``width`` are cut only when the whole file
    has them: at the end of a single row they may as well mean that a comma in a name moved all cells by one.
    """
    physical = data[start:].split(b"\n")
    ended = physical[-1] == b""
    if ended:
        physical.pop()
    splitter = _Splitter(physical, first_line, width, separator, ended)
    splitter.extra = splitter.extra_cells(spare)
    splitter.run()
    return splitter.found


class _Splitter:
    """One pass over the physical lines of a file."""

    def __init__(self, physical: list[bytes], first_line: int, width: int, separator: str, ended: bool) -> None:
        self._physical = physical
        self._first_line = first_line
        self._width = width
        self._separator = separator
        self._mark = separator.encode()
        self._blanks = self._mark + b" \t\r\x0b\x0c"
        self._ended = ended
        self._kept: list[bytes] = []
        self.extra = 0
        self.found = Records()

    def run(self) -> None:
        """Judge every record; afterwards ``found`` is complete."""
        at = 0
        for odd in self._odd_lines():
            if odd < at:
                continue  # part of a record that began above
            self._kept.extend(self._physical[at:odd])
            self.found.lines.extend(range(self._first_line + at, self._first_line + odd))
            at = self._judge(odd)
            if not at:
                return
        self._kept.extend(self._physical[at:])
        self.found.lines.extend(range(self._first_line + at, self._first_line + len(self._physical)))
        self.found.body = b"\n".join(self._kept)

    def _odd_lines(self) -> list[int]:
        """Positions of the lines that are not plainly one filled record of the right width."""
        if self.extra:
            return list(range(len(self._physical)))
        mark = re.escape(self._separator)
        cell = f'(?:"(?:[^"]|"")*"|[^"{mark}]*)'
        record = f"^{cell}(?:{mark}{cell}){{{self._width - 1}}}\r?$"
        try:
            text = pl.Series(self._physical, dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:  # some line is not UTF-8
            text = pl.Series([raw.decode(errors="replace") for raw in self._physical], dtype=pl.String)
        lines = pl.DataFrame({"line": text})
        line = pl.col("line")
        right = (
            pl.when(line.str.contains('"', literal=True))
            .then(line.str.contains(record))
            .otherwise(line.str.count_matches(self._separator, literal=True) == self._width - 1)
        )
        filled = line.str.strip_chars(self._separator + '" \t\r\x0b\x0c') != ""
        whole = ~line.str.contains("\ufffd", literal=True)
        return lines.select((right & filled & whole).not_().arg_true()).to_series().to_list()

    def _judge(self, at: int) -> int:
        """Judge the record that begins at this position: where the next one begins, 0 to stop reading."""
        raw = self._physical[at].removesuffix(b"\r")
        line = self._first_line + at
        if not raw.isascii() and not _valid(raw):
            self._give_up(raw, line, "CSV-005", at)
            return at + 1
        if b'"' in raw:
            step = self._quoted(raw, line, at)
            return at + step if step else 0
        self._plain(raw, line, at)
        return at + 1

    def extra_cells(self, spare: int) -> int:
        """How many empty cells nearly every row has beyond the last named column, judged by the first rows."""
        widths: Counter[int] = Counter()
        for raw in self._physical[:_SAMPLE]:
            if raw.strip(self._blanks):
                try:
                    cells = next(csv.reader([raw.decode(errors="replace")], delimiter=self._separator))
                except csv.Error:
                    continue
                filled = any(cell.strip() for cell in cells[self._width :])
                widths[0 if filled else len(cells) - self._width] += 1
        commonest, rows = widths.most_common(1)[0] if widths else (0, 0)
        return commonest if commonest > 0 and (rows > 1 or commonest == spare) else 0

    def _plain(self, raw: bytes, line: int, at: int) -> None:
        """A line without quotation marks is a record by itself."""
        if not raw.strip(self._blanks):
            self.found.blank.append(line)
            return
        cells = raw.count(self._mark) + 1
        if cells != self._width + self.extra:
            self._misfit(raw, line, cells, at + 1)
            return
        if self.extra:
            parts = raw.split(self._mark)
            if any(part.strip() for part in parts[self._width :]):
                self._misfit(raw, line, cells, at + 1)
                return
            raw = self._mark.join(parts[: self._width])
            self.found.trailing.append(line)
        self._kept.append(raw)
        self.found.lines.append(line)

    def _quoted(self, raw: bytes, line: int, at: int) -> int:
        """Judge the record that starts here and holds a quotation mark: how many lines it took, 0 to stop reading."""
        feed = _Feed(self._physical, at)
        try:
            cells = next(csv.reader(feed, delimiter=self._separator, strict=True))
        except UnicodeDecodeError:
            self._give_up(raw, line, "CSV-005", at)
            return 1
        except csv.Error:
            on_last_line = at == len(self._physical) - 1
            self._give_up(raw, line, "CSV-011", at if feed.exhausted else None)
            if not feed.exhausted or (on_last_line and self._ended):
                return 1
            if not on_last_line:
                self.found.open_quote = line
            return 0
        if not any(cell.strip() for cell in cells):
            self.found.blank.append(line)
            return feed.taken
        if len(cells) != self._width + self.extra or any(cell.strip() for cell in cells[self._width :]):
            # Only the opening line is given up: if a stray mark swallowed the next lines, they are read by themselves.
            self._misfit(raw, line, len(cells), at + feed.taken)
            return 1
        record = b"\n".join(line.removesuffix(b"\r") for line in self._physical[at : at + feed.taken]).decode()
        if any('"' in cell and _escaped(cell) not in record for cell in cells):
            self.found.loose.append(line)
        self._kept.append(_written(cells[: self._width], self._separator))
        self.found.lines.append(line)
        if self.extra:
            self.found.trailing.append(line)
        if feed.taken > 1:
            self.found.broken.append(line)
        return feed.taken

    def _misfit(self, raw: bytes, line: int, cells: int, end: int) -> None:
        """A record with the wrong number of cells; a short one at the unended end of the file means that it was cut."""
        expected = self._width + self.extra
        code = "CSV-009" if cells < expected else "CSV-010"
        self.found.refused.append(Refused(line, code, _first_cell(raw, self._mark), f"{cells} instead of {expected}"))
        if cells < expected and end == len(self._physical) and not self._ended:
            self.found.cut = line

    def _give_up(self, raw: bytes, line: int, code: str, at: int | None) -> None:
        """A line that cannot be cut into cells; at the unended end of the file (``at``) it means that it was cut."""
        self.found.refused.append(Refused(line, code, _first_cell(raw, self._mark)))
        if at == len(self._physical) - 1 and not self._ended:
            self.found.cut = line


class _Feed(Iterator[str]):
    """Lines for ``csv.reader``; remembers how many it took and whether it asked for more than there are."""

    def __init__(self, physical: list[bytes], at: int) -> None:
        self._physical = physical
        self._at = at
        self.taken = 0
        self.exhausted = False

    def __next__(self) -> str:
        here = self._at + self.taken
        if here >= len(self._physical) or self.taken >= _LINES_A_RECORD:
            self.exhausted = True
            raise StopIteration
        self.taken += 1
        return self._physical[here].removesuffix(b"\r").decode() + "\n"


def _valid(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _first_cell(raw: bytes, mark: bytes) -> str | None:
    """The first cell, when it is beyond doubt: closed by a separator, and free of marks and damage."""
    quoted = re.match(rb'"([^"]+)"' + re.escape(mark), raw)
    cell = quoted.group(1) if quoted else raw.partition(mark)[0]
    if not quoted and (b'"' in cell or mark not in raw):
        return None
    return cell.decode() or None if _valid(cell) else None


def _escaped(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _written(cells: list[str], separator: str) -> bytes:
    """The record as CSV that any parser reads the same way."""
    return separator.join(
        _escaped(cell) if any(mark in cell for mark in (separator, '"', "\n", "\r")) else cell for cell in cells
    ).encode()
