"""The interaction log: who was in touch with whom about a student, and what is to follow (section 9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.db import transaction

from rollbook.core.errors import ConfigError, NotFound
from rollbook.store.models import Guardianship, Interaction, Student

__all__ = ["CHANNELS", "add", "check", "finish", "remove"]

CHANNELS: Final = ("call", "meeting", "message", "e-mail", "letter", "visit", "other")
LONGEST: Final = 5000
"""Characters a note."""
_EARLIEST = dt.date(1990, 1, 1)


def check(
    *, channel: str, on: dt.date | None, note: str, follow_up_on: dt.date | None, today: dt.date
) -> Mapping[str, str]:
    """field → why what was typed cannot be; empty when all of it can."""
    said = {}
    if channel not in CHANNELS:
        said["channel"] = f"Choose one of {', '.join(CHANNELS)}."
    if on is None or not _EARLIEST <= on <= today:
        said["on"] = "Say when it was: a day up to today, such as 2026-09-01."
    if not note.strip():
        said["note"] = "Say in a sentence what it was about."
    elif len(note) > LONGEST:
        said["note"] = f"A note has at most {LONGEST:,} characters; this one has {len(note):,}."
    if follow_up_on is not None and (follow_up_on < today or follow_up_on > today.replace(day=1) + dt.timedelta(1100)):
        said["follow_up_on"] = "A follow-up is on a day from today on, within three years."
    return said


def add(
    *,
    student: Student,
    person: int | None,
    channel: str,
    on: dt.date,
    note: str,
    follow_up_on: dt.date | None,
    by: str,
    now: dt.datetime,
    today: dt.date,
) -> Interaction:
    """The contact stands in the student's log. ``person`` is a guardian of the student, or None.

    Raises ConfigError for what ``check`` refuses, NotFound for a person who is no guardian of this student.
    """
    said = check(channel=channel, on=on, note=note, follow_up_on=follow_up_on, today=today)
    if said:
        raise ConfigError(next(iter(said.values())), hint="Nothing was written down.")
    guardians = Guardianship.objects.filter(district=student.district_id, student=student)
    if person is not None and not guardians.filter(person=person).exists():
        raise NotFound("This person is no guardian of this student.", hint="Choose one of the student's guardians.")
    return Interaction.objects.create(
        district_id=student.district_id,
        student=student,
        person_id=person,
        channel=channel,
        on=on,
        note=note.strip(),
        follow_up_on=follow_up_on,
        created_at=now,
        created_by=by,
    )


def finish(*, student: Student, number: int, by: str, now: dt.datetime) -> None:
    """What was to follow has been done. A second time changes nothing. Raises NotFound."""
    with transaction.atomic():
        found = _find(student, number)
        if found.follow_up_on is not None and found.followed_up_at is None:
            found.followed_up_at, found.followed_up_by = now, by
            found.save(update_fields=["followed_up_at", "followed_up_by"])


def remove(*, student: Student, number: int, by: str) -> None:
    """An entry that its own writer takes back is gone. Raises NotFound for an entry of others."""
    with transaction.atomic():
        found = _find(student, number)
        if found.created_by != by:
            raise NotFound("There is no such entry of yours.", hint="Only who wrote an entry can take it back.")
        found.delete()


def _find(student: Student, number: int) -> Interaction:
    entries = Interaction.objects.select_for_update().filter(district=student.district_id, student=student, pk=number)
    found = entries.first()
    if found is None:
        raise NotFound("There is no such entry.", hint="Look at the student's interaction log.")
    return found
