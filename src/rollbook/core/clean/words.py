"""Columns of a closed vocabulary: words that are not canonical are read one by one, each distinct word once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

import polars as pl

from rollbook.core.clean.repaired import Remark, Repaired
from rollbook.core.findings.matters import TYPE_UNKNOWN, WORD_FORM, Matter

__all__ = ["Reading", "fold", "of_vocabulary", "read_unusual", "read_words"]


class Reading(NamedTuple):
    """What a word was read as (null: nothing), and what has to be said about it."""

    value: str | None
    matters: tuple[Matter, ...] = ()


def fold(word: str) -> str:
    """The letters and digits of a word, without case: ``Co-Teacher`` and ``coteacher`` fold alike."""
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def read_words(
    column: pl.Series, canonical: Collection[str], read: Callable[[str], Reading], *, personal: bool = False
) -> Repaired:
    """Canonical words and nulls stay; ``read`` decides on each distinct other word. See ``read_unusual``."""
    return read_unusual(column, ~column.is_in(list(canonical)), read, personal=personal)


def read_unusual(
    column: pl.Series, unusual: pl.Series, read: Callable[[str], Reading], *, personal: bool = False
) -> Repaired:
    """The column with every value at ``unusual`` replaced by what ``read`` makes of it; null stays null.

    ``read`` is called once for each distinct value. The remarks carry the value received, unless it is ``personal``.
    """
    rows = (unusual & column.is_not_null()).arg_true()
    if not rows.len():
        return Repaired(column)
    received = column.gather(rows)
    words = received.unique()
    readings = [read(word) for word in words.to_list()]
    values = column.replace(words, pl.Series([reading.value for reading in readings], dtype=pl.String))
    remarks = []
    for matter in dict.fromkeys(matter for reading in readings for matter in reading.matters):
        concerned = [matter in reading.matters for reading in readings]
        hit = received.is_in(words.filter(pl.Series(concerned)).implode())
        detail = None if personal else received.filter(hit).str.slice(0, 40)
        remarks.append(Remark(matter, rows.filter(hit), detail))
    return Repaired(values, tuple(remarks))


def of_vocabulary(column: pl.Series, canonical: Collection[str]) -> Repaired:
    """Words of ``canonical``: other letters (case, blanks, hyphens, a plural s) are repaired; others become null."""
    known = {fold(word): word for word in canonical}

    def read(word: str) -> Reading:
        folded = fold(word)
        match = known.get(folded) or known.get(folded.removesuffix("s"))
        return Reading(match, (WORD_FORM,)) if match else Reading(None, (TYPE_UNKNOWN,))

    return read_words(column, canonical, read)
