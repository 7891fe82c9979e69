"""Mails of announcements: sent one by one, tried again, and their state known for each person."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import structlog
from django.db import transaction

from rollbook.core.errors import TransientError
from rollbook.mail import sending
from rollbook.mail.render import Mail, render
from rollbook.services.letters import Delivered
from rollbook.store.models import AnnouncementMail, ContactMethod

__all__ = ["TRIES", "deliver", "try_again"]

TRIES: Final = 8
"""So often a mail is tried before it is given up: over a day and a half."""
_FIRST_WAIT: Final = dt.timedelta(minutes=10)
_AT_ONCE: Final = 1000
"""So many mails are sent in one call; the next goes on."""

_log = structlog.get_logger(__name__)


def deliver(*, now: dt.datetime) -> Delivered:
    """Every mail whose time has come has been tried once: sent, put off, given up after ``TRIES``, or unreachable when the
    person has no address any more. Without a mail server all wait. Workers share the mails: each is taken by one."""
    waiting = AnnouncementMail.objects.filter(state="waiting", is_lead=True, next_try_at__lte=now)
    if not sending.has_server() or not waiting.exists():
        return Delivered(sent=0, failed=0)
    sent = failed = 0
    try:
        with sending.server() as server:
            for _ in range(_AT_ONCE):
                outcome = _next(server, now)
                if outcome is None:
                    break
                sent, failed = sent + outcome, failed + (not outcome)
    except TransientError as error:  # the server does not answer at all: they wait, which is no try of any of them
        waiting.update(next_try_at=now + _FIRST_WAIT, error=str(error.detail["kind"]))
        failed += 1
    _log.info("announcement.delivered", sent=sent, failed=failed)
    return Delivered(sent=sent, failed=failed)


def try_again(*, announcement: int, district: int, now: dt.datetime) -> int:
    """Mails that were given up, or had no address, wait again; how many people."""
    with transaction.atomic():
        rows = AnnouncementMail.objects.filter(
            announcement=announcement, district=district, state__in=("failed", "unreachable")
        )
        reachable = ContactMethod.objects.filter(district=district, kind="email").exclude(delivery_state="bad")
        rows = rows.filter(person__in=reachable.values("person_id"))
        people = rows.values("person_id").distinct().count()
        rows.update(state="waiting", tries=0, next_try_at=now, error="")
    return people


def _next(server: Any, now: dt.datetime) -> bool | None:
    """One mail was sent (True) or not (False); None when there is none."""
    with transaction.atomic():
        mail = (
            AnnouncementMail.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("announcement__school", "announcement__classroom", "announcement__district")
            .filter(state="waiting", is_lead=True, next_try_at__lte=now)
            .order_by("next_try_at", "id")
            .first()
        )
        if mail is None:
            return None
        rows = AnnouncementMail.objects.filter(announcement=mail.announcement_id, person=mail.person_id)
        ways = ContactMethod.objects.filter(district=mail.district_id, person=mail.person_id, kind="email")
        way = ways.exclude(delivery_state="bad").order_by("owner", "id").first()
        if way is None:
            rows.update(state="unreachable")
            return False
        try:
            sending.post(_written(mail), way.value, server)
        except TransientError as error:
            is_over = mail.tries + 1 >= TRIES
            rows.update(
                state="failed" if is_over else "waiting",
                tries=mail.tries + 1,
                next_try_at=now + _FIRST_WAIT * 2 ** min(mail.tries, 8),
                error=str(error.detail["kind"]),
            )
            return False
        rows.update(state="sent", sent_at=now, tries=mail.tries + 1, error="")
        return True


def _written(mail: AnnouncementMail) -> Mail:
    told = mail.announcement
    places = [where.name for where in (told.classroom, told.school, told.district) if where is not None and where.name]
    return render(
        "announcement",
        told.title,
        {"title": told.title, "paragraphs": told.text.split("\n\n"), "place": " · ".join(places)},
    )
