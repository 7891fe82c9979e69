"""One stream on its way from text to typed columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from rollbook.core.clean.duplicates import superseded
from rollbook.core.clean.repaired import Remark, Repaired, remark_where
from rollbook.core.clean.statuses import TO_BE_DELETED, clean_statuses
from rollbook.core.clean.text import clean_ids, clean_text, unusual_columns, unusual_rows
from rollbook.core.findings import merge, of_rows
from rollbook.core.findings.kind import Severity
from rollbook.core.findings.matters import (
    CELL_BLANK,
    DIFFERENT_TWICE,
    ID_BLANKS,
    ID_CHARACTERS,
    MORE_ALIKE,
    SAME_TWICE,
    Matter,
)
from rollbook.core.findings.row_codes import FAMILIES, code_of
from rollbook.core.roster import ROSTER_SCHEMAS
from rollbook.core.snapshot import LINE, Mode, Stream

__all__ = ["REFUSED_SCHEMA", "SYSTEMATIC", "Part", "Sheet"]

SYSTEMATIC = 100
"""A repair that loses nothing, on more rows of a column than this, is a habit of the export: these many are listed, all
are counted."""

REFUSED_SCHEMA: dict[str, pl.DataType] = {
    "frame": pl.String(),
    "sourced_id": pl.String(),
    "user_sourced_id": pl.String(),
    "class_sourced_id": pl.String(),
    "school_sourced_id": pl.String(),
    "line": pl.UInt32(),
}
"""``Roster.refused``: rows dropped with an error, and whom they were about."""

_UNUSUAL_IN_ID = "[^0-9A-Za-z._/@-]"
"""Everything but the characters that the CSV binding grants an id (C.4); ids keep them all the same (O-1)."""

_RARE = 20
"""A blank cell is worth a notice where at most one in so many is blank; elsewhere blank is how the export is."""

_ABOUT_DUPLICATES = (SAME_TWICE, DIFFERENT_TWICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one stream gives to the roster."""

    frame: pl.DataFrame
    refused: pl.DataFrame
    findings: pl.DataFrame


