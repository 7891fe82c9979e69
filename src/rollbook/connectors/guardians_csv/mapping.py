"""Lines of guardians.csv → users of OneRoster: one row a guardian, with the students as a list. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.connectors.guardians_csv.header import FILE
from rollbook.connectors.kit.csv import REFUSED_SCHEMA
from rollbook.connectors.kit.made_ids import who_is, with_made_ids
from rollbook.core import findings
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE

__all__ = ["Mapped", "map_lines"]

_NAMES = {"firstName": "givenName", "lastName": "familyName", "email": "email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """``users``: text columns of OneRoster and ``_line`` (of the guardian's first line); ``refused``: lines that cannot
    be used, by the guardian's id where there is one; the guardians stay as they are (S-3)."""

    users: pl.DataFrame
    refused: pl.DataFrame
    remarks: pl.DataFrame


def map_lines(lines: pl.DataFrame, policy: Policy) -> Mapped:
    """One line is one guardian of one student. Lines of one guardian are put together; where they disagree the last
    one counts (GRD-003). Guardians without an id get one made of who they are, so that tomorrow they are the same."""
    cells = lines.with_columns(pl.exclude(LINE).str.strip_chars().replace("", None))
    for column in ("guardianSisId", "email", "mobilePhone", "homePhone"):
        if column not in cells.columns:
            cells = cells.with_columns(pl.lit(None, dtype=pl.String).alias(column))
    cells = _with_ids(cells)
    student = pl.col("studentSisId")
    blank = cells.filter(student.is_null())
    odd = cells.filter(student.str.contains(",", literal=True).fill_null(False))
    refused = pl.concat([blank, odd])
    good = cells.join(refused.select(LINE), on=LINE, how="anti", maintain_order="left")
    mobile, home = ("sms", "phone") if policy.phone_column == "sms" else ("phone", "sms")
    renamed = {**_NAMES, "mobilePhone": mobile, "homePhone": home}
    given = {column: name for column, name in renamed.items() if column in lines.columns}
    users = good.group_by("sourcedId", maintain_order=True).agg(
        pl.col(LINE).first(),
        *(pl.col(column).drop_nulls().last().alias(name) for column, name in given.items()),
        several=pl.any_horizontal(pl.col(column).drop_nulls().n_unique() > 1 for column in given),
        agentSourcedIds=student.unique(maintain_order=True).str.join(","),
        role=pl.lit("guardian").first(),
    )
    made = good.filter(pl.col("guardianSisId").is_null())
    return Mapped(
        users=users.drop("several").with_columns(pl.exclude(LINE).fill_null("")),
        refused=refused.select(LINE, sourcedId="sourcedId").cast(pl.Schema(REFUSED_SCHEMA)),
        remarks=findings.merge(
            [
                _told(blank, "GRD-001", "studentSisId"),
                _told(odd, "GRD-002", "studentSisId"),
                _told(users.filter("several"), "GRD-003", ""),
                findings.make("GRD-005", stream=FILE, column="guardianSisId", detail=f"{made.height:,}")
                if made.height
                else findings.empty(),
            ]
        ),
    )


def _with_ids(cells: pl.DataFrame) -> pl.DataFrame:
    """Adds ``sourcedId``: the guardian's id, or one made of name and e-mail (else mobile, else student)."""
    who = who_is(first="firstName", last="lastName", email="email", mobile="mobilePhone", child="studentSisId")
    return with_made_ids(cells.with_columns(who=who), given="guardianSisId")


def _told(rows: pl.DataFrame, code: str, column: str) -> pl.DataFrame:
    return findings.of_rows(
        rows, code, stream=FILE, column=column or None, line=pl.col(LINE), sourced_id=pl.col("sourcedId")
    )
