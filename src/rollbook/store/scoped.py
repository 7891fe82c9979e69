"""Whom somebody may see, as querysets: the scope is part of the question, never a filter afterwards (T-1)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from rollbook.core.permissions import Scope
from rollbook.store.models import Classroom, Enrollment, Guardianship, Person, School, StaffRole, Student, StudentSchool

__all__ = ["classrooms", "persons", "schools", "students"]


def schools(district_id: int, scope: Scope) -> QuerySet[School]:
    """The schools that are reached as a whole."""
    rows = School.objects.filter(district=district_id)
    return rows if scope.everywhere else rows.filter(pk__in=scope.schools)


def classrooms(district_id: int, scope: Scope) -> QuerySet[Classroom]:
    """The classrooms of the schools, and those that the teachers teach."""
    rows = Classroom.objects.filter(district=district_id)
    if scope.everywhere:
        return rows
    return rows.filter(Q(school__in=scope.schools) | Q(pk__in=_taught(district_id, scope)))


def students(district_id: int, scope: Scope) -> QuerySet[Student]:
    """The students of the schools (who is archived: of those where they were), of the classes, the children, and the
    students named."""
    rows = Student.objects.filter(district=district_id)
    if scope.everywhere:
        return rows
    found = Q(pk__in=scope.students)
    if scope.schools:
        places = StudentSchool.objects.filter(district=district_id, school__in=scope.schools, student=OuterRef("pk"))
        found |= Q(Exists(places.filter(status="active")) | Q(Exists(places), status="archived"))
    if scope.teachers:
        rolls = Enrollment.objects.filter(
            district=district_id, status="active", classroom__in=_taught(district_id, scope)
        )
        found |= Q(Exists(rolls.filter(student=OuterRef("pk"))))
    if scope.guardians:
        ties = Guardianship.objects.filter(district=district_id, status="active", person__in=scope.guardians)
        found |= Q(Exists(ties.filter(student=OuterRef("pk")).exclude(rights="none")))
    return rows.filter(found)


def persons(district_id: int, scope: Scope) -> QuerySet[Person]:
    """The staff of the schools, the guardians of the students that are reached, and whoever asks."""
    rows = Person.objects.filter(district=district_id)
    if scope.everywhere:
        return rows
    found = Q(pk__in=scope.teachers | scope.guardians)
    if scope.schools:
        staff = StaffRole.objects.filter(district=district_id, school__in=scope.schools)
        found |= Q(Exists(staff.filter(person=OuterRef("pk"))))
    if scope.schools or scope.teachers:
        whole = Scope(schools=scope.schools, teachers=scope.teachers)
        ties = Guardianship.objects.filter(district=district_id, student__in=students(district_id, whole).values("pk"))
        found |= Q(Exists(ties.filter(person=OuterRef("pk"))))
    return rows.filter(found)


def _taught(district_id: int, scope: Scope) -> QuerySet[Enrollment, int]:
    places = Enrollment.objects.filter(district=district_id, status="active", person__in=scope.teachers)
    return places.values_list("classroom_id", flat=True)
