"""The plan of a reading that differs little from one whose plan is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from rollbook.core.clean import clean
from rollbook.core.elsewhere import Elsewhere
from rollbook.core.findings import FINDING_SCHEMA, merge
from rollbook.core.narrow.cut import Cut, cut_of
from rollbook.core.narrow.plain import GAPS, are_plain, is_listed_whole, is_plain
from rollbook.core.narrow.reach import known_by_newcomers, reach_of
from rollbook.core.narrow.sides import MEMBERS, Sides, sides_of
from rollbook.core.plan import COUNT_SCHEMA, Plan
from rollbook.core.planning import Timer, make_plan, no_timer
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Snapshot
from rollbook.core.state import LoadValues, State

__all__ = ["Ground", "Narrow", "narrow"]

_OF_SCHOOLS = ("SCP-012",)
"""Told of a school that receives nothing: computed from all counts, so never taken from one plan to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A plan that would do nothing and holds nothing, and the reading it is of."""

    plan: Plan
    snapshot: Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """``plan``: that of the whole reading. ``roster``: those who were looked at, as they are now."""

    plan: Plan
    roster: Roster
    cut: Cut
    _rest: Plan
    _part: Plan
    _elsewhere: Elsewhere

    def again(self, state: State, values: LoadValues, policy: Policy, today: dt.date) -> tuple[Plan, State]:
        """The plan of the same reading against the directory after ``plan`` was applied: again only those who were looked
        at are, for nobody else was touched. ``state``: the whole directory; also returned is what was looked at of it."""
        part = self.cut.state(state)
        plan = make_plan(self.roster, part, values, policy, today, elsewhere=self._elsewhere)
        return _together(self._rest, plan), part


def narrow(
    ground: Ground,
    after: Snapshot,
    state: State,
    values: LoadValues,
    policy: Policy,
    today: dt.date,
    *,
    timer: Timer = no_timer,
) -> Narrow | None:
    """What ``make_plan`` would say of ``after``, findings and what is left out in any order. ``ground`` must stand for this
    ``state``, ``policy`` and day.

    None when that cannot be said without looking at everything: more than people changed, more than a part of them, something
    about the file as a whole, or a plan that would hold anything. Stages given to ``timer``: those of ``make_plan``, and
    ``clean``.
    """
    with timer("clean"):
        sides = _sides(ground, after, state, policy)
    if sides is None:
        return None
    more = None
    for _ in range(_ROUNDS):
        found = _planned(ground, sides, more, state, values, policy, today, timer)
        if found is None:
            return None
        with timer("match"):
            more = known_by_newcomers(found._part, sides, state, policy)
        if more.is_in(found.cut.reach.family.implode()).all():
            return found
    return None


_ROUNDS = 3
"""How often somebody new makes others worth a look, before everybody is looked at."""


def _planned(
    ground: Ground,
    sides: Sides,
    more: pl.Series | None,
    state: State,
    values: LoadValues,
    policy: Policy,
    today: dt.date,
    timer: Timer,
) -> Narrow | None:
    """The plan of everybody whom the differences reach, and ``more``."""
    with timer("clean"):
        reach = reach_of(sides, state, policy, more)
        if reach is None:
            return None
        cut = cut_of(sides, reach, state)
        rosters = _cleaned(cut, sides, policy)
        if rosters is None:
            return None
        before, now = rosters
    with timer("scope"):
        part = cut.state(state)
        old = make_plan(before, part, values, policy, today)
        rest = _rest(ground.plan, old, sides)
    if rest is None:
        return None
    by_hand = state.frames["enrollments"].filter(~pl.col("managed") & (pl.col("status") == "active")).height
    elsewhere = Elsewhere(counts=rest.counts.select("kind", "school_id", received="number"), by_hand=by_hand)
    new = make_plan(now, part, values, policy, today, elsewhere=elsewhere, timer=timer)
    plan = _together(rest, new)
    if not new.holds.is_empty() or not is_listed_whole(plan.findings):
        return None
    return Narrow(plan=plan, roster=now, cut=cut, _rest=rest, _part=new, _elsewhere=elsewhere)


def _sides(ground: Ground, after: Snapshot, state: State, policy: Policy) -> Sides | None:
    """Both readings, if nothing about files as a whole, or about the directory, wants everybody looked at."""
    known = ground.plan
    if not known.is_empty or not known.holds.is_empty() or known.edits.height or not policy.classes_without_teacher:
        return None
    links = state.frames["links"]
    rooms = links.filter(pl.col("kind") == "classroom")["object_id"]
    if not links["kind"].is_in(["school"]).any() or rooms.is_duplicated().any() or not is_plain(known.findings):
        return None
    sides = sides_of(ground.snapshot, after)
    return sides if sides is not None and are_plain(sides) else None


def _cleaned(cut: Cut, sides: Sides, policy: Policy) -> tuple[Roster, Roster] | None:
    """Both readings, cut down and cleaned."""
    before, now = (
        cut.roster(_without_gaps(clean(cut.snapshot(side), policy), sides)) for side in (sides.before, sides.after)
    )
    if not is_plain(before.findings) or not is_plain(now.findings):
        return None
    if not before.refused.drop("line").equals(now.refused.drop("line")):
        return None
    return before, now


def _without_gaps(roster: Roster, sides: Sides) -> Roster:
    """Without remarks on blanks that are few in this part only (``are_plain``: they are not in the whole)."""
    origins = [sides.after.streams[name].origin for name in MEMBERS if name in sides.after.streams]
    gaps = pl.col("code").is_in(list(GAPS)) & pl.col("stream").is_in(origins)
    return replace(roster, findings=roster.findings.filter(~gaps))


def _rest(known: Plan, old: Plan, sides: Sides) -> Plan | None:
    """``known`` without what it says of those who are looked at (``old``); None when these are not as ``known`` has them,
    so that something else must have reached them."""
    if not old.is_empty or old.edits.height or not old.holds.is_empty():
        return None
    findings, left_out = (
        _less(_told(getattr(known, name)), _told(getattr(old, name))) for name in ("findings", "left_out")
    )
    counts = _sum(known.counts, old.counts.with_columns(number=-pl.col("number")))
    if findings is None or left_out is None or (counts["number"] < 0).any():
        return None
    moved = _moved(findings, sides)
    if moved is None:
        return None
    return replace(known, findings=moved, left_out=left_out, counts=counts)


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(~pl.col("code").is_in(list(_OF_SCHOOLS))) if "code" in rows.columns else rows


def _less(rows: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame | None:
    """``rows`` without ``taken``, one for one; None when one of these is not there."""
    both = (part.select(rows.columns) for part in (rows, taken))
    numbered, gone = (part.with_columns(_row=part.hash_rows(seed=3)).with_columns(_ALIKE) for part in both)
    few = numbered.join(gone, on="_row", how="semi", maintain_order="left")
    left = few.join(gone, on=[*rows.columns, "_alike"], how="anti", nulls_equal=True, maintain_order="left")
    if left.height != few.height - taken.height:
        return None
    others = numbered.join(gone, on="_row", how="anti", maintain_order="left")
    return pl.concat([others, left]).drop("_row", "_alike")


_ALIKE = pl.int_range(pl.len()).over("_row").alias("_alike")
"""Tells rows of the same values apart."""


def _sum(counts: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    return (
        pl.concat([counts, more.select(counts.columns)])
        .group_by("school_id", "kind", "action")
        .agg(pl.col("waiting", "number").sum())
        .select(tuple(COUNT_SCHEMA))
        .filter(pl.col("number") != 0)
    )


def _moved(findings: pl.DataFrame, sides: Sides) -> pl.DataFrame | None:
    """Findings of rows that stand at another line now; None when one is about a row that is not there any more."""
    lines = {sides.after.streams[name].origin: stretch.lines for name, stretch in sides.stretches.items()}
    parts = [findings.filter(pl.col("line").is_null() | ~pl.col("stream").is_in(list(lines)).fill_null(False))]
    for stream, now in lines.items():
        rows = findings.filter((pl.col("stream") == stream) & pl.col("line").is_not_null())
        placed = rows.join(now, on="line", how="left", maintain_order="left")
        if placed["now"].null_count():
            return None
        parts.append(placed.with_columns(line=pl.col("now")).select(tuple(FINDING_SCHEMA)))
    return merge(parts)


def _together(rest: Plan, part: Plan) -> Plan:
    """The plan of everybody: what ``part`` says, whose counts are of everybody already, and what ``rest`` says of others."""
    return replace(
        part,
        findings=merge([part.findings, rest.findings]),
        left_out=pl.concat([part.left_out, rest.left_out]),
    )
