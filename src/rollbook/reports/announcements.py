"""Announcements and whom they reached, as pages and files tell it (section 9)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
from django.db.models import Count, Q

from rollbook.core.errors import NotFound
from rollbook.store.models import Announcement, AnnouncementMail, District

__all__ = ["AnnouncementLine", "PersonLine", "announcement", "announcements", "people", "sheet"]

STATES = ("sent", "waiting", "failed", "unreachable")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementLine:
    """One announcement. ``place``: of the classroom, the school or the district. ``sent`` … ``unreachable``: people."""

    announcement: int
    title: str
    text: str
    place: str
    at: dt.datetime
    by: str
    sent: int
    waiting: int
    failed: int
    unreachable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person of the audience, on behalf of ``students``."""

    person: int
    name: str
    students: tuple[str, ...]
    state: str
    sent_at: dt.datetime | None
    error: str


def announcements(district: District, *, limit: int) -> list[AnnouncementLine]:
    """The newest announcements, at most ``limit``. One query."""
    return [_line(row) for row in _counted(district).order_by("-created_at", "-pk")[:limit]]


def announcement(district: District, number: int) -> AnnouncementLine:
    """The district's announcement of that number. One query. Raises NotFound."""
    found = _counted(district).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound("There is no such announcement here.", hint="Look at the list of announcements.")
    return _line(found)


def people(district: District, number: int, *, state: str, offset: int, limit: int) -> tuple[int, list[PersonLine]]:
    """How many people have the ``state`` (blank: any), and those of one page, by name. Three queries."""
    leads = AnnouncementMail.objects.filter(district=district, announcement=number, is_lead=True)
    if state in STATES:
        leads = leads.filter(state=state)
    rows = list(
        leads.select_related("person").order_by("person__family_name", "person__given_name", "pk")[
            offset : offset + limit
        ]
    )
    children: dict[int, list[str]] = {}
    pairs = AnnouncementMail.objects.filter(
        district=district, announcement=number, person__in=[row.person_id for row in rows]
    )
    for pair in pairs.select_related("student").order_by("student__given_name", "pk"):
        children.setdefault(pair.person_id, []).append(_human(pair.student))
    return leads.count(), [
        PersonLine(
            person=row.person_id,
            name=_human(row.person),
            students=tuple(children.get(row.person_id, ())),
            state=row.state,
            sent_at=row.sent_at,
            error=row.error,
        )
        for row in rows
    ]


def sheet(district: District, number: int) -> pl.DataFrame:
    """One row a person and student: ``guardian``, ``student``, ``state``, ``sent_at``, ``tries``. One query."""
    rows = AnnouncementMail.objects.filter(district=district, announcement=number).select_related("person", "student")
    told = [
        (_human(row.person), _human(row.student), row.state, row.sent_at.isoformat() if row.sent_at else "", row.tries)
        for row in rows.order_by("person__family_name", "person__given_name", "pk")
    ]
    shape = {"guardian": pl.String, "student": pl.String, "state": pl.String, "sent_at": pl.String, "tries": pl.Int64}
    return pl.DataFrame(told, schema=shape, orient="row")


def _counted(district: District):  # type: ignore[no-untyped-def]  # a queryset with annotations has no name
    return (
        Announcement.objects.filter(district=district)
        .select_related("district", "school", "classroom")
        .annotate(**{state: Count("mails", filter=Q(mails__state=state, mails__is_lead=True)) for state in STATES})
    )


def _line(row: Announcement) -> AnnouncementLine:
    places = [where.name for where in (row.classroom, row.school, row.district) if where is not None and where.name]
    counts = {state: int(getattr(row, state)) for state in STATES}
    return AnnouncementLine(
        announcement=row.pk,
        title=row.title,
        text=row.text,
        place=" · ".join(places[:2]),
        at=row.created_at,
        by=row.created_by,
        sent=counts["sent"],
        waiting=counts["waiting"],
        failed=counts["failed"],
        unreachable=counts["unreachable"],
    )


def _human(row: object) -> str:
    return " ".join(filter(None, (getattr(row, "given_name", None), getattr(row, "family_name", None))))
