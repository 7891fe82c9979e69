"""One person as a page tells them: staff, guardian, or both (R-3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from rollbook.reports.reaching import Contact, contacts, human
from rollbook.reports.student_page import LinkLine
from rollbook.store.models import Enrollment, Guardianship, Person, SourceLink, StaffRole

__all__ = ["PERSON_FIELDS", "ChildLine", "PersonTold", "RoleLine", "SeatLine", "tell_person"]

PERSON_FIELDS = (
    "given_name",
    "middle_name",
    "family_name",
    "preferred_given_name",
    "preferred_family_name",
    "language",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """What the person is or was at a school (None: in the district)."""

    role: str
    school: int | None
    school_name: str
    status: str
    is_synced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLine:
    """A classroom that the person is or was in."""

    classroom: int
    name: str
    school: str
    role: str
    is_primary: bool
    status: str
    begins_on: dt.date | None
    ends_on: dt.date | None
    is_synced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLine:
    """A student whose guardian the person is or was."""

    guardianship: int
    student: int
    name: str
    grade: str
    student_status: str
    relationship: str
    rights: str
    status: str
    is_synced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTold:
    """``fields``: column → value as text, only those that have one. ``disabled``: by whom the account was, if it was.
    ``links``: none for a person added by hand."""

    person: int
    name: str
    account: str
    disabled: str
    fields: Mapping[str, str]
    contacts: tuple[Contact, ...]
    roles: tuple[RoleLine, ...]
    seats: tuple[SeatLine, ...]
    children: tuple[ChildLine, ...]
    links: tuple[LinkLine, ...]


def tell_person(person: Person) -> PersonTold:
    """All of that in five queries."""
    district, mine = person.district, {"district": person.district_id, "person": person}
    roles = StaffRole.objects.filter(**mine).select_related("school").order_by("status", "pk")
    seats = Enrollment.objects.filter(**mine).select_related("classroom__school")
    pairs = Guardianship.objects.filter(**mine).select_related("student").order_by("status", "pk")
    links = SourceLink.objects.filter(district=person.district_id, kind="person", object_id=person.pk)
    return PersonTold(
        person=person.pk,
        name=human(person.given_name, person.family_name),
        account=person.account_state,
        disabled=person.disabled_by or "",
        fields={name: str(value) for name in PERSON_FIELDS if (value := getattr(person, name)) not in (None, "")},
        contacts=tuple(contacts(district, [person.pk]).get(person.pk, ())),
        roles=tuple(
            RoleLine(
                role=row.role,
                school=row.school_id,
                school_name=(row.school.name or "") if row.school else "",
                status=row.status,
                is_synced=row.connection_id is not None,
            )
            for row in roles
        ),
        seats=tuple(
            SeatLine(
                classroom=row.classroom_id,
                name=row.classroom.name or "",
                school=row.classroom.school.name or "",
                role=row.role,
                is_primary=row.is_primary,
                status=row.status,
                begins_on=row.begins_on,
                ends_on=row.ends_on,
                is_synced=row.connection_id is not None,
            )
            for row in seats.order_by("status", "classroom__name", "pk")
        ),
        children=tuple(
            ChildLine(
                guardianship=row.pk,
                student=row.student_id,
                name=human(row.student.given_name, row.student.family_name),
                grade=row.student.grade or "",
                student_status=row.student.status,
                relationship=row.relationship or "",
                rights=row.rights or "",
                status=row.status,
                is_synced=row.connection_id is not None,
            )
            for row in pairs
        ),
        links=tuple(
            LinkLine(source=link.connection.name, kind=link.connection.kind, sourced_id=link.sourced_id)
            for link in links.select_related("connection").order_by("pk")
            if link.connection
        ),
    )
