"""The exact way to split a file into records: line by line, for files that the fast way cannot take as they are.

Looping over lines is allowed here (and only here): it runs when a file is ragged, damaged or oddly quoted, and it
decides row by row what can be kept. Kept records are handed back as clean CSV: one parser cuts all cells.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Records", "Refused", "split_records"]

_LINES_A_RECORD = 100
"""A record longer than this is no record but an open quotation mark."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was left out: its line, the code of the reason, what its first cell says when readable, its width."""

    line: int
    code: str
    first_cell: str | None
    width: int | None = None


@dataclass(slots=True)
class Records:
    """``body``: kept records as CSV without header; ``lines``: where each starts. The rest is what was remarkable."""

    body: bytes = b""
    lines: array[int] = field(default_factory=lambda: array("I"))
    refused: list[Refused] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    trailing: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    open_quote: int | None = None
    """Line of a quotation mark that is never closed; nothing after it was read."""
    cut: int | None = None
    """Line of a last row that breaks off: no line end, and short or open."""


def split_records(data: bytes, *, start: int, first_line: int, width: int, separator: str) -> Records:
    """The records of ``data`` from byte ``start`` on, which is physical line ``first_line``; ``width`` cells each."""
    found = Records()
    mark = separator.encode()
    kept: list[bytes] = []
    physical = data[start:].split(b"\n")
    ended = physical[-1] == b""
    if ended:
        physical.pop()
    last = len(physical) - 1
    at = 0
    while at <= last:
        raw = physical[at].removesuffix(b"\r")
        line = first_line + at
        step = 1
        if not raw.isascii() and not _valid(raw):
            found.refused.append(Refused(line, "CSV-005", _first_cell(raw, mark)))
            if at == last and not ended:
                found.cut = line
        elif b'"' not in raw:
            cells = raw.count(mark) + 1
            if cells == width and not _blank(raw, mark):
                kept.append(raw)
                found.lines.append(line)
            elif _blank(raw, mark):
                found.blank.append(line)
            elif cells > width and _blank(b"".join(raw.split(mark)[width:]), mark):
                kept.append(mark.join(raw.split(mark)[:width]))
                found.lines.append(line)
                found.trailing.append(line)
            else:
                _refuse(found, raw, line, cells, width, mark)
                if cells < width and at == last and not ended:
                    found.cut = line
        else:
            step = _quoted(found, kept, physical, at, line, width, separator, ended)
            if not step:
                return found
        at += step
    found.body = b"\n".join(kept)
    return found


def _quoted(
    found: Records,
    kept: list[bytes],
    physical: list[bytes],
    at: int,
    line: int,
    width: int,
    separator: str,
    ended: bool,
) -> int:
    """Judge the record that starts at ``physical[at]`` and holds a quotation mark: lines it took, 0 to stop."""
    mark = separator.encode()
    raw = physical[at].removesuffix(b"\r")
    feed = _Feed(physical, at)
    try:
        cells = next(csv.reader(feed, delimiter=separator, strict=True))
    except UnicodeDecodeError:
        found.refused.append(Refused(line, "CSV-005", _first_cell(raw, mark)))
        return 1
    except csv.Error:
        found.refused.append(Refused(line, "CSV-011", _first_cell(raw, mark)))
        on_last_line = at == len(physical) - 1
        if not feed.exhausted or (on_last_line and ended):
            return 1
        if on_last_line:
            found.cut = line
        else:
            found.open_quote = line
        return 0
    excess = len(cells) - width
    if excess > 0 and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
        excess = 0
        found.trailing.append(line)
    if not any(cell.strip() for cell in cells):
        found.blank.append(line)
        return feed.taken
    if excess:
        # Only the opening line is given up: if a stray mark swallowed the next lines, they are read by themselves.
        _refuse(found, raw, line, len(cells), width, mark)
        if excess < 0 and at + feed.taken == len(physical) and not ended:
            found.cut = line
        return 1
    kept.append(_written(cells, separator))
    found.lines.append(line)
    if feed.taken > 1:
        found.broken.append(line)
    return feed.taken


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


def _refuse(found: Records, raw: bytes, line: int, cells: int, width: int, mark: bytes) -> None:
    found.refused.append(Refused(line, "CSV-009" if cells < width else "CSV-010", _first_cell(raw, mark), cells))


def _valid(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _blank(raw: bytes, mark: bytes) -> bool:
    return not raw.replace(mark, b"").strip()


def _first_cell(raw: bytes, mark: bytes) -> str | None:
    """The first cell, when it is beyond doubt: closed by a separator, and free of marks and damage."""
    quoted = re.match(rb'"([^"]+)"' + re.escape(mark), raw)
    cell = quoted.group(1) if quoted else raw.partition(mark)[0]
    if not quoted and (b'"' in cell or mark not in raw):
        return None
    return cell.decode() or None if _valid(cell) else None


def _written(cells: list[str], separator: str) -> bytes:
    """The record as CSV that any parser reads the same way."""
    return separator.join(
        '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in (separator, '"', "\n", "\r")) else cell
        for cell in cells
    ).encode()
