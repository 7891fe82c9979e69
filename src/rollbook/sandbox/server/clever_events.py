"""Clever's events: what changed from night to night, oldest first, as whole objects (clever.md §6)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from rollbook.sandbox.server.wire_clever import SETS

__all__ = ["EVENTS_SCHEMA", "events_between"]

EVENTS_SCHEMA = {"id": pl.String(), "set": pl.String(), "school": pl.String(), "json": pl.String()}
_STAMPS = frozenset({"created", "last_modified"})


def events_between(
    before: Mapping[str, pl.DataFrame], after: Mapping[str, pl.DataFrame], *, first: int
) -> pl.DataFrame:
    """The events of one night, columns ``EVENTS_SCHEMA``, ids ascending from number ``first``. Parents come before
    children; deletions the other way round. The exact order at Clever is unconfirmed."""
    found = [
        *(event for name in SETS for event in _written(name, before[name], after[name])),
        *(event for name in reversed(SETS) for event in _deleted(name, before[name], after[name])),
    ]
    # the moment of the night that somebody just let pass, for who asks what changed since a moment of real time
    at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    rows = []
    for number, (name, kind, row, previous) in enumerate(found, first):
        event_id = f"{number:024x}"
        event: dict[str, Any] = {"id": event_id, "type": f"{name}.{kind}", "created": at}
        event["data"] = {"object": json.loads(row["json"])}
        if previous is not None:
            event["previous_attributes"] = previous
        text = json.dumps(event, ensure_ascii=False)
        rows.append({"id": event_id, "set": name, "school": row["school"], "json": text})
    return pl.DataFrame(rows, schema=EVENTS_SCHEMA)


_Event = tuple[str, str, dict[str, Any], dict[str, Any] | None]


def _written(name: str, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[_Event]:
    old = before.select("id", old="json")
    changed = after.join(old, on="id", how="left", maintain_order="left").filter(
        pl.col("old").is_null() | (pl.col("old") != pl.col("json"))
    )
    for row in changed.iter_rows(named=True):
        if row["old"] is None:
            yield name, "created", row, None
            continue
        previous = _differences(json.loads(row["old"]), json.loads(row["json"]))
        if set(previous) - _STAMPS:
            yield name, "updated", row, previous


def _deleted(name: str, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[_Event]:
    for row in before.join(after, on="id", how="anti", maintain_order="left").iter_rows(named=True):
        yield name, "deleted", row, None


def _differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {field: old.get(field) for field in {**old, **new} if old.get(field) != new.get(field)}
