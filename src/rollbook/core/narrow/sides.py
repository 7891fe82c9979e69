"""Two readings of one source beside each other: which rows are different, and where the others stand now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rollbook.core.snapshot import LINE, Mode, Snapshot, Stream

__all__ = ["MEMBERS", "Sides", "Stretch", "sides_of"]

MEMBERS: Mapping[str, str] = {
    "users": "sourcedId",
    "roles": "userSourcedId",
    "demographics": "sourcedId",
    "enrollments": "userSourcedId",
}
"""Streams that speak of one user a row → the column that says of whom. All others are compared as a whole."""

_MOST = 10
"""At most one row in so many may be different; beyond that, looking at everything is hardly dearer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One stream of ``MEMBERS``. ``before`` and ``after``: its frames; ``removed`` and ``added``: their rows that are not
    on the other side; ``lines``: ``line`` and ``now`` (UInt32) of all others."""

    before: pl.DataFrame
    after: pl.DataFrame
    removed: pl.DataFrame
    added: pl.DataFrame
    lines: pl.DataFrame

    def touched(self, column: str) -> pl.Series:
        """What ``column`` says in rows that are different."""
        return pl.concat([self.removed[column], self.added[column]]).unique()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """``before`` and ``after``, and a ``Stretch`` for each stream of ``MEMBERS`` that they have."""

    before: Snapshot
    after: Snapshot
    stretches: Mapping[str, Stretch]


def sides_of(before: Snapshot, after: Snapshot) -> Sides | None:
    """None when more than people differs: streams, columns, ways of reading, schools, terms, courses, classes, the order of
    rows; when rows could not be read at all; or when very much does."""
    if before.version != after.version or before.streams.keys() != after.streams.keys():
        return None
    stretches = {}
    for name, now in after.streams.items():
        then = before.streams[name]
        if not _alike(then, now):
            return None
        if name not in MEMBERS:
            if not then.frame.equals(now.frame.select(then.frame.columns)):
                return None
        elif now.mode is Mode.BULK:
            stretch = _stretch(then.frame, now.frame, MEMBERS[name])
            if stretch is None:
                return None
            stretches[name] = stretch
    if not {"users", "enrollments"} <= stretches.keys():
        return None
    return Sides(before=before, after=after, stretches=stretches)


def _alike(then: Stream, now: Stream) -> bool:
    same = (then.mode, then.origin, then.columns) == (now.mode, now.origin, now.columns)
    readable = then.refused.is_empty() and now.refused.is_empty()
    return same and readable and now.mode is not Mode.DELTA and set(then.frame.columns) == set(now.frame.columns)


def _stretch(before: pl.DataFrame, after: pl.DataFrame, owner: str) -> Stretch | None:
    columns = sorted(set(before.columns) - {LINE})
    if owner not in columns:
        return None
    # two different rows of equal hashes would be taken for one; with 64 bits that is a night in many million
    old, new = (frame.select(columns).hash_rows(seed=7) for frame in (before, after))
    still, known = old.is_in(new.implode()), new.is_in(old.implode())
    if not old.filter(still).equals(new.filter(known)):
        return None
    removed, added = before.filter(~still), after.filter(~known)
    if max(removed.height, added.height) * _MOST > before.height:
        return None
    lines = pl.DataFrame({"line": before[LINE].filter(still), "now": after[LINE].filter(known)})
    return Stretch(before=before, after=after, removed=removed, added=added, lines=lines)
