"""The headings of guardians.csv: the eight columns, and what others call them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import polars as pl

from rollbook.connectors.kit.csv import Heading
from rollbook.connectors.kit.refusal import gather, refuse
from rollbook.core import findings
from rollbook.core.errors import DataError

__all__ = ["COLUMNS", "FILE", "is_known", "read_heading"]

FILE = "guardians.csv"

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "studentSisId": (
            "studentsourcedid", "studentid", "studentnumber", "student", "sisstudentid", "studentuniqueid",
            "localstudentid", "studentlocalid",
        ),
        "guardianSisId": (
            "guardiansourcedid", "guardianid", "guardiannumber", "guardian", "sisguardianid", "guardianuniqueid",
            "parentid", "parentsisid", "contactid", "contactsisid", "contactsourcedid",
        ),
        "firstName": ("givenname", "first", "guardianfirstname", "parentfirstname", "contactfirstname"),
        "lastName": (
            "familyname", "last", "surname", "guardianlastname", "parentlastname", "contactlastname",
        ),
        "email": ("emailaddress", "mail", "guardianemail", "parentemail", "contactemail"),
        "mobilePhone": (
            "mobile", "sms", "cell", "cellphone", "mobilenumber", "guardianmobile", "guardianmobilephone", "textnumber",
            "guardiancellphone", "smsnumber",
        ),
        "homePhone": (
            "phone", "home", "homenumber", "alternativephone", "alternatephone", "altphone", "otherphone", "phone2",
            "guardianhomephone",
        ),
        "language": ("preferredlanguage", "languagecode", "preferredlanguagecode", "homelanguage", "lang"),
    }
)  # fmt: skip
"""Column → other headings for it, in plain letters."""

_NEEDED = ("studentSisId", "firstName", "lastName")
_HARMLESS = re.compile(r"^[\w .*\-/]{1,40}$")
_OF = {letters: column for column, aliases in COLUMNS.items() for letters in (column.casefold(), *aliases)}


def is_known(heading: str) -> bool:
    """Whether a heading is one of the columns, in some spelling."""
    return _plain(heading) in _OF


def read_heading(raw: Sequence[str]) -> Heading:
    """The columns among the headings ``raw``; other spellings are told (HDR-004), unknown ones dropped (HDR-006).

    Raises DataError: HDR-001 no heading is known, HDR-002 a column twice, HDR-003 one is missing: the student's id, a
    name, or both ways to reach a guardian.
    """
    found = {position: _OF[_plain(heading)] for position, heading in enumerate(raw) if is_known(heading)}
    if not found:
        raise refuse("HDR-001", stream=FILE, line=1, detail=",".join(COLUMNS))
    columns = list(found.values())
    doubled = next((column for column in columns if columns.count(column) > 1), None)
    if doubled:
        raise refuse("HDR-002", stream=FILE, line=1, column=doubled)
    remarks = [
        findings.make("HDR-004", stream=FILE, line=1, column=column, detail=raw[position])
        for position, column in found.items()
        if raw[position] != column
    ]
    unknown = [heading for position, heading in enumerate(raw) if position not in found and heading.strip()]
    if unknown:
        told = ", ".join(heading if _HARMLESS.match(heading) else "(a column)" for heading in unknown)
        remarks.append(findings.make("HDR-006", stream=FILE, line=1, detail=told))
    if "language" in columns:
        remarks.append(findings.make("GRD-004", stream=FILE, line=1, column="language"))
    _check(columns, remarks)
    keep = {position: column for position, column in found.items() if column != "language"}
    return Heading(keep, None, findings.merge(remarks))


def _check(columns: Sequence[str], remarks: list[pl.DataFrame]) -> None:
    missing = [column for column in _NEEDED if column not in columns]
    if not {"email", "mobilePhone"} & set(columns):
        missing.append("email")
    errors: list[DataError] = [refuse("HDR-003", stream=FILE, line=1, column=column) for column in missing]
    if errors:
        raise gather(errors, remarks)
    remarks.extend(
        findings.make("HDR-007", stream=FILE, line=1, column=column)
        for column in ("guardianSisId", "email", "mobilePhone")
        if column not in columns
    )


def _plain(heading: str) -> str:
    return re.sub(r"[\s_\-*\"'.\ufeff\u200b\u00a0]", "", heading).casefold()
