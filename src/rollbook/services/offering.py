"""What pages know of a source's offer without waiting for it: as it is kept, and whether a worker is about to renew it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rollbook.services import examining, offers
from rollbook.services.examining import ExaminationKind
from rollbook.store.models import SourceConnection

__all__ = ["OfferState", "ask", "state_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferState:
    """``read_at``: when the source was read (None: never, or not kept). ``is_current``: nothing moved since the offer was
    taken. ``waits_since``: a worker was asked then, and is not done. ``problem``: why the last time came to nothing."""

    read_at: dt.datetime | None
    is_current: bool
    waits_since: dt.datetime | None
    problem: str


def state_of(*, connection: SourceConnection, now: dt.datetime) -> OfferState:
    """Four queries, whatever moved. An examination that nobody waits for any more counts as failed by ``examining``."""
    offer, is_current = offers.known(connection=connection, now=now)
    newest = examining.newest(connection, ExaminationKind.OFFER)
    waits = newest is not None and newest.ended_at is None and newest.asked_at > now - examining.PATIENCE
    return OfferState(
        read_at=offer.read_at if offer else None,
        is_current=is_current,
        waits_since=newest.asked_at if newest is not None and waits else None,
        problem=newest.problem if newest is not None else "",
    )


def ask(*, connection: SourceConnection, by: str, now: dt.datetime, read: bool) -> None:
    """A worker will renew the offer: of the source, read anew (``read``), or of what was read last."""
    examining.ask(connection, ExaminationKind.OFFER, by=by, now=now, question={"read": read})
