"""Plan, and apply what nothing holds: the daily run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rollbook.engine.receipt import Progress
from rollbook.services import applying, planning
from rollbook.services.applying import Applied
from rollbook.services.logbook import followed
from rollbook.services.planning import Planned
from rollbook.store.models import SourceConnection

__all__ = ["Synced", "sync"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """A run from reading to applied."""

    planned: Planned
    applied: Applied


@followed("sync")
def sync(
    *,
    connection: SourceConnection,
    by: str,
    now: dt.datetime,
    on: dt.date | None = None,
    progress: Progress | None = None,
) -> Synced:
    """The directory is true to the source, except for what waits for a person (R-10)."""
    planned = planning.make(connection=connection, by=by, now=now, on=on, progress=progress)
    applied = applying.apply(run=planned.run, by=by, now=now, planned=planned, progress=progress)
    return Synced(planned=planned, applied=applied)
