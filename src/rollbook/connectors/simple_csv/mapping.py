"""Rows of students.csv → schools and users of OneRoster 1.1. Pure.

A student's id is the student number, a school's is what the file calls it, a guardian's is given or made (kit/made_ids).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.connectors.kit.csv import REFUSED_SCHEMA
from rollbook.connectors.kit.made_ids import who_is, with_made_ids
from rollbook.connectors.simple_csv.header import FILE, GUARDIAN_COLUMNS, GUARDIANS, STUDENT_COLUMNS
from rollbook.core import findings
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE

__all__ = ["Mapped", "map_rows"]

_STUDENT = {
    "first_name": "givenName",
    "last_name": "familyName",
    "middle_name": "middleName",
    "preferred_first_name": "preferredGivenName",
    "grade": "grades",
    "email": "email",
}
_SCHOOL_ID = pl.col("school").str.replace_all(",", ";", literal=True)
"""A list of schools has commas between, so a school's id has none."""
_GUARDIAN = {"first_name": "givenName", "last_name": "familyName", "email": "email", "relationship": "role"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """``orgs``, ``users``, ``births``: text columns of OneRoster and ``_line``; ``births`` is empty when birth dates are not
    kept. ``refused``: rows that cannot be used; those students stay as they are (S-3)."""

    orgs: pl.DataFrame
    users: pl.DataFrame
    births: pl.DataFrame
    refused: pl.DataFrame
    remarks: pl.DataFrame


def map_rows(rows: pl.DataFrame, policy: Policy) -> Mapped:
    """Rows of one student (one a school) are put together; where they disagree the last one counts (SIM-003)."""
    cells = rows.with_columns(pl.exclude(LINE).str.strip_chars().replace("", None))
    wanted = [*STUDENT_COLUMNS, *(f"guardian{n}_{name}" for n in range(1, GUARDIANS + 1) for name in GUARDIAN_COLUMNS)]
    cells = cells.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in wanted if name not in cells.columns
    )
    is_usable = pl.col("student_number").is_not_null() & ~pl.col("student_number").str.contains(",", literal=True)
    nobody = cells.filter(~is_usable.fill_null(False))
    nowhere = cells.filter(is_usable & pl.col("school").is_null())
    refused = pl.concat([nobody, nowhere])
    good = cells.join(refused.select(LINE), on=LINE, how="anti", maintain_order="left")
    pairs = _pairs(good, policy)
    students = _students(good, rows.columns)
    made = pairs.filter(pl.col("id").is_null())
    return Mapped(
        orgs=_orgs(good),
        users=pl.concat([students.drop("several"), _guardians(pairs)], how="diagonal").with_columns(
            pl.exclude(LINE).fill_null("")
        ),
        births=_births(good) if policy.keep_birth_dates else _births(good.clear()),
        refused=refused.select(LINE, sourcedId="student_number").cast(pl.Schema(REFUSED_SCHEMA)),
        remarks=findings.merge(
            [
                _told(nobody, "SIM-001", "student_number"),
                _told(nowhere, "SIM-002", "school"),
                _told(students.filter("several").rename({"sourcedId": "student_number"}), "SIM-003", ""),
                findings.make("GRD-005", stream=FILE, detail=f"{made.height:,}") if made.height else findings.empty(),
            ]
        ),
    )


def _orgs(rows: pl.DataFrame) -> pl.DataFrame:
    schools = rows.group_by("school", maintain_order=True).agg(pl.col(LINE).first())
    return schools.select(LINE, sourcedId=_SCHOOL_ID, name="school", type=pl.lit("school"), identifier="school")


def _students(rows: pl.DataFrame, given: list[str]) -> pl.DataFrame:
    """One row a student, with ``several``: their rows disagree."""
    told = {column: name for column, name in _STUDENT.items() if column in given}
    return (
        rows.group_by("student_number", maintain_order=True)
        .agg(
            pl.col(LINE).first(),
            *(pl.col(column).drop_nulls().last().alias(name) for column, name in told.items()),
            several=pl.any_horizontal(pl.col(column).drop_nulls().n_unique() > 1 for column in told),
            identifier=pl.col("student_number").first(),
            userIds=("{StateID:" + pl.col("state_id").drop_nulls().last().str.replace_all(r"[{}:,]", "") + "}"),
            orgSourcedIds=_SCHOOL_ID.unique(maintain_order=True).str.join(","),
            role=pl.lit("student").first(),
        )
        .rename({"student_number": "sourcedId"})
    )


def _pairs(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row a student and guardian, with the guardian's ``sourcedId``; guardians without any name are none."""
    parts = [
        rows.select(
            LINE,
            "student_number",
            "school",
            **{name: pl.col(f"guardian{number}_{name}") for name in GUARDIAN_COLUMNS},
        )
        for number in range(1, GUARDIANS + 1)
    ]
    named = pl.concat(parts).filter(pl.any_horizontal(pl.col("first_name", "last_name").is_not_null()))
    who = who_is(first="first_name", last="last_name", email="email", mobile="mobile", child="student_number")
    mobile, home = ("sms", "phone") if policy.phone_column == "sms" else ("phone", "sms")
    return with_made_ids(named.with_columns(who=who), given="id").rename({"mobile": mobile, "home_phone": home})


def _guardians(pairs: pl.DataFrame) -> pl.DataFrame:
    return (
        pairs.sort(LINE, maintain_order=True)
        .group_by("sourcedId", maintain_order=True)
        .agg(
            pl.col(LINE).first(),
            *(pl.col(column).drop_nulls().last().alias(name) for column, name in _GUARDIAN.items() if name != "role"),
            *(pl.col(name).drop_nulls().last() for name in ("sms", "phone")),
            role=pl.col("relationship").drop_nulls().last().fill_null("guardian"),
            orgSourcedIds=_SCHOOL_ID.unique(maintain_order=True).str.join(","),
            agentSourcedIds=pl.col("student_number").unique(maintain_order=True).str.join(","),
        )
    )


def _births(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by("student_number", maintain_order=True)
        .agg(pl.col(LINE).first(), birthDate=pl.col("birth_date").drop_nulls().last())
        .filter(pl.col("birthDate").is_not_null())
        .rename({"student_number": "sourcedId"})
    )


def _told(rows: pl.DataFrame, code: str, column: str) -> pl.DataFrame:
    return findings.of_rows(
        rows, code, stream=FILE, column=column or None, line=pl.col(LINE), sourced_id=pl.col("student_number")
    )
