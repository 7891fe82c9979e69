"""One school as a page tells it: its numbers, each by state, and the ids of the sources that feed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from rollbook.reports.student_page import LinkLine
from rollbook.store.models import Classroom, School, SourceLink, StaffRole, StudentSchool

__all__ = ["SCHOOL_FIELDS", "SchoolTold", "tell_school"]

SCHOOL_FIELDS = ("name", "school_number", "nces_id", "grades")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolTold:
    """``students`` by their own state, among those whose place here is active; ``roles``: role → how many hold it;
    ``classrooms`` by state."""

    school: int
    name: str
    status: str
    fields: Mapping[str, str]
    students: Mapping[str, int]
    staff: int
    roles: Mapping[str, int]
    classrooms: Mapping[str, int]
    links: tuple[LinkLine, ...]


def tell_school(school: School) -> SchoolTold:
    """All of that in five queries."""
    mine = {"district": school.district_id, "school": school}
    places = StudentSchool.objects.filter(**mine, status="active").values("student__status")
    held = StaffRole.objects.filter(**mine, status="active")
    rooms = Classroom.objects.filter(**mine).values("status").annotate(number=Count("pk"))
    links = SourceLink.objects.filter(district=school.district_id, kind="school", object_id=school.pk)
    counted = held.values("role").annotate(number=Count("person", distinct=True)).order_by("-number", "role")
    values = {name: getattr(school, name) for name in SCHOOL_FIELDS}
    return SchoolTold(
        school=school.pk,
        name=school.name or "",
        status=school.status,
        fields={
            name: ", ".join(value) if isinstance(value, list) else str(value) for name, value in values.items() if value
        },
        students=dict(places.annotate(number=Count("pk")).values_list("student__status", "number")),
        staff=held.values("person").distinct().count(),
        roles=dict(counted.values_list("role", "number")),
        classrooms=dict(rooms.values_list("status", "number")),
        links=tuple(
            LinkLine(source=link.connection.name, kind=link.connection.kind, sourced_id=link.sourced_id)
            for link in links.select_related("connection").order_by("pk")
            if link.connection
        ),
    )
