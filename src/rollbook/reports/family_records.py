"""What hangs on one student beyond the roster, as pages tell it: backpack, interaction log, attributes (section 9)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F

from rollbook.store.models import (
    AttributeKind,
    BackpackItem,
    District,
    Guardianship,
    Interaction,
    Student,
    StudentAttribute,
)

__all__ = [
    "AttributeLine",
    "BackpackLine",
    "EntryLine",
    "KindLine",
    "attribute_kinds",
    "attributes_of",
    "backpack_of",
    "guardians_of",
    "interactions_of",
    "open_follow_ups",
    "student_name",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackpackLine:
    """One file. ``size`` in bytes; ``removed_at``: when it was taken out, None while it is in."""

    item: int
    title: str
    kind: str
    visibility: str
    file_name: str
    size: int
    put_at: dt.datetime
    put_by: str
    removed_at: dt.datetime | None
    removed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One entry of the interaction log. ``guardian`` is blank when it was with the student, or with nobody. ``is_open``:
    something is still to follow."""

    entry: int
    student: int
    student_name: str
    guardian: str
    channel: str
    on: dt.date
    note: str
    follow_up_on: dt.date | None
    is_open: bool
    followed_up: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeLine:
    """One attribute the student may have; ``value`` is blank where it has none."""

    kind: int
    name: str
    type: str
    is_sensitive: bool
    value: str
    changed_at: dt.datetime | None
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindLine:
    """One attribute of a district, and how many students have it."""

    kind: int
    name: str
    type: str
    is_sensitive: bool
    students: int


def backpack_of(student: Student) -> list[BackpackLine]:
    """The files of the student, the newest first, then those that were taken out. One query."""
    rows = BackpackItem.objects.filter(district=student.district_id, student=student)
    return [
        BackpackLine(
            item=row.pk,
            title=row.title,
            kind=row.kind,
            visibility=row.visibility,
            file_name=row.file_name,
            size=row.size,
            put_at=row.created_at,
            put_by=row.created_by,
            removed_at=row.removed_at,
            removed_by=row.removed_by,
        )
        for row in rows.order_by(F("removed_at").desc(nulls_first=True), "-created_at", "-pk")
    ]


def interactions_of(student: Student) -> list[EntryLine]:
    """The student's log, the newest first. One query."""
    rows = Interaction.objects.filter(district=student.district_id, student=student)
    return [_entry(row) for row in rows.select_related("person", "student").order_by("-on", "-pk")]


def open_follow_ups(district: District, *, limit: int) -> list[EntryLine]:
    """What is still to follow in the district, the most urgent first; at most ``limit``. One query."""
    rows = Interaction.objects.filter(district=district, follow_up_on__isnull=False, followed_up_at=None)
    return [_entry(row) for row in rows.select_related("person", "student").order_by("follow_up_on", "pk")[:limit]]


def guardians_of(student: Student) -> list[tuple[int, str]]:
    """id and name of the student's guardians. One query."""
    pairs = Guardianship.objects.filter(district=student.district_id, student=student, status="active")
    return [(pair.person_id, _human(pair.person)) for pair in pairs.select_related("person").order_by("pk")]


def attributes_of(student: Student, *, with_sensitive: bool) -> list[AttributeLine]:
    """Every attribute of the district with the student's value, by name. Two queries."""
    kinds = AttributeKind.objects.filter(district=student.district_id).order_by("name")
    if not with_sensitive:
        kinds = kinds.filter(is_sensitive=False)
    values = {
        one.kind_id: one for one in StudentAttribute.objects.filter(district=student.district_id, student=student)
    }
    lines = []
    for kind in kinds:
        one = values.get(kind.pk)
        lines.append(
            AttributeLine(
                kind=kind.pk,
                name=kind.name,
                type=kind.type,
                is_sensitive=kind.is_sensitive,
                value=one.value if one else "",
                changed_at=one.changed_at if one else None,
                changed_by=one.changed_by if one else "",
            )
        )
    return lines


def attribute_kinds(district: District, *, with_sensitive: bool) -> list[KindLine]:
    """The attributes of the district by name. One query."""
    rows = AttributeKind.objects.filter(district=district)
    if not with_sensitive:
        rows = rows.filter(is_sensitive=False)
    counted = rows.annotate(students=Count("values")).order_by("name")
    return [
        KindLine(kind=row.pk, name=row.name, type=row.type, is_sensitive=row.is_sensitive, students=row.students)
        for row in counted
    ]


def student_name(student: Student) -> str:
    """The name as a heading shows it."""
    return _human(student)


def _entry(row: Interaction) -> EntryLine:
    return EntryLine(
        entry=row.pk,
        student=row.student_id,
        student_name=_human(row.student),
        guardian=_human(row.person) if row.person else "",
        channel=row.channel,
        on=row.on,
        note=row.note,
        follow_up_on=row.follow_up_on,
        is_open=row.follow_up_on is not None and row.followed_up_at is None,
        followed_up=row.followed_up_by,
        by=row.created_by,
    )


def _human(row: object) -> str:
    return " ".join(filter(None, (getattr(row, "given_name", None), getattr(row, "family_name", None))))
