"""What a delta leaves unsaid, taken from the directory: roles that did not change, people whose row did not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from rollbook.core.policy import Policy
from rollbook.core.roster import GUARDIAN_ROLES, Roster
from rollbook.core.scope.enrollments import running
from rollbook.core.snapshot import Mode
from rollbook.core.state import State

__all__ = ["Carried", "carried"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Frames as in ``Scope``, for people of this connection whom a partial reading does not fully describe; all empty
    for a bulk reading. ``students``: ``user_sourced_id`` of linked students not in users.csv. ``guardians``:
    ``guardian_sourced_id``, ``relationship``, ``known_rights`` of linked guardians whose role is not said.
    ``adults``: ``sourced_id`` of linked persons."""

    students: pl.DataFrame
    guardians: pl.DataFrame
    adults: pl.DataFrame
    student_schools: pl.DataFrame
    staff_roles: pl.DataFrame


def carried(roster: Roster, state: State, policy: Policy, today: dt.date, schools: pl.DataFrame) -> Carried:
    """Users that are in users.csv are described by it, except for their roles where those have a file of their own
    (1.2): there only a role row that is tobedeleted, or whose dates do not run, ends a role."""
    users = roster.frames["users"]
    student_links, person_links = _links(state, "student"), _links(state, "person")
    partial_users = roster.modes["users"] is not Mode.BULK
    partial_roles = roster.modes["roles"] is not Mode.BULK and ("roles", "user_sourced_id") in roster.received
    partial_roles = partial_roles or roster.modes["roles"] is Mode.ABSENT
    if not partial_users and not partial_roles:
        student_links, person_links = student_links.clear(), person_links.clear()
    gone = users.filter(pl.col("status") != "active").select(user_sourced_id="sourced_id")
    silent = users.select(user_sourced_id="sourced_id") if partial_users else None
    if silent is None:
        unseen_students, unseen_persons = student_links.clear(), person_links.clear()
    else:
        unseen_students = student_links.join(silent, on="user_sourced_id", how="anti", maintain_order="left")
        unseen_persons = person_links.join(silent, on="user_sourced_id", how="anti", maintain_order="left")
    speaking = (student_links, person_links) if partial_roles else (unseen_students, unseen_persons)
    students, persons = (rows.join(gone, on="user_sourced_id", how="anti", maintain_order="left") for rows in speaking)

    mine = pl.col("managed") & (pl.col("status") == "active")
    ended = _ended(roster, policy, today, schools)
    at_school = (
        students.join(state.frames["student_schools"].filter(mine), left_on="object_id", right_on="student_id")
        .select("user_sourced_id", "school_id")
        .join(ended.filter(pl.col("role") == "student"), on=("user_sourced_id", "school_id"), how="anti")
    )
    as_staff = (
        persons.join(state.frames["staff_roles"].filter(mine), left_on="object_id", right_on="person_id")
        .select("user_sourced_id", "school_id", "role")
        .join(ended, on=("user_sourced_id", "school_id", "role"), how="anti", nulls_equal=True)
    )
    guardians = (
        persons.join(ended.filter(pl.col("role").is_in(list(GUARDIAN_ROLES))), on="user_sourced_id", how="anti")
        .join(state.frames["guardianships"].filter(mine).sort("id"), left_on="object_id", right_on="person_id")
        .sort("id")
        .group_by("user_sourced_id", maintain_order=True)
        .agg(pl.col("relationship").first(), known_rights=pl.col("rights").first())
        .rename({"user_sourced_id": "guardian_sourced_id"})
    )
    return Carried(
        students=unseen_students.select("user_sourced_id"),
        guardians=guardians,
        adults=person_links.select(sourced_id="user_sourced_id"),
        student_schools=at_school.sort("user_sourced_id", "school_id"),
        staff_roles=as_staff.sort("user_sourced_id", "school_id", "role"),
    )


def _links(state: State, kind: str) -> pl.DataFrame:
    links = state.frames["links"].filter(pl.col("kind") == kind)
    return links.select(user_sourced_id="sourced_id", object_id="object_id")


def _ended(roster: Roster, policy: Policy, today: dt.date, schools: pl.DataFrame) -> pl.DataFrame:
    """``user_sourced_id``, ``school_id`` (null: the district), ``role`` of role rows that say a role is over."""
    over = (pl.col("status") != "active") | ~running(today, policy.look_ahead_days)
    unmatched = roster.frames["orgs"].filter(pl.col("type") == "school").select(org_sourced_id="sourced_id")
    rows = roster.frames["roles"].filter(over).join(schools, on="org_sourced_id", how="left")
    at_school = rows.filter(pl.col("school_id").is_not_null())
    elsewhere = rows.filter(pl.col("school_id").is_null()).join(unmatched, on="org_sourced_id", how="anti")
    return pl.concat([at_school, elsewhere]).select("user_sourced_id", "school_id", "role")
