"""The students of a directory as a list: who fits, with their guardians folded under."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from django.db.models import Exists, OuterRef, Q, QuerySet

from rollbook.core.permissions import EVERYWHERE, Scope
from rollbook.reports.reaching import USABLE, contact_words, contacts, has_contact, human
from rollbook.store import scoped
from rollbook.store.models import (
    ContactMethod,
    District,
    Enrollment,
    Guardianship,
    SourceLink,
    Student,
    StudentSchool,
)

__all__ = [
    "CSV_SCHEMA",
    "GuardianShort",
    "StudentFilter",
    "StudentLine",
    "StudentList",
    "by_number",
    "grades",
    "sheet",
    "student_ids",
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
        "guardians",
    )
}
"""One row a student; several schools, SIS ids or guardians are parted by a comma and a blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentFilter:
    """What a list of students is narrowed to; a blank narrows nothing. ``text``: every word of it is in a name, an id or
    the e-mail address of the student, or is a contact of a guardian. ``schools``: at any of them. ``synced``: ``yes`` or
    ``no``. ``account``: a guardian's account is in that state. ``reach``: ``yes`` (a guardian has an e-mail address or
    mobile), ``no`` (none has), ``nobody`` (there is no guardian)."""

    text: str = ""
    schools: tuple[int, ...] = ()
    classroom: int | None = None
    grade: str = ""
    status: str = "active"
    synced: str = ""
    account: str = ""
    reach: str = ""
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianShort:
    """One guardian under a student. ``account``: invitee, active, …; ``reachable``: has an e-mail address or mobile."""

    person: int
    name: str
    relationship: str
    account: str
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentLine:
    """One student of the list. ``is_synced``: a source knows them; ``reachable``: a guardian can be written to."""

    student: int
    name: str
    number: str
    state_id: str
    grade: str
    email: str
    status: str
    schools: tuple[str, ...]
    guardians: tuple[GuardianShort, ...]
    is_synced: bool

    @property
    def reachable(self) -> bool:
        """Whether any guardian can be written to."""
        return any(guardian.reachable for guardian in self.guardians)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentList:
    """``total``: how many there are; ``lines``: those of this page."""

    total: int
    lines: tuple[StudentLine, ...]


def students(district: District, wanted: StudentFilter, *, offset: int, limit: int) -> StudentList:
    """The students that fit, by family name. Six queries, however many students."""
    found = _found(district, wanted)
    rows = list(found.order_by("family_name", "given_name", "pk")[offset : offset + limit])
    return StudentList(total=found.count(), lines=_lines(district, rows))


def student_ids(district: District, wanted: StudentFilter) -> list[int]:
    """The ids of all students that fit. One query."""
    return list(_found(district, wanted).order_by("pk").values_list("pk", flat=True))


def by_number(district: District, numbers: Collection[str]) -> Mapping[str, list[int]]:
    """Student number → the ids of those who have it. One query."""
    found: dict[str, list[int]] = {}
    rows = Student.objects.filter(district=district, student_number__in=list(numbers))
    for number, key in rows.values_list("student_number", "pk"):
        found.setdefault(number or "", []).append(key)
    return found


def sheet(district: District, wanted: StudentFilter) -> pl.DataFrame:
    """``CSV_SCHEMA`` of all students that fit, by family name. Four queries."""
    columns = ("pk", "student_number", "state_id", "given_name", "family_name", "grade", "email", "status")
    found = _found(district, wanted).order_by("family_name", "given_name", "pk")
    shape = {"pk": pl.Int64, **dict.fromkeys(columns[1:], pl.String)}
    rows = pl.DataFrame(list(found.values_list(*columns)), schema=shape, orient="row")
    places = StudentSchool.objects.filter(district=district, status="active").order_by("school__name")
    links = SourceLink.objects.filter(district=district, kind="student").order_by("sourced_id")
    pairs = Guardianship.objects.filter(district=district, status="active").order_by("pk")
    names = pairs.values_list("student_id", "person__given_name", "person__family_name")
    for name, listed in (
        ("schools", places.values_list("student_id", "school__name")),
        ("sis_ids", links.values_list("object_id", "sourced_id")),
        ("guardians", [(student, human(given, family)) for student, given, family in names]),
    ):
        frame = pl.DataFrame(list(listed), schema={"pk": pl.Int64, name: pl.String}, orient="row")
        joined = frame.group_by("pk", maintain_order=True).agg(pl.col(name).drop_nulls().str.join(", "))
        rows = rows.join(joined, on="pk", how="left", maintain_order="left")
    return rows.select(tuple(CSV_SCHEMA))


