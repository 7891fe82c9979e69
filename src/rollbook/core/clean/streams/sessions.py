"""academicSessions.csv: school years, semesters, terms and grading periods."""

from __future__ import annotations

from rollbook.core.clean.dates import clean_dates
from rollbook.core.clean.schoolyears import clean_school_years
from rollbook.core.clean.sheet import Part, Sheet
from rollbook.core.clean.spans import clean_spans
from rollbook.core.clean.words import of_vocabulary
from rollbook.core.findings.matters import NO_ID, SESSION_DATES, TITLE_MISSING
from rollbook.core.snapshot import Stream

__all__ = ["COLUMNS", "SESSION_TYPES", "clean_sessions"]

SESSION_TYPES = ("gradingPeriod", "semester", "schoolYear", "term")

COLUMNS = {
    "sourced_id": "sourcedId",
    "title": "title",
    "type": "type",
    "starts_on": "startDate",
    "ends_on": "endDate",
    "parent_sourced_id": "parentSourcedId",
    "school_year": "schoolYear",
    "status": "status",
}


def clean_sessions(stream: Stream, *, region: str) -> Part:
    """Sessions with a first and a last day; one without sourcedId or without both days is refused."""
    sheet = Sheet(stream, "SES", COLUMNS.values())
    sheet.refuse("sourcedId", NO_ID, sheet["sourcedId"].is_null())
    sheet.remark("title", TITLE_MISSING, sheet["title"].is_null() & sheet.is_live)
    starts_on = sheet.take("startDate", clean_dates(sheet["startDate"], region=region))
    ends_on = sheet.take("endDate", clean_dates(sheet["endDate"], region=region))
    sheet.refuse("startDate", SESSION_DATES, starts_on.is_null() & sheet.is_live)
    sheet.refuse("endDate", SESSION_DATES, ends_on.is_null() & sheet.is_live)
    starts_on, ends_on = clean_spans(sheet, "startDate", starts_on, "endDate", ends_on)
    sheet.refuse("endDate", SESSION_DATES, starts_on.is_null() & ends_on.is_null() & sheet.is_live & ~sheet.refused)
    return sheet.finish(
        {
            "sourced_id": sheet["sourcedId"],
            "title": sheet["title"],
            "type": sheet.take("type", of_vocabulary(sheet["type"], SESSION_TYPES)),
            "starts_on": starts_on,
            "ends_on": ends_on,
            "parent_sourced_id": sheet["parentSourcedId"],
            "school_year": sheet.take("schoolYear", clean_school_years(sheet["schoolYear"])),
        }
    )
