"""From a plan's negative references to database ids."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rollbook.core.entities import LINK_TABLES, TABLES

__all__ = ["REFERRED", "Ids", "allocate"]

REFERRED: tuple[str, ...] = tuple(
    name
    for name in TABLES
    if name in LINK_TABLES.values() or any(name in spec.references.values() for spec in TABLES.values())
)
"""Tables that something refers to: their new rows get their ids before they are written. All others get them from
PostgreSQL while they are copied."""

_RECORD_TABLE = {
    "school": "school",
    "student": "student",
    "guardian": "person",
    "staff": "person",
    "classroom": "classroom",
}


@dataclass(frozen=True, slots=True)
class Ids:
    """table → frame of ``ref`` (negative) and ``id``. A reference to a new row that is not here is an error of the plan
    (ValueError): it would tie a row to nothing."""

    maps: Mapping[str, pl.DataFrame]

    def bind_rows(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """``rows`` of a plan's ``inserts`` with ids for references, ``id`` instead of ``ref`` (none for tables that
        nothing refers to), without ``hold``."""
        spec = TABLES[table]
        bound = rows.select(
            *([self._mapped(table, pl.col("ref")).alias("id")] if table in REFERRED else []),
            *(self._bound(table, name) for name in spec.columns),
        )
        _complete(table, bound)
        return bound

    def bind_edits(self, edits: pl.DataFrame) -> pl.DataFrame:
        """``edits`` with ids for new objects in ``new`` and in ``record_id``."""
        record = pl.col("record_id")
        for kind, target in _RECORD_TABLE.items():
            record = pl.when(pl.col("kind") == kind).then(self._mapped(target, record)).otherwise(record)
        bound = edits.with_columns(record_id=pl.when(record > 0).then(record))
        for table, spec in TABLES.items():
            for name, target in spec.references.items():
                new = pl.col("new")
                here = (pl.col("table") == table) & new.str.contains(rf'"{name}":\s*(-|\[[^\]]*-)')
                if bound.select(here.any()).item():
                    replaced = self._bound_json(new, name, target, spec.columns[name])
                    bound = bound.with_columns(new=pl.when(here).then(replaced).otherwise(new))
                    if bound.select(here.any()).item():
                        raise ValueError(f"An edit of {table} refers by {name} to a new row that is not in the plan.")
        return bound

    def _bound(self, table: str, name: str) -> pl.Expr:
        column: pl.Expr = pl.col(name)
        if table == "source_link" and name == "object_id":
            bound = column
            for kind, target in LINK_TABLES.items():
                bound = pl.when(pl.col("kind") == kind).then(self._mapped(target, column)).otherwise(bound)
            return bound.alias(name)
        referred = TABLES[table].references.get(name)
        if referred is None:
            return column
        if isinstance(TABLES[table].columns[name], pl.List):
            return column.list.eval(self._mapped(referred, pl.element()))
        return self._mapped(referred, column)

    def _mapped(self, table: str, column: pl.Expr) -> pl.Expr:
        ids = self.maps.get(table)
        return column if ids is None else column.replace_strict(ids["ref"], ids["id"], default=column)

    def _bound_json(self, new: pl.Expr, name: str, table: str, dtype: pl.DataType) -> pl.Expr:
        if isinstance(dtype, pl.List):
            pattern = rf'("{name}":\s*)\[[^\]]*\]'
            inside = (
                new.str.extract(rf'"{name}":\s*\[([^\]]*)\]')
                .str.split(",")
                .list.eval(self._mapped(table, pl.element().str.strip_chars().cast(pl.Int64)).cast(pl.String))
            )
            value = pl.concat_str(pl.lit("["), inside.list.join(","), pl.lit("]"))
        else:
            pattern = rf'("{name}":\s*)-\d+'
            value = self._mapped(table, new.str.extract(rf'"{name}":\s*(-\d+)').cast(pl.Int64)).cast(pl.String)
        return new.str.replace(pattern, pl.concat_str(pl.lit("${1}"), value))


def allocate(cursor: Any, inserts: Mapping[str, pl.DataFrame]) -> Ids:
    """Ids for all new rows that may be referred to. Reference −1 gets the smallest id, −2 the next (a plan that sorts
    new references that way stays sorted)."""
    maps = {}
    for table in REFERRED:
        rows = inserts.get(table)
        if rows is None or rows.is_empty():
            continue
        refs = rows["ref"].sort(descending=True)
        if refs.null_count() or refs.n_unique() != len(refs):
            raise ValueError(f"The plan's new rows of {table} are not numbered one by one.")
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        numbers = f"SELECT nextval('{cursor.fetchone()[0]}'::regclass) FROM generate_series(1, {len(refs)})"
        with cursor.copy(f"COPY ({numbers}) TO STDOUT (FORMAT csv)") as pipe:
            text = b"".join(bytes(piece) for piece in pipe)
        ids = pl.read_csv(io.BytesIO(text), has_header=False, new_columns=["id"], schema_overrides={"id": pl.Int64})
        maps[table] = pl.DataFrame({"ref": refs, "id": ids["id"].sort()})
    return Ids(maps)


def _complete(table: str, rows: pl.DataFrame) -> None:
    """No reference is negative any more."""
    for name in (*TABLES[table].references, *(("object_id",) if table == "source_link" else ())):
        column = pl.col(name).list.min() if isinstance(rows.schema[name], pl.List) else pl.col(name)
        if rows.select((column < 0).any()).item():
            raise ValueError(f"A new row of {table} refers by {name} to a new row that is not in the plan.")
