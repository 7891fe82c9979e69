"""Looks at a source that may take long: asked for here, carried out by a worker, and kept for the pages. They change
nothing of the source, the settings or the directory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import structlog
from django.db import transaction
from procrastinate import App
from procrastinate.contrib.django.django_connector import DjangoConnector

from rollbook.core.errors import NotFound, RollbookError
from rollbook.engine import artifacts
from rollbook.services import offers, receipts, self_check, setting_effects
from rollbook.store.models import District, Examination, SourceConnection

__all__ = ["PATIENCE", "QUEUE", "TASK", "ExaminationKind", "ask", "carry_out", "examination", "keep", "newest"]

TASK: Final = "rollbook.examine"
QUEUE: Final = "examinations"
PATIENCE: Final = dt.timedelta(minutes=30)
"""After so long nobody waits any more: its worker is gone, or the source hangs."""
_KEPT: Final = 3
"""So many of a kind are kept for a source: the newest, the one a page may still show, and one to compare with."""
_QUEUES: Final = App(connector=DjangoConnector())
_log = structlog.get_logger(__name__)


class ExaminationKind(StrEnum):
    """What is looked at."""

    CONNECTION = "connection"
    """Test connection: whether it works and what is shared (S-5)."""
    SELF_CHECK = "self_check"
    """What should be looked at before a run (section 6)."""
    EFFECT = "effect"
    """What settings that are not saved would do to the newest reading (section 5)."""
    OFFER = "offer"
    """Which schools and classes the source offers (steps 3 and 4); ``question``: ``read`` it, or take what was read."""


Found = tuple[Mapping[str, Any], str]
"""What is kept of an examination: its result, and the name of the artifact with the rows behind it (or blank)."""

_WORK: Final[Mapping[ExaminationKind, Callable[[Examination], Found]]] = {
    ExaminationKind.CONNECTION: receipts.take,
    ExaminationKind.SELF_CHECK: self_check.take,
    ExaminationKind.EFFECT: setting_effects.take,
    ExaminationKind.OFFER: offers.examine,
}


def ask(
    connection: SourceConnection,
    kind: ExaminationKind,
    *,
    by: str,
    now: dt.datetime,
    question: Mapping[str, Any] | None = None,
) -> Examination:
    """The examination waits for a worker; the one that was asked for with the same question already, if it is not over.

    Older ones of its kind are gone but for the last few; one that nobody waits for any more is over.
    """
    asked = dict(question or {})
    with transaction.atomic():
        SourceConnection.objects.select_for_update().get(pk=connection.pk)
        mine = Examination.objects.filter(connection=connection, kind=kind).order_by("-id")
        _give_up(mine.filter(ended_at=None, asked_at__lt=now - PATIENCE), now)
        waiting = mine.filter(ended_at=None, question=asked).first()
        if waiting is not None:
            return waiting
        for old in mine.exclude(ended_at=None)[_KEPT - 1 :]:
            if old.rows:
                artifacts.remove(old.district_id, old.rows)
            old.delete()
        found = Examination.objects.create(
            district_id=connection.district_id,
            connection=connection,
            kind=kind,
            question=asked,
            asked_at=now,
            asked_by=by,
        )
        job = _QUEUES.configure_task(TASK, queue=QUEUE).defer(examination_id=found.pk)
        Examination.objects.filter(pk=found.pk).update(job=job)
        found.job = job
    return found


def carry_out(examination_id: int, *, now: Callable[[], dt.datetime]) -> bool:
    """The examination is over, with what was found or why nothing was. False when it was not there to be carried out.

    Nothing is raised for what a source, a setting or a file can do.
    """
    if not Examination.objects.filter(pk=examination_id, ended_at=None).update(began_at=now()):
        return False
    found = Examination.objects.select_related("connection__district").get(pk=examination_id)
    result: Mapping[str, Any] = {}
    rows, problem = "", ""
    try:
        result, rows = _WORK[ExaminationKind(found.kind)](found)
    except RollbookError as error:
        problem = f"{error.message} {error.hint}".strip()
    kept = Examination.objects.filter(pk=examination_id, ended_at=None)
    if not kept.update(ended_at=now(), result=result, rows=rows, problem=problem) and rows:
        artifacts.remove(found.district_id, rows)  # nobody waited for it any more
    _log.info("examination.ended", kind=found.kind, connection=found.connection_id, has_failed=bool(problem))
    return True


def keep(
    connection: SourceConnection, kind: ExaminationKind, result: Mapping[str, Any], *, by: str, now: dt.datetime
) -> None:
    """What somebody found out by themselves, at the command line, is the newest examination of its kind."""
    Examination.objects.create(
        district_id=connection.district_id,
        connection=connection,
        kind=kind,
        asked_at=now,
        asked_by=by,
        began_at=now,
        ended_at=now,
        result=dict(result),
    )


def newest(connection: SourceConnection, kind: ExaminationKind) -> Examination | None:
    """The newest of its kind that was asked for; it may not be over."""
    return Examination.objects.filter(connection=connection, kind=kind).order_by("-id").first()


def examination(district: District, number: int) -> Examination:
    """The district's examination of that number. Raises NotFound, also for one of another district."""
    found = Examination.objects.filter(district=district, pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no examination {number} here.", hint="Ask for it again.")
    return found


def _give_up(lost: Any, now: dt.datetime) -> None:
    minutes = int(PATIENCE.total_seconds() // 60)
    lost.update(
        ended_at=now, problem=f"It did not end within {minutes} minutes. Look whether a worker runs: rollbook status."
    )
