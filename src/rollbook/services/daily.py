"""What the schedule asks for: the runs that are due."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction

from rollbook.core.errors import ConfigError
from rollbook.core.schedule import due, schedule_of
from rollbook.services import policies
from rollbook.services.scheduling import pause, request_run
from rollbook.store.models import SourceConnection, SyncRun

__all__ = ["ask_for_due"]

AHEAD: Final = dt.timedelta(seconds=60)
"""A run is asked for up to a minute early, and does not begin earlier than its moment: so that those of one minute do not
all begin when the minute does."""
BY: Final = "schedule"


def ask_for_due(*, now: dt.datetime) -> list[SyncRun]:
    """Every connection whose moment has come, or comes within a minute, has a run that waits; every connection with a
    schedule knows its next moment. Paused ones (an error that a person has to mend) have none.

    Two that ask at the same time ask for one run: the connection's row is theirs one after the other.
    """
    asked = []
    enabled = SourceConnection.objects.filter(settings__has_key="daily_sync", paused_at=None)
    stale = SourceConnection.objects.filter(next_due_at__isnull=False).exclude(pk__in=enabled)
    stale.update(next_due_at=None)
    for source in enabled.select_related("district").order_by("next_due_at", "id"):
        try:
            run = _ask(source, now)
        except ConfigError as error:  # one that cannot be read does not stop the others
            pause(source, because=error.message, now=now)
            continue
        if run is not None:
            asked.append(run)
    return asked


def _ask(source: SourceConnection, now: dt.datetime) -> SyncRun | None:
    """The run of one connection, if its moment has come."""
    schedule = schedule_of(
        policies.policy_of(source), source.district.timezone, f"{source.district.slug}/{source.name}"
    )
    said = due(schedule, source.next_due_at, now + AHEAD)
    if said.why is None and said.following == source.next_due_at:
        return None
    with transaction.atomic():
        kept = SourceConnection.objects.select_for_update().get(pk=source.pk)
        if kept.next_due_at != source.next_due_at or kept.paused_at is not None:  # another was here first
            return None
        SourceConnection.objects.filter(pk=kept.pk).update(next_due_at=said.following)
        if said.why is None or said.moment is None:
            return None
        return request_run(kept, by=BY, now=now, why=said.why, due_at=said.moment)
