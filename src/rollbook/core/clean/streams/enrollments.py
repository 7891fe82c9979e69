"""enrollments.csv: who is in which class, as what, and when."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.booleans import clean_booleans
from rollbook.core.clean.dates import clean_dates
from rollbook.core.clean.roles import clean_enrollment_roles
from rollbook.core.clean.sheet import Part, Sheet
from rollbook.core.clean.spans import clean_spans
from rollbook.core.findings.matters import PRIMARY_STUDENT, PRIMARY_TWO, ROLE_IN_CLASS, VALUE_MISSING
from rollbook.core.roster import STUDENT_ROLE
from rollbook.core.snapshot import Stream

__all__ = ["COLUMNS", "clean_enrollments"]

COLUMNS = {
    "sourced_id": "sourcedId",
    "class_sourced_id": "classSourcedId",
    "user_sourced_id": "userSourcedId",
    "school_sourced_id": "schoolSourcedId",
    "role": "role",
    "is_primary": "primary",
    "begins_on": "beginDate",
    "ends_on": "endDate",
    "status": "status",
}

TEACHER_ROLE = "teacher"
_MEMBER = ["class_sourced_id", "user_sourced_id"]
_ROLES_IN_CLASS = ("administrator", "proctor", STUDENT_ROLE, TEACHER_ROLE)


def clean_enrollments(stream: Stream, *, region: str) -> Part:
    """Enrollments with class, user and a known role; others are refused. ``is_primary`` is never null, and true for
    teachers only. Several rows for one class, user and role all stay."""
    sheet = Sheet(stream, "ENR", COLUMNS.values())
    keys = {name: sheet[COLUMNS[name]] for name in ("class_sourced_id", "user_sourced_id", "school_sourced_id")}
    sheet.keys.update(keys)
    role = sheet.take("role", clean_enrollment_roles(sheet["role"]))
    for column in ("classSourcedId", "userSourcedId", "role"):
        sheet.refuse(column, VALUE_MISSING, sheet[column].is_null())
    sheet.drop(role.is_null())
    begins_on = sheet.take("beginDate", clean_dates(sheet["beginDate"], region=region))
    ends_on = sheet.take("endDate", clean_dates(sheet["endDate"], region=region))
    begins_on, ends_on = clean_spans(sheet, "beginDate", begins_on, "endDate", ends_on)
    is_primary = sheet.take("primary", clean_booleans(sheet["primary"])).fill_null(False)
    primary_student = is_primary & (role == STUDENT_ROLE)
    sheet.remark("primary", PRIMARY_STUDENT, primary_student)
    sheet.remark("role", ROLE_IN_CLASS, ~role.is_in(_ROLES_IN_CLASS), detail=role)
    _remark_two_primaries(sheet, is_primary & (role == TEACHER_ROLE), keys)
    return sheet.finish(
        {
            "sourced_id": sheet["sourcedId"],
            **keys,
            "role": role,
            "is_primary": is_primary & ~primary_student.fill_null(False),
            "begins_on": begins_on,
            "ends_on": ends_on,
        }
    )


def _remark_two_primaries(sheet: Sheet, is_primary: pl.Series, keys: dict[str, pl.Series]) -> None:
    """A notice on every primary teacher of a class after the first; the same person twice is one."""
    marked = (is_primary & sheet.is_live & ~sheet.superseded & ~sheet.refused).arg_true()
    pairs = pl.DataFrame({"row": marked, **{name: keys[name].gather(marked) for name in _MEMBER}}).unique(
        _MEMBER, keep="first", maintain_order=True
    )
    later = pairs.filter(~pl.col("class_sourced_id").is_first_distinct())["row"]
    mask = pl.repeat(False, sheet.height, dtype=pl.Boolean, eager=True).scatter(later, True)
    sheet.remark("primary", PRIMARY_TWO, mask)
