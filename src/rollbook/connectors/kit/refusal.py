"""Refusing with a sentence: a fatal finding as the error that carries it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rollbook.core import findings
from rollbook.core.errors import DataError
from rollbook.core.findings import CATALOGUE

__all__ = ["gather", "refuse", "sentence"]


def sentence(
    code: str, *, stream: str = "", line: int | None = None, column: str = "", detail: str = "", sourced_id: str = ""
) -> str:
    """The catalogue's sentence for one case."""
    return (
        CATALOGUE[code]
        .sentence.format(
            stream=stream,
            line="" if line is None else f"{line:,}",
            column=column,
            detail=detail,
            sourced_id=sourced_id,
        )
        .strip()
    )


def refuse(code: str, *, stream: str = "", line: int | None = None, column: str = "", detail: str = "") -> DataError:
    """A ``DataError`` that speaks the sentence of ``code``, hints at its remedy and carries the finding."""
    return DataError(
        sentence(code, stream=stream, line=line, column=column, detail=detail),
        findings=findings.make(code, stream=stream or None, line=line, column=column or None, detail=detail),
        hint=CATALOGUE[code].remedy.format(stream=stream, line=line, column=column, detail=detail, sourced_id=""),
    )


def gather(errors: Sequence[DataError], beside: Sequence[pl.DataFrame] = ()) -> DataError:
    """One error for all ``errors`` (at least one): the first speaks; all findings, and ``beside``, are carried."""
    first = errors[0]
    more = f" ({len(errors) - 1} more to mend.)" if len(errors) > 1 else ""
    carried = [error.findings for error in errors if error.findings is not None]
    return DataError(
        first.message + more, findings=findings.merge([*carried, *beside]), hint=first.hint, detail=first.detail
    )
