"""A bundle being spoilt: its files as lines of text, each line parsed only when somebody looks at it.

Rows are chosen by chance (from the seed and the code) and each row only once, so that many codes live in one bundle.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district.mess.kinds import Mess, Planted

__all__ = ["CUT_FILE", "Draft", "Page", "Row", "Where", "dump", "parse"]

Row = dict[str, str]
Where = Callable[[Row], bool]
Cells = Callable[[list[str], bool], list[str]]
"""New cells of a line from its old ones; the flag says whether it is the header."""

CUT_FILE = "classes"
_STRIDE = 7919
"""A prime: rows are tried far apart, so that neighbours in a file are not always the ones chosen."""


def parse(text: str) -> list[str]:
    """The cells of one CSV line."""
    return next(csv.reader([text]), [])


def dump(cells: Iterable[str], separator: str = ",") -> str:
    """One CSV line without its end; cells are quoted where they must be."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator="").writerow(cells)
    return buffer.getvalue()


@dataclass(slots=True)
class Page:
    """One file. ``slots``: its data lines without line ends; a slot never moves, whatever is put before it."""

    file: str
    header: list[str]
    slots: list[str]
    taken: set[int] = field(default_factory=set)
    before: dict[int, str] = field(default_factory=dict)
    """slot → text put before it, line end included"""
    inside: dict[int, int] = field(default_factory=dict)
    """slot → line breaks within its cells"""
    encodings: dict[int, str] = field(default_factory=dict)
    """slot → encoding, where it differs from the file's"""
    line_ends: dict[int, str] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)
    reshapes: list[Cells] = field(default_factory=list)
    separator: str = ","
    line_end: str = "\n"
    encoding: str = "utf-8"
    cut_at: float | None = None
    """share of the bytes that survives"""

    def read(self, slot: int) -> Row:
        """The row in a slot by column names."""
        return dict(zip(self.header, parse(self.slots[slot]), strict=False))

    def write(self, slot: int, row: Row) -> None:
        """The row stands in the slot."""
        cells = [row[name] for name in self.header]
        self.slots[slot] = dump(cells)
        self.inside[slot] = sum(cell.count("\n") for cell in cells)

    def append(self, row: Row) -> int:
        """The row stands in a new last slot, out of reach of other codes; that slot."""
        self.slots.append("")
        slot = len(self.slots) - 1
        self.write(slot, {name: row.get(name, "") for name in self.header})
        self.taken.add(slot)
        return slot

    def line_of(self, slot: int) -> int:
        """The physical line where the row of a slot begins."""
        earlier = sum(count for other, count in self.inside.items() if other < slot)
        put = sum(text.count("\n") for other, text in self.before.items() if other <= slot)
        return 2 + slot + earlier + put

    def render(self) -> bytes:
        """The file as it goes to disk."""
        header = dump([self.renames.get(name, name) for name in self.header])
        lines = [header, *self.slots]
        if self.reshapes or self.separator != ",":
            lines = [dump(self._reshaped(parse(line), index == 0), self.separator) for index, line in enumerate(lines)]
        pieces = [lines[0], self.line_end]
        for slot, line in enumerate(lines[1:]):
            pieces += (self.before.get(slot, ""), line, self.line_ends.get(slot, self.line_end))
        if self.encodings:
            # Three pieces to a slot, after the two of the header; a byte-order mark belongs before the header only.
            usual = self.encoding.removesuffix("-sig")
            content = pieces[0].encode(self.encoding) + b"".join(
                piece.encode(self.encodings.get((index - 1) // 3, usual) if index > 0 else usual)
                for index, piece in enumerate(pieces[1:])
            )
        else:
            content = "".join(pieces).encode(self.encoding)
        return content if self.cut_at is None else content[: round(len(content) * self.cut_at)]

    def _reshaped(self, cells: list[str], is_header: bool) -> list[str]:
        for reshape in self.reshapes:
            cells = reshape(cells, is_header)
        return cells


@dataclass(frozen=True, slots=True)
class _Noted:
    mess: Mess
    file: str
    slot: int | None
    is_before: bool
    in_header: bool
    column: str | None
    sourced_id: str | None
    what: str


class Draft:
    """A plain bundle in a folder, to be spoilt. Nothing is written before ``finish``."""

    def __init__(self, folder: Path, *, oneroster: str, seed: int) -> None:
        self.folder = folder
        self.oneroster = oneroster
        self._seed = seed
        self._pages: dict[str, Page] = {}
        self._notes: list[_Noted] = []
        self._moves: list[Callable[[Path], None]] = []
        self._mess: Mess | None = None
        self.chance = random.Random(seed)

    def begin(self, mess: Mess) -> None:
        """What follows is planted for this code; its choices depend on seed and code only."""
        self._mess = mess
        self.chance = random.Random(f"{self._seed} {mess.code}")  # a string seed is hashed the same everywhere

    def page(self, file: str) -> Page:
        """A file of the bundle; created when it is not there."""
        if file not in self._pages:
            path = self.folder / f"{file}.csv"
            lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else [""]
            self._pages[file] = Page(file, parse(lines[0]), lines[1:])
        return self._pages[file]

    def pick(self, file: str, where: Where | None = None) -> tuple[Page, int]:
        """A row that no other code has touched; never the last of ``CUT_FILE``, which one code cuts.

        Raises ConfigError when the district is too small to have one.
        """
        page = self.page(file)
        count = len(page.slots) - (file == CUT_FILE)
        start = self.chance.randrange(count) if count > 0 else 0
        stride = _STRIDE if count % _STRIDE else 1
        for step in range(count):
            slot = (start + step * stride) % count
            if slot not in page.taken and (where is None or where(page.read(slot))):
                page.taken.add(slot)
                return page, slot
        code = self._mess.code if self._mess else ""
        raise ConfigError(
            f"The district is too small to plant {code}: no row of {file}.csv is left for it.",
            hint="Ask for more students; 120 are enough for everything at once.",
        )

    def find(self, file: str, column: str, value: str) -> int:
        """The slot of the row whose column has this value; the row stays free for other codes."""
        page = self.page(file)
        return next(slot for slot in range(len(page.slots)) if page.read(slot).get(column) == value)

    def note(
        self,
        file: str,
        what: str,
        *,
        slot: int | None = None,
        is_before: bool = False,
        in_header: bool = False,
        column: str | None = None,
        sourced_id: str | None = None,
    ) -> None:
        """Remember what was planted: in a slot, in the line put before it, in the header, or in the file as such.

        The line is worked out when all is in place.
        """
        if self._mess is None:
            raise RuntimeError("nothing is being planted: begin() comes first")
        noted = _Noted(self._mess, file, slot, is_before, in_header, column, sourced_id, what)
        self._notes.append(noted)

    def later(self, move: Callable[[Path], None]) -> None:
        """Do something to the folder after all files are written."""
        self._moves.append(move)

    def finish(self) -> tuple[Planted, ...]:
        """All files are written and the package is spoilt; what was planted, with lines."""
        for file, page in self._pages.items():
            (self.folder / f"{file}.csv").write_bytes(page.render())
        for move in self._moves:
            move(self.folder)
        return tuple(self._planted(noted) for noted in self._notes)

    def _planted(self, noted: _Noted) -> Planted:
        line = 1 if noted.in_header else None
        if noted.slot is not None:
            line = self._pages[noted.file].line_of(noted.slot) - noted.is_before
        return Planted(
            code=noted.mess.code,
            file=f"{noted.file}.csv" if noted.file else "",
            line=line,
            column=noted.column,
            sourced_id=noted.sourced_id,
            what=noted.what,
            severity=noted.mess.severity.value,
            category=noted.mess.category.value,
            effect=noted.mess.effect,
        )
