"""Which class of a source an existing classroom looks like: suggestions with reasons, look-alikes pointed out (step 4).

A suggestion rests on equal ids, codes or names where nobody else has them. What only looks alike is told and never taken.
"""

from __future__ import annotations

import polars as pl

__all__ = ["CLASSROOM_SUGGESTION_SCHEMA", "REASONS", "suggest"]

REASONS = ("same_id", "same_code", "same_name_teacher", "same_name", "several", "near_code", "same_teacher")
"""Reasons of suggestions, the strongest first. The last three only ask."""
_ASK = frozenset({"several", "near_code", "same_teacher"})

CLASSROOM_SUGGESTION_SCHEMA: dict[str, pl.DataType] = {
    "classroom_id": pl.Int64(),
    "sourced_id": pl.String(),
    "reason": pl.String(),
    "is_sure": pl.Boolean(),
    "facts": pl.List(pl.String()),
    "rivals": pl.Int32(),
}
"""One row an existing classroom that looks like a class. ``facts``: what agrees (``id``, ``code``, ``name``, ``teacher``);
``rivals``: how many more classes look the same, where the reason is ``several``."""

_RULES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("same_id", ("code_exact",), ("sourced_id",)),
    ("same_code", ("code_key",), ("code_key",)),
    ("same_name_teacher", ("name_key", "teacher"), ("name_key", "teacher")),
    ("same_name", ("name_key",), ("name_key",)),
)
"""(reason, columns of the classroom, columns of the class) that must agree, within one school, in order."""
_NEAR: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("near_code", ("code_bare",), ("code_bare",)),
    ("near_code", ("code_bare",), ("id_bare",)),
    ("same_teacher", ("teacher",), ("teacher",)),
)
_PAIR = ("classroom_id", "sourced_id")
_CROWD = 200
"""How many pairs one name in one school may make before they say nothing."""


def suggest(classrooms: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """``CLASSROOM_SUGGESTION_SCHEMA``, by classroom.

    ``classrooms``: ``id``, ``school_id``, ``name``, ``code``, ``teachers`` (a list of names) of those without a link;
    ``classes``: the same with ``sourced_id`` instead of ``id``, of classes without a classroom. Each classroom and each
    class stands in at most one sure suggestion; where a rule finds more than one on either side, it asks (``several``).
    """
    ours = _keys(classrooms.rename({"id": "classroom_id"})).with_columns(code_exact=pl.col("code"))
    theirs = _keys(classes).with_columns(id_bare=_bare("sourced_id"))
    sure, doubtful = [_nobody()], [_nobody()]
    for reason, left, right in _RULES:
        pairs, crowded = _pairs(ours, theirs, left, right)
        alone = (pl.len().over("classroom_id") == 1) & (pl.len().over("sourced_id") == 1)
        found = pairs.filter(alone).select(*_PAIR, reason=pl.lit(reason), rivals=pl.lit(0, dtype=pl.Int32))
        doubtful += [_first(pairs.filter(~alone), "several"), crowded]
        sure.append(found)
        ours = ours.join(found, on="classroom_id", how="anti", maintain_order="left")
        theirs = theirs.join(found, on="sourced_id", how="anti", maintain_order="left")
    for reason, left, right in _NEAR:
        doubtful.append(_first(_pairs(ours, theirs, left, right)[0], reason))
    # what was in doubt by one rule may have been found by the next, and what it looked like may belong to another now
    still = (
        pl.concat(doubtful)
        .join(ours, on="classroom_id", how="semi", maintain_order="left")
        .join(theirs, on="sourced_id", how="semi", maintain_order="left")
        .unique("classroom_id", keep="first", maintain_order=True)
    )
    both = pl.concat([*sure, still])
    return (
        both.join(_facts(both, classrooms, classes), on=_PAIR, how="left", maintain_order="left")
        .with_columns(is_sure=~pl.col("reason").is_in(sorted(_ASK)))
        .sort("classroom_id")
        .select(tuple(CLASSROOM_SUGGESTION_SCHEMA))
        .cast(pl.Schema(CLASSROOM_SUGGESTION_SCHEMA))
    )


def _nobody() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"classroom_id": pl.Int64, "sourced_id": pl.String, "reason": pl.String, "rivals": pl.Int32}
    )


