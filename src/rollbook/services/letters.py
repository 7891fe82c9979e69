"""Mails to recipients: written where something happens, sent afterwards, tried again until they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import transaction

from rollbook.core.errors import TransientError
from rollbook.mail import sending
from rollbook.mail.render import Mail
from rollbook.store.models import Letter, Recipient

__all__ = ["Delivered", "deliver", "write"]

KEPT: Final = dt.timedelta(days=30)
"""So long a letter that was sent is kept, to show what was told."""
_FIRST_WAIT: Final = dt.timedelta(minutes=5)
_LONGEST_WAIT: Final = dt.timedelta(hours=6)
_AT_ONCE: Final = 200
"""So many letters are sent in one call; the next goes on."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one round of sending did."""

    sent: int
    failed: int


def write(recipient: Recipient, mail: Mail, *, now: dt.datetime) -> Letter:
    """The mail will be sent to ``recipient``, once what the caller does is committed."""
    return Letter.objects.create(
        recipient=recipient,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        created_at=now,
        next_try_at=now,
    )


def deliver(*, now: dt.datetime) -> Delivered:
    """Every letter whose time has come has been tried once; those that failed are tried again, after five minutes and
    then twice as long each time, up to six hours. Without a mail server nothing is tried, and letters wait.

    Workers share the letters: each is taken by one. Never raises for a mail that is not taken.
    """
    Letter.objects.filter(sent_at__lt=now - KEPT).delete()
    if not sending.has_server() or not Letter.objects.filter(sent_at=None, next_try_at__lte=now).exists():
        return Delivered(sent=0, failed=0)
    sent = failed = 0
    try:
        with sending.server() as server:
            for _ in range(_AT_ONCE):
                outcome = _next(server, now)
                if outcome is None:
                    break
                sent, failed = sent + outcome, failed + (not outcome)
    except TransientError as error:
        failed += _put_off_all(error, now)
    if sent or failed:
        _log.info("mail.delivered", sent=sent, failed=failed)
    return Delivered(sent=sent, failed=failed)


def _next(server: Any, now: dt.datetime) -> bool | None:
    """One letter was sent (True) or put off (False); None when there is none. A letter is locked while it is sent, and is
    free again when this process dies over it."""
    with transaction.atomic():
        letter = (
            Letter.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .filter(sent_at=None, next_try_at__lte=now)
            .order_by("next_try_at", "id")
            .first()
        )
        if letter is None:
            return None
        mail = Mail(subject=letter.subject, text=letter.text, html=letter.html)
        try:
            sending.post(mail, letter.recipient.address, server)
        except TransientError as error:
            _put_off([letter], error, now)
            return False
        Letter.objects.filter(pk=letter.pk).update(sent_at=now, tries=letter.tries + 1, error="")
        return True


def _put_off_all(error: TransientError, now: dt.datetime) -> int:
    """The server did not answer at all: every letter whose time has come waits."""
    with transaction.atomic():
        letters = list(
            Letter.objects.select_for_update(skip_locked=True).filter(sent_at=None, next_try_at__lte=now)[:_AT_ONCE]
        )
        _put_off(letters, error, now)
    return len(letters)


def _put_off(letters: Sequence[Letter], error: TransientError, now: dt.datetime) -> None:
    for letter in letters:
        letter.tries += 1
        letter.next_try_at = now + min(_FIRST_WAIT * 2 ** min(letter.tries - 1, 10), _LONGEST_WAIT)
        letter.error = str(error.detail["kind"])
    Letter.objects.bulk_update(letters, ["tries", "next_try_at", "error"])
    _log.warning("mail.failed", letters=len(letters), error=error.detail["kind"])
