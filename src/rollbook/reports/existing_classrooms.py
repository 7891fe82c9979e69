"""The existing classrooms of step 4 as a list: page by page, with their suggestions, and in numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from rollbook.core.classroom_match import REASONS
from rollbook.store.existing import STATES, ExistingFilter, existing, page_of, tally
from rollbook.store.models import Classroom, Enrollment, OfferedClass, School, SourceConnection, SourceLink

__all__ = [
    "ClassLine",
    "ClassList",
    "ExistingFilter",
    "ExistingLine",
    "ExistingList",
    "ExistingNumbers",
    "classes",
    "classrooms",
    "numbers",
    "one",
    "schools",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """A class that the source offers."""

    sourced_id: str
    name: str
    code: str
    teachers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassList:
    """``total``: how many fit; ``lines``: those of this page."""

    total: int
    lines: tuple[ClassLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingLine:
    """One existing classroom. ``suggestion``: the class it looks like, for ``reason``, with ``facts`` that agree and
    ``rivals`` that look the same; ``linked``: the sourcedId that it was given by hand; ``can_reopen``: the decision can
    still be taken away."""

    classroom: int
    school_id: int
    school: str
    name: str
    code: str
    teachers: tuple[str, ...]
    students: int
    suggestion: ClassLine | None
    reason: str
    is_sure: bool
    facts: tuple[str, ...]
    rivals: int
    linked: str
    can_reopen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingList:
    """``total``: how many fit; ``lines``: those of this page; ``sure``: how many of all that fit could be taken over as
    suggested."""

    total: int
    sure: int
    lines: tuple[ExistingLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingNumbers:
    """All existing classrooms by state; the undecided by the reason of their suggestion (``none``: without), and those that
    would stand beside a class of the same kind: ``doubles`` surely, ``may_double`` perhaps, of the undecided and of those
    that are left. ``classes``: classes of the source without a classroom."""

    states: dict[str, int]
    reasons: dict[str, int]
    doubles: int
    may_double: int
    left_doubles: int
    classes: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


def numbers(connection: SourceConnection) -> ExistingNumbers:
    """Four queries."""
    states = dict.fromkeys(STATES, 0)
    reasons = dict.fromkeys((*REASONS, "none"), 0)
    doubles = may = left = 0
    for state, reason, is_sure, count in tally(connection):
        states[state] += count
        if state == "open":
            reasons[reason or "none"] += count
            doubles += count if is_sure else 0
            may += count if reason and not is_sure else 0
        elif state == "left" and is_sure:
            left += count
    return ExistingNumbers(
        states=states,
        reasons={reason: count for reason, count in reasons.items() if count},
        doubles=doubles,
        may_double=may,
        left_doubles=left,
        classes=OfferedClass.objects.filter(connection=connection).exclude(_has_classroom(connection)).count(),
    )


def classrooms(connection: SourceConnection, wanted: ExistingFilter, *, offset: int, limit: int) -> ExistingList:
    """The existing classrooms that fit, by school and name. Eight queries, however many there are."""
    total, rows = page_of(connection, wanted, offset=offset, limit=limit)
    decidable = wanted.state in ("open", "left")
    sure = existing(connection, wanted).filter(hint_sure=True).order_by().count() if decidable else 0
    return ExistingList(total=total, sure=sure, lines=tuple(_lines(connection, rows, wanted.state)))


def one(connection: SourceConnection, number: int) -> tuple[str, ExistingLine] | None:
    """The state and the line of one existing classroom; None when it is none of this step."""
    for state in STATES:
        rows = list(existing(connection, ExistingFilter(state=state)).filter(pk=number).select_related("school"))
        if rows:
            return state, _lines(connection, rows, state)[0]
    return None


def classes(connection: SourceConnection, *, school: int, text: str, offset: int, limit: int) -> ClassList:
    """The classes of a school that the source offers and that have no classroom, by name. Two queries."""
    rows = OfferedClass.objects.filter(connection=connection, school=school).exclude(_has_classroom(connection))
    for word in text.split()[:6]:
        fits = Q(name__icontains=word) | Q(code__icontains=word) | Q(sourced_id__istartswith=word)
        rows = rows.filter(fits | Q(teachers__icontains=word))
    page = rows.order_by("name", "sourced_id")[offset : offset + limit]
    return ClassList(total=rows.count(), lines=tuple(_class_line(row) for row in page))


def schools(connection: SourceConnection) -> list[tuple[int, str]]:
    """id and name of the schools that the source feeds, by name."""
    fed = SourceLink.objects.filter(connection=connection, kind="school").values("object_id")
    rows = School.objects.filter(district=connection.district_id, pk__in=fed).order_by("name", "pk")
    return [(key, name or "") for key, name in rows.values_list("pk", "name")]


def _has_classroom(connection: SourceConnection) -> Exists:
    links = SourceLink.objects.filter(district=connection.district_id, connection=connection, kind="classroom")
    return Exists(links.filter(sourced_id=OuterRef("sourced_id")))


def _lines(connection: SourceConnection, rows: Collection[Classroom], state: str) -> list[ExistingLine]:
    ids = [row.pk for row in rows]
    members = Enrollment.objects.filter(district=connection.district_id, classroom__in=ids, status="active")
    students = dict(
        members.filter(student__isnull=False)
        .values_list("classroom_id")
        .annotate(number=Count("pk"))
        .values_list("classroom_id", "number")
    )
    teachers: dict[int, list[str]] = {}
    taught = members.filter(role="teacher", person__isnull=False).order_by("-is_primary", "pk")
    for room, given, family in taught.values_list("classroom_id", "person__given_name", "person__family_name"):
        teachers.setdefault(room, []).append(" ".join(filter(None, (given, family))))
    links = SourceLink.objects.filter(
        district=connection.district_id, connection=connection, kind="classroom", object_id__in=ids
    )
    linked = {
        room: (sourced_id, fp) for room, sourced_id, fp in links.values_list("object_id", "sourced_id", "fingerprint")
    }
    hints = {str(getattr(row, "hint_class", None) or "") for row in rows} | {
        sourced_id for sourced_id, _ in linked.values()
    }
    offered = OfferedClass.objects.filter(connection=connection, sourced_id__in=hints)
    known = {row.sourced_id: _class_line(row) for row in offered}
    told = []
    for row in rows:
        hint = str(getattr(row, "hint_class", None) or "")
        link, fingerprint = linked.get(row.pk, ("", None))
        told.append(
            ExistingLine(
                classroom=row.pk,
                school_id=row.school_id,
                school=row.school.name or "",
                name=row.name or "",
                code=row.code or "",
                teachers=tuple(teachers.get(row.pk, ())),
                students=students.get(row.pk, 0),
                suggestion=known.get(link or hint),
                reason=str(getattr(row, "hint_reason", None) or ""),
                is_sure=bool(getattr(row, "hint_sure", False)),
                facts=tuple(getattr(row, "hint_facts", None) or ()),
                rivals=int(getattr(row, "hint_rivals", None) or 0),
                linked=link,
                can_reopen=state in ("left", "archived") or (state == "taken" and fingerprint is None),
            )
        )
    return told


def _class_line(row: OfferedClass) -> ClassLine:
    return ClassLine(
        sourced_id=row.sourced_id, name=row.name or "", code=row.code or "", teachers=tuple(row.teachers or ())
    )