def _folded(column: str) -> pl.Expr:
    text = pl.col(column).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(text != "").then(text)


def _bare(column: str) -> pl.Expr:
    """An id without what gets lost on the way: case, signs between, leading zeros."""
    text = pl.col(column).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "").str.strip_chars_start("0")
    return pl.when(text != "").then(text)


def _keys(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(name_key=_folded("name"), code_key=_folded("code"), code_bare=_bare("code"))


def _spread(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a teacher, ``teacher`` folded."""
    one = rows.with_columns(teacher=pl.col("teachers")).explode("teacher", empty_as_null=True, keep_nulls=True)
    return one.with_columns(teacher=_folded("teacher"))


def _pairs(
    ours: pl.DataFrame, theirs: pl.DataFrame, left: tuple[str, ...], right: tuple[str, ...]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``classroom_id``, ``sourced_id`` of one school that agree on the columns, none of them null, each pair once; and the
    classrooms of a crowd, where so many bear the same name that pairs say nothing: with the first class and ``rivals``."""
    if "teacher" in left:
        ours, theirs = _spread(ours), _spread(theirs)
    names = [f"key{place}" for place in range(len(left))]
    keys = ["school_id", *names]
    mine = ours.select("classroom_id", "school_id", **dict(zip(names, map(pl.col, left), strict=True))).drop_nulls()
    other = theirs.select("sourced_id", "school_id", **dict(zip(names, map(pl.col, right), strict=True))).drop_nulls()
    counted = other.group_by(keys).agg(first=pl.col("sourced_id").min(), theirs=pl.len())
    mine = mine.join(counted, on=keys, maintain_order="left").with_columns(ours=pl.len().over(keys))
    crowd = pl.col("ours") * pl.col("theirs") > _CROWD
    crowded = mine.filter(crowd).unique("classroom_id", keep="first", maintain_order=True)
    rivals = (pl.col("theirs") - 1).cast(pl.Int32)
    pairs = mine.filter(~crowd).join(other, on=keys).select(_PAIR).unique().sort(_PAIR)
    return pairs, crowded.select("classroom_id", sourced_id="first", reason=pl.lit("several"), rivals=rivals)


def _first(pairs: pl.DataFrame, reason: str) -> pl.DataFrame:
    """The first class that each classroom looks like; ``rivals`` more do. A near miss with rivals says nothing."""
    first = pairs.group_by("classroom_id", maintain_order=True).agg(
        pl.col("sourced_id").first(), rivals=(pl.len() - 1).cast(pl.Int32)
    )
    if reason != "several":
        first = first.filter((pl.col("rivals") == 0) & (pl.len().over("sourced_id") == 1))
    return first.select(*_PAIR, reason=pl.lit(reason), rivals="rivals")


def _facts(pairs: pl.DataFrame, classrooms: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """``classroom_id``, ``sourced_id``, ``facts``: everything that agrees, not only what decided."""
    columns = ("name", "code", "teachers")
    both = pairs.select(_PAIR).join(classrooms.select("id", *columns), left_on="classroom_id", right_on="id")
    both = both.join(classes.select("sourced_id", *columns), on="sourced_id", suffix="_theirs")
    both = both.with_columns(code_as_is="code")
    folded = both.with_columns(_folded(name) for name in ("name", "code", "name_theirs", "code_theirs"))
    folded = folded.with_columns(
        pl.col(name).list.eval(pl.element().str.to_lowercase()) for name in ("teachers", "teachers_theirs")
    )
    shared = pl.col("teachers").list.set_intersection("teachers_theirs").list.len() > 0
    said = {
        "id": pl.col("code_as_is") == pl.col("sourced_id"),
        "code": pl.col("code") == pl.col("code_theirs"),
        "name": pl.col("name") == pl.col("name_theirs"),
        "teacher": shared,
    }
    words = [pl.when(test.fill_null(False)).then(pl.lit(word)) for word, test in said.items()]
    return folded.select(*_PAIR, facts=pl.concat_list(words).list.drop_nulls())
