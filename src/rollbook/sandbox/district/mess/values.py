"""Cells whose value is written in another way, or is wrong (facts E.3): booleans, dates, grades, classes, lists."""

from __future__ import annotations

import re
from collections.abc import Callable

from rollbook.sandbox.district.mess.draft import Draft, Row
from rollbook.sandbox.district.mess.edits import added, cell, has, is_staff, is_student, renamed, where_all
from rollbook.sandbox.district.mess.kinds import Category, error, notice, warning

__all__ = ["VALUES"]

_READ = "read as what it means"
_DROPPED = "the value is dropped; the row is used"


def _american(row: Row) -> str:
    year, month, day = row["beginDate"].split("-")
    return f"{int(month)}/{int(day)}/{year}"


def _in_grade(*grades: str) -> Callable[[Row], bool]:
    return lambda row: row["grades"] in grades


def _modified(stamp: str) -> Callable[[Draft], None]:
    def plant(draft: Draft) -> None:
        page, slot = draft.pick("enrollments", is_student)
        row = page.read(slot)
        page.write(slot, row | {"status": "active", "dateLastModified": stamp})
        draft.note("enrollments", f"dateLastModified is {stamp!r}", slot=slot, column="dateLastModified",
                   sourced_id=row["sourcedId"])  # fmt: skip

    return plant


def _term(row: Row) -> bool:
    return row["type"] == "term"


def _reversed_dates(draft: Draft) -> None:
    page, slot = draft.pick("academicSessions", _term)
    row = page.read(slot)
    page.write(slot, row | {"startDate": row["endDate"], "endDate": row["startDate"]})
    draft.note("academicSessions", "the term ends before it begins", slot=slot, column="endDate",
               sourced_id=row["sourcedId"])  # fmt: skip


def _codes_uneven(row: Row) -> str:
    return row["subjectCodes"] + ",99999"


