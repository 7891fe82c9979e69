"""OneRoster 1.2 JSON from the tables: a role per org on every user, in 1.2's finer words (oneroster.md A.2)."""

from __future__ import annotations

import polars as pl

from rollbook.sandbox.server.json_text import Members, quoted, referred, wrapped
from rollbook.sandbox.server.wire_oneroster11 import base_members, shape_members

__all__ = ["members"]


def members(table: str, base: str) -> Members:
    """The members of an object of the table in 1.2's shape. A person is one record per kind of role, as in the tables:
    a teacher who is a guardian is two users."""
    common = {**base_members(), **shape_members(base)[table]()}
    return {**common, **_user(base)} if table == "users" else common


def _user(base: str) -> Members:
    role = pl.coalesce("staffRole", "role")
    org = f'{{"href":"{base}/orgs/${{1}}","sourcedId":"${{1}}","type":"org"}}'
    each = f'{{"roleType":"primary","role":"\u0001","org":{org}}}'
    roles = pl.col("orgSourcedIds").str.replace_all("([^,]+)", each).str.replace_all("\u0001", role, literal=True)
    return {
        "preferredFirstName": quoted("preferredGivenName"),
        "roles": wrapped("[", roles, "]"),
        "primaryOrg": referred("primaryOrgSourcedId", base=base, path="orgs", kind="org"),
    }
