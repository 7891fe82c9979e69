"""courses.csv."""

from __future__ import annotations

from rollbook.core.clean.sheet import Part, Sheet
from rollbook.core.findings.matters import NO_ID, TITLE_MISSING
from rollbook.core.snapshot import Stream

__all__ = ["COLUMNS", "clean_courses"]

COLUMNS = {
    "sourced_id": "sourcedId",
    "title": "title",
    "code": "courseCode",
    "org_sourced_id": "orgSourcedId",
    "status": "status",
}


def clean_courses(stream: Stream) -> Part:
    """Courses as received. A course without sourcedId is refused."""
    sheet = Sheet(stream, "CRS", COLUMNS.values())
    sheet.refuse("sourcedId", NO_ID, sheet["sourcedId"].is_null())
    sheet.remark("title", TITLE_MISSING, sheet["title"].is_null() & sheet.is_live)
    sheet.remark_gaps("courseCode", sheet.is_live)
    return sheet.finish({name: sheet[column] for name, column in COLUMNS.items() if name != "status"})
