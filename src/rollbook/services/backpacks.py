"""Backpacks: the files of one student, sealed at rest (section 9)."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from rollbook.core.backpack import KINDS, VISIBILITIES, judge_file, safe_name
from rollbook.core.errors import ConfigError, NotFound
from rollbook.engine.key import load_key
from rollbook.store.home import home_directory
from rollbook.store.models import BackpackFile, BackpackItem, Student

__all__ = ["KEPT", "MOST", "OpenFile", "bring_back", "open_file", "purge", "put", "take_out"]

KEPT: Final = dt.timedelta(days=90)
"""So long a file that was taken out can be brought back."""
MOST: Final = 500
"""Files a backpack."""
_NONCE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """A file as it was put in."""

    name: str
    media_type: str
    data: bytes


def put(
    *,
    student: Student,
    title: str,
    kind: str,
    visibility: str,
    file_name: str,
    data: bytes,
    by: str,
    now: dt.datetime,
) -> BackpackItem:
    """The file is in the student's backpack. Raises ConfigError, with a sentence, for a file or words that cannot be;
    then nothing was kept."""
    name = safe_name(file_name)
    try:
        media = judge_file(name, data)
    except ValueError as error:
        raise ConfigError(str(error), hint="Nothing was put into the backpack.") from None
    if kind not in KINDS or visibility not in VISIBILITIES:
        raise ConfigError("A file needs a kind, and who may see it.", hint="Choose them from the lists.")
    title = " ".join(title.split())[:200] or name
    here = BackpackItem.objects.filter(district=student.district_id, student=student, removed_at=None)
    if here.count() >= MOST:
        raise ConfigError(f"This backpack is full: it has {MOST} files.", hint="Take some out first.")
    with transaction.atomic():
        item = BackpackItem.objects.create(
            district_id=student.district_id,
            student=student,
            title=title,
            kind=kind,
            visibility=visibility,
            file_name=name,
            media_type=media,
            size=len(data),
            digest=hashlib.sha256(data).hexdigest(),
            created_at=now,
            created_by=by,
        )
        BackpackFile.objects.create(item=item, sealed=_seal(item.pk, data))
    return item


def open_file(*, student: Student, number: int) -> OpenFile:
    """The file, unsealed. Raises NotFound, also for a file that was taken out; ConfigError when the key is another one."""
    item = BackpackItem.objects.filter(
        district=student.district_id, student=student, pk=number, removed_at=None
    ).first()
    if item is None:
        raise _no_file()
    sealed = bytes(BackpackFile.objects.get(item=item).sealed)
    try:
        data = AESGCM(load_key(home_directory())).decrypt(sealed[:_NONCE], sealed[_NONCE:], _place(item.pk))
    except InvalidTag:
        raise ConfigError(
            "This file cannot be opened: it was sealed with another key, or it is damaged.",
            hint="Put back the key that was in use when it was stored (ROLLBOOK_KEY or rollbook.key).",
            detail={"item": item.pk},
        ) from None
    return OpenFile(name=item.file_name, media_type=item.media_type, data=data)


def take_out(*, student: Student, number: int, by: str, now: dt.datetime) -> None:
    """The file is hidden, and gone for good after ``KEPT``. Raises NotFound."""
    items = BackpackItem.objects.filter(district=student.district_id, student=student, pk=number, removed_at=None)
    if not items.update(removed_at=now, removed_by=by):
        raise _no_file()


def bring_back(*, student: Student, number: int) -> None:
    """A file that was taken out is there again. Raises NotFound when there is none, or its time was over."""
    items = BackpackItem.objects.filter(
        district=student.district_id, student=student, pk=number, removed_at__isnull=False
    )
    if not items.update(removed_at=None, removed_by=""):
        raise _no_file()


def purge(*, now: dt.datetime) -> int:
    """Files whose time was over are gone; how many."""
    over = list(BackpackItem.objects.filter(removed_at__lt=now - KEPT).values_list("pk", flat=True))
    with transaction.atomic():
        BackpackFile.objects.filter(item__in=over).delete()
        BackpackItem.objects.filter(pk__in=over).delete()
    return len(over)


def _seal(number: int, data: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(load_key(home_directory())).encrypt(nonce, data, _place(number))


def _place(number: int) -> bytes:
    """What binds a sealed file to its item, and keeps it apart from everything else that the key seals."""
    return f"rollbook backpack|{number}".encode()


def _no_file() -> NotFound:
    return NotFound("There is no such file in this backpack.", hint="Look at the student's backpack.")
