"""Where each field of an object comes from: which source or person, since when, and who may change it (O-3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rollbook.services.policies import policy_of
from rollbook.store.models import ChangeLog, District, SourceConnection, SourceLink, SyncRun

__all__ = ["Origin", "provenance"]

_RECORD_KINDS: Final[Mapping[str, tuple[str, ...]]] = {"person": ("staff", "guardian", "person")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one value comes from. ``source``, ``kind``: the connection that set it, and its connector (blank: a person
    did, or nobody knows any more). ``by``: who, when a person did. ``at``: since when (None: from before there was a
    history). ``run``: the run that set it. ``owner``: who decides it from now on: source, school or person."""

    source: str
    kind: str
    by: str
    at: dt.datetime | None
    run: int | None
    owner: str


def provenance(
    *, district: District, kind: str, object_id: int, created_run: int | None, fields: Sequence[str]
) -> Mapping[str, Origin]:
    """field → its origin, for an object of ``kind`` (student, person, classroom, school) that the run ``created_run``
    made (None: a person). Four queries, however long the history."""
    links = SourceLink.objects.filter(district=district, kind=kind, object_id=object_id, connection__isnull=False)
    sources = list(
        SourceConnection.objects.filter(pk__in=links.values("connection_id")).select_related("district").order_by("pk")
    )
    owners = policy_of(sources[0]).field_owners if sources else {}
    latest = _latest(district, kind, object_id, set(fields))
    runs = {row["run_id"] for row in latest.values()} | {created_run}
    made = SyncRun.objects.select_related("connection").in_bulk([key for key in runs if key is not None])
    return {
        name: _origin(
            latest.get(name),
            made,
            created_run,
            owners.get(f"{kind}.{name}", owners.get(name, "source")) if sources else "school",
        )
        for name in fields
    }


def _latest(district: District, kind: str, object_id: int, fields: set[str]) -> dict[str, Any]:
    """field → the newest line of the log that set it."""
    log = ChangeLog.objects.filter(
        district=district,
        kind__in=_RECORD_KINDS.get(kind, (kind,)),
        record_id=object_id,
        table=kind,
        row_id=object_id,
        new__isnull=False,
    )
    found: dict[str, Any] = {}
    for row in log.order_by("-id").values("run_id", "at", "by", "new")[:_MOST]:
        for name in fields & set(row["new"] or ()):
            found.setdefault(name, row)
        if len(found) == len(fields):
            break
    return found


_MOST: Final = 200
"""So many lines of the log are looked through, the newest."""


def _origin(row: Any, runs: Mapping[int, SyncRun], created_run: int | None, owner: str) -> Origin:
    run = runs.get(row["run_id"] if row is not None else created_run or 0)
    if row is not None and row["run_id"] is None:
        return Origin(source="", kind="", by=row["by"], at=row["at"], run=None, owner=owner)
    if run is None:
        return Origin(source="", kind="", by="", at=row["at"] if row is not None else None, run=None, owner=owner)
    at = row["at"] if row is not None else run.applied_at or run.created_at
    return Origin(source=run.connection.name, kind=run.connection.kind, by="", at=at, run=run.pk, owner=owner)
