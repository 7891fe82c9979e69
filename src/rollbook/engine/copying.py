"""Frames into tables by COPY."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

import polars as pl

__all__ = ["CHUNK", "array_literals", "copy_in"]

CHUNK: Final = 50_000
"""Rows a piece: small enough to keep memory flat, large enough that the pieces cost nothing."""


def copy_in(
    cursor: Any, table: str, frame: pl.DataFrame, told: Callable[[int], None] | None = None, *, chunk: int = CHUNK
) -> int:
    """All rows of ``frame`` are in ``table`` (columns by name); returns how many PostgreSQL counted.

    Null stays null, an empty text stays an empty text; lists become arrays. ``told`` hears the size of each piece.
    """
    if frame.is_empty():
        return 0
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    with cursor.db.wrap_database_errors, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN (FORMAT csv)') as pipe:
        for piece in frame.iter_slices(chunk):
            buffer = io.BytesIO()
            # Polars quotes an empty text and leaves null bare, which is exactly how PostgreSQL's CSV tells them apart
            array_literals(piece).write_csv(buffer, include_header=False)
            pipe.write(buffer.getvalue())
            if told is not None:
                told(piece.height)
    return int(cursor.rowcount)


def array_literals(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with its list columns as PostgreSQL array literals; every text element is quoted."""
    lists = {name: dtype.inner for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)}
    return frame.with_columns(
        pl.concat_str(
            pl.lit("{"),
            pl.col(name).list.eval(_quoted() if inner == pl.String else pl.element().cast(pl.String)).list.join(","),
            pl.lit("}"),
        ).alias(name)
        for name, inner in lists.items()
    )


def _quoted() -> pl.Expr:
    text = pl.element().str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return pl.concat_str(pl.lit('"'), text, pl.lit('"')).fill_null("NULL")
