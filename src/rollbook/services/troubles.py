"""What a source fails with, noted while it fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F

from rollbook.core.errors import DataError, LeaseLost, PlanStale, RollbookError
from rollbook.store.models import SourceConnection, SourceTrouble

__all__ = ["noting"]

_NOT_THE_SOURCE = (LeaseLost, PlanStale)


@contextmanager
def noting(connection: SourceConnection, *, now: dt.datetime) -> Iterator[None]:
    """What reading the source inside the block fails with is noted, and raised on; a block that succeeds ends what was
    noted before. ``now``: when the reading began."""
    try:
        yield
    except RollbookError as error:
        if not isinstance(error, _NOT_THE_SOURCE):
            _note(connection, error, now)
        raise
    SourceTrouble.objects.filter(connection=connection).delete()


def _note(connection: SourceConnection, error: RollbookError, now: dt.datetime) -> None:
    """Message and hint are for administrators, and never hold a name, a contact or a birth date (``core.errors``)."""
    codes: list[str] = []
    if isinstance(error, DataError) and error.findings is not None:
        codes = sorted(error.findings["code"].unique())
    with transaction.atomic():
        trouble, is_new = SourceTrouble.objects.select_for_update().get_or_create(
            connection=connection,
            defaults={"code": error.code, "sentence": error.message, "since": now, "last_at": now},
        )
        SourceTrouble.objects.filter(pk=trouble.pk).update(
            code=error.code,
            sentence=error.message,
            hint=error.hint,
            findings=codes,
            is_suspended=bool(error.detail.get("suspended")),
            last_at=now,
            times=1 if is_new else F("times") + 1,
        )
