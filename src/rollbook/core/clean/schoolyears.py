"""School years: named by the year in which they end."""

from __future__ import annotations

import re

import polars as pl

from rollbook.core.clean.repaired import Repaired
from rollbook.core.clean.words import Reading, read_unusual
from rollbook.core.findings.matters import TYPE_UNKNOWN, YEAR_FORM

__all__ = ["clean_school_years"]

_YEAR = "^[12][0-9]{3}$"
_NUMBER = re.compile(r"([12][0-9]{3})\.0+")
_RANGE = re.compile(r"([12][0-9])([0-9]{2})\s?[-/\u2013]\s?(?:[12][0-9])?([0-9]{2})")


def clean_school_years(column: pl.Series) -> Repaired:
    """A year of four digits (String): the last one of a range; null where blank or unreadable."""
    return read_unusual(column, ~column.str.contains(_YEAR), _read)


def _read(word: str) -> Reading:
    if number := _NUMBER.fullmatch(word):
        return Reading(number[1], (YEAR_FORM,))
    if years := _RANGE.fullmatch(word):
        first = int(years[1] + years[2])
        if int(years[3]) == (first + 1) % 100:
            return Reading(str(first + 1), (YEAR_FORM,))
    return Reading(None, (TYPE_UNKNOWN,))
