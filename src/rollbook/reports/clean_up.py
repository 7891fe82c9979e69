"""Who is not part of the sync, school by school: what step 9 is about."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from rollbook.store.models import District, School, SourceLink, Student, StudentSchool

__all__ = ["LooseFacts", "SchoolLoose", "loose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolLoose:
    """One active school: its active students, how many of them no source knows, and whether a source feeds it."""

    school: int
    name: str
    students: int
    loose: int
    is_fed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseFacts:
    """``total``: active students that no source knows, each once; ``nowhere``: those of them at no school."""

    schools: tuple[SchoolLoose, ...]
    total: int
    nowhere: int

    @property
    def fed(self) -> tuple[SchoolLoose, ...]:
        """The schools that a source feeds."""
        return tuple(school for school in self.schools if school.is_fed)

    @property
    def reaches_all(self) -> bool:
        """Whether the sync feeds every school: then the district's directory is the right one."""
        return bool(self.schools) and len(self.fed) == len(self.schools)


def loose(district: District) -> LooseFacts:
    """All of that in six queries, however many schools."""
    links = SourceLink.objects.filter(district=district)
    students = Student.objects.filter(district=district, status="active")
    unknown = students.exclude(Exists(links.filter(kind="student", object_id=OuterRef("pk"))))
    places = StudentSchool.objects.filter(district=district, status="active", student__status="active")
    known = Exists(links.filter(kind="student", object_id=OuterRef("student_id")))
    counted, strange = _by_school(places), _by_school(places.exclude(known))
    fed = set(links.filter(kind="school").values_list("object_id", flat=True))
    schools = School.objects.filter(district=district, status="active").order_by("name", "pk")
    placed = StudentSchool.objects.filter(district=district, student=OuterRef("pk"), status="active")
    return LooseFacts(
        schools=tuple(
            SchoolLoose(
                school=key,
                name=name or "",
                students=counted.get(key, 0),
                loose=strange.get(key, 0),
                is_fed=key in fed,
            )
            for key, name in schools.values_list("pk", "name")
        ),
        total=unknown.count(),
        nowhere=unknown.exclude(Exists(placed)).count(),
    )


def _by_school(places: QuerySet[StudentSchool]) -> dict[int, int]:
    return dict(places.values("school_id").annotate(number=Count("pk")).values_list("school_id", "number"))
