"""A contact's whole name stands in one field (clever.md, section 1, rule 9): here it is parted again.

Where the parting is not certain the family name of a child decides, else the last word. Prefixes of family names stay
with them.
"""

from __future__ import annotations

import polars as pl

__all__ = ["NO_FAMILY_NAME", "part_names"]

NO_FAMILY_NAME = "–"
"""The family name of somebody whose whole name is one word: a roster cannot be without one."""

_TITLE = r"(?i)^(?:(?:mrs?|ms|miss|mx|dr|prof|rev)\.?\s+)+"
_SUFFIX = r"(?i)[,\s]+((?:jr|sr|ii|iii|iv)\.?)$"
_PREFIXES = "de|del|della|la|las|los|da|das|dos|di|du|le|van|von|der|den|ter|st\\.?|san|santa|al|el|bin|ben|mac|mc|o'"
_PARTED = rf"(?i)^(\S.*?)\s+((?:(?:{_PREFIXES})\s+)*\S+)$"
_COMMA = r"^([^,]+),\s*(\S[^,]*)$"


def part_names(whole: pl.Series, child_family: pl.Series) -> pl.DataFrame:
    """``given`` and ``family`` of each whole name; both null where it is blank. ``child_family``: the family name of one
    of the person's children, or null."""
    text = pl.col("whole").str.strip_chars().str.replace_all(r"\s+", " ").str.replace(_TITLE, "")
    rows = pl.DataFrame({"whole": whole, "child": child_family}).with_columns(whole=text.replace("", None))
    rows = rows.with_columns(
        suffix=pl.col("whole").str.extract(_SUFFIX), body=pl.col("whole").str.replace(_SUFFIX, "")
    ).with_columns(
        child=pl.col("child").str.strip_chars().replace("", None),
        before=pl.col("body").str.extract(_COMMA, 1).str.strip_chars(),
        after=pl.col("body").str.extract(_COMMA, 2).str.strip_chars(),
    )
    as_child = pl.col("body").str.to_lowercase().str.ends_with(pl.lit(" ") + pl.col("child").str.to_lowercase())
    cut = pl.col("body").str.len_chars() - pl.col("child").str.len_chars()
    given = (
        pl.when(pl.col("after").is_not_null())
        .then("after")
        .when(as_child.fill_null(False))
        .then(pl.col("body").str.slice(0, cut).str.strip_chars())
        .otherwise(pl.coalesce(pl.col("body").str.extract(_PARTED, 1), "body"))
    )
    family = (
        pl.when(pl.col("before").is_not_null())
        .then("before")
        .when(as_child.fill_null(False))
        .then(pl.col("body").str.slice(cut))
        .otherwise(
            pl.coalesce(
                pl.col("body").str.extract(_PARTED, 2),
                pl.when(pl.col("body").is_not_null()).then(pl.lit(NO_FAMILY_NAME)),
            )
        )
    )
    return rows.select(
        given=given,
        family=pl.when(pl.col("suffix").is_not_null()).then(family + " " + pl.col("suffix")).otherwise(family),
    )
