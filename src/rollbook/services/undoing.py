"""Take a run, or what a person did in one go, back, exactly (R-11)."""

from __future__ import annotations

import datetime as dt

import polars as pl

from rollbook.core.errors import ConfigError
from rollbook.engine import undo as engine
from rollbook.engine import unmerging
from rollbook.engine.effects import CONFLICT_SCHEMA
from rollbook.engine.merging import MERGES
from rollbook.engine.receipt import Progress, Receipt
from rollbook.engine.undo import UndoPlan
from rollbook.services import audit
from rollbook.services.logbook import followed
from rollbook.store.models import Act, SyncRun

__all__ = ["UndoPlan", "can_undo", "preview", "preview_act", "undo", "undo_act"]

_MERGE_KINDS = {name: kind for kind, name in MERGES.items()}


def preview(run: SyncRun) -> UndoPlan:
    """What undoing the run would do, and what stands in its way. Nothing is written."""
    return engine.preview(run)


@followed("undo")
def undo(
    *, run: SyncRun, by: str, now: dt.datetime, exclude_conflicts: bool = False, progress: Progress | None = None
) -> Receipt:
    """The directory is as it was before the run, byte for byte; later changes are in the way or are excluded. That
    it was asked for is in the audit, whatever becomes of it."""
    audit.note(
        audit.Deed.UNDO,
        by=by,
        district=run.district_id,
        subject="run",
        subject_id=run.pk,
        detail={"exclude": exclude_conflicts},
    )
    return engine.undo(run, by=by, now=now, exclude_conflicts=exclude_conflicts, progress=progress)


def can_undo(act: Act) -> bool:
    """Whether the act stands, and is none of the set-up's, which are taken back on their own pages, nor the parting of a
    merge."""
    parted = act.undoes is not None and unmerging.is_merge(act.undoes)
    return act.state == "done" and not parted and not engine.has_own_undo(act)


def preview_act(act: Act) -> UndoPlan:
    """What undoing the act would do, and what stands in its way. Nothing is written."""
    if not unmerging.is_merge(act):
        return engine.preview_act(act)
    parting = unmerging.preview_unmerge(act)
    conflicts = [(_MERGE_KINDS[act.kind], None, None, "merged again since")] * parting.blocked_by
    return UndoPlan(
        deed=str(act),
        deletes={},
        updates=parting.moves,
        inserts=parting.returns,
        conflicts=pl.DataFrame(conflicts, schema=CONFLICT_SCHEMA, orient="row"),
    )


def undo_act(*, act: Act, by: str, now: dt.datetime, exclude_conflicts: bool = False) -> Act:
    """The directory is as it was before the act, byte for byte; later changes are in the way or are excluded. The undo
    is an act, too, and can be undone. A merge comes apart by ``services.merging.unmerge``."""
    if unmerging.is_merge(act):
        return unmerging.unmerge(act, by=by, now=now)
    if act.undoes is not None and unmerging.is_merge(act.undoes):
        raise ConfigError("A merge that came apart is not put together by undoing that.", hint="Merge them again.")
    return engine.undo_act(act, by=by, now=now, exclude_conflicts=exclude_conflicts)