VALUES = (
    notice(
        "null-literal", "E.3", Category.VALUE, "The word NULL in a cell that should be blank.",
        cell("users", "middleName", "NULL", is_student), "read as blank",
    ),
    notice(
        "boolean-uppercase", "E.3", Category.VALUE, "TRUE for true.",
        cell("users", "enabledUser", "TRUE", is_student), _READ,
    ),
    notice(
        "boolean-titlecase", "E.3", Category.VALUE, "True for true.",
        cell("users", "enabledUser", "True", is_student), _READ,
    ),
    notice(
        "boolean-digit", "E.3", Category.VALUE, "1 for true.",
        cell("users", "enabledUser", "1", is_student), _READ,
    ),
    notice(
        "boolean-letter", "E.3", Category.VALUE, "Y for true.",
        cell("users", "enabledUser", "Y", is_student), _READ,
    ),
    warning(
        "boolean-unknown", "E.3", Category.VALUE, "A word that is no boolean.",
        cell("users", "enabledUser", "perhaps", is_student), "read as true; the row is used",
    ),
    notice(
        "date-with-time", "E.3", Category.VALUE, "A dateTime where a date is due.",
        cell("enrollments", "beginDate", lambda row: row["beginDate"] + "T00:00:00.000Z", is_student), _READ,
    ),
    notice(
        "date-american", "E.3", Category.VALUE, "MM/DD/YYYY.",
        cell("enrollments", "beginDate", _american, is_student), _READ,
    ),
    warning(
        "date-impossible", "E.3", Category.VALUE, "The thirtieth of February.",
        cell("enrollments", "beginDate", "2027-02-30", is_student), _DROPPED,
    ),
    notice(
        "modified-date-only", "E.4", Category.VALUE, "dateLastModified without a time.", _modified("2026-08-30"), _READ,
    ),
    notice(
        "modified-with-blank", "E.3", Category.VALUE, "dateLastModified with a blank for the T and no zone.",
        _modified("2026-08-30 08:01:05"), _READ,
    ),
    notice(
        "modified-with-offset", "E.3", Category.VALUE, "dateLastModified with an offset in place of Z.",
        _modified("2026-08-30T08:01:05-07:00"), _READ,
    ),
    notice(
        "modified-no-milliseconds", "E.3", Category.VALUE, "dateLastModified without milliseconds.",
        _modified("2026-08-30T08:01:05Z"), _READ,
    ),
    warning(
        "begin-after-end", "C.6", Category.RULE, "An enrollment that begins after it ends.",
        cell("enrollments", "beginDate", "2027-06-30", is_student), "the dates are dropped; the row is used",
    ),
    warning(
        "end-outside-term", "C.6", Category.RULE, "An enrollment that ends after its term.",
        cell("enrollments", "endDate", "2027-08-31", is_student), "the row is used",
    ),
    notice(
        "enrollment-ended", "E.1", Category.RULE, "A finished enrollment: an active record with a past endDate.",
        cell("enrollments", "endDate", "2026-08-28", is_student), "read as ended",
    ),
    error(
        "session-ends-before-begin", "C.6", Category.RULE, "A term that ends before it begins.", _reversed_dates,
    ),
    warning(
        "school-year-range", "E.3", Category.VALUE, "A range where the school year's last year is due.",
        cell("academicSessions", "schoolYear", "2026-2027", _term), _READ,
    ),
    warning(
        "school-year-number", "E.3", Category.VALUE, "A school year that was a number on its way: 2027.0.",
        cell("academicSessions", "schoolYear", "2027.0", _term), _READ,
    ),
    notice(
        "session-type-capitalised", "E.3", Category.VALUE, "A session type with a capital.",
        cell("academicSessions", "type", "Semester", lambda row: row["type"] == "semester"), _READ,
    ),
    notice(
        "org-type-capitalised", "E.3", Category.VALUE, "An org type with a capital.",
        cell("orgs", "type", "School", lambda row: row["type"] == "school"), _READ,
    ),
    warning(
        "org-name-missing", "E.3", Category.REQUIRED, "An org without a name.",
        added("orgs", lambda _: {"sourcedId": "0198", "type": "school"}, "the name is empty", "name"),
    ),
    notice(
        "grade-unpadded", "E.3", Category.VALUE, "Grade 2 in place of 02.",
        cell("users", "grades", lambda row: row["grades"].lstrip("0"), _in_grade("01", "02", "03", "04", "05")), _READ,
    ),
    notice(
        "grade-k", "E.3", Category.VALUE, "K in place of KG.", cell("users", "grades", "K", _in_grade("KG")), _READ,
    ),
    notice(
        "grade-zero", "E.3", Category.VALUE, "00 in place of KG.",
        cell("users", "grades", "00", _in_grade("KG")), _READ,
    ),
    notice(
        "grade-minus-one", "E.3", Category.VALUE, "-1, as PowerSchool counts pre-kindergarten.",
        cell("users", "grades", "-1", _in_grade("KG")), "read as PK",
    ),
    warning(
        "grade-list", "E.3", Category.VALUE, "A list of grades for one student.",
        cell("users", "grades", "KG,01", _in_grade("KG", "01")), "the highest grade is used, and said so",
    ),
    notice(
        "grade-ordinal", "E.3", Category.VALUE, "A grade in words: 4th.",
        cell("users", "grades", lambda row: f"{int(row['grades'])}th", _in_grade("04", "05", "06")), _READ,
    ),
    warning(
        "grade-unknown", "E.3", Category.VALUE, "A grade that means nothing here.",
        cell("users", "grades", "XR", is_student), _DROPPED,
    ),
    notice(
        "grade-blank", "E.3", Category.VALUE, "A student without a grade.",
        cell("users", "grades", "", is_student), "no grade",
    ),
    notice(
        "class-grades-blank", "E.3", Category.VALUE, "A class without grades.",
        cell("classes", "grades", ""), "no grades",
    ),
    warning(
        "class-title-empty", "E.3", Category.REQUIRED, "A class without a title.",
        cell("classes", "title", "", has("classCode")), "shown by its code, or the row is dropped and the class stays",
    ),
    notice(
        "class-type-missing", "E.3", Category.REQUIRED, "A class without a type.",
        cell("classes", "classType", ""), "read as scheduled",
    ),
    warning(
        "class-type-ext", "E.3", Category.VALUE, "A class type of the vendor's own, which 1.1 does not allow.",
        cell("classes", "classType", "ext:club"), "read as scheduled", versions=("1.1",),
    ),
    notice(
        "class-period-zero", "E.3", Category.VALUE, "A class in period 0.", cell("classes", "periods", "0"), "kept",
    ),
    notice(
        "class-code-blank", "E.3", Category.VALUE, "A class without a code.", cell("classes", "classCode", ""), "kept",
    ),
    notice(
        "course-code-blank", "E.3", Category.VALUE, "A course without a code.",
        cell("courses", "courseCode", ""), "kept",
    ),
    warning(
        "subject-codes-uneven", "C.6", Category.RULE, "More subject codes than subjects.",
        cell("classes", "subjectCodes", _codes_uneven), "the codes are dropped; the class is used",
    ),
    notice(
        "list-empty-item", "C.4", Category.VALUE, "A list with an empty item.",
        cell("classes", "termSourcedIds", lambda row: row["termSourcedIds"].replace(",", ",,"),
             lambda row: "," in row["termSourcedIds"]),
        "the empty item is dropped",
    ),
    notice(
        "list-spaced", "C.4", Category.VALUE, "A list with blanks after its commas.",
        cell("classes", "termSourcedIds", lambda row: re.sub(",", ", ", row["termSourcedIds"]),
             lambda row: "," in row["termSourcedIds"]),
        _READ,
    ),
    notice(
        "list-with-semicolons", "C.4", Category.VALUE, "A list with semicolons.",
        cell("classes", "termSourcedIds", lambda row: row["termSourcedIds"].replace(",", ";"),
             lambda row: "," in row["termSourcedIds"]),
        _READ,
    ),
    warning(
        "user-ids-unbraced", "C.4", Category.VALUE, "A userIds item without braces.",
        cell("users", "userIds", lambda row: row["userIds"].strip("{}"), where_all(is_student, has("userIds"))), _READ,
    ),
    notice(
        "sex-letter", "E.3", Category.VALUE, "F or M for the sex.",
        cell("demographics", "sex", lambda row: row["sex"][0].upper(), has("sex")),
        "dropped with the rest of demographics unless asked for (S-4)",
    ),
    notice(
        "sex-capitalised", "E.3", Category.VALUE, "Female or Male with a capital.",
        cell("demographics", "sex", lambda row: row["sex"].title(), has("sex")),
        "dropped with the rest of demographics unless asked for (S-4)",
    ),
    notice(
        "birth-date-american", "E.3", Category.VALUE, "A birth date as MM/DD/YYYY.",
        cell("demographics", "birthDate",
             lambda row: re.sub(r"(\d+)-(\d+)-(\d+)", r"\2/\3/\1", row["birthDate"]), has("birthDate")),
        "dropped with the rest of demographics unless asked for (S-4)",
    ),
    notice(
        "user-disabled", "A.2", Category.VALUE, "A member of staff whose account must not be usable.",
        cell("users", "enabledUser", "false", is_staff), "kept; the account cannot be used",
    ),
    notice(
        "column-rest-name", "E.6", Category.HEADER, "A column under its REST name: preferredFirstName.",
        renamed("users", "preferredGivenName", "preferredFirstName"), "read as preferredGivenName", versions=("1.2",),
    ),
)  # fmt: skip
