"""Dates: YYYY-MM-DD, and what exports write instead. The order of day and month is a property of the column."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

from rollbook.core.clean.repaired import Remark, Repaired
from rollbook.core.findings.matters import DATE_FORM, DATE_UNREADABLE

__all__ = ["clean_dates"]

_ISO = "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
_MONTH_FIRST_REGIONS = ("US",)
_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AP]\.?M\.?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.IGNORECASE | re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.IGNORECASE | re.ASCII)


def clean_dates(column: pl.Series, *, region: str, personal: bool = False) -> Repaired:
    """Date; null where blank or unreadable. A time of day is cut off, not converted.

    When the year comes last, the column is day-first if any of its values can only be that; else month-first in the US
    and day-first elsewhere. A value that does not fit its column is refused, never turned round, as are two-digit
    years.
    """
    values = column.str.to_date("%Y-%m-%d", strict=False)
    unread = (column.is_not_null() & (values.is_null() | ~column.str.contains(_ISO))).arg_true()
    if not unread.len():
        return Repaired(values)
    received = column.gather(unread)
    words = received.unique().to_list()
    day_first = _is_day_first(words, region)
    table = pl.DataFrame(
        [(word, *_read(word, day_first=day_first)) for word in words],
        schema={"word": pl.String(), "date": pl.Date(), "form": pl.String()},
        orient="row",
    )
    read = pl.DataFrame({"row": unread, "word": received}).join(table, on="word", how="left", maintain_order="left")
    values = values.scatter(unread, read["date"])
    good, bad = read.filter(pl.col("date").is_not_null()), read.filter(pl.col("date").is_null())
    detail = None if personal else ("Received: " + bad["word"].str.slice(0, 40))
    remarks = (Remark(DATE_FORM, good["row"], good["form"]), Remark(DATE_UNREADABLE, bad["row"], detail))
    return Repaired(values, tuple(remark for remark in remarks if remark.rows.len()))


def _is_day_first(words: list[str], region: str) -> bool:
    """Whether the column writes the day first: one real date that only this order gives decides."""
    possible = {order: {word for word in words if _read(word, day_first=order)[0]} for order in (True, False)}
    if possible[True] - possible[False]:
        return True
    if possible[False] - possible[True]:
        return False
    return region not in _MONTH_FIRST_REGIONS


def _read(word: str, *, day_first: bool) -> tuple[dt.date | None, str | None]:
    """The date and the name of the form it is written in."""
    has_time = ":" in word
    if match := _YEAR_FIRST.fullmatch(word):
        mark = match[2]
        form = f"YYYY{mark}MM{mark}DD" if mark != "-" or has_time else "YYYY-M-D"
        date = _date(match[1], match[3], match[4])
    elif match := _COMPACT.fullmatch(word):
        form = "YYYYMMDD"
        date = _date(match[1], match[2], match[3])
    elif match := _YEAR_LAST.fullmatch(word):
        mark = match[2]
        form = f"DD{mark}MM{mark}YYYY" if day_first else f"MM{mark}DD{mark}YYYY"
        day, month = (match[1], match[3]) if day_first else (match[3], match[1])
        date = _date(match[4], month, day)
    else:
        return None, None
    return date, f"{form} and a time" if has_time else form


def _date(year: str, month: str, day: str) -> dt.date | None:
    """Null for a day that the calendar does not have, and for years that are two digits in disguise (0026)."""
    try:
        return dt.date(int(year), int(month), int(day)) if int(year) >= 1000 else None
    except ValueError:
        return None
