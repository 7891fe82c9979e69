"""Which school of a source is which of the directory: suggestions with reasons, near misses pointed out (step 3).

A suggestion rests on equal ids or an equal name. What only looks alike ("012" beside "12") is told and never taken.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import polars as pl

__all__ = ["SUGGESTION_SCHEMA", "suggest"]

SUGGESTION_SCHEMA: dict[str, pl.DataType] = {
    "sourced_id": pl.String(),
    "school_id": pl.Int64(),
    "suggestion": pl.Int64(),
    "reason": pl.String(),
    "near": pl.Int64(),
    "near_reason": pl.String(),
}
"""One row an org. ``school_id``: the school it is matched to. ``suggestion`` and ``reason``: for one that is not.
``near`` and ``near_reason``: a school that looks alike, where nothing is suggested."""

_RULES: tuple[tuple[str, str, str], ...] = (
    ("same id", "sourced_id", "school_number"),
    ("same id", "sourced_id", "nces_id"),
    ("same NCES id", "identifier", "nces_id"),
    ("same number", "identifier", "school_number"),
)
_ALIKE = 0.87
_SHORT = {
    "elem": "elementary", "el": "elementary", "es": "elementary school", "ms": "middle school", "hs": "high school",
    "jr": "junior", "sr": "senior", "st": "saint", "mt": "mount", "ft": "fort", "acad": "academy", "sch": "school",
    "ctr": "center", "centre": "center", "intl": "international", "jh": "junior high", "prep": "preparatory",
}  # fmt: skip
_FILLER = frozenset({"school", "the", "of", "at"})


def suggest(orgs: pl.DataFrame, schools: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """``SUGGESTION_SCHEMA`` for ``orgs`` (``sourced_id``, ``name``, ``identifier``), in their order.

    ``schools``: ``id``, ``name``, ``school_number``, ``nces_id``; ``links``: ``sourced_id``, ``school_id`` of the
    matches that exist. Rules in order, ids before names. A rule that finds two schools for an org suggests none; a name
    is taken only when one org and one school that is still free bear it. Several orgs may share a school by id.
    """
    result = orgs.select("sourced_id").join(links, on="sourced_id", how="left", maintain_order="left")
    open_orgs = orgs.join(links, on="sourced_id", how="anti", maintain_order="left")
    found = [pl.DataFrame(schema={name: SUGGESTION_SCHEMA[name] for name in ("sourced_id", "suggestion", "reason")})]
    for reason, left, right in _RULES:
        pairs = (
            open_orgs.filter(pl.col(left).is_not_null())
            .join(schools.select("id", key=right).drop_nulls(), left_on=left, right_on="key")
            .filter(pl.len().over("sourced_id") == 1)
            .select("sourced_id", suggestion="id", reason=pl.lit(reason))
        )
        found.append(pairs)
        open_orgs = open_orgs.join(pairs, on="sourced_id", how="anti", maintain_order="left")
    free = schools.join(links, left_on="id", right_on="school_id", how="anti")
    free = free.join(pl.concat(found), left_on="id", right_on="suggestion", how="anti")
    same = (
        open_orgs.with_columns(key=_folded("name"))
        .join(free.select("id", key=_folded("name")).drop_nulls(), on="key")
        .filter((pl.len().over("sourced_id") == 1) & (pl.len().over("id") == 1))
        .select("sourced_id", suggestion="id", reason=pl.lit("same name"))
    )
    found.append(same)
    open_orgs = open_orgs.join(same, on="sourced_id", how="anti", maintain_order="left")
    near = pl.concat([_near_ids(open_orgs, schools), _near_names(open_orgs, schools)])
    near = near.unique("sourced_id", keep="first", maintain_order=True)
    return (
        result.join(pl.concat(found), on="sourced_id", how="left", maintain_order="left")
        .join(near, on="sourced_id", how="left", maintain_order="left")
        .select(tuple(SUGGESTION_SCHEMA))
    )


def _folded(name: str) -> pl.Expr:
    return pl.col(name).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _near_ids(orgs: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Ids that differ only by leading zeros; ``sourced_id``, ``near``, ``near_reason``."""
    theirs = orgs.with_columns(org="sourced_id").unpivot(("sourced_id", "identifier"), index="org", value_name="theirs")
    ours = schools.unpivot(("school_number", "nces_id"), index="id", value_name="ours")
    bare = [
        frame.drop_nulls(column)
        .with_columns(bare=pl.col(column).str.strip_chars_start("0"))
        .filter(pl.col("bare") != "")
        for frame, column in ((theirs, "theirs"), (ours, "ours"))
    ]
    return (
        bare[0]
        .join(bare[1], on="bare", maintain_order="left")
        .filter(pl.col("theirs") != pl.col("ours"))
        .select(
            sourced_id="org",
            near="id",
            near_reason=pl.format("“{}” in the source, “{}” here: leading zeros", "theirs", "ours"),
        )
    )


def _near_names(orgs: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """The school whose name looks most alike; schools are few, so each pair may be looked at."""
    ours = [(number, _plain(name)) for number, name in schools.select("id", "name").drop_nulls().iter_rows()]
    rows = []
    for sourced_id, name in orgs.select("sourced_id", "name").drop_nulls().iter_rows():
        plain = _plain(name)
        matcher = SequenceMatcher(b=plain)
        best, score = None, _ALIKE
        for number, other in ours:
            matcher.set_seq1(other)
            if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= score and matcher.ratio() >= score:
                best, score = number, matcher.ratio()
        if best is not None:
            rows.append({"sourced_id": sourced_id, "near": best, "near_reason": "similar name"})
    return pl.DataFrame(rows, schema={name: SUGGESTION_SCHEMA[name] for name in ("sourced_id", "near", "near_reason")})


def _plain(name: str) -> str:
    """A name without what schools are called in more than one way."""
    words = re.findall(r"\w+", name.casefold().replace("'", ""))
    spelled = " ".join(_SHORT.get(word, word) for word in words).split()
    return " ".join(word for word in spelled if word not in _FILLER) or " ".join(spelled)
