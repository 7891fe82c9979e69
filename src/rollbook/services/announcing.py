"""Announcements to families: whom they reach, and how far they have come (section 9).

The audience are the guardians of active students of the place (C-1): one mail a guardian, however many children. A
guardian without rights is never written to (custody rule), nor is an account that was switched off.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from rollbook.core.errors import ConfigError, NotFound
from rollbook.store.models import Announcement, Classroom, District, School

__all__ = ["LONGEST_TEXT", "LONGEST_TITLE", "Audience", "Place", "announce", "audience", "check", "place"]

LONGEST_TITLE: Final = 150
LONGEST_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose families are meant: of the district, of one school, of one classroom (with its school)."""

    district: District
    school: School | None = None
    classroom: Classroom | None = None

    @property
    def name(self) -> str:
        """The name of the narrowest."""
        inner = self.classroom or self.school or self.district
        return inner.name or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """``students``: active ones of the place; ``guardians`` of them who get a mail; ``unreachable``: guardians without an
    e-mail address; ``alone``: students of whom no guardian gets one."""

    students: int
    guardians: int
    unreachable: int
    alone: int


def place(district: District, *, school: int | None = None, classroom: int | None = None) -> Place:
    """The place of that school, or of that classroom. Two queries at most. Raises NotFound, also for another district's."""
    room = None
    if classroom is not None:
        room = Classroom.objects.select_related("school").filter(district=district, pk=classroom).first()
        if room is None:
            raise NotFound("There is no such classroom here.", hint="Look for it in the directory.")
        return Place(district=district, school=room.school, classroom=room)
    if school is not None:
        found = School.objects.filter(district=district, pk=school).first()
        if found is None:
            raise NotFound("There is no such school here.", hint="Look for it in the directory.")
        return Place(district=district, school=found)
    return Place(district=district)


def check(*, title: str, text: str) -> dict[str, str]:
    """field → why what was typed cannot be sent."""
    said = {}
    if not title.strip() or len(title) > LONGEST_TITLE or not title.isprintable():
        said["title"] = f"Give it a title: one line of at most {LONGEST_TITLE} characters."
    if not text.strip():
        said["text"] = "Write what families shall know."
    elif len(text) > LONGEST_TEXT:
        said["text"] = f"It has {len(text):,} characters; {LONGEST_TEXT:,} can be sent."
    return said


def audience(where: Place) -> Audience:
    """Whom an announcement would reach now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH pair AS ({_PAIRS}) SELECT (SELECT count(*) FROM ({_STUDENTS}) s),
            count(DISTINCT person_id) FILTER (WHERE has_address), count(DISTINCT person_id) FILTER (WHERE NOT has_address),
            count(DISTINCT student_id) FILTER (WHERE has_address) FROM pair""",
            _values(where),
        )
        students, guardians, unreachable, reached = cursor.fetchone()
    return Audience(students=students, guardians=guardians, unreachable=unreachable, alone=students - reached)


def announce(*, where: Place, title: str, text: str, by: str, now: dt.datetime) -> Announcement:
    """The announcement stands, and a mail waits for each guardian who has an address; ``announcement_mails.deliver`` sends
    them. One transaction, three statements. Raises ConfigError for what ``check`` refuses, and for an audience of nobody.
    """
    if said := check(title=title, text=text):
        raise ConfigError(next(iter(said.values())), hint="Nothing was sent.")
    with transaction.atomic(), connection.cursor() as cursor:
        made = Announcement.objects.create(
            district=where.district,
            school=where.school,
            classroom=where.classroom,
            title=title.strip(),
            text=text.strip(),
            created_at=now,
            created_by=by,
        )
        cursor.execute(
            f"""INSERT INTO announcement_mail
                (announcement_id, district_id, person_id, student_id, is_lead, state, next_try_at, tries, error)
            SELECT %(announcement)s, %(district)s, person_id, student_id,
                row_number() OVER (PARTITION BY person_id ORDER BY student_id) = 1,
                CASE WHEN has_address THEN 'waiting' ELSE 'unreachable' END, %(now)s, 0, ''
            FROM ({_PAIRS}) pair""",
            {**_values(where), "announcement": made.pk, "now": now},
        )
        if not cursor.rowcount:
            raise ConfigError(
                "Nobody would get this: no active student here has a guardian.", hint="Choose another place."
            )
    return made


_STUDENTS: Final = """SELECT s.id FROM student s WHERE s.district_id = %(district)s AND s.status = 'active'
    AND (%(school)s::bigint IS NULL OR EXISTS (SELECT FROM student_school p
        WHERE p.district_id = s.district_id AND p.student_id = s.id AND p.school_id = %(school)s AND p.status = 'active'))
    AND (%(classroom)s::bigint IS NULL OR EXISTS (SELECT FROM enrollment e WHERE e.district_id = s.district_id
        AND e.student_id = s.id AND e.classroom_id = %(classroom)s AND e.status = 'active'))"""
"""The active students of a place. A child of a classroom is meant although another school has it."""

_PAIRS: Final = f"""SELECT g.person_id, g.student_id, EXISTS (SELECT FROM contact_method c
        WHERE c.district_id = g.district_id AND c.person_id = g.person_id AND c.kind = 'email'
        AND c.delivery_state <> 'bad') AS has_address
    FROM guardianship g JOIN ({_STUDENTS}) s ON s.id = g.student_id
    JOIN person p ON p.id = g.person_id AND p.account_state <> 'disabled'
    WHERE g.district_id = %(district)s AND g.status = 'active' AND g.rights IS DISTINCT FROM 'none'"""
"""Each active student of a place with each guardian who may know of it."""


def _values(where: Place) -> dict[str, Any]:
    in_school = where.school if where.classroom is None else None
    return {
        "district": where.district.pk,
        "school": in_school.pk if in_school else None,
        "classroom": where.classroom.pk if where.classroom else None,
    }
