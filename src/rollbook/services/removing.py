"""Take a source away that has brought nothing yet: a mistake of the set-up."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from django.db import connection as database
from django.db import transaction

from rollbook.core.errors import ConfigError
from rollbook.core.lifecycle import RunState
from rollbook.engine import artifacts
from rollbook.engine.locks import add_revision, lock_district
from rollbook.services import incoming, source_config, uploads
from rollbook.services.changelog import note_rows, note_values
from rollbook.store.models import Examination, SourceConnection, SourceLink, SyncRun

__all__ = ["Leaving", "preview", "remove"]

_AT_WORK = (RunState.QUEUED, RunState.PLANNING, RunState.APPLYING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What goes with a source: its plans, its matches of schools. ``applied``: runs that brought something; with any, the
    source stays."""

    plans: int
    schools: int
    applied: int


def preview(connection: SourceConnection) -> Leaving:
    """What would go. Nothing is changed."""
    runs = SyncRun.objects.of(connection.pk)
    applied = runs.exclude(applied_at=None).count()
    return Leaving(
        plans=runs.count() - applied,
        schools=SourceLink.objects.filter(connection=connection, kind="school").count(),
        applied=applied,
    )


def remove(connection: SourceConnection, *, by: str) -> Leaving:
    """The source, its secrets, its plans, its matches and what was handed over to it are gone; nothing of the directory is.

    Raises ConfigError, and then nothing changed: for one that has brought something (its history, its undo and what it
    manages rest on it), and while a run of it waits or is at work.
    """
    with transaction.atomic(), database.cursor() as cursor:
        lock_district(cursor, connection.district_id)
        kept = SourceConnection.objects.select_for_update().get(pk=connection.pk)
        runs = SyncRun.objects.of(kept.pk)
        going = preview(kept)
        if going.applied:
            raise ConfigError(
                f"Source {kept.name} has brought records, which belong to it: it cannot be removed.",
                hint="Switch its daily sync off in its settings instead.",
            )
        if runs.filter(state__in=_AT_WORK).exists():
            raise ConfigError(f"A run of source {kept.name} is waiting or at work.", hint="Cancel it first.")
        links = list(SourceLink.objects.filter(connection=kept).values_list("pk", flat=True))
        note_rows(district_id=kept.district_id, table="source_link", ids=links, op="delete", kind="school", by=by)
        SourceLink.objects.filter(pk__in=links).delete()
        rows = list(Examination.objects.filter(connection=kept).exclude(rows="").values_list("rows", flat=True))
        runs.delete()
        note_values(
            district_id=kept.district_id,
            table="source_connection",
            row_id=kept.pk,
            old={"name": kept.name, "kind": kept.kind, "config": source_config.hidden(kept.kind, kept.config)},
            new={"removed": True},
            by=by,
        )
        kept.delete()
        add_revision(cursor, connection.district_id)
    for name in rows:
        artifacts.remove(connection.district_id, name)
    uploads.forget(connection)
    shutil.rmtree(incoming.folder_of(connection), ignore_errors=True)
    return going
