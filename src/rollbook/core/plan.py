"""A plan is a value: what would change, why, what waits for a person, and the state it was computed from (R-1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from rollbook.core.entities import ACTIONS, KINDS

__all__ = ["COUNT_SCHEMA", "EDIT_SCHEMA", "HOLD_SCHEMA", "RECORD_SCHEMA", "Plan"]

EDIT_SCHEMA: dict[str, pl.DataType] = {
    "table": pl.String(),
    "row_id": pl.Int64(),
    "op": pl.String(),
    "kind": pl.String(),
    "record_id": pl.Int64(),
    "action": pl.String(),
    "hold": pl.String(),
    "old": pl.String(),
    "new": pl.String(),
}
"""One row an existing database row that changes. ``op``: ``update`` (``old`` and ``new`` are JSON objects of just the
columns that change; a reference in ``new`` to a new row is its negative ``ref``) or ``delete`` (``old`` is empty JSON; the
whole row is kept by apply). ``kind`` and ``record_id`` name the record it counts under: a contact method counts under its
guardian or staff member."""

RECORD_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.Enum(KINDS),
    "ref": pl.Int64(),
    "sourced_id": pl.String(),
    "school_id": pl.Int64(),
    "action": pl.Enum(ACTIONS),
    "reason": pl.Categorical(),
    "hold": pl.String(),
}
"""One row a record that changes. ``ref`` > 0 is the id of the object, < 0 the place of a new one in
``inserts``. ``school_id``: the school it is counted in (null: the district). ``hold``: the hold it waits in, or null."""

HOLD_SCHEMA: dict[str, pl.DataType] = {
    "hold": pl.String(),
    "school_id": pl.Int64(),
    "kind": pl.String(),
    "group": pl.String(),
    "count": pl.Int64(),
    "base": pl.Int64(),
    "percent": pl.Float64(),
    "threshold": pl.Int64(),
    "cause": pl.String(),
    "sentence": pl.String(),
    "depends_on": pl.String(),
}
"""One row a hold: ``group`` is ``removal``, ``update`` or ``create``. ``base``: records of that school and kind, active
before the run or in the data now. ``threshold``: how many may change without asking. ``depends_on``: the hold whose
release releases this one too (several are separated by a blank: all of them must be released), or null."""

COUNT_SCHEMA: dict[str, pl.DataType] = {
    "school_id": pl.Int64(),
    "kind": pl.String(),
    "action": pl.String(),
    "waiting": pl.Int64(),
    "number": pl.Int64(),
}
"""``number`` records of that school, kind and action; ``waiting`` of them stand in a hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``inserts``: table → new rows, columns ``ref`` (Int64 < 0, unique per table), the columns of ``TABLES[table]``,
    and ``hold`` (String or null). A reference to another new row is that row's negative ``ref``. Tables whose rows
    nothing refers to also have a ``ref``. ``edits``/``records``/``holds``/``counts``: the schemas above. ``findings``:
    reader's, cleaner's and planner's. ``left_out``: what scope left out: ``kind``, ``sourced_id``, ``reason``. Edits whose
    action is ``unchanged`` only refresh a link's fingerprint: they ride along, but make no plan by themselves."""

    baseline: str
    inserts: Mapping[str, pl.DataFrame]
    edits: pl.DataFrame
    records: pl.DataFrame
    holds: pl.DataFrame
    counts: pl.DataFrame
    findings: pl.DataFrame
    left_out: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Nothing would change, not even after approvals."""
        return self.edits.filter(pl.col("action") != "unchanged").is_empty() and all(
            frame.is_empty() for frame in self.inserts.values()
        )

    def totals(self) -> dict[str, dict[str, int]]:
        """kind → action → number over all schools; every kind and action is there."""
        result = {kind: dict.fromkeys(ACTIONS, 0) for kind in KINDS}
        for kind, action, number in self.counts.group_by("kind", "action").agg(pl.col("number").sum()).iter_rows():
            result[kind][action] = number
        return result

    def released(self, approved: Collection[str]) -> frozenset[str]:
        """The holds that ``approved`` releases: themselves and those that depend on them. A hold that depends on others
        is released with the last of them, and not before: it may speak of records that are not there yet."""
        above = {hold: names.split(" ") for hold, names in self.holds.select("hold", "depends_on").iter_rows() if names}
        free = set(approved) - above.keys()
        while grown := {hold for hold, names in above.items() if free.issuperset(names)} - free:
            free |= grown
        return frozenset(free)

    def without_holds(self, approved: Collection[str] = ()) -> Plan:
        """The part that may be applied: nothing that waits in a hold which ``approved`` does not release."""
        free = list(self.released(approved))
        ready = pl.col("hold").is_null() | pl.col("hold").is_in(free)
        return Plan(
            baseline=self.baseline,
            inserts={table: frame.filter(ready) for table, frame in self.inserts.items()},
            edits=self.edits.filter(ready),
            records=self.records.filter(ready),
            holds=self.holds.filter(~pl.col("hold").is_in(free)),
            counts=self.counts,
            findings=self.findings,
            left_out=self.left_out,
        )
