"""Roles of people at orgs: 1.2's roles.csv, or 1.1's users.role at each of users.orgSourcedIds; both may come (E.6)."""

from __future__ import annotations

import polars as pl

from rollbook.core.clean.dates import clean_dates
from rollbook.core.clean.roles import clean_roles
from rollbook.core.clean.sheet import Part, Sheet
from rollbook.core.clean.spans import clean_spans
from rollbook.core.clean.words import of_vocabulary
from rollbook.core.findings.matters import NO_ORG, ROLE_GENERIC, VALUE_MISSING
from rollbook.core.roster import ROSTER_SCHEMAS
from rollbook.core.snapshot import Stream

__all__ = ["COLUMNS", "ROLE_TYPES", "clean_role_rows", "roles_of_users"]

ROLE_TYPES = ("primary", "secondary")

COLUMNS = {
    "user_sourced_id": "userSourcedId",
    "org_sourced_id": "orgSourcedId",
    "role": "role",
    "is_primary": "roleType",
    "begins_on": "beginDate",
    "ends_on": "endDate",
    "status": "status",
}


def clean_role_rows(stream: Stream, *, region: str) -> Part:
    """roles.csv, each (user, org, role) once. A row without user is refused; one without a known role is left out."""
    sheet = Sheet(stream, "ROL", COLUMNS.values())
    user, org = sheet["userSourcedId"], sheet["orgSourcedId"]
    sheet.keys["user_sourced_id"], sheet.keys["school_sourced_id"] = user, org
    role = sheet.take("role", clean_roles(sheet["role"]))
    sheet.remark("role", ROLE_GENERIC, role == "administrator")
    sheet.refuse("userSourcedId", VALUE_MISSING, user.is_null())
    sheet.refuse("role", VALUE_MISSING, sheet["role"].is_null())
    sheet.remark("orgSourcedId", NO_ORG, org.is_null())
    begins_on = sheet.take("beginDate", clean_dates(sheet["beginDate"], region=region))
    ends_on = sheet.take("endDate", clean_dates(sheet["endDate"], region=region))
    begins_on, ends_on = clean_spans(sheet, "beginDate", begins_on, "endDate", ends_on)
    columns = {
        "user_sourced_id": user,
        "org_sourced_id": org,
        "role": role,
        "is_primary": (sheet.take("roleType", of_vocabulary(sheet["roleType"], ROLE_TYPES)) == "primary").fill_null(
            False
        ),
        "begins_on": begins_on,
        "ends_on": ends_on,
    }
    sheet.supersede(pl.DataFrame(columns), ["user_sourced_id", "org_sourced_id", "role"])
    part = sheet.finish(columns)
    known = part.frame["role"].is_not_null()
    return part if known.all() else Part(frame=part.frame.filter(known), refused=part.refused, findings=part.findings)


def roles_of_users(sheet: Sheet, orgs: pl.Series) -> pl.DataFrame:
    """``roles`` frame of a users sheet: its role at each of ``orgs`` (lists); the first org is the primary one.

    Somebody without org has the role nowhere (org null): guardians are often sent so.
    """
    schema = ROSTER_SCHEMAS["roles"]
    role = sheet.take("role", clean_roles(sheet["role"]))
    if "orgSourcedIds" in sheet:
        sheet.remark("orgSourcedIds", NO_ORG, role.is_not_null() & (orgs.list.len() == 0) & sheet.is_live)
    rows = pl.DataFrame(
        {
            "user_sourced_id": sheet["sourcedId"],
            "org_sourced_id": orgs,
            "role": role,
            "status": sheet.status,
            "line": sheet.line,
        }
    ).filter(role.is_not_null() & ~sheet.superseded)
    first = rows["org_sourced_id"].list.first()
    return (
        rows.with_columns(first=first)
        .explode("org_sourced_id", empty_as_null=True)
        .with_columns(
            is_primary=(pl.col("org_sourced_id") == pl.col("first")).fill_null(True),
            begins_on=pl.lit(None, dtype=pl.Date),
            ends_on=pl.lit(None, dtype=pl.Date),
        )
        .select(schema.keys())
    )
