"""The files that are measured: a generated district, and the same district with one percent of it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rollbook.sandbox.district import generate

__all__ = ["CHANGED_SHARE", "DAY", "Files", "make_files", "next_day", "parse", "rewrite"]

CHANGED_SHARE: Final = 0.01
DAY: Final = "2026-09-01"
"""The day of every measured run; the generated school year covers it."""
_EDITS: Final = 800
_LEAVES: Final = 900
_JOINS: Final = 1000
_OF: Final = 100_000
"""Lots out of ``_OF``: below the first a row is edited (an enrollment moved), below the second a student leaves,
below the third a student gets a new sibling: one percent of the users in all."""
_USED: Final = ("academicSessions", "orgs", "courses", "classes", "users", "enrollments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """``first``: the district; ``changed``: one percent of users and enrollments different; ``rewritten``: the rows of
    ``changed`` in other bytes, as a source writes them that sorts anew each night; ``rows`` by file."""

    first: Path
    changed: Path
    rewritten: Path
    rows: Mapping[str, int]


def make_files(folder: Path, *, students: int, seed: int = 1) -> Files:
    """All bundles stand in ``folder``. Equal arguments give equal bytes."""
    made = generate(folder / "first", students=students, seed=seed)
    next_day(made.path, folder / "changed")
    rewrite(folder / "changed", folder / "rewritten")
    return Files(
        first=made.path,
        changed=folder / "changed",
        rewritten=folder / "rewritten",
        rows={name: made.counts[name] for name in _USED},
    )


def parse(folder: Path) -> dict[str, pl.DataFrame]:
    """The files that a roster needs, as text: no more than Polars' own parser does."""
    return {name: pl.read_csv(folder / f"{name}.csv", infer_schema=False) for name in _USED}


def next_day(before: Path, after: Path) -> None:
    """A bundle like ``before``, except: 0.8 % of the users have another name, grade, e-mail or number; 0.1 % of the
    students left; 0.1 % have a new sibling; 0.8 % of the enrollments are in another section of their course."""
    after.mkdir(parents=True)
    frames = parse(before)
    users = frames["users"].with_columns(lot=_lot("sourcedId", 1))
    is_student = pl.col("role") == "student"
    left = users.filter(is_student & pl.col("lot").is_between(_EDITS, _LEAVES, closed="left"))
    models = users.filter(is_student & pl.col("lot").is_between(_LEAVES, _JOINS, closed="left"))
    siblings = models.select(old="sourcedId", new="N" + pl.col("sourcedId"))
    stayed = _edited(users).join(left, on="sourcedId", how="anti", maintain_order="left")
    newcomers = models.with_columns(
        *(("N" + pl.col(name)).alias(name) for name in ("sourcedId", "username", "identifier")),
        givenName=pl.lit("Robin"),
        email="n." + pl.col("email"),
        userIds=pl.lit(None, dtype=pl.String),
    )
    frames["users"] = pl.concat([stayed, newcomers]).drop("lot")

    gone = left.select(userSourcedId="sourcedId")
    enrollments = frames["enrollments"].join(gone, on="userSourcedId", how="anti", maintain_order="left")
    joined = enrollments.join(siblings, left_on="userSourcedId", right_on="old", maintain_order="left").with_columns(
        sourcedId="N" + pl.col("sourcedId"), userSourcedId=pl.col("new")
    )
    frames["enrollments"] = pl.concat([_moved(enrollments, frames["classes"]), joined.drop("new")]).unique(
        ("classSourcedId", "userSourcedId"), keep="first", maintain_order=True
    )
    _write(frames, before, after)


def rewrite(before: Path, after: Path) -> None:
    """A bundle of the same rows, the last first."""
    after.mkdir(parents=True)
    _write({name: frame.reverse() for name, frame in parse(before).items()}, before, after)


def _write(frames: Mapping[str, pl.DataFrame], before: Path, after: Path) -> None:
    for name, frame in frames.items():
        frame.write_csv(after / f"{name}.csv", line_terminator="\n")
    (after / "manifest.csv").write_bytes(
        (before / "manifest.csv").read_bytes().replace(b"demographics,bulk", b"demographics,absent")
    )


def _lot(column: str, seed: int) -> pl.Expr:
    """A number below ``_OF`` for each id, the same on every machine."""
    digits = pl.col(column).str.extract_all("[0-9]+").list.join("").str.tail(9).cast(pl.UInt64)
    return (digits + seed) * 2_654_435_761 % 4_294_967_296 % _OF


def _edited(users: pl.DataFrame) -> pl.DataFrame:
    """0.8 % of the users, in turn: another family name, another e-mail, another mobile number."""
    turn = pl.col("lot") % 3
    chosen = pl.col("lot") < _EDITS
    adult = pl.col("role") != "student"
    family = pl.col("familyName") + "-Reed"
    last_four = pl.col("sms").str.tail(4).cast(pl.Int32, strict=False)
    number = pl.col("sms").str.head(-4) + (last_four % 9000 + 1000).cast(pl.String)
    return users.with_columns(
        familyName=pl.when(chosen & ((turn == 0) | ~adult)).then(family).otherwise("familyName"),
        email=pl.when(chosen & adult & (turn == 1)).then("new." + pl.col("email")).otherwise("email"),
        sms=pl.when(chosen & adult & (turn == 2)).then(number).otherwise("sms"),
    )


def _moved(enrollments: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """0.8 % of the students' enrollments are in the next section of the same course at the same school."""
    sections = pl.col("sourcedId").over("schoolSourcedId", "courseSourcedId", mapping_strategy="join")
    place = pl.int_range(pl.len()).over("schoolSourcedId", "courseSourcedId")
    following = sections.list.get((place + 1) % sections.list.len())
    beside = classes.select(classSourcedId="sourcedId", other=following)
    chosen = (
        (pl.col("role") == "student") & (_lot("sourcedId", 7) < _EDITS) & (pl.col("other") != pl.col("classSourcedId"))
    )
    moved = pl.concat_str("other", pl.lit("."), "userSourcedId")
    return (
        enrollments.join(beside, on="classSourcedId", how="left", maintain_order="left")
        .with_columns(moves=chosen.fill_null(False))
        .with_columns(
            sourcedId=pl.when("moves").then(moved).otherwise("sourcedId"),
            classSourcedId=pl.when("moves").then("other").otherwise("classSourcedId"),
        )
        .drop("moves", "other")
    )
