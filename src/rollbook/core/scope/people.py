"""Which people take part: students and staff of schools in scope, and the guardians of those students."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.policy import Policy
from rollbook.core.roster import GUARDIAN_ROLES, STUDENT_ROLE, Roster
from rollbook.core.scope.carried import Carried, carried
from rollbook.core.scope.enrollments import left_out_rows, running
from rollbook.core.state import State

__all__ = ["PeopleScope", "people_in_scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleScope:
    """See ``Scope`` for the frames."""

    students: pl.DataFrame
    adults: pl.DataFrame
    student_schools: pl.DataFrame
    staff_roles: pl.DataFrame
    guardianships: pl.DataFrame
    left_out: pl.DataFrame
    findings: pl.DataFrame


def people_in_scope(
    roster: Roster,
    state: State,
    policy: Policy,
    today: dt.date,
    schools: pl.DataFrame,
    classes: pl.DataFrame,
    enrollments: pl.DataFrame,
) -> PeopleScope:
    """A user with a student role is a student, whatever else they are (USR-101 says so). An adult is in scope as staff
    through a role at a school in scope or at the district, and as guardian through a student in scope."""
    users = roster.frames["users"]
    active = users.filter(pl.col("status") == "active")
    roles = (
        roster.frames["roles"]
        .filter((pl.col("status") == "active") & running(today, policy.look_ahead_days))
        .select("user_sourced_id", "org_sourced_id", "role")
        .join(schools, on="org_sourced_id", how="left", maintain_order="left")
    )
    is_student_role = pl.col("role") == STUDENT_ROLE
    student_roles = roles.filter(is_student_role)
    adult_roles = roles.filter(~is_student_role)
    student_ids = student_roles.select("user_sourced_id").unique()
    both = adult_roles.join(student_ids, on="user_sourced_id", how="semi")
    if both.height:
        adult_roles = adult_roles.join(student_ids, on="user_sourced_id", how="anti")

    known = carried(roster, state, schools)
    student_ids = pl.concat([student_ids, known.student_schools.select("user_sourced_id"), known.students]).unique()
    student_schools = pl.concat(
        [_student_schools(roster, student_roles, classes, enrollments), known.student_schools]
    ).unique(maintain_order=True)
    students = active.join(
        student_schools.select(sourced_id="user_sourced_id").unique(),
        on="sourced_id",
        how="semi",
        maintain_order="left",
    )
    present = pl.concat([students.select(user_sourced_id="sourced_id"), known.students])
    student_schools = student_schools.join(present, on="user_sourced_id", how="semi", maintain_order="left")

    staff_roles = pl.concat([_staff_roles(roster, adult_roles), known.staff_roles]).unique(maintain_order=True)
    guardianships, agent_findings = _guardianships(roster, policy, present, student_ids, adult_roles, known)
    staff_ids = staff_roles.select(sourced_id="user_sourced_id").unique().with_columns(is_staff=pl.lit(True))
    guardian_ids = (
        guardianships.select(sourced_id="guardian_sourced_id").unique().with_columns(is_guardian=pl.lit(True))
    )
    adults = (
        active.join(student_ids, left_on="sourced_id", right_on="user_sourced_id", how="anti", maintain_order="left")
        .join(staff_ids, on="sourced_id", how="left", maintain_order="left")
        .join(guardian_ids, on="sourced_id", how="left", maintain_order="left")
        .filter(
            pl.col("is_staff").fill_null(False)
            | pl.col("is_guardian").fill_null(False)
            | pl.col("sourced_id").is_in(known.adults["sourced_id"].implode())
        )
        .with_columns(pl.col("is_staff", "is_guardian").fill_null(False))
    )
    speaking = pl.concat([adults.select(user_sourced_id="sourced_id"), known.staff_roles.select("user_sourced_id")])
    staff_roles = staff_roles.join(speaking, on="user_sourced_id", how="semi", maintain_order="left")
    return PeopleScope(
        students=students,
        adults=adults,
        student_schools=student_schools,
        staff_roles=staff_roles,
        guardianships=guardianships,
        left_out=_left_out(users, students, adults, student_ids),
        findings=merge(
            [
                agent_findings,
                of_rows(
                    both.select("user_sourced_id").unique(maintain_order=True),
                    "SCP-007",
                    stream="users.csv",
                    column="role",
                    sourced_id=pl.col("user_sourced_id"),
                ),
            ]
        ),
    )


def _student_schools(
    roster: Roster, roles: pl.DataFrame, classes: pl.DataFrame, enrollments: pl.DataFrame
) -> pl.DataFrame:
    """(``user_sourced_id``, ``school_id``), each pair once. A student whose only org is no school (some systems name
    the district) belongs to the schools of their classes."""
    direct = roles.filter(pl.col("school_id").is_not_null()).select("user_sourced_id", "school_id")
    orgs = roster.frames["orgs"].select(org_sourced_id="sourced_id", type="type")
    stray = (
        roles.filter(pl.col("school_id").is_null())
        .join(direct, on="user_sourced_id", how="anti")
        .join(orgs, on="org_sourced_id", how="left")
        .group_by("user_sourced_id")
        .agg(no_school=(pl.col("type") != "school").fill_null(False).all())
        .filter("no_school")
    )
    if stray.height:
        by_class = (
            enrollments.join(stray, on="user_sourced_id", how="semi")
            .join(classes.select(class_sourced_id="sourced_id", school_id="school_id"), on="class_sourced_id")
            .select("user_sourced_id", "school_id")
        )
        direct = pl.concat([direct, by_class])
    return direct.unique(maintain_order=True)


def _staff_roles(roster: Roster, adult_roles: pl.DataFrame) -> pl.DataFrame:
    """(``user_sourced_id``, ``school_id`` or null for the district, ``role``), each once."""
    above = roster.frames["orgs"].filter((pl.col("status") == "active") & (pl.col("type") != "school"))
    staff = adult_roles.filter(~pl.col("role").is_in(list(GUARDIAN_ROLES)))
    at_school = staff.filter(pl.col("school_id").is_not_null())
    at_district = staff.filter(pl.col("school_id").is_null()).join(
        above.select(org_sourced_id="sourced_id"), on="org_sourced_id", how="semi", maintain_order="left"
    )
    return (
        pl.concat([at_school, at_district]).select("user_sourced_id", "school_id", "role").unique(maintain_order=True)
    )


def _guardianships(
    roster: Roster,
    policy: Policy,
    students: pl.DataFrame,
    student_ids: pl.DataFrame,
    adult_roles: pl.DataFrame,
    known: Carried,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(``student_sourced_id``, ``guardian_sourced_id``, ``relationship``, ``rights``) of both directions of the agent
    lists. Only adults with a guardian's role are linked: a teacher named as agent is reported, never guessed. Guardians
    without rights are never linked (custody rule)."""
    agents = roster.frames["agents"]
    shape = {
        "student_sourced_id": pl.String,
        "guardian_sourced_id": pl.String,
        "relationship": pl.String,
        "rights": pl.String,
    }
    if not policy.manage_guardians:
        return pl.DataFrame(schema=shape), merge([])
    users = roster.frames["users"]
    active = pl.col("status") == "active"
    guardians = (
        adult_roles.filter(pl.col("role").is_in(list(GUARDIAN_ROLES)))
        .group_by("user_sourced_id")
        .agg(relationship=pl.col("role").min())
        .join(users.filter(active).select(user_sourced_id="sourced_id", rights="rights"), on="user_sourced_id")
        .rename({"user_sourced_id": "guardian_sourced_id"})
    )
    guardians = pl.concat([guardians, known.guardians])
    listed = agents.join(student_ids, on="user_sourced_id", how="semi", maintain_order="left").select(
        student_sourced_id="user_sourced_id", guardian_sourced_id="agent_sourced_id", line="line"
    )
    reverse = (
        agents.join(student_ids, on="user_sourced_id", how="anti", maintain_order="left")
        .join(student_ids, left_on="agent_sourced_id", right_on="user_sourced_id", how="semi", maintain_order="left")
        .select(student_sourced_id="agent_sourced_id", guardian_sourced_id="user_sourced_id", line="line")
    )
    pairs = pl.concat([listed, reverse])
    unknown = pairs.join(guardians, on="guardian_sourced_id", how="anti")
    shared = unknown.join(users.filter(active), left_on="guardian_sourced_id", right_on="sourced_id", how="semi")
    absent = unknown if known.adults.is_empty() else unknown.clear()
    absent = absent.join(users, left_on="guardian_sourced_id", right_on="sourced_id", how="anti")
    pairs = (
        pairs.join(guardians, on="guardian_sourced_id", how="inner", maintain_order="left")
        .join(
            students.select(student_sourced_id="user_sourced_id"),
            on="student_sourced_id",
            how="semi",
            maintain_order="left",
        )
        .unique(("student_sourced_id", "guardian_sourced_id"), keep="first", maintain_order=True)
    )
    no_rights = pairs.filter(pl.col("rights") == "none")
    other = pairs.filter(
        (pl.col("rights") != "none").fill_null(True)
        & ~pl.col("relationship").is_in(list(policy.guardian_relationships))
    )
    line, student = pl.col("line"), pl.col("student_sourced_id")
    findings = merge(
        [
            of_rows(shared, "SCP-008", stream="users.csv", column="agentSourcedIds", line=line, sourced_id=student),
            of_rows(absent, "SCP-009", stream="users.csv", column="agentSourcedIds", line=line, sourced_id=student),
            of_rows(no_rights, "SCP-010", stream="users.csv", line=line, sourced_id=pl.col("guardian_sourced_id")),
            of_rows(
                other,
                "SCP-011",
                stream="users.csv",
                line=line,
                sourced_id=pl.col("guardian_sourced_id"),
                detail=pl.col("relationship"),
            ),
        ]
    )
    keep = (pl.col("rights") != "none").fill_null(True) & pl.col("relationship").is_in(
        list(policy.guardian_relationships)
    )
    return pairs.filter(keep).select(tuple(shape)), findings


def _left_out(
    users: pl.DataFrame, students: pl.DataFrame, adults: pl.DataFrame, student_ids: pl.DataFrame
) -> pl.DataFrame:
    rest = users.join(
        pl.concat([students.select("sourced_id"), adults.select("sourced_id")]), on="sourced_id", how="anti"
    )
    if rest.is_empty():
        return left_out_rows(rest, "student", "")
    gone = pl.col("status") != "active"
    is_student = pl.col("sourced_id").is_in(student_ids["user_sourced_id"].implode())
    by_kind = [
        (rest.filter(is_student), "student", "school_not_matched"),
        (rest.filter(~is_student), "person", "no_role_in_scope"),
    ]
    return pl.concat(
        [
            left_out_rows(rows, kind, pl.when(gone).then(pl.lit("tobedeleted")).otherwise(pl.lit(reason)))
            for rows, kind, reason in by_kind
        ]
    )
