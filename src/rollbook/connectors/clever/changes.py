"""Clever's events as a fast path between whole readings (our digest: clever.md, section 6).

Events are a convenience: kept for 30 days, off until the app turns them on. So they are used only when it is sure that
none is missing: read backwards until one is older than the moment asked for. Otherwise everything is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from rollbook.connectors.clever.client import EVENTS, Clever, query_of
from rollbook.connectors.clever.composing import compose
from rollbook.connectors.clever.mapping import Mapped, map_collections
from rollbook.connectors.clever.pages import district_of
from rollbook.connectors.clever.wire import COLLECTIONS, decode_objects
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE, Mode, Snapshot

__all__ = ["read_changes"]

_PAGE = "1000"
_MOST_PAGES = 200
"""Beyond so many events a whole reading is the quicker way."""

_STREAM = {
    "schools": "orgs",
    "terms": "academicSessions",
    "courses": "courses",
    "sections": "classes",
    "users": "users",
}
_MEMBERSHIPS = {"roles": ("userSourcedId", "role", "orgSourcedId"), "enrollments": ("sourcedId",)}
"""Streams whose rows end without an event of their own: the key by which they are missed."""

Event = Mapping[str, Any]


def read_changes(api: Clever, policy: Policy, since: dt.datetime) -> Snapshot | None:
    """What changed after ``since`` (Mode.DELTA); None when the events cannot tell for sure.

    Reading the same events again gives the same rows: objects come whole, and the last word on each counts. What was
    deleted, or is no longer shared, is a row ``tobedeleted``; so is a role or a membership that an object had before.
    """
    events = _events_since(api, since)
    if events is None:
        return None
    latest, before = _sorted_out(events)
    district = district_of(api).with_columns(pl.lit(1, dtype=pl.UInt32).alias(LINE))
    now = map_collections({"districts": district, **_rows(latest)}, api.config, policy)
    past = map_collections({"districts": district, **_rows(before)}, api.config, policy)
    frames = {name: frame.with_columns(status=pl.lit("active")) for name, frame in now.frames.items() if name != "orgs"}
    frames["orgs"] = now.frames["orgs"].filter(pl.col("type") == "school").with_columns(status=pl.lit("active"))
    for stream, key in _MEMBERSHIPS.items():
        ended = past.frames[stream].join(now.frames[stream], on=key, how="anti", nulls_equal=True)
        ended = ended.unique(key, keep="first", maintain_order=True).with_columns(status=pl.lit("tobedeleted"))
        frames[stream] = pl.concat([frames[stream], ended])
    for collection, stream in _STREAM.items():
        frames[stream] = _with_deleted(frames[stream], latest, collection)
    return compose(Mapped(frames=frames, remarks=now.remarks), {}, Mode.DELTA)


@dataclass(frozen=True, slots=True)
class _Object:
    """What an event says of an object; ``data`` is None when it was deleted."""

    collection: str
    id: str
    data: Mapping[str, Any] | None


def _events_since(api: Clever, since: dt.datetime) -> list[Event] | None:
    """All events from ``since`` on, oldest first; None unless one is older, or when pages do not fit together."""
    query = {"ending_before": "last", "limit": _PAGE}
    pages: list[list[Event]] = []
    for _ in range(_MOST_PAGES):
        page, link = api.events(query)
        if not page or (pages and page[-1]["id"] >= pages[-1][0]["id"]):
            return None
        pages.append([*page])
        moments = [_moment(event) for event in page]
        if None in moments:
            return None
        if any(moment is not None and moment < since for moment in moments):
            every = [event for part in reversed(pages) for event in part]
            return [event for event in every if (moment := _moment(event)) is not None and moment >= since]
        if not link:
            return None
        query = query_of(link, EVENTS)
        if query.get("ending_before") != page[0]["id"]:
            return None
    return None


def _moment(event: Event) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(str(event.get("created")))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _sorted_out(events: Sequence[Event]) -> tuple[list[_Object], list[_Object]]:
    """The last word on each object, and every version that an update left behind."""
    latest: dict[tuple[str, str], _Object] = {}
    before: list[_Object] = []
    for event in events:
        collection, _, verb = event["type"].partition(".")
        if collection not in COLLECTIONS:
            continue
        body = event.get("data") or {}
        data = body.get("object") or {}
        key = data.get("id")
        if not isinstance(key, str):
            continue
        # the last word comes last, and in the order of the events that said it
        latest.pop((collection, key), None)
        latest[collection, key] = _Object(collection, key, None if verb == "deleted" else data)
        previous = event.get("previous_attributes") or body.get("previous_attributes")
        before.append(_Object(collection, key, {**data, **previous} if isinstance(previous, dict) else data))
    gone = {key for key, item in latest.items() if item.data is None}
    return list(latest.values()), [item for item in before if (item.collection, item.id) not in gone]


def _rows(objects: Sequence[_Object]) -> dict[str, pl.DataFrame]:
    """The objects that are there, as their collections, with ``_line``."""
    return {
        name: decode_objects([item.data for item in objects if item.collection == name and item.data], name)
        .with_row_index(LINE, offset=1)
        .with_columns(pl.col(LINE).cast(pl.UInt32))
        for name in COLLECTIONS
    }


def _with_deleted(frame: pl.DataFrame, latest: Sequence[_Object], collection: str) -> pl.DataFrame:
    """``frame`` and a row for everything that is gone: deleted, or a contact who is nobody's guardian any more."""
    here = set(frame["sourcedId"])
    gone = [item.id for item in latest if item.collection == collection and item.id not in here]
    if not gone:
        return frame
    rows = pl.DataFrame({"sourcedId": gone}).with_columns(
        pl.int_range(frame.height + 1, frame.height + 1 + len(gone), dtype=pl.UInt32).alias(LINE),
        status=pl.lit("tobedeleted"),
    )
    return pl.concat([frame, rows], how="diagonal")
