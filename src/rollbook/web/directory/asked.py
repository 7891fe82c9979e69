"""What an address asks of a list: the query as it is legal here, what it can be narrowed by, and the filter it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import QueryDict

from rollbook.core.errors import NotFound
from rollbook.reports import directory
from rollbook.reports.classrooms import ClassroomFilter
from rollbook.reports.staff import StaffFilter, roles
from rollbook.reports.students import StudentFilter, grades
from rollbook.services import access
from rollbook.services.access import Seat
from rollbook.web.directory.facets import Facet, Query, read
from rollbook.web.directory.presenters import classroom_facets, staff_facets, student_facets

__all__ = ["Asked", "asked_classrooms", "asked_staff", "asked_students"]

Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[Wanted]):
    """``query``: what is legal of the address; ``wanted``: what that means."""

    query: Query
    facets: Sequence[Facet]
    wanted: Wanted


def asked_students(seat: Seat, address: QueryDict) -> Asked[StudentFilter]:
    """Two queries; three when it names a classroom."""
    district = seat.district
    facets = student_facets(
        directory.school_choices(district, seat.scope()), grades(district), _classroom(seat, address)
    )
    query = read(address, facets)
    room = _one(query, "classroom")
    wanted = StudentFilter(
        scope=seat.scope(),
        text=_one(query, "q"),
        schools=_schools(query),
        classroom=int(room) if room else None,
        grade=_one(query, "grade"),
        status=_status(query),
        synced=_one(query, "synced"),
        account=_one(query, "account"),
        reach=_one(query, "reach"),
    )
    return Asked(query=query, facets=facets, wanted=wanted)


def asked_staff(seat: Seat, address: QueryDict) -> Asked[StaffFilter]:
    """Two queries."""
    facets = staff_facets(directory.school_choices(seat.district, seat.scope()), roles(seat.district))
    query = read(address, facets)
    wanted = StaffFilter(
        scope=seat.scope(),
        text=_one(query, "q"),
        schools=_schools(query),
        role=_one(query, "role"),
        status=_status(query),
        synced=_one(query, "synced"),
        account=_one(query, "account"),
        reach=_one(query, "reach"),
    )
    return Asked(query=query, facets=facets, wanted=wanted)


def asked_classrooms(seat: Seat, address: QueryDict) -> Asked[ClassroomFilter]:
    """One query."""
    facets = classroom_facets(directory.school_choices(seat.district, seat.scope()))
    query = read(address, facets)
    wanted = ClassroomFilter(
        scope=seat.scope(),
        text=_one(query, "q"),
        schools=_schools(query),
        status=_status(query),
        synced=_one(query, "synced"),
        holds=_one(query, "holds"),
    )
    return Asked(query=query, facets=facets, wanted=wanted)


def _classroom(seat: Seat, address: QueryDict) -> tuple[int, str] | None:
    word = address.get("classroom", "")
    if not (word.isdecimal() and len(word) < 19):
        return None
    try:
        room = access.classroom(seat.district, int(word), seat.scope())
    except NotFound:
        return None
    return room.pk, room.name or ""


def _one(query: Query, name: str) -> str:
    return "".join(query.get(name, ()))


def _schools(query: Query) -> tuple[int, ...]:
    return tuple(int(value) for value in query.get("school", ()))


def _status(query: Query) -> str:
    return {"": "active", "all": ""}.get(_one(query, "status"), _one(query, "status"))
