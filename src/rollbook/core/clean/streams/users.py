"""users.csv: everybody, their roles and whom they are tied to."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.clean.booleans import clean_booleans
from rollbook.core.clean.emails import clean_emails
from rollbook.core.clean.grades import clean_user_grades
from rollbook.core.clean.lists import split
from rollbook.core.clean.phones import clean_phones
from rollbook.core.clean.sheet import Part, Sheet
from rollbook.core.clean.streams.roles import roles_of_users
from rollbook.core.clean.userids import clean_state_ids
from rollbook.core.findings.matters import NO_ID, NO_ROLE, SELF_AGENT, VALUE_MISSING
from rollbook.core.policy import Policy
from rollbook.core.roster import ROSTER_SCHEMAS, STUDENT_ROLE
from rollbook.core.snapshot import Mode, Stream

__all__ = ["COLUMNS", "NAMES", "People", "clean_people"]

NAMES = {
    "given_name": "givenName",
    "family_name": "familyName",
    "middle_name": "middleName",
    "preferred_given_name": "preferredGivenName",
    "preferred_family_name": "preferredFamilyName",
    "username": "username",
    "identifier": "identifier",
    "master_id": "userMasterIdentifier",
}
"""Columns taken as they are, once their text is clean."""

COLUMNS = {
    "sourced_id": "sourcedId",
    "enabled": "enabledUser",
    **NAMES,
    "state_id": "userIds",
    "email": "email",
    "sms": "sms",
    "phone": "phone",
    "grade": "grades",
    "agents": "agentSourcedIds",
    "status": "status",
}

_ROLE_COLUMNS = ("role", "orgSourcedIds")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """``users`` with everything that was refused and remarked; ``roles`` and ``agents`` of the users that are left."""

    users: Part
    roles: pl.DataFrame
    agents: pl.DataFrame


def clean_people(
    stream: Stream, policy: Policy, *, role_rows: pl.DataFrame, roles_mode: Mode, births: pl.DataFrame
) -> People:
    """Everybody with an id, both names and a usable role; others are refused (a ``tobedeleted`` row needs its id only).

    ``role_rows``: the ``roles`` frame of roles.csv; it wins over users.role for every user it names (E.6). ``births``:
    ``sourced_id``, ``birth_on``.
    """
    sheet = Sheet(stream, "USR", (*COLUMNS.values(), *_ROLE_COLUMNS, policy.custody_column))
    ids = sheet["sourcedId"]
    orgs = sheet.take("orgSourcedIds", split(sheet["orgSourcedIds"]))
    sheet.keys["school_sourced_id"] = orgs.list.first()
    sheet.refuse("sourcedId", NO_ID, ids.is_null())
    for column in ("givenName", "familyName"):
        sheet.refuse(column, VALUE_MISSING, sheet[column].is_null() & sheet.is_live)
    roles = roles_of_users(sheet, orgs)
    if role_rows.height:
        roles = pl.concat([role_rows, roles.join(role_rows, on="user_sourced_id", how="anti", maintain_order="left")])
    if roles_mode is Mode.BULK or "role" in sheet:
        roleless = ids.is_not_null() & ~_are_among(ids, roles["user_sourced_id"])
        sheet.refuse("role", NO_ROLE, roleless & sheet.is_live)
    students = roles.filter(pl.col("role") == STUDENT_ROLE)["user_sourced_id"]
    sheet.remark_gaps("grades", _are_among(ids, students) & sheet.is_live)
    sheet.remark_gaps("username", sheet.is_live)
    sheet.remark_gaps("enabledUser", sheet.is_live)
    agents = _agents(sheet)
    part = sheet.finish(_columns(sheet, policy, births))
    if sheet.refused.any():
        gone = ids.filter(sheet.refused).drop_nulls().implode()
        roles = roles.filter(~pl.col("user_sourced_id").is_in(gone))
        agents = agents.filter(~pl.col("user_sourced_id").is_in(gone))
    return People(users=part, roles=roles, agents=agents)


def _are_among(ids: pl.Series, named: pl.Series) -> pl.Series:
    """Whether each id is one of ``named``; null is nobody. A join, for ``is_in`` is slow where both sides are long."""
    rows = ids.to_frame("id").with_row_index("row")
    found = rows.join(named.to_frame("id"), on="id", how="semi")["row"]
    return pl.repeat(False, ids.len(), dtype=pl.Boolean, eager=True).scatter(found, True)


def _columns(sheet: Sheet, policy: Policy, births: pl.DataFrame) -> dict[str, pl.Series]:
    columns = {name: sheet[column] for name, column in NAMES.items()}
    columns["sourced_id"] = sheet["sourcedId"]
    columns["enabled"] = sheet.take("enabledUser", clean_booleans(sheet["enabledUser"]))
    columns["state_id"] = sheet.take("userIds", clean_state_ids(sheet["userIds"]))
    columns["email"] = sheet.take("email", clean_emails(sheet["email"]))
    columns["grade"] = sheet.take("grades", clean_user_grades(sheet["grades"]))
    for name in ("sms", "phone"):
        columns[name] = sheet.take(name, clean_phones(sheet[name], region=policy.region))
    columns["birth_on"] = (
        pl.DataFrame({"sourced_id": sheet["sourcedId"]})
        .join(births, on="sourced_id", how="left", maintain_order="left")
        .get_column("birth_on")
    )
    columns["rights"] = _rights(sheet, policy)
    return columns


def _rights(sheet: Sheet, policy: Policy) -> pl.Series:
    """``none`` or ``full`` by the custody column; null when that column was not received."""
    if policy.custody_column not in sheet:
        return sheet[policy.custody_column]
    words = [word.casefold() for word in policy.custody_no_rights]
    has_none = sheet[policy.custody_column].str.to_lowercase().is_in(words).fill_null(False)
    return pl.select(pl.when(has_none).then(pl.lit("none")).otherwise(pl.lit("full"))).to_series()


def _agents(sheet: Sheet) -> pl.DataFrame:
    """``agents`` frame: one row for each id in the list of each user, nobody as their own agent."""
    repaired = split(sheet["agentSourcedIds"])
    lists = sheet.take("agentSourcedIds", repaired, family="AGT")
    listed = (lists.list.len() > 0) & ~sheet.superseded & sheet["sourcedId"].is_not_null()
    rows = (
        pl.DataFrame({"user_sourced_id": sheet["sourcedId"], "agent_sourced_id": lists, "line": sheet.line})
        .with_row_index("row")
        .filter(listed)
        .explode("agent_sourced_id")
    )
    own = pl.col("user_sourced_id") == pl.col("agent_sourced_id")
    themselves = rows.filter(own)["row"]
    if themselves.len():
        mask = pl.repeat(False, sheet.height, dtype=pl.Boolean, eager=True).scatter(themselves, True)
        sheet.remark("agentSourcedIds", SELF_AGENT, mask, family="AGT")
        rows = rows.filter(~own)
    return rows.select(ROSTER_SCHEMAS["agents"].keys())
