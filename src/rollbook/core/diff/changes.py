"""The pieces every comparison yields: new rows, edits, and the records they count under."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from rollbook.core.entities import TABLES
from rollbook.core.plan import EDIT_SCHEMA

__all__ = ["EVENT_SCHEMA", "Changes", "edit_rows", "events", "field_edits", "fingerprint", "insert_rows", "sort_refs"]

EVENT_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "ref": pl.Int64(),
    "action": pl.String(),
    "reason": pl.String(),
    "names": pl.Boolean(),
}
"""Something that happens to a record. ``names``: a name or contact changes, what the update threshold counts."""


@dataclass(slots=True)
class Changes:
    """A growing collection. ``inserts`` frames have ``ref``, the table's columns, ``kind`` and ``record`` (the reference
    of the record they count under); ``edits`` are ``EDIT_SCHEMA`` without ``hold``; ``events`` are ``EVENT_SCHEMA``."""

    inserts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    edits: list[pl.DataFrame] = field(default_factory=list)
    events: list[pl.DataFrame] = field(default_factory=list)
    findings: list[pl.DataFrame] = field(default_factory=list)
    fingerprints: dict[str, pl.DataFrame] = field(default_factory=dict)
    """link kind → ``ref``, ``fp`` of every row in scope."""
    incoming_enrollments: list[pl.DataFrame] = field(default_factory=list)
    """What the reading says of enrollments, with references: students', then teachers'."""

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        """Adds new rows of a table, when there are any."""
        if rows.height:
            self.inserts.setdefault(table, []).append(rows)

    def edit(self, rows: pl.DataFrame) -> None:
        """Adds edits, when there are any."""
        if rows.height:
            self.edits.append(rows)

    def tell(self, rows: pl.DataFrame) -> None:
        """Adds events, when there are any."""
        if rows.height:
            self.events.append(rows)


def insert_rows(table: str, rows: pl.DataFrame, *, kind: pl.Expr | str, record: str) -> pl.DataFrame:
    """``rows`` brought into the shape of ``Changes.inserts``; columns that are not there become null."""
    have = set(rows.columns)
    columns = [
        (pl.col(name) if name in have else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in TABLES[table].columns.items()
    ]
    ref = pl.col("ref") if "ref" in have else pl.lit(None, dtype=pl.Int64)
    counted = pl.lit(kind) if isinstance(kind, str) else kind
    return rows.select(ref.alias("ref"), *columns, kind_counted=counted, record=pl.col(record))


def field_edits(both: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """What differs between ``<field>`` (new) and ``<field>_old``, for rows with ``row_id``.

    Returns ``row_id``, ``old`` and ``new`` (JSON objects of just the fields that differ), ``fields``. Null and null are
    equal, null and blank cannot meet.
    """
    parts = []
    for name in fields:
        differs = both.filter(pl.col(name).ne_missing(pl.col(f"{name}_old")))
        if differs.height:
            parts.append(
                differs.select(
                    row_id="row_id",
                    field=pl.lit(name),
                    old=_json(pl.col(f"{name}_old").alias(name)),
                    new=_json(pl.col(name)),
                )
            )
    shape: dict[str, pl.DataType] = {
        "row_id": pl.Int64(),
        "old": pl.String(),
        "new": pl.String(),
        "fields": pl.List(pl.String()),
    }
    if not parts:
        return pl.DataFrame(schema=shape)
    return (
        pl.concat(parts)
        .group_by("row_id", maintain_order=True)
        .agg(pl.col("old", "new").str.join(","), fields=pl.col("field"))
        .with_columns(
            old=pl.concat_str(pl.lit("{"), "old", pl.lit("}")), new=pl.concat_str(pl.lit("{"), "new", pl.lit("}"))
        )
        .select(tuple(shape))
    )


def _json(value: pl.Expr) -> pl.Expr:
    """``"name":value`` of a column, as JSON."""
    return pl.struct(value).struct.json_encode().str.strip_prefix("{").str.strip_suffix("}")


def edit_rows(
    rows: pl.DataFrame,
    table: str,
    *,
    kind: pl.Expr | str,
    record: str = "row_id",
    action: pl.Expr | str,
    op: str = "update",
) -> pl.DataFrame:
    """Rows with ``row_id``, ``old``, ``new`` as edits (``EDIT_SCHEMA`` without ``hold``)."""
    return rows.select(
        table=pl.lit(table),
        row_id=pl.col("row_id"),
        op=pl.lit(op),
        kind=pl.lit(kind) if isinstance(kind, str) else kind,
        record_id=pl.col(record),
        action=pl.lit(action) if isinstance(action, str) else action,
        old=pl.col("old"),
        new=pl.col("new"),
    ).cast({name: dtype for name, dtype in EDIT_SCHEMA.items() if name != "hold"})


def events(
    rows: pl.DataFrame,
    *,
    kind: pl.Expr | str,
    ref: str,
    action: pl.Expr | str,
    reason: pl.Expr | str,
    names: pl.Expr | bool = False,
) -> pl.DataFrame:
    """Rows as events (``EVENT_SCHEMA``)."""

    def text(value: pl.Expr | str) -> pl.Expr:
        return pl.lit(value) if isinstance(value, str) else value

    return rows.select(
        kind=text(kind),
        ref=pl.col(ref),
        action=text(action),
        reason=text(reason),
        names=pl.lit(names) if isinstance(names, bool) else names,
    ).cast(pl.Schema(EVENT_SCHEMA))


def fingerprint(columns: Iterable[pl.Expr]) -> pl.Expr:
    """One Int64 over the columns (lists as joined text). Equal values give equal fingerprints; a new version of Polars
    may give others, which costs one slower run and changes nothing."""
    return pl.struct(columns).hash(seed=20).reinterpret(signed=True)


def sort_refs(element: pl.Expr) -> pl.Expr:
    """The order references will have once new ones have ids: known ids ascending, then −1, −2 …"""
    return pl.when(element > 0).then(element).otherwise(pl.lit(2**62) - element)
