"""The headings of students.csv: the student's columns, and up to six guardians'."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import polars as pl

from rollbook.connectors.kit.csv import Heading
from rollbook.connectors.kit.refusal import gather, refuse
from rollbook.core import findings
from rollbook.core.errors import ConfigError, DataError

__all__ = ["FILE", "GUARDIANS", "GUARDIAN_COLUMNS", "STUDENT_COLUMNS", "Reader", "reader"]

FILE = "students.csv"
GUARDIANS = 6
"""So many guardians fit into a row."""

STUDENT_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "student_number": (
            "studentid",
            "studentno",
            "studentnumber",
            "number",
            "id",
            "localid",
            "studentsisid",
            "sisid",
        ),
        "first_name": ("firstname", "givenname", "first", "studentfirstname"),
        "last_name": ("lastname", "familyname", "surname", "last", "studentlastname"),
        "school": ("schoolid", "schoolnumber", "schoolname", "schoolcode", "building", "campus"),
        "middle_name": ("middlename", "middle"),
        "preferred_first_name": ("preferredfirstname", "preferredname", "nickname"),
        "state_id": ("stateid", "statestudentid", "ssid"),
        "grade": ("gradelevel", "grades", "year", "yearlevel"),
        "email": ("emailaddress", "studentemail", "mail"),
        "birth_date": ("birthdate", "dob", "dateofbirth", "birthday"),
    }
)
"""Column → other headings for it, in plain letters."""

GUARDIAN_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("id", "sisid", "number"),
        "first_name": ("firstname", "givenname", "first"),
        "last_name": ("lastname", "familyname", "surname", "last"),
        "relationship": ("relationship", "relation", "role"),
        "email": ("email", "emailaddress", "mail"),
        "mobile": ("mobile", "mobilephone", "cell", "cellphone", "sms"),
        "home_phone": ("homephone", "phone", "home", "landline"),
    }
)
"""Column of ``guardianN_…`` → headings for it, in plain letters, after ``guardianN``, ``parentN`` or ``contactN``."""

_NEEDED = ("student_number", "first_name", "last_name", "school")
_HARMLESS = re.compile(r"^[\w .*\-/]{1,40}$")
_OF_STUDENT = {
    letters: name for name, aliases in STUDENT_COLUMNS.items() for letters in (name.replace("_", ""), *aliases)
}
_OF_GUARDIAN = {letters: name for name, aliases in GUARDIAN_COLUMNS.items() for letters in aliases}
_GUARDIAN = re.compile(r"(?:guardian|parent|contact)([1-9])(\w+)")

Reader = tuple[Callable[[str], bool], Callable[[Sequence[str]], Heading]]


def reader(mapping: Mapping[str, str]) -> Reader:
    """Whether a heading is known, and the columns among headings; ``mapping``: what this district calls some of them.

    Raises ConfigError for a mapping to a column that there is not. The second function tells other spellings (HDR-004) and
    unknown headings (HDR-006), and raises DataError: HDR-001 none is known, HDR-002 a column twice, HDR-003 one is missing.
    """
    own: dict[str, str] = {}
    for heading, column in mapping.items():
        found = _column_of(column)
        if found is None:
            raise ConfigError(
                f"students.csv has no column {column!r}.",
                hint=f"There are: {', '.join(STUDENT_COLUMNS)}, and guardian1_first_name and the like.",
                detail={"settings": ["columns"]},
            )
        own[_plain(heading)] = found

    def column_of(heading: str) -> str | None:
        return own.get(_plain(heading)) or _column_of(heading)

    def interpret(raw: Sequence[str]) -> Heading:
        return _heading(raw, column_of)

    return (lambda heading: column_of(heading) is not None), interpret


def _heading(raw: Sequence[str], column_of: Callable[[str], str | None]) -> Heading:
    named = {position: column for position, heading in enumerate(raw) if (column := column_of(heading)) is not None}
    if not named:
        raise refuse("HDR-001", stream=FILE, line=1, detail=",".join(_NEEDED))
    columns = list(named.values())
    doubled = next((column for column in columns if columns.count(column) > 1), None)
    if doubled:
        raise refuse("HDR-002", stream=FILE, line=1, column=doubled)
    remarks: list[pl.DataFrame] = [
        findings.make("HDR-004", stream=FILE, line=1, column=column, detail=raw[position])
        for position, column in named.items()
        if raw[position] != column
    ]
    unknown = [heading for position, heading in enumerate(raw) if position not in named and heading.strip()]
    if unknown:
        told = ", ".join(heading if _HARMLESS.match(heading) else "(a column)" for heading in unknown)
        remarks.append(findings.make("HDR-006", stream=FILE, line=1, detail=told))
    missing: list[DataError] = [
        refuse("HDR-003", stream=FILE, line=1, column=column) for column in _NEEDED if column not in columns
    ]
    if missing:
        raise gather(missing, remarks)
    return Heading(named, None, findings.merge(remarks))


def _column_of(heading: str) -> str | None:
    letters = _plain(heading)
    if letters in _OF_STUDENT:
        return _OF_STUDENT[letters]
    found = _GUARDIAN.fullmatch(letters)
    if found and int(found[1]) <= GUARDIANS and found[2] in _OF_GUARDIAN:
        return f"guardian{found[1]}_{_OF_GUARDIAN[found[2]]}"
    return None


def _plain(heading: str) -> str:
    return re.sub(r"[\s_\-*\"'.#\ufeff\u200b\u00a0]", "", heading).casefold()
