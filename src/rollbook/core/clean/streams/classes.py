"""classes.csv."""

from __future__ import annotations

from rollbook.core.clean.grades import clean_class_grades
from rollbook.core.clean.lists import split
from rollbook.core.clean.sheet import Part, Sheet
from rollbook.core.clean.words import of_vocabulary
from rollbook.core.findings.matters import NO_ID, TITLE_MISSING, VALUE_MISSING
from rollbook.core.snapshot import Stream

__all__ = ["CLASS_TYPES", "COLUMNS", "clean_classes"]

CLASS_TYPES = ("homeroom", "scheduled")

COLUMNS = {
    "sourced_id": "sourcedId",
    "title": "title",
    "grades": "grades",
    "course_sourced_id": "courseSourcedId",
    "code": "classCode",
    "class_type": "classType",
    "location": "location",
    "school_sourced_id": "schoolSourcedId",
    "term_sourced_ids": "termSourcedIds",
    "subject": "subjects",
    "periods": "periods",
    "status": "status",
}


def clean_classes(stream: Stream) -> Part:
    """Classes with a school. One without sourcedId or school is refused; ``subject`` is the first of several."""
    sheet = Sheet(stream, "CLS", COLUMNS.values())
    school = sheet.keys["school_sourced_id"] = sheet["schoolSourcedId"]
    sheet.keys["class_sourced_id"] = sheet["sourcedId"]
    sheet.refuse("sourcedId", NO_ID, sheet["sourcedId"].is_null())
    sheet.refuse("schoolSourcedId", VALUE_MISSING, school.is_null() & sheet.is_live)
    sheet.remark("title", TITLE_MISSING, sheet["title"].is_null() & sheet.is_live)
    for column in ("classCode", "classType", "courseSourcedId", "grades", "termSourcedIds"):
        sheet.remark_gaps(column, sheet.is_live)
    return sheet.finish(
        {
            "sourced_id": sheet["sourcedId"],
            "title": sheet["title"],
            "grades": sheet.take("grades", clean_class_grades(sheet["grades"])),
            "course_sourced_id": sheet["courseSourcedId"],
            "code": sheet["classCode"],
            "class_type": sheet.take("classType", of_vocabulary(sheet["classType"], CLASS_TYPES)),
            "location": sheet["location"],
            "school_sourced_id": school,
            "term_sourced_ids": sheet.take("termSourcedIds", split(sheet["termSourcedIds"])),
            "subject": sheet.take("subjects", split(sheet["subjects"])).list.first(),
            "periods": sheet.take("periods", split(sheet["periods"])),
        }
    )
