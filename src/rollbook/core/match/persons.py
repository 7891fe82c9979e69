"""Recognising staff and guardians, and one human behind several records (R-2, R-3)."""

from __future__ import annotations

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.match.links import MATCH_SCHEMA, Matches, forsaken, linked, recognise
from rollbook.core.scope import Scope
from rollbook.core.state import LoadValues, State

__all__ = ["match_persons"]

_RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("e-mail and name", ("given_key", "family_key", "email")),
    ("mobile and name", ("given_key", "family_key", "mobile")),
    ("name and child", ("given_key", "family_key", "student_id")),
)
"""R-2 says e-mail or mobile + last name. The first name must agree too: couples share both."""

_WEAK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("same e-mail and last name, other first name", ("family_key", "email")),
    ("same mobile and last name, other first name", ("family_key", "mobile")),
)


def match_persons(
    scope: Scope, state: State, values: LoadValues, gone: pl.Series, *, mobile: str, students: pl.DataFrame
) -> Matches:
    """As ``match_students``; ``mobile``: the column whose number is the mobile; ``students``: their references. Records
    of one human share one reference; where they already are two accounts, nobody is joined and MAT-004 says so."""
    rows = linked(scope.adults.select("sourced_id"), state, "person")
    nobody = pl.DataFrame(schema=MATCH_SCHEMA)
    if not rows["ref"].null_count():
        return Matches(refs=rows, adopted=nobody, ambiguous=nobody, findings=merge([]))
    keyed = _keys(scope.adults, mobile=mobile).join(rows, on="sourced_id", maintain_order="left")
    keyed, same_human, split = _one_human(keyed)

    new = keyed.filter(pl.col("ref").is_null())
    pool = _pool(state, values, gone, new.height > 0)
    if pool.height:
        new = new.join(_children(scope, students), on="sourced_id", how="left", maintain_order="left")
    else:
        new = new.with_columns(student_id=pl.lit(None, dtype=pl.Int64))
    # couples share contacts: a weak rule asks only when nobody has linked the other account
    adopted, unclear = recognise(
        _heads(new), pool, _RULES, _WEAK, pl.col("unlinked"), lambda new, pool, found, unclear: (found, unclear)
    )
    heads = adopted.join(keyed.select("sourced_id", "human"), on="sourced_id").select("human", "id")
    keyed = keyed.join(heads, on="human", how="left", maintain_order="left").with_columns(ref=pl.coalesce("ref", "id"))
    # one number for each human that is new, in file order of their first record
    first = pl.col("ref").is_null() & pl.col("human").is_first_distinct()
    keyed = keyed.with_columns(number=pl.when(first).then(-first.cast(pl.Int64).cum_sum()))
    keyed = keyed.with_columns(ref=pl.coalesce("ref", pl.col("number").min().over("human")))
    refs = keyed.select("sourced_id", "ref")
    rekeyed = adopted.join(
        state.frames["links"].filter(pl.col("kind") == "person"), left_on="id", right_on="object_id", how="semi"
    )
    return Matches(
        refs=refs,
        adopted=adopted.select(kind=pl.lit("person"), ref=pl.col("id"), reason=pl.col("reason")),
        ambiguous=unclear.join(refs, on="sourced_id").select(kind=pl.lit("person"), ref="ref", reason="reason"),
        findings=merge(
            [
                _told("MAT-001", adopted.join(rekeyed, on="sourced_id", how="anti"), pl.col("reason")),
                _told("MAT-005", rekeyed, pl.col("reason")),
                _told("MAT-002", unclear, pl.col("reason")),
                _told("MAT-003", same_human, "same name and contact"),
                _told("MAT-004", split, ""),
            ]
        ),
    )


def _told(code: str, rows: pl.DataFrame, detail: pl.Expr | str) -> pl.DataFrame:
    return of_rows(rows, code, stream="users.csv", sourced_id=pl.col("sourced_id"), detail=detail)


def _keys(rows: pl.DataFrame, mobile: str) -> pl.DataFrame:
    return rows.with_columns(
        given_key=pl.col("given_name").str.to_lowercase(),
        family_key=pl.col("family_name").str.to_lowercase(),
        mobile=pl.col(mobile),
    )


