"""The rounds that workers make: alarms after each run and every few minutes, digests, letters."""

from __future__ import annotations

import datetime as dt

from rollbook.services import alarms, digests
from rollbook.services.alarms import Looked
from rollbook.store.models import SyncRun

__all__ = ["after_run", "go_round"]


def after_run(run_id: int, *, now: dt.datetime) -> Looked:
    """The alarms of the run's source are up to date; what is to be told is written. Nothing is sent: the next round of
    ``letters.deliver`` does, so that no run waits for a mail server."""
    run = SyncRun.objects.select_related("connection__district").get(pk=run_id)
    return alarms.look(now=now, connections=[run.connection])


def go_round(*, now: dt.datetime) -> Looked:
    """Every source has been looked at, since silence makes no run, and digests that are due are written."""
    looked = alarms.look(now=now)
    digests.write_due(now=now)
    return looked