class Sheet:
    """The rows of a stream with clean text in every cell, blank cells null, and a memory of what was remarked.

    All columns keep the rows and the order of the stream until ``finish``, so that a position means one row throughout.
    """

    def __init__(self, stream: Stream, family: str, columns: Iterable[str]) -> None:
        self.origin = stream.origin or f"{stream.name}.csv"
        self.family = family
        self.height = stream.frame.height
        self.line = stream.frame[LINE]
        self._nothing = pl.repeat(None, self.height, dtype=pl.String, eager=True)
        self.keys: dict[str, pl.Series] = {}
        self._unsplit = stream.refused
        self._remarks: list[tuple[str, str, Remark]] = []
        self._cells = self._clean_text(stream, columns)
        self._superseded = self._refused = pl.repeat(False, self.height, dtype=pl.Boolean, eager=True)
        self.status = self.take("status", clean_statuses(self["status"], is_whole=stream.mode is Mode.BULK))
        self.is_live = self.status != TO_BE_DELETED
        if "sourcedId" in self:
            self.supersede(pl.DataFrame(self._cells), ["sourcedId"])
            self.remark("sourcedId", ID_CHARACTERS, self["sourcedId"].str.contains(_UNUSUAL_IN_ID))

    def __contains__(self, column: str) -> bool:
        return column in self._cells

    def __getitem__(self, column: str) -> pl.Series:
        """A column by the specification's name; all null when it was not received."""
        if column in self._cells:
            return self._cells[column]
        return self._nothing.alias(column)

    @property
    def refused(self) -> pl.Series:
        """Rows that are out with an error."""
        return self._refused

    @property
    def superseded(self) -> pl.Series:
        """Rows that a later row with the same id replaces."""
        return self._superseded

    def take(self, column: str, repaired: Repaired, *, family: str | None = None) -> pl.Series:
        """The values of a repaired column; its remarks are remembered under the specification's name of the column."""
        self._remarks.extend((family or self.family, column, remark) for remark in repaired.remarks)
        return repaired.values

    def remark(
        self,
        column: str,
        matter: Matter,
        mask: pl.Series,
        *,
        detail: pl.Series | None = None,
        family: str | None = None,
    ) -> None:
        """Remember a matter on the rows of ``mask``."""
        self._remarks.extend((family or self.family, column, item) for item in remark_where(matter, mask, detail))

    def remark_gaps(self, column: str, among: pl.Series) -> None:
        """A notice on the rows of ``among`` where ``column`` is blank although nearly all of them have it."""
        blank = self[column].is_null() & among
        if column in self and 0 < (blank.sum() or 0) * _RARE <= among.sum():
            self.remark(column, CELL_BLANK, blank)

    def refuse(self, column: str, matter: Matter, mask: pl.Series) -> None:
        """The rows of ``mask`` are out, with an error (S-3)."""
        mask = mask.fill_null(False) & ~self._superseded
        self.remark(column, matter, mask)
        self._refused |= mask

    def drop(self, mask: pl.Series) -> None:
        """The rows of ``mask`` are out with an error that a repair has already remarked."""
        self._refused |= mask.fill_null(False) & ~self._superseded

    def supersede(self, frame: pl.DataFrame, key: Sequence[str]) -> None:
        """Of rows with the same ``key`` in ``frame`` only the last counts from here on."""
        mask, remarks = superseded(frame, key, self.line)
        self._remarks.extend((self.family, "sourcedId", remark) for remark in remarks)
        self._superseded |= mask

    def finish(self, columns: Mapping[str, pl.Series]) -> Part:
        """The typed rows that are left, in the schema of the family's frame; ``status`` and ``line`` are added."""
        name = FAMILIES[self.family].frame
        schema = ROSTER_SCHEMAS[name]
        given = {"status": self.status, "line": self.line, **columns}
        frame = pl.DataFrame({column: given[column] for column in schema}, schema=schema)
        out = self._refused | self._superseded
        if out.any():
            frame = frame.filter(~out)
        return Part(frame=frame, refused=self.refused_rows(name), findings=self.findings())

    def refused_rows(self, name: str) -> pl.DataFrame:
        """``REFUSED_SCHEMA``: the rows refused here, and those that the reader could not split into cells."""
        keys = {"sourced_id": self["sourcedId"], **self.keys, "line": self.line}
        here = pl.DataFrame(keys).filter(self._refused)
        unsplit = self._unsplit.select(sourced_id="sourcedId", line=LINE)
        rows = pl.concat([here, unsplit], how="diagonal") if unsplit.height else here
        return rows.select(
            pl.lit(name).alias("frame") if column == "frame" else _column(rows, column, dtype)
            for column, dtype in REFUSED_SCHEMA.items()
        )

    def findings(self) -> pl.DataFrame:
        """All remarks as findings, in the order of the rows; none on rows that a later row replaces."""
        if not self._remarks:
            return merge([])
        return merge(self._finding(*item) for item in self._remarks).sort("line", nulls_last=True, maintain_order=True)

    def _finding(self, family: str, column: str, remark: Remark) -> pl.DataFrame:
        about = {
            "line": self.line,
            "id": self["sourcedId"],
            "school": self.keys.get("school_sourced_id", self._nothing),
        }
        rows = pl.DataFrame({name: values.gather(remark.rows) for name, values in about.items()}).with_columns(
            detail=pl.lit("") if remark.detail is None else remark.detail.fill_null("")
        )
        if remark.matter not in _ABOUT_DUPLICATES:
            rows = rows.filter(~self._superseded.gather(remark.rows))
        more = rows.clear()
        if _is_harmless(remark.matter) and rows.height > SYSTEMATIC:
            code = code_of(family, remark.matter)
            more = pl.DataFrame({"detail": [f"{code} on {rows.height:,} rows"]})
            rows = rows.head(SYSTEMATIC)
        return merge(
            [
                of_rows(
                    rows,
                    code_of(family, remark.matter),
                    stream=self.origin,
                    column=column,
                    line=pl.col("line"),
                    sourced_id=pl.col("id"),
                    school_sourced_id=pl.col("school"),
                    detail=pl.col("detail"),
                ),
                of_rows(
                    more,
                    code_of(self.family, MORE_ALIKE),
                    stream=self.origin,
                    column=column,
                    detail=pl.col("detail"),
                ),
            ]
        )

    def _clean_text(self, stream: Stream, columns: Iterable[str]) -> dict[str, pl.Series]:
        wanted = dict.fromkeys(("sourcedId", "status", *columns))
        frame = stream.frame.select(column for column in wanted if column in stream.columns)
        unusual = unusual_columns(frame)
        cells = dict(zip(frame.columns, frame.with_columns(pl.all().replace("", None)).get_columns(), strict=True))
        for column in unusual:
            rows = unusual_rows(frame[column])
            repaired = (clean_ids if _is_id(column) else clean_text)(frame[column].gather(rows))
            remarks = tuple(Remark(item.matter, rows.gather(item.rows), item.detail) for item in repaired.remarks)
            cells[column] = self.take(column, Repaired(cells[column].scatter(rows, repaired.values), remarks))
        return cells


def _is_harmless(matter: Matter) -> bool:
    return matter.severity is Severity.NOTICE or matter == ID_BLANKS


def _is_id(column: str) -> bool:
    return column.endswith(("ourcedId", "ourcedIds")) or column == "userIds"


def _column(rows: pl.DataFrame, column: str, dtype: pl.DataType) -> pl.Expr:
    return pl.col(column).cast(dtype) if column in rows.columns else pl.lit(None, dtype=dtype).alias(column)
