"""One student as a page tells them: fields, guardians with their contacts, classes, the ids of the sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from rollbook.store.models import ContactMethod, Enrollment, Guardianship, SourceLink, Student, StudentSchool

__all__ = ["ClassLine", "Contact", "GuardianLine", "LinkLine", "PlaceLine", "StudentTold", "tell_student"]

FIELDS = (
    "given_name",
    "middle_name",
    "family_name",
    "preferred_given_name",
    "preferred_family_name",
    "student_number",
    "state_id",
    "grade",
    "email",
    "birth_on",
    "home_language",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One way to reach a guardian, and who may change it."""

    kind: str
    value: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianLine:
    """One guardian. ``account``: invitee, active, …; ``is_synced``: the tie came from a source. ``guardianship``: the
    tie."""

    guardianship: int
    person: int
    name: str
    relationship: str
    rights: str
    account: str
    is_synced: bool
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """One place in a classroom, now or before. ``teachers``: of the classroom. ``enrollment``: the place."""

    enrollment: int
    classroom: int
    name: str
    school: str
    status: str
    begins_on: dt.date | None
    ends_on: dt.date | None
    is_synced: bool
    teachers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """A school that the student is at."""

    school: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """One id of a source that is bound to the student."""

    source: str
    kind: str
    sourced_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentTold:
    """``fields``: column → value as text, only those that have one. ``links``: none for a hand-added student."""

    student: int
    name: str
    status: str
    archived: str
    fields: Mapping[str, str]
    schools: tuple[PlaceLine, ...]
    guardians: tuple[GuardianLine, ...]
    classes: tuple[ClassLine, ...]
    links: tuple[LinkLine, ...]


def tell_student(student: Student) -> StudentTold:
    """All of that in six queries."""
    district = student.district_id
    places = StudentSchool.objects.filter(district=district, student=student, status="active").select_related("school")
    links = SourceLink.objects.filter(district=district, kind="student", object_id=student.pk)
    return StudentTold(
        student=student.pk,
        name=_human(student.given_name, student.family_name),
        status=student.status,
        archived=" · ".join(filter(None, (student.archived_by, student.archive_reason))),
        fields={name: str(value) for name in FIELDS if (value := getattr(student, name)) not in (None, "")},
        schools=tuple(
            PlaceLine(school=place.school_id, name=place.school.name or "") for place in places.order_by("school__name")
        ),
        guardians=_guardians(student),
        classes=_classes(student),
        links=tuple(
            LinkLine(source=link.connection.name, kind=link.connection.kind, sourced_id=link.sourced_id)
            for link in links.select_related("connection").order_by("pk")
            if link.connection
        ),
    )


def _guardians(student: Student) -> tuple[GuardianLine, ...]:
    pairs = Guardianship.objects.filter(district=student.district_id, student=student, status="active")
    rows = list(pairs.select_related("person").order_by("pk"))
    contacts: dict[int, list[Contact]] = {}
    ways = ContactMethod.objects.filter(district=student.district_id, person__in=[row.person_id for row in rows])
    for way in ways.order_by("kind", "owner"):
        contacts.setdefault(way.person_id, []).append(Contact(kind=way.kind, value=way.value, owner=way.owner))
    return tuple(
        GuardianLine(
            guardianship=row.pk,
            person=row.person_id,
            name=_human(row.person.given_name, row.person.family_name),
            relationship=row.relationship or "guardian",
            rights=row.rights or "",
            account=row.person.account_state,
            is_synced=row.connection_id is not None,
            contacts=tuple(contacts.get(row.person_id, ())),
        )
        for row in rows
    )


def _classes(student: Student) -> tuple[ClassLine, ...]:
    district = student.district_id
    seats = Enrollment.objects.filter(district=district, student=student).select_related("classroom__school")
    rows = list(seats.order_by("status", "classroom__name", "pk"))
    teachers: dict[int, list[str]] = {}
    staff = Enrollment.objects.filter(
        district=district, classroom__in=[row.classroom_id for row in rows], person__isnull=False, status="active"
    )
    for seat in staff.select_related("person").order_by("-is_primary", "pk"):
        if seat.person is not None:
            teachers.setdefault(seat.classroom_id, []).append(_human(seat.person.given_name, seat.person.family_name))
    return tuple(
        ClassLine(
            enrollment=row.pk,
            classroom=row.classroom_id,
            name=row.classroom.name or "",
            school=row.classroom.school.name or "",
            status=row.status,
            begins_on=row.begins_on,
            ends_on=row.ends_on,
            is_synced=row.connection_id is not None,
            teachers=tuple(teachers.get(row.classroom_id, ())),
        )
        for row in rows
    )


def _human(given: str | None, family: str | None) -> str:
    return " ".join(filter(None, (given, family)))
