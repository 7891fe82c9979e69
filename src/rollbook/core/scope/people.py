"""Which people take part: students and staff of schools in scope, and the guardians of those students."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.policy import Policy
from rollbook.core.roster import GUARDIAN_ROLES, STUDENT_ROLE, Roster
from rollbook.core.scope.carried import carried
from rollbook.core.scope.enrollments import left_out_rows, running
from rollbook.core.scope.guardians import guardianships_in_scope
from rollbook.core.scope.omitted import users_left_out
from rollbook.core.snapshot import Mode
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
    placeless: pl.DataFrame
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
    lent: pl.DataFrame,
) -> PeopleScope:
    """A user with a student role is a student, whatever else they are (USR-101 says so). An adult is in scope as staff
    through a role at a school in scope or at the district, and as guardian through a student in scope or a ``lent``
    one."""
    users = roster.frames["users"]
    is_active = users["status"] == "active"
    active = users if is_active.all() else users.filter(is_active)
    roles = (
        roster.frames["roles"]
        .filter((pl.col("status") == "active") & running(today, policy.look_ahead_days))
        .select("user_sourced_id", "org_sourced_id", "role", "line")
        .join(schools, on="org_sourced_id", how="left", maintain_order="left")
    )
    placeless = _placeless(roster, state, roles)
    is_student_role = pl.col("role") == STUDENT_ROLE
    student_roles = roles.filter(is_student_role)
    adult_roles = roles.filter(~is_student_role)
    student_ids = student_roles.select("user_sourced_id").unique()
    both = adult_roles.join(student_ids, on="user_sourced_id", how="semi")
    if both.height:
        adult_roles = adult_roles.join(student_ids, on="user_sourced_id", how="anti")

    known = carried(roster, state, policy, today, schools)
    student_ids = pl.concat([student_ids, known.student_schools.select("user_sourced_id"), known.students]).unique()
    student_schools = pl.concat(
        [_student_schools(roster, state, schools, student_roles, classes, enrollments), known.student_schools]
    ).unique(maintain_order=True)
    students = active.join(
        student_schools.select(sourced_id="user_sourced_id").unique(),
        on="sourced_id",
        how="semi",
        maintain_order="left",
    )
    present = pl.concat([students.select(user_sourced_id="sourced_id"), known.students])
    student_schools = student_schools.join(present, on="user_sourced_id", how="semi", maintain_order="left")

    staff_roles = pl.concat([_staff_roles(roster, state, adult_roles), known.staff_roles]).unique(maintain_order=True)
    guardianships, agent_findings = guardianships_in_scope(
        roster,
        state,
        policy,
        present,
        student_ids,
        adult_roles,
        known,
        lent.select(user_sourced_id="student_sourced_id"),
    )
    staff_ids = staff_roles.select(sourced_id="user_sourced_id").unique().with_columns(is_staff=pl.lit(True))
    guardian_ids = (
        guardianships.select(sourced_id="guardian_sourced_id").unique().with_columns(is_guardian=pl.lit(True))
    )
    flags = (
        active.select("sourced_id")
        .join(student_ids, left_on="sourced_id", right_on="user_sourced_id", how="anti")
        .join(staff_ids, on="sourced_id", how="left")
        .join(guardian_ids, on="sourced_id", how="left")
        .filter(
            pl.col("is_staff").fill_null(False)
            | pl.col("is_guardian").fill_null(False)
            | pl.col("sourced_id").is_in(known.adults["sourced_id"].implode())
        )
        .with_columns(
            # by its own rows alone: which of one human's records leads must not depend on what is known already
            is_staff=pl.col("sourced_id").is_in(_with_staff_word(adult_roles).implode()),
            is_guardian=pl.col("is_guardian").fill_null(False),
        )
    )
    adults = active.join(flags, on="sourced_id", maintain_order="left")
    gone = users.filter(pl.col("status") != "active")
    unseen = known.adults.join(gone, on="sourced_id", how="anti")
    speaking = pl.concat([adults.select("sourced_id"), unseen]).rename({"sourced_id": "user_sourced_id"})
    staff_roles = staff_roles.join(speaking, on="user_sourced_id", how="semi", maintain_order="left")
    return PeopleScope(
        students=students,
        adults=adults,
        student_schools=student_schools,
        staff_roles=staff_roles,
        guardianships=guardianships,
        placeless=placeless.select("user_sourced_id").unique(),
        left_out=pl.concat([users_left_out(roster, students, adults), _skipped(state, policy, students)]),
        findings=merge(
            [
                agent_findings,
                of_rows(
                    _at_users(placeless, users),
                    "SCP-013",
                    stream="users.csv",
                    column="orgSourcedIds",
                    line=pl.col("line"),
                    sourced_id=pl.col("user_sourced_id"),
                ),
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


def _at_users(roles: pl.DataFrame, users: pl.DataFrame) -> pl.DataFrame:
    """``roles`` with the lines of their users, whichever file the roles came from."""
    lines = users.select("line", user_sourced_id="sourced_id")
    return roles.drop("line").join(lines, on="user_sourced_id", how="left", maintain_order="left")


def _placeless(roster: Roster, state: State, roles: pl.DataFrame) -> pl.DataFrame:
    """Roles at an org that is neither in the data nor a matched school that went missing as a whole."""
    if roster.modes["orgs"] is not Mode.BULK:
        return roles.clear()
    known = pl.concat(
        [
            roster.frames["orgs"]["sourced_id"],
            roster.refused.filter(pl.col("frame") == "orgs")["sourced_id"].cast(pl.String),
            state.frames["links"].filter(pl.col("kind") == "school")["sourced_id"],
        ]
    )
    return roles.filter(pl.col("org_sourced_id").is_not_null() & ~pl.col("org_sourced_id").is_in(known.implode()))


def _with_staff_word(adult_roles: pl.DataFrame) -> pl.Series:
    """sourcedIds of users with a role that is no guardian's, wherever."""
    return adult_roles.filter(~pl.col("role").is_in(list(GUARDIAN_ROLES)))["user_sourced_id"].unique()


