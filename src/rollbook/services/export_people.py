"""Students, staff and guardians as rows of users.csv 1.1: one role a row, so a human who is both has two rows."""

from __future__ import annotations

import polars as pl

from rollbook.core.roster import GUARDIAN_ROLES
from rollbook.services.export_frames import Directory

__all__ = ["users"]

_ROLES_1_1 = {
    "districtAdministrator": "administrator",
    "siteAdministrator": "administrator",
    "systemAdministrator": "administrator",
    "principal": "administrator",
    "counselor": "aide",
}
"""Roles of 1.2 in the words of 1.1; the nearest, since 1.1 has no word for them (oneroster.md A.4)."""

_RANK = ("administrator", "teacher", "aide", "proctor")


def users(frames: Directory) -> pl.DataFrame:
    """All people: students first, then staff, then guardians, with the columns of users.csv that Rollbook has values
    for. Guardians stand in their students' ``agentSourcedIds`` unless they have no rights."""
    guardians = _guardians(frames)
    staff = _staff(frames, guardians)
    return pl.concat([_students(frames, guardians), staff, _guardian_rows(frames, guardians)], how="diagonal")


def _orgs(rows: pl.DataFrame, owner: str, frames: Directory) -> pl.DataFrame:
    """``owner``, ``orgSourcedIds``: the schools of active rows, else of all; null is the district."""
    active = pl.col("status") == "active"
    kept = rows.filter(active | ~active.any().over(owner))
    return (
        kept.join(
            frames.schools.select(school_id="id", org="sourced_id"), on="school_id", how="left", maintain_order="left"
        )
        .with_columns(pl.col("org").fill_null(frames.district_org))
        .unique((owner, "org"), keep="first", maintain_order=True)
        .group_by(owner, maintain_order=True)
        .agg(orgSourcedIds=pl.col("org").str.join(","))
    )


def _guardians(frames: Directory) -> pl.DataFrame:
    """``person_id``, ``user``: the id under which a guardian stands. One who is staff too uses the second id."""
    staff = frames.staff_roles["person_id"].unique()
    people = frames.guardianships.select("person_id").unique(maintain_order=True)
    ids = frames.persons.select(person_id="id", sourced_id="sourced_id", second_id="second_id")
    return people.join(ids, on="person_id", maintain_order="left").select(
        "person_id",
        user=pl.when(pl.col("person_id").is_in(staff.implode())).then("second_id").otherwise("sourced_id"),
    )


def _students(frames: Directory, guardians: pl.DataFrame) -> pl.DataFrame:
    agents = (
        frames.guardianships.filter((pl.col("status") == "active") & (pl.col("rights") != "none").fill_null(True))
        .join(guardians, on="person_id", maintain_order="left")
        .group_by(pl.col("student_id").alias("id"), maintain_order=True)
        .agg(agentSourcedIds=pl.col("user").str.join(","))
    )
    orgs = _orgs(frames.student_schools, "student_id", frames).rename({"student_id": "id"})
    archived = pl.col("status") == "archived"
    return (
        frames.students.join(agents, on="id", how="left", maintain_order="left")
        .join(orgs, on="id", how="left", maintain_order="left")
        .select(
            *_names(),
            "agentSourcedIds",
            "email",
            sourcedId="sourced_id",
            status=_status(archived),
            enabledUser=_boolean(~archived),
            orgSourcedIds=pl.col("orgSourcedIds").fill_null(frames.district_org),
            role=pl.lit("student"),
            username=pl.coalesce("email", "sourced_id"),
            userIds=pl.concat_str([pl.lit("{StateID:"), "state_id", pl.lit("}")]),
            identifier="student_number",
            grades="grade",
        )
    )


def _staff(frames: Directory, guardians: pl.DataFrame) -> pl.DataFrame:
    """Everybody who has or had a staff role, and people who have neither role nor child: the directory knows them."""
    active = pl.col("status") == "active"
    roles = frames.staff_roles.with_columns(word=pl.col("role").replace(_ROLES_1_1))
    rank = pl.col("word").replace_strict({word: place for place, word in enumerate(_RANK)}, default=len(_RANK))
    best = (
        roles.with_columns(active=active, rank=rank)
        .sort("active", "rank", descending=[True, False], maintain_order=True)
        .group_by(pl.col("person_id").alias("id"), maintain_order=True)
        .agg(role=pl.col("word").first(), works=pl.col("active").any())
    )
    orgs = _orgs(frames.staff_roles, "person_id", frames).rename({"person_id": "id"})
    people = frames.persons.join(best, on="id", how="left", maintain_order="left").filter(
        pl.col("role").is_not_null() | ~pl.col("id").is_in(guardians["person_id"].implode())
    )
    people = people.join(orgs, on="id", how="left", maintain_order="left").with_columns(
        gone=~pl.col("works").fill_null(True) | (pl.col("disabled_by") == "sync").fill_null(False)
    )
    return _people(frames, people, "sourced_id", pl.col("role").fill_null("aide"))


def _guardian_rows(frames: Directory, guardians: pl.DataFrame) -> pl.DataFrame:
    active = pl.col("status") == "active"
    ties = (
        frames.guardianships.with_columns(active=active)
        .sort("active", descending=True, maintain_order=True)
        .group_by(pl.col("person_id").alias("id"), maintain_order=True)
        .agg(role=pl.col("relationship").first(), tied=pl.col("active").any())
    )
    schools = frames.guardianships.select("person_id", "student_id").join(
        frames.student_schools.select("student_id", "school_id", "status"), on="student_id", maintain_order="left"
    )
    orgs = _orgs(schools, "person_id", frames).rename({"person_id": "id"})
    people = (
        frames.persons.join(guardians.rename({"person_id": "id"}), on="id", maintain_order="left")
        .join(ties, on="id", how="left", maintain_order="left")
        .join(orgs, on="id", how="left", maintain_order="left")
        .with_columns(gone=~pl.col("tied") | (pl.col("disabled_by") == "sync").fill_null(False))
    )
    relationship = pl.when(pl.col("role").is_in(list(GUARDIAN_ROLES))).then("role").otherwise(pl.lit("guardian"))
    return _people(frames, people, "user", relationship)


def _people(frames: Directory, people: pl.DataFrame, user: str, role: pl.Expr) -> pl.DataFrame:
    contacts = frames.contacts.rename({"person_id": "id"})
    return people.join(contacts, on="id", how="left", maintain_order="left").select(
        *_names(),
        "email",
        sourcedId=user,
        status=_status(pl.col("gone")),
        enabledUser=_boolean(pl.col("disabled_by").is_null()),
        orgSourcedIds=pl.col("orgSourcedIds").fill_null(frames.district_org),
        role=role,
        username=pl.coalesce("email", user),
        sms="mobile",
        phone="home_phone",
    )


def _names() -> list[pl.Expr]:
    return [
        pl.col("given_name").alias("givenName"),
        pl.col("family_name").alias("familyName"),
        pl.col("middle_name").alias("middleName"),
    ]


def _status(gone: pl.Expr) -> pl.Expr:
    return pl.when(gone).then(pl.lit("tobedeleted")).otherwise(pl.lit("active"))


def _boolean(value: pl.Expr) -> pl.Expr:
    return pl.when(value).then(pl.lit("true")).otherwise(pl.lit("false"))
