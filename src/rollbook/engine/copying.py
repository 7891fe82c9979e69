"""Frames into tables by COPY."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
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
    pieces = list(frame.iter_slices(chunk))
    with (
        ThreadPoolExecutor(max_workers=1) as beside,
        cursor.db.wrap_database_errors,
        cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN (FORMAT csv)') as pipe,
    ):
        written = beside.submit(_as_csv, pieces[0])
        for piece, following in zip_longest(pieces, pieces[1:]):
            text = written.result()
            if following is not None:  # it is written while PostgreSQL takes this piece in
                written = beside.submit(_as_csv, following)
            pipe.write(text)
            if told is not None:
                told(piece.height)
    return int(cursor.rowcount)


def _as_csv(piece: pl.DataFrame) -> bytes:
    """Polars quotes an empty text and leaves null bare, which is exactly how PostgreSQL's CSV tells them apart."""
    buffer = io.BytesIO()
    array_literals(piece).write_csv(buffer, include_header=False)
    return buffer.getvalue()


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
