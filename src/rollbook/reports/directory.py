"""The schools of a directory, with their numbers."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from rollbook.core.permissions import EVERYWHERE, Scope
from rollbook.store import scoped
from rollbook.store.models import Classroom, District, School, SourceLink, StaffRole, StudentSchool

__all__ = ["SchoolLine", "school_choices", "school_numbers", "schools"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolLine:
    """One school with its active students, staff and classrooms. ``is_synced``: a source feeds it."""

    school: int
    name: str
    number: str
    status: str
    students: int
    staff: int
    classrooms: int
    is_synced: bool


def schools(district: District, scope: Scope = EVERYWHERE) -> list[SchoolLine]:
    """The schools that ``scope`` reaches, by name. Five queries, however many schools."""
    here = list(scoped.schools(district.pk, scope).order_by("name", "pk"))
    active = {"district": district, "status": "active"}
    students = _by_school(StudentSchool.objects.filter(**active))
    staff = _by_school(StaffRole.objects.filter(**active, school__isnull=False))
    classrooms = _by_school(Classroom.objects.filter(**active))
    synced = set(SourceLink.objects.filter(district=district, kind="school").values_list("object_id", flat=True))
    return [
        SchoolLine(
            school=school.pk,
            name=school.name or "",
            number=school.school_number or school.nces_id or "",
            status=school.status,
            students=students.get(school.pk, 0),
            staff=staff.get(school.pk, 0),
            classrooms=classrooms.get(school.pk, 0),
            is_synced=school.pk in synced,
        )
        for school in here
    ]


def school_choices(district: District, scope: Scope = EVERYWHERE) -> list[tuple[int, str]]:
    """id and name of the schools that ``scope`` reaches, by name."""
    rows = scoped.schools(district.pk, scope).order_by("name", "pk").values_list("pk", "name")
    return [(key, name or "") for key, name in rows]


def school_numbers(district: District) -> list[tuple[int, str, str]]:
    """id, name and number (school number, else NCES id) of the schools that are not archived, by name."""
    rows = School.objects.filter(district=district).exclude(status="archived").order_by("name", "pk")
    found = rows.values_list("pk", "name", "school_number", "nces_id")
    return [(key, name or "", number or nces or "") for key, name, number, nces in found]


def _by_school(rows: QuerySet[StudentSchool] | QuerySet[StaffRole] | QuerySet[Classroom]) -> dict[int, int]:
    return dict(rows.values("school_id").annotate(number=Count("pk")).values_list("school_id", "number"))
