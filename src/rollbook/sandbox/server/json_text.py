"""JSON objects as column expressions: a frame becomes one text per row without a loop over the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

__all__ = ["Members", "is_safe", "joined", "listed", "objects", "quoted", "referred", "referred_list", "wrapped"]

Members = Mapping[str, pl.Expr]
"""Member name → its value as JSON text; null means that the member is left out (oneroster.md A.1: no nulls in JSON)."""

_UNSAFE = ['"', "\\", *map(chr, range(32))]


def is_safe(frame: pl.DataFrame) -> bool:
    """No cell holds a character that JSON would have to escape, so that ``quoted`` may take the text as it is."""
    texts = frame.select(pl.col(pl.String).str.contains_any(_UNSAFE).any())
    return not any(texts.row(0)) if texts.width else True


def quoted(value: pl.Expr | str) -> pl.Expr:
    """A JSON string of a text that needs no escaping (``is_safe``); null stays null."""
    return wrapped('"', pl.col(value) if isinstance(value, str) else value, '"')


def wrapped(before: str, value: pl.Expr, after: str) -> pl.Expr:
    """The text between two others; null stays null."""
    return pl.concat_str(pl.lit(before), value, pl.lit(after), ignore_nulls=False)


def listed(column: str) -> pl.Expr:
    """A comma-separated cell as a JSON list of strings; a blank cell is null."""
    return wrapped('["', pl.col(column).str.replace_all(",", '","', literal=True), '"]')


def referred(column: str, *, base: str, path: str, kind: str) -> pl.Expr:
    """An OneRoster reference (href, sourcedId, type); a blank cell is null."""
    before, between = f'{{"href":"{base}/{path}/', '","sourcedId":"'
    return pl.concat_str(
        pl.lit(before), column, pl.lit(between), column, pl.lit(f'","type":"{kind}"}}'), ignore_nulls=False
    )


def referred_list(column: str, *, base: str, path: str, kind: str) -> pl.Expr:
    """A list of references for a comma-separated cell; a blank cell is null."""
    each = f'{{"href":"{base}/{path}/${{1}}","sourcedId":"${{1}}","type":"{kind}"}}'
    return wrapped("[", pl.col(column).str.replace_all("([^,]+)", each), "]")


def objects(frame: pl.DataFrame, members: Members, *, only: Iterable[str] = ()) -> pl.Series:
    """One JSON object per row, members in their order; with ``only`` no others."""
    wanted = set(only) or set(members)
    parts = [
        pl.concat_str(pl.lit(f',"{name}":'), value, ignore_nulls=False).fill_null("")
        for name, value in members.items()
        if name in wanted
    ]
    if not parts:
        return pl.Series("json", ["{}"] * frame.height, dtype=pl.String)
    text = pl.concat_str(pl.lit("{"), pl.concat_str(parts).str.strip_prefix(","), pl.lit("}"))
    return frame.select(json=text).to_series()


def joined(rows: pl.Series) -> str:
    """The rows with commas between."""
    return "" if rows.is_empty() else str(rows.str.join(",").item())
