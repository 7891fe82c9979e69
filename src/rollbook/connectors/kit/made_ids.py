"""Ids for people whose source gives them none: made of who they are, so that tomorrow they are the same."""

from __future__ import annotations

import hashlib

import polars as pl

__all__ = ["who_is", "with_made_ids"]


def who_is(*, first: str, last: str, email: str, mobile: str, child: str) -> pl.Expr:
    """What makes a guardian: the name and the e-mail (else the mobile, else the child). The names are of columns."""
    name = pl.concat_str(pl.col(first, last).str.to_lowercase().fill_null(""), separator="\n")
    reach = pl.coalesce(
        pl.col(email).str.to_lowercase(),
        pl.col(mobile).str.replace_all("[^0-9]", "").replace("", None),
        pl.lit("of ") + pl.col(child),
    )
    return name + pl.lit("\n") + reach


def with_made_ids(rows: pl.DataFrame, *, given: str) -> pl.DataFrame:
    """``rows`` with ``sourcedId``: the id in column ``given``, or a digest of column ``who``, which goes.

    Polars' own hash changes between versions, and an id must not: so each distinct one is digested here.
    """
    needed = pl.when(pl.col(given).is_null()).then("who")
    distinct = rows.select(who=needed)["who"].drop_nulls().unique()
    made = pl.DataFrame(
        {"who": distinct, "made": [f"auto-{hashlib.sha256(text.encode()).hexdigest()[:20]}" for text in distinct]},
        schema={"who": pl.String, "made": pl.String},
    )
    joined = rows.join(made, on="who", how="left", maintain_order="left")
    return joined.with_columns(sourcedId=pl.coalesce(given, "made")).drop("who", "made")
