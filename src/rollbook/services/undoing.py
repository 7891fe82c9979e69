"""Take a run back, exactly (R-11)."""

from __future__ import annotations

import datetime as dt

from rollbook.engine import undo as engine
from rollbook.engine.receipt import Progress, Receipt
from rollbook.engine.undo import UndoPlan
from rollbook.services.logbook import followed
from rollbook.store.models import SyncRun

__all__ = ["UndoPlan", "preview", "undo"]


def preview(run: SyncRun) -> UndoPlan:
    """What undoing the run would do, and what stands in its way. Nothing is written."""
    return engine.preview(run)


@followed("undo")
def undo(
    *, run: SyncRun, by: str, now: dt.datetime, exclude_conflicts: bool = False, progress: Progress | None = None
) -> Receipt:
    """The directory is as it was before the run, byte for byte; later changes are in the way or are excluded."""
    return engine.undo(run, by=by, now=now, exclude_conflicts=exclude_conflicts, progress=progress)