def _heads(new: pl.DataFrame) -> pl.DataFrame:
    """The rows of one record a human, so that two records of one parent are not two candidates."""
    return new.filter(pl.col("sourced_id") == pl.col("sourced_id").first().over("human"))


def _children(scope: Scope, students: pl.DataFrame) -> pl.DataFrame:
    """(``sourced_id``, ``student_id``): known children whom a guardian arrives with."""
    known = students.filter(pl.col("ref") > 0)
    return scope.guardianships.join(known, left_on="student_sourced_id", right_on="sourced_id").select(
        sourced_id="guardian_sourced_id", student_id="ref"
    )


def _one_human(keyed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Adds ``human``: the smallest row number of the records that are the same human on strong evidence (same
    userMasterIdentifier; or same full name and same e-mail or mobile). Sets ``ref`` where one of them is linked.

    Returns (keyed, records that joined another, records of humans with two accounts).
    """
    keyed = keyed.with_row_index("row").with_columns(human=pl.col("row").cast(pl.Int64))
    evidence: tuple[tuple[str, ...], ...] = (
        ("master_id",),
        ("given_key", "family_key", "email"),
        ("given_key", "family_key", "mobile"),
    )
    while True:
        before = keyed["human"]
        for keys in evidence:
            whole = pl.all_horizontal(pl.col(keys).is_not_null())
            groups = (
                keyed.filter(whole)
                .group_by(keys)
                .agg(pl.col("row"), least=pl.col("human").min())
                .filter(pl.col("row").list.len() > 1)
            )
            if groups.height:
                least = groups.select("row", "least").explode("row", empty_as_null=False, keep_nulls=False)
                keyed = (
                    keyed.join(least, on="row", how="left", maintain_order="left")
                    .with_columns(human=pl.min_horizontal("human", "least"))
                    .drop("least")
                )
        if keyed["human"].equals(before):
            break
    accounts = pl.col("ref").drop_nulls().n_unique().over("human")
    keyed = keyed.with_columns(accounts=accounts)
    several = pl.len().over("human") > 1
    split = keyed.filter((pl.col("accounts") > 1) & several & pl.col("ref").is_not_null())
    # with two accounts nobody is joined: each new record stands alone
    keyed = keyed.with_columns(
        human=pl.when(pl.col("accounts") > 1).then(pl.col("row").cast(pl.Int64)).otherwise(pl.col("human"))
    )
    joined = keyed.filter(pl.col("ref").is_null() & (pl.len().over("human") > 1))
    keyed = keyed.with_columns(ref=pl.coalesce("ref", pl.col("ref").max().over("human")))
    return keyed.drop("accounts"), joined, split


def _pool(state: State, values: LoadValues, gone: pl.Series, wanted: bool) -> pl.DataFrame:
    """Persons nobody has linked (``unlinked``), those of other sources, and linked ones whose every id is gone."""
    names = ("given_name", "family_name")
    columns = ("id", *names, "email", "mobile", "unlinked")
    pool = state.frames["unlinked_persons"].with_columns(unlinked=pl.lit(True)).select(columns)
    others = state.frames.get("other_persons")
    if others is not None and others.height:
        pool = pl.concat([pool, others.with_columns(unlinked=pl.lit(False)).select(columns)])
    left = forsaken(state, "person", gone) if wanted else gone.clear().cast(pl.Int64)
    if left.len():
        contact = values("contact_method", left)
        wide = values("person", left).select("id", *names)
        for kind in ("email", "mobile"):
            one = contact.filter(pl.col("kind") == kind).select(id="person_id", value="value").unique("id")
            wide = wide.join(one.rename({"value": kind}), on="id", how="left")
        pool = pl.concat([pool, wide.with_columns(unlinked=pl.lit(False)).select(columns)])
    children = state.frames["guardianships"].select("student_id", id="person_id")
    return pool.join(children, on="id", how="left", maintain_order="left").with_columns(
        given_key=pl.col("given_name").str.to_lowercase(), family_key=pl.col("family_name").str.to_lowercase()
    )