def grades(district: District) -> list[str]:
    """The grades that students of the district have."""
    found = Student.objects.filter(district=district, grade__isnull=False).values_list("grade", flat=True).distinct()
    return sorted({grade for grade in found if grade})


def _lines(district: District, rows: Sequence[Student]) -> tuple[StudentLine, ...]:
    ids = [row.pk for row in rows]
    places = _schools_of(district, ids)
    pairs = Guardianship.objects.filter(district=district, student__in=ids, status="active").select_related("person")
    guardians: dict[int, list[Guardianship]] = {}
    for pair in pairs.order_by("pk"):
        guardians.setdefault(pair.student_id, []).append(pair)
    ways = contacts(district, {pair.person_id for listed in guardians.values() for pair in listed})
    links = SourceLink.objects.filter(district=district, kind="student", object_id__in=ids)
    synced = set(links.values_list("object_id", flat=True))
    return tuple(
        StudentLine(
            student=row.pk,
            name=human(row.family_name, row.given_name, ", "),
            number=row.student_number or "",
            state_id=row.state_id or "",
            grade=row.grade or "",
            email=row.email or "",
            status=row.status,
            schools=tuple(places.get(row.pk, ())),
            guardians=tuple(
                GuardianShort(
                    person=pair.person_id,
                    name=human(pair.person.given_name, pair.person.family_name),
                    relationship=pair.relationship or "",
                    account=pair.person.account_state,
                    reachable=has_contact(ways.get(pair.person_id, ())),
                )
                for pair in guardians.get(row.pk, ())
            ),
            is_synced=row.pk in synced,
        )
        for row in rows
    )


def _found(district: District, wanted: StudentFilter) -> QuerySet[Student]:
    rows = scoped.students(district.pk, wanted.scope)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.grade:
        rows = rows.filter(grade=wanted.grade)
    if wanted.schools:
        here = StudentSchool.objects.filter(student=OuterRef("pk"), school__in=wanted.schools, district=district)
        rows = rows.filter(Exists(here.filter(status="active") if wanted.status != "archived" else here))
    if wanted.classroom is not None:
        seats = Enrollment.objects.filter(district=district, classroom=wanted.classroom, status="active")
        rows = rows.filter(pk__in=seats.filter(student__isnull=False).values("student_id"))
    if wanted.synced:
        linked = Exists(SourceLink.objects.filter(district=district, kind="student", object_id=OuterRef("pk")))
        rows = rows.filter(linked if wanted.synced == "yes" else ~linked)
    tied = Guardianship.objects.filter(district=district, student=OuterRef("pk"), status="active")
    if wanted.account:
        rows = rows.filter(Exists(tied.filter(person__account_state=wanted.account)))
    if wanted.reach:
        ways = ContactMethod.objects.filter(district=district, person=OuterRef("person"), kind__in=USABLE)
        reached = Exists(tied.filter(Exists(ways.exclude(delivery_state="bad"))))
        fits = {"yes": reached, "no": Exists(tied) & ~reached, "nobody": ~Exists(tied)}
        rows = rows.filter(fits[wanted.reach])
    for word in wanted.text.split()[:6]:
        rows = rows.filter(_fits(district, word))
    return rows


def _fits(district: District, word: str) -> Q:
    fits = Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(student_number__istartswith=word)
    fits |= Q(state_id__istartswith=word) | Q(email__icontains=word)
    links = SourceLink.objects.filter(district=district, kind="student", sourced_id=word)
    fits |= Q(pk__in=links.values("object_id"))
    contact = contact_words(word)
    if contact is not None:
        reached = ContactMethod.objects.filter(contact, district=district)
        pairs = Guardianship.objects.filter(district=district, person__in=reached.values("person_id"), status="active")
        fits |= Q(pk__in=pairs.values("student_id"))
    return fits


def _schools_of(district: District, ids: Iterable[int]) -> Mapping[int, Collection[str]]:
    places = StudentSchool.objects.filter(district=district, student__in=list(ids), status="active")
    found: dict[int, list[str]] = {}
    for student, name in places.order_by("school__name").values_list("student_id", "school__name"):
        found.setdefault(student, []).append(name or "")
    return found
