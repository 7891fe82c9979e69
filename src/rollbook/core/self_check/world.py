"""What the checks look at, and what they say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import polars as pl

from rollbook.core.findings.sentences import told
from rollbook.core.match import Matched
from rollbook.core.plan import Plan
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope import Scope
from rollbook.core.snapshot import Mode
from rollbook.core.state import State

__all__ = ["ROW_SCHEMA", "Check", "Level", "Look", "World", "counted", "of_findings", "rows_of"]

ROW_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "sourced_id": pl.String(),
    "object_id": pl.Int64(),
    "name": pl.String(),
    "school": pl.String(),
    "detail": pl.String(),
}
"""One row behind a number: a received record (``sourced_id``) or one of the directory (``object_id``), by name."""


class Level(StrEnum):
    """What came of a check."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. ``number`` of ``of`` (0: there is no whole to name) are as they should not be, ``rows`` (``ROW_SCHEMA``)
    are they; ``more``: further numbers of its sentence."""

    key: str
    level: Level
    number: int
    of: int = 0
    more: Mapping[str, int] = field(default_factory=dict)
    rows: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ROW_SCHEMA))


@dataclass(frozen=True, kw_only=True)
class World:
    """A reading and what a run would make of it. ``fed_schools``: ids of schools that any source feeds;
    ``loose_classrooms``: ``id``, ``school_id``, ``name``, ``code`` of active classrooms that no source knows;
    ``left_schools``, ``left_classrooms``: what people left out or alone on purpose (steps 3 and 4)."""

    roster: Roster
    state: State
    policy: Policy
    today: dt.date
    scope: Scope
    matched: Matched
    plan: Plan
    fed_schools: frozenset[int]
    loose_classrooms: pl.DataFrame
    left_schools: frozenset[str] = frozenset()
    left_classrooms: frozenset[int] = frozenset()

    def is_whole(self, *frames: str) -> bool:
        """Whether absence from these roster frames means anything."""
        return all(self.roster.modes.get(frame) is Mode.BULK for frame in frames)

    def active(self, frame: str) -> pl.DataFrame:
        """The rows of a roster frame that are not marked as leaving."""
        return self.roster.frames[frame].filter(pl.col("status") == "active")

    @cached_property
    def names(self) -> pl.DataFrame:
        """``sourced_id``, ``name``, ``school`` of all users, classes and schools that were received."""
        orgs = self.roster.frames["orgs"].select(org="sourced_id", school="name").unique("org", keep="last")
        users = self.roster.frames["users"].select(
            "sourced_id", name=pl.concat_str("given_name", "family_name", separator=" ", ignore_nulls=True)
        )
        places = self.roster.frames["roles"].select(sourced_id="user_sourced_id", org="org_sourced_id")
        users = users.join(places.unique("sourced_id", keep="first", maintain_order=True), on="sourced_id", how="left")
        classes = self.roster.frames["classes"].select("sourced_id", name="title", org="school_sourced_id")
        schools = self.roster.frames["orgs"].select("sourced_id", "name", org="sourced_id")
        named = pl.concat([users, classes, schools]).unique("sourced_id", keep="first", maintain_order=True)
        return named.join(orgs, on="org", how="left", maintain_order="left").select("sourced_id", "name", "school")

    @cached_property
    def school_names(self) -> pl.DataFrame:
        """``school_id``, ``school`` of the directory."""
        return self.state.frames["schools"].select(school_id="id", school="name")


Look = Callable[[World], "Check | None"]
"""A check; None where this reading cannot tell."""


def rows_of(world: World, kind: str, ids: pl.DataFrame) -> pl.DataFrame:
    """``ROW_SCHEMA`` for received records: ``ids`` has ``sourced_id`` and perhaps ``detail``; their order stays."""
    if "detail" not in ids.columns:
        ids = ids.with_columns(detail=pl.lit(None, dtype=pl.String))
    named = ids.select("sourced_id", "detail").join(world.names, on="sourced_id", how="left", maintain_order="left")
    return named.select(
        kind=pl.lit(kind),
        sourced_id="sourced_id",
        object_id=pl.lit(None, dtype=pl.Int64),
        name="name",
        school="school",
        detail="detail",
    ).cast(pl.Schema(ROW_SCHEMA))


def counted(key: str, rows: pl.DataFrame, *, of: int = 0, level: Level = Level.WARN, **more: int) -> Check:
    """``level`` when there is any row, else a pass."""
    return Check(key=key, level=level if rows.height else Level.PASS, number=rows.height, of=of, more=more, rows=rows)


def of_findings(key: str, *codes: str, level: Level = Level.WARN) -> Look:
    """A check that counts the findings of these codes; each finding's sentence is the detail of its row."""

    def look(world: World) -> Check:
        found = told(world.plan.findings.filter(pl.col("code").is_in(codes)))
        return counted(key, rows_of(world, "row", found.select("sourced_id", detail="sentence")), level=level)

    return look
