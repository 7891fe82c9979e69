"""The one school year of every generated district, and which date a day number is."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from rollbook.core.errors import ConfigError

__all__ = ["FIRST_DAY", "LAST_DAY_NUMBER", "YEAR_BEGINS", "YEAR_ENDS", "YEAR_ID", "date_of", "sessions"]

YEAR_ID = "SY2026-27"
YEAR_BEGINS = date(2026, 8, 17)
YEAR_ENDS = date(2027, 6, 11)
FIRST_DAY = date(2026, 9, 1)
LAST_DAY_NUMBER = (YEAR_ENDS - FIRST_DAY).days

_SESSIONS: tuple[tuple[str, str, str, date, date, str | None], ...] = (
    (YEAR_ID, "2026-2027 School Year", "schoolYear", YEAR_BEGINS, YEAR_ENDS, None),
    ("S1", "Fall Semester", "semester", YEAR_BEGINS, date(2027, 1, 15), YEAR_ID),
    ("S2", "Spring Semester", "semester", date(2027, 1, 19), YEAR_ENDS, YEAR_ID),
    ("T1", "Term 1", "term", YEAR_BEGINS, date(2026, 10, 30), "S1"),
    ("T2", "Term 2", "term", date(2026, 11, 2), date(2027, 1, 15), "S1"),
    ("T3", "Term 3", "term", date(2027, 1, 19), date(2027, 3, 26), "S2"),
    ("T4", "Term 4", "term", date(2027, 4, 5), YEAR_ENDS, "S2"),
)


def date_of(day: int) -> date:
    """The calendar date of a day number; day 1 is 2026-09-01. Raises ConfigError outside the school year."""
    if not 1 <= day <= LAST_DAY_NUMBER:
        raise ConfigError(
            f"Day {day} lies outside the generated school year.",
            hint=f"Choose a day from 1 ({FIRST_DAY}) to {LAST_DAY_NUMBER} (the last day before the summer).",
        )
    return FIRST_DAY + timedelta(days=day - 1)


def sessions() -> pl.DataFrame:
    """The rows of academicSessions.csv: school year, two semesters, four terms."""
    return pl.DataFrame(
        [
            {
                "sourcedId": sourced_id,
                "title": title,
                "type": kind,
                "startDate": begins.isoformat(),
                "endDate": ends.isoformat(),
                "parentSourcedId": parent,
                "schoolYear": "2027",
            }
            for sourced_id, title, kind, begins, ends, parent in _SESSIONS
        ]
    )
