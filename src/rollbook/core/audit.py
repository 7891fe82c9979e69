"""The audit as values: what an entry is, and how each is chained to the one before it (T-4)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["GENESIS", "Break", "Chained", "Deed", "digest_of", "first_break"]

GENESIS: Final = "0" * 64
"""What the first entry of a chain says is before it."""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Deed(StrEnum):
    """What was done."""

    SIGN_IN = "sign-in"
    SIGN_IN_FAILED = "sign-in failed"
    LINK = "sign-in link made"
    ACCOUNT = "account changed"
    GRANT = "permission granted"
    REVOKE = "permission revoked"
    SETTING = "setting changed"
    BY_HAND = "directory changed by hand"
    APPROVE = "hold approved"
    REJECT = "hold rejected"
    WAIT = "hold left waiting"
    APPLY = "apply"
    UNDO = "undo"
    ARCHIVE = "archive"
    RESTORE = "restore"
    MERGE = "merge"
    UNMERGE = "merge undone"
    LIST = "list of people seen"
    EXPORT = "export"
    KEY = "key rotated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """One entry with its link. ``district`` is 0 for the installation's own chain; ``subject_id`` 0 where there is
    none; ``detail`` is the very text that is stored."""

    district: int
    number: int
    at: dt.datetime
    actor: str
    deed: str
    subject: str
    subject_id: int
    detail: str
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry of a chain that is not as it was written, and how one can tell."""

    number: int
    why: str


def digest_of(entry: Chained) -> str:
    """SHA-256 over the link to the entry before and every field, each with its length in front, so that nothing can move
    from one field into the next. The database computes the same when it takes an entry in."""
    fields = (
        entry.previous,
        str(entry.district),
        str(entry.number),
        str((entry.at - _EPOCH) // dt.timedelta(microseconds=1)),
        entry.actor,
        entry.deed,
        entry.subject,
        str(entry.subject_id),
        entry.detail,
    )
    digest = hashlib.sha256()
    for field in fields:
        data = field.encode()
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def first_break(entries: Iterable[Chained]) -> Break | None:
    """The first entry that was changed, taken out or put in, of a whole chain in order of its numbers; None when all are
    as they were written."""
    before = GENESIS
    for number, entry in enumerate(entries, 1):
        if entry.number != number:
            return Break(number, f"entry {number} is missing")
        if entry.previous != before:
            return Break(number, f"entry {number} does not follow the one before it")
        if digest_of(entry) != entry.digest:
            return Break(number, f"entry {number} was changed")
        before = entry.digest
    return None
