"""The people of a generated district, as linkage sees them."""

from __future__ import annotations

import polars as pl

from rollbook.linkage import Kind, people_frame
from rollbook.sandbox.district.days import district_on
from rollbook.sandbox.district.users import demographics, users

__all__ = ["crowd"]


_KIN = ("parent", "guardian", "relative")


def crowd(kind: Kind, *, students: int, seed: int) -> pl.DataFrame:
    """The students, or the guardians and staff, of the district on its first day (``PEOPLE_SCHEMA``); nobody twice."""
    district = district_on(1, students=students, seed=seed)
    rows = pl.concat(list(users(district, seed=seed, oneroster="1.2")), how="diagonal_relaxed").with_row_index("id")
    rows = rows.with_columns(pl.col("id").cast(pl.Int64) + 1, schools=_numbers("orgSourcedIds"))
    children = rows.filter(role="student").select(child="sourcedId", child_id="id")
    adults = rows.filter(pl.col("role") != "student")
    ties = (
        adults.select("id", "email", "sms", child=pl.col("agentSourcedIds").str.split(","))
        .explode("child", empty_as_null=False, keep_nulls=False)
        .join(children, on="child", maintain_order="left")
    )
    if kind is Kind.PERSON:
        kin = ties.group_by("id").agg(kin=pl.col("child_id").unique().sort())
        told = adults.join(kin, on="id", how="left", maintain_order="left").with_columns(
            contacts=pl.concat_list("email", "sms").list.drop_nulls(),
            schools=pl.when(~pl.col("role").is_in(_KIN)).then("schools"),
        )
    else:
        kin = ties.group_by("child_id").agg(
            kin=pl.col("id").unique().sort(),
            contacts=pl.col("email").append(pl.col("sms")).drop_nulls().unique().sort(),
        )
        births = pl.concat(list(demographics(district))).select("sourcedId", birth_on=pl.col("birthDate").str.to_date())
        told = (
            rows.filter(role="student")
            .join(births, on="sourcedId", how="left", maintain_order="left")
            .join(kin, left_on="id", right_on="child_id", how="left", maintain_order="left")
            .with_columns(grade="grades", number="identifier", state_id=pl.col("userIds").str.extract(r"StateID:(\w+)"))
        )
    return people_frame(
        told.rename(
            {"givenName": "given_name", "familyName": "family_name", "preferredGivenName": "preferred_given_name"}
        )
    )


def _numbers(column: str) -> pl.Expr:
    return pl.col(column).str.split(",").list.eval(pl.element().cast(pl.Int64, strict=False)).list.drop_nulls()
