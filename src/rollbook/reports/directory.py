"""The directory as lists: schools with their numbers, students by name, school, grade and state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from rollbook.store.models import (
    Classroom,
    ContactMethod,
    District,
    Guardianship,
    School,
    SourceLink,
    StaffRole,
    Student,
    StudentSchool,
)

__all__ = [
    "CSV_SCHEMA",
    "SchoolLine",
    "StudentFilter",
    "StudentLine",
    "StudentList",
    "grades",
    "school_choices",
    "schools",
    "sheet",
    "students",
]

CSV_SCHEMA: dict[str, pl.DataType] = {
    name: pl.String()
    for name in (
        "student_number",
        "state_id",
        "given_name",
        "family_name",
        "grade",
        "email",
        "schools",
        "status",
        "sis_ids",
    )
}
"""One row a student; several schools or SIS ids are parted by a comma and a blank."""

_CONTACT = 6
"""A word with so many signs may be a contact's."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentFilter:
    """What a list of students is narrowed to; a blank (or None) narrows nothing. ``text``: every word of it is in a name,
    an id or the e-mail address of the student, or is a contact of a guardian. ``synced``: ``yes`` or ``no``."""

    text: str = ""
    school: int | None = None
    grade: str = ""
    status: str = "active"
    synced: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentLine:
    """One student of the list. ``guardians``: names; ``reachable``: at least one of them has an e-mail or mobile."""

    student: int
    name: str
    number: str
    grade: str
    status: str
    schools: tuple[str, ...]
    guardians: tuple[str, ...]
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentList:
    """``total``: how many there are; ``lines``: those of this page."""

    total: int
    lines: tuple[StudentLine, ...]


def schools(district: District) -> list[SchoolLine]:
    """The schools of a district by name. Five queries, however many schools."""
    here = list(School.objects.filter(district=district).order_by("name", "pk"))
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


def students(district: District, wanted: StudentFilter, *, offset: int, limit: int) -> StudentList:
    """The students that fit, by family name. Five queries, however many students."""
    found = _found(district, wanted)
    total = found.count()
    rows = list(found.order_by("family_name", "given_name", "pk")[offset : offset + limit])
    ids = [row.pk for row in rows]
    places = _schools_of(district, ids)
    guardians: dict[int, list[str]] = {}
    people: dict[int, set[int]] = {}
    pairs = Guardianship.objects.filter(district=district, student__in=ids, status="active").select_related("person")
    for pair in pairs.order_by("pk"):
        guardians.setdefault(pair.student_id, []).append(_human(pair.person.given_name, pair.person.family_name))
        people.setdefault(pair.student_id, set()).add(pair.person_id)
    everyone = set().union(*people.values()) if people else set()
    contacts = ContactMethod.objects.filter(person__in=everyone, kind__in=("email", "mobile"))
    reachable = set(contacts.values_list("person_id", flat=True))
    return StudentList(
        total=total,
        lines=tuple(
            StudentLine(
                student=row.pk,
                name=_human(row.family_name, row.given_name, ", "),
                number=row.student_number or "",
                grade=row.grade or "",
                status=row.status,
                schools=tuple(places.get(row.pk, ())),
                guardians=tuple(guardians.get(row.pk, ())),
                reachable=not people.get(row.pk, set()).isdisjoint(reachable),
            )
            for row in rows
        ),
    )


def sheet(district: District, wanted: StudentFilter) -> pl.DataFrame:
    """``CSV_SCHEMA`` of all students that fit, by family name. Three queries."""
    columns = ("pk", "student_number", "state_id", "given_name", "family_name", "grade", "email", "status")
    found = _found(district, wanted).order_by("family_name", "given_name", "pk")
    shape = {"pk": pl.Int64, **dict.fromkeys(columns[1:], pl.String)}
    rows = pl.DataFrame(list(found.values_list(*columns)), schema=shape, orient="row")
    places = StudentSchool.objects.filter(district=district, status="active").order_by("school__name")
    links = SourceLink.objects.filter(district=district, kind="student").order_by("sourced_id")
    for name, pairs in (
        ("schools", places.values_list("student_id", "school__name")),
        ("sis_ids", links.values_list("object_id", "sourced_id")),
    ):
        frame = pl.DataFrame(list(pairs), schema={"pk": pl.Int64, name: pl.String}, orient="row")
        joined = frame.group_by("pk").agg(pl.col(name).drop_nulls().str.join(", "))
        rows = rows.join(joined, on="pk", how="left", maintain_order="left")
    return rows.select(tuple(CSV_SCHEMA))


def school_choices(district: District) -> list[tuple[int, str]]:
    """id and name of the schools, by name."""
    rows = School.objects.filter(district=district).order_by("name", "pk").values_list("pk", "name")
    return [(key, name or "") for key, name in rows]


def grades(district: District) -> list[str]:
    """The grades that students of the district have."""
    found = Student.objects.filter(district=district, grade__isnull=False).values_list("grade", flat=True).distinct()
    return sorted({grade for grade in found if grade})


def _found(district: District, wanted: StudentFilter) -> QuerySet[Student]:
    rows = Student.objects.filter(district=district)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.grade:
        rows = rows.filter(grade=wanted.grade)
    if wanted.school is not None:
        here = StudentSchool.objects.filter(student=OuterRef("pk"), school=wanted.school, district=district)
        rows = rows.filter(Exists(here.filter(status="active") if wanted.status != "archived" else here))
    if wanted.synced:
        linked = Exists(SourceLink.objects.filter(district=district, kind="student", object_id=OuterRef("pk")))
        rows = rows.filter(linked if wanted.synced == "yes" else ~linked)
    for word in wanted.text.split()[:6]:
        rows = rows.filter(_fits(district, word))
    return rows


def _fits(district: District, word: str) -> Q:
    fits = Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(student_number__istartswith=word)
    fits |= Q(state_id__istartswith=word) | Q(email__icontains=word)
    links = SourceLink.objects.filter(district=district, kind="student", sourced_id=word)
    fits |= Q(pk__in=links.values("object_id"))
    if len(word) >= _CONTACT:
        digits = "".join(sign for sign in word if sign.isdigit())
        values = {word.casefold(), word, *({f"+1{digits}", f"+{digits}"} if len(digits) >= _CONTACT else set())}
        reached = ContactMethod.objects.filter(
            district=district, kind__in=("email", "mobile", "home_phone"), value__in=values
        )
        pairs = Guardianship.objects.filter(district=district, person__in=reached.values("person_id"), status="active")
        fits |= Q(pk__in=pairs.values("student_id"))
    return fits


def _schools_of(district: District, ids: Iterable[int]) -> Mapping[int, list[str]]:
    places = StudentSchool.objects.filter(district=district, student__in=list(ids), status="active")
    found: dict[int, list[str]] = {}
    for student, name in places.order_by("school__name").values_list("student_id", "school__name"):
        found.setdefault(student, []).append(name or "")
    return found


def _by_school(rows: QuerySet[StudentSchool] | QuerySet[StaffRole] | QuerySet[Classroom]) -> dict[int, int]:
    return dict(rows.values("school_id").annotate(number=Count("pk")).values_list("school_id", "number"))


def _human(first: str | None, second: str | None, between: str = " ") -> str:
    return between.join(filter(None, (first, second)))
