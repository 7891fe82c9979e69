"""The classrooms of a directory as a list: who teaches, how many are in, sync-managed or by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from rollbook.core.permissions import EVERYWHERE, Scope
from rollbook.reports.reaching import human
from rollbook.store import scoped
from rollbook.store.models import Classroom, District, Enrollment, SourceLink

__all__ = [
    "CSV_SCHEMA",
    "ClassroomFilter",
    "ClassroomLine",
    "ClassroomList",
    "by_code",
    "classroom_ids",
    "classrooms",
    "sheet",
]

CSV_SCHEMA: dict[str, pl.DataType] = {
    name: pl.String()
    for name in ("name", "code", "school", "teachers", "students", "kind", "status", "archived_by", "sis_ids")
}
"""One row a classroom; several teachers or SIS ids are parted by a comma and a blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomFilter:
    """What a list of classrooms is narrowed to; a blank narrows nothing. ``text``: every word of it is in the name or
    code, or is a SIS id. ``synced``: ``yes`` or ``no``. ``holds``: ``nobody`` (no student in it), ``teacherless``."""

    text: str = ""
    schools: tuple[int, ...] = ()
    status: str = "active"
    synced: str = ""
    holds: str = ""
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomLine:
    """One classroom of the list."""

    classroom: int
    name: str
    code: str
    school: str
    teachers: tuple[str, ...]
    students: int
    status: str
    is_synced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomList:
    """``total``: how many there are; ``lines``: those of this page."""

    total: int
    lines: tuple[ClassroomLine, ...]


def classrooms(district: District, wanted: ClassroomFilter, *, offset: int, limit: int) -> ClassroomList:
    """The classrooms that fit, by name. Five queries, however many classrooms."""
    found = _found(district, wanted)
    rows = list(found.select_related("school").order_by("name", "pk")[offset : offset + limit])
    ids = [row.pk for row in rows]
    seats = Enrollment.objects.filter(district=district, classroom__in=ids, status="active")
    counted = seats.filter(student__isnull=False).values("classroom_id").annotate(number=Count("pk"))
    students = dict(counted.values_list("classroom_id", "number"))
    teachers: dict[int, list[str]] = {}
    taught = seats.filter(person__isnull=False).order_by("-is_primary", "pk")
    for room, given, family in taught.values_list("classroom_id", "person__given_name", "person__family_name"):
        teachers.setdefault(room, []).append(human(given, family))
    links = SourceLink.objects.filter(district=district, kind="classroom", object_id__in=ids)
    synced = set(links.values_list("object_id", flat=True))
    return ClassroomList(
        total=found.count(),
        lines=tuple(
            ClassroomLine(
                classroom=row.pk,
                name=row.name or "",
                code=row.code or "",
                school=row.school.name or "",
                teachers=tuple(teachers.get(row.pk, ())),
                students=students.get(row.pk, 0),
                status=row.status,
                is_synced=row.pk in synced,
            )
            for row in rows
        ),
    )


def classroom_ids(district: District, wanted: ClassroomFilter) -> list[int]:
    """The ids of all classrooms that fit. One query."""
    return list(_found(district, wanted).order_by("pk").values_list("pk", flat=True))


def by_code(district: District, codes: Collection[str]) -> Mapping[str, list[int]]:
    """Code → the ids of the classrooms that have it. One query."""
    found: dict[str, list[int]] = {}
    for code, key in Classroom.objects.filter(district=district, code__in=list(codes)).values_list("code", "pk"):
        found.setdefault(code or "", []).append(key)
    return found


def sheet(district: District, wanted: ClassroomFilter) -> pl.DataFrame:
    """``CSV_SCHEMA`` of all classrooms that fit, by name. Four queries."""
    columns = ("pk", "name", "code", "school__name", "kind", "status", "archived_by")
    found = _found(district, wanted).order_by("name", "pk")
    shape = {"pk": pl.Int64, **dict.fromkeys(columns[1:], pl.String)}
    rows = pl.DataFrame(list(found.values_list(*columns)), schema=shape, orient="row").rename(
        {"school__name": "school"}
    )
    seats = Enrollment.objects.filter(district=district, status="active")
    counted = seats.filter(student__isnull=False).values("classroom_id").annotate(number=Count("pk"))
    taught = seats.filter(person__isnull=False).order_by("-is_primary", "pk")
    names = taught.values_list("classroom_id", "person__given_name", "person__family_name")
    links = SourceLink.objects.filter(district=district, kind="classroom").order_by("sourced_id")
    for name, listed in (
        ("teachers", [(room, human(given, family)) for room, given, family in names]),
        ("students", [(room, str(number)) for room, number in counted.values_list("classroom_id", "number")]),
        ("sis_ids", links.values_list("object_id", "sourced_id")),
    ):
        frame = pl.DataFrame(list(listed), schema={"pk": pl.Int64, name: pl.String}, orient="row")
        joined = frame.group_by("pk", maintain_order=True).agg(pl.col(name).drop_nulls().str.join(", "))
        rows = rows.join(joined, on="pk", how="left", maintain_order="left")
    return rows.with_columns(pl.col("students").fill_null("0")).select(tuple(CSV_SCHEMA))


def _found(district: District, wanted: ClassroomFilter) -> QuerySet[Classroom]:
    rows = scoped.classrooms(district.pk, wanted.scope)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.schools:
        rows = rows.filter(school__in=wanted.schools)
    links = SourceLink.objects.filter(district=district, kind="classroom")
    if wanted.synced:
        linked = Exists(links.filter(object_id=OuterRef("pk")))
        rows = rows.filter(linked if wanted.synced == "yes" else ~linked)
    if wanted.holds:
        inside = Enrollment.objects.filter(district=district, classroom=OuterRef("pk"), status="active")
        member = {"nobody": "student", "teacherless": "person"}[wanted.holds]
        rows = rows.filter(~Exists(inside.filter(**{f"{member}__isnull": False})))
    for word in wanted.text.split()[:6]:
        fits = Q(name__icontains=word) | Q(code__istartswith=word)
        fits |= Q(pk__in=links.filter(sourced_id=word).values("object_id"))
        rows = rows.filter(fits)
    return rows
