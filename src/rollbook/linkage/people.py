"""People as linkage sees them, and the keys that are made of their names."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import polars as pl
from nicknames import NickNamer

from rollbook.core.errors import ConfigError

__all__ = ["KEY_SCHEMA", "PEOPLE_SCHEMA", "Kind", "keyed", "people_frame"]


class Kind(StrEnum):
    """Who is compared with whom: a child never with an adult."""

    STUDENT = "student"
    PERSON = "person"


PEOPLE_SCHEMA: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "given_name": pl.String(),
    "family_name": pl.String(),
    "preferred_given_name": pl.String(),
    "preferred_family_name": pl.String(),
    "birth_on": pl.Date(),
    "grade": pl.String(),
    "number": pl.String(),
    "state_id": pl.String(),
    "email": pl.String(),
    "schools": pl.List(pl.Int64()),
    "contacts": pl.List(pl.String()),
    "kin": pl.List(pl.Int64()),
}
"""One row a human, key ``id``. ``contacts``: of a student, e-mail and numbers of the guardians; of a person, their own.
``kin``: of a student, the guardians' ids; of a person, the children's. What is not known is null or an empty list."""

KEY_SCHEMA: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "given_key": pl.String(),
    "family_key": pl.String(),
    "given_roots": pl.List(pl.String()),
    "given_parts": pl.List(pl.String()),
    "family_parts": pl.List(pl.String()),
    "whole_key": pl.String(),
    "initial": pl.String(),
    "family_start": pl.String(),
    "chance": pl.Float64(),
    "birth": pl.String(),
    "birth_swapped": pl.String(),
    "grade": pl.Int64(),
    "grade_word": pl.String(),
    "number": pl.String(),
    "state_id": pl.String(),
    "email": pl.String(),
    "schools": pl.List(pl.Int64()),
    "contacts": pl.List(pl.String()),
    "kin": pl.List(pl.Int64()),
}
"""What is compared. Names folded: without case, accents, hyphens and order of parts. ``given_roots``: the names that a
given name may be short for, and itself. ``chance``: how many others of that name one would expect here if names were
dealt out at random; small means rare."""

_STROKES = {"đ": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"}
_GRADES = {"IT": -3, "PR": -2, "PK": -1, "TK": -1, "KG": 0, "K": 0, "PS": 13}
_START = 4


def people_frame(rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` in the shape of ``PEOPLE_SCHEMA``; columns that are not there become null, null lists become empty.

    Raises ConfigError when ``id`` is missing, null or twice there.
    """
    if "id" not in rows.columns or rows["id"].null_count() or rows["id"].is_duplicated().any():
        raise ConfigError("Every human to be compared needs an id of their own.")
    shaped = rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in PEOPLE_SCHEMA.items()
    )
    lists = [name for name, dtype in PEOPLE_SCHEMA.items() if isinstance(dtype, pl.List)]
    return shaped.with_columns(
        *(pl.col(name).fill_null(pl.lit([], dtype=PEOPLE_SCHEMA[name])) for name in lists),
    )


def keyed(people: pl.DataFrame) -> pl.DataFrame:
    """``people`` (``PEOPLE_SCHEMA``) as ``KEY_SCHEMA``, by ascending id."""
    rows = people.sort("id").with_columns(
        given_key=_folded("given_name"),
        family_key=_folded("family_name"),
        preferred=_folded("preferred_given_name"),
        preferred_family=_folded("preferred_family_name"),
    )
    rows = rows.join(_roots(rows), on="given_key", how="left", maintain_order="left", nulls_equal=True)
    given, family = (pl.col(f"{name}_key").str.split(" ") for name in ("given", "family"))
    total = pl.len()
    born = pl.col("birth_on")
    return (
        rows.with_columns(
            given_parts=given.fill_null([]),
            family_parts=pl.concat_list(family.fill_null([]), pl.col("preferred_family").str.split(" ").fill_null([])),
            given_roots=pl.concat_list(
                pl.col("roots").fill_null([]), pl.concat_list("preferred").list.drop_nulls()
            ).list.unique(),
            whole_key=pl.concat_list(given, family).list.sort().list.join(" "),
            initial=pl.col("given_key").str.head(1),
            family_start=pl.col("family_key").str.head(_START),
            chance=pl.len().over("given_key") * pl.len().over("family_key") / total,
            birth=born.dt.strftime("%Y%m%d"),
            birth_swapped=born.dt.strftime("%Y%d%m"),
            grade_word=pl.col("grade"),
            grade=pl.col("grade").replace_strict(_GRADES, default=pl.col("grade").cast(pl.Int64, strict=False)),
            number=pl.col("number").str.strip_chars_start("0"),
            email=pl.col("email").str.to_lowercase(),
        )
        .with_columns(pl.col("family_parts").list.unique(maintain_order=True))
        .select(pl.col(name).cast(dtype) for name, dtype in KEY_SCHEMA.items())
    )


def _folded(column: str) -> pl.Expr:
    """Lower case, no accents, hyphens and dots as blanks, apostrophes gone; null where nothing is left."""
    text = pl.col(column).str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    text = text.str.replace_many(list(_STROKES), list(_STROKES.values())).str.replace_all("['’`ʻ]", "")
    text = text.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return pl.when(text != "").then(text)


def _roots(rows: pl.DataFrame) -> pl.DataFrame:
    """``given_key``, ``roots``: each given name once, with what it may be short for."""
    keys = rows.select("given_key").drop_nulls().unique()
    return keys.with_columns(
        roots=pl.Series([sorted(_long_forms(key)) for key in keys["given_key"]], dtype=pl.List(pl.String))
    )


def _long_forms(name: str) -> set[str]:
    namer = _namer()
    forms = {name, name.split(" ")[0]}
    return forms | {form for part in forms for form in namer.canonicals_of(part)}


@cache
def _namer() -> NickNamer:
    return NickNamer()