def _student_schools(
    roster: Roster,
    state: State,
    schools: pl.DataFrame,
    roles: pl.DataFrame,
    classes: pl.DataFrame,
    enrollments: pl.DataFrame,
) -> pl.DataFrame:
    """(``user_sourced_id``, ``school_id``), each pair once. A student whose only org is no school (blank, unknown, or
    the district, as some systems name it) belongs to the schools of their classes; without classes, and where the org
    is known to be no school, they stay where they are."""
    direct = roles.filter(pl.col("school_id").is_not_null()).select("user_sourced_id", "school_id")
    orgs = roster.frames["orgs"].select(org_sourced_id="sourced_id", type="type")
    no_school = pl.col("org_sourced_id").is_null() | (pl.col("type") != "school").fill_null(
        roster.modes["orgs"] is not Mode.BULK
    )
    stray = (
        roles.filter(pl.col("school_id").is_null())
        .join(direct, on="user_sourced_id", how="anti")
        .join(orgs, on="org_sourced_id", how="left")
        .group_by("user_sourced_id")
        .agg(at_school=(pl.col("type") == "school").fill_null(False).any(), no_school=no_school.all())
        .filter(~pl.col("at_school"))
        .sort("user_sourced_id")
    )
    if stray.height:
        by_class = (
            enrollments.filter(pl.col("role") == STUDENT_ROLE)
            .join(stray, on="user_sourced_id", how="semi", maintain_order="left")
            .join(
                classes.select(class_sourced_id="sourced_id", school_id="school_id"),
                on="class_sourced_id",
                maintain_order="left",
            )
            .select("user_sourced_id", "school_id")
        )
        stay = stray.filter("no_school")
        if roster.modes["enrollments"] is Mode.BULK:
            stay = stay.join(by_class, on="user_sourced_id", how="anti", maintain_order="left")
        links = state.frames["links"].filter(pl.col("kind") == "student")
        before = state.frames["student_schools"].filter(pl.col("managed") & (pl.col("status") == "active"))
        known = (
            stay.join(links, left_on="user_sourced_id", right_on="sourced_id")
            .join(before, left_on="object_id", right_on="student_id")
            .join(schools, on="school_id", how="semi")
            .select("user_sourced_id", "school_id")
            .sort("user_sourced_id", "school_id")
        )
        direct = pl.concat([direct, by_class, known])
    return direct.unique(maintain_order=True)


def _staff_roles(roster: Roster, state: State, adult_roles: pl.DataFrame) -> pl.DataFrame:
    """(``user_sourced_id``, ``school_id`` or null for the district, ``role``), each once. Where the org is blank, or is
    no school of ours and not in the data (permissions may hide the district), a role that is known already stays."""
    orgs = roster.frames["orgs"]
    above = orgs.filter((pl.col("status") == "active") & (pl.col("type") != "school"))
    staff = adult_roles.filter(~pl.col("role").is_in(list(GUARDIAN_ROLES)))
    at_school = staff.filter(pl.col("school_id").is_not_null())
    elsewhere = staff.filter(pl.col("school_id").is_null())
    at_district = elsewhere.join(
        above.select(org_sourced_id="sourced_id"), on="org_sourced_id", how="semi", maintain_order="left"
    )
    found = pl.concat([at_school, at_district]).select("user_sourced_id", "school_id", "role")
    links = state.frames["links"]
    schools = links.filter(pl.col("kind") == "school")
    unclear = elsewhere.join(orgs, left_on="org_sourced_id", right_on="sourced_id", how="anti").join(
        schools, left_on="org_sourced_id", right_on="sourced_id", how="anti"
    )
    if unclear.height:
        mine = state.frames["staff_roles"].filter(pl.col("managed") & (pl.col("status") == "active"))
        persons = links.filter(pl.col("kind") == "person").select(user_sourced_id="sourced_id", person_id="object_id")
        before = (
            unclear.select("user_sourced_id", "role", blank=pl.col("org_sourced_id").is_null())
            .join(persons, on="user_sourced_id")
            .join(mine, on=("person_id", "role"))
            .filter(pl.col("blank") | pl.col("school_id").is_null())
        )
        found = pl.concat([found, before.select("user_sourced_id", "school_id", "role").sort(pl.all())])
    return found.unique(maintain_order=True)


def _dormant(state: State) -> pl.DataFrame:
    """``sourced_id`` of linked students who are archived."""
    archived = state.frames["students"].filter(pl.col("status") == "archived")
    links = state.frames["links"].filter(pl.col("kind") == "student")
    return links.join(archived, left_on="object_id", right_on="id", how="semi").select("sourced_id")


def _skipped(state: State, policy: Policy, students: pl.DataFrame) -> pl.DataFrame:
    """Archived students whom the setting leaves alone; they are in scope, so that nobody takes them for gone."""
    if policy.archived_students != "skip":
        return left_out_rows(students.clear(), "student", "archived")
    rows = students.join(_dormant(state), on="sourced_id", how="semi", maintain_order="left")
    return left_out_rows(rows, "student", "archived")
