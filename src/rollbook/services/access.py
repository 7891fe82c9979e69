"""The one door to a tenant's objects. What is not there and what is not yours get the same answer (T-1).

``account`` is who asks through the web. Without one it is the operator at the command line, who has the database anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from rollbook.core.errors import NotFound
from rollbook.store.models import Act as HandAct
from rollbook.store.models import (
    Classroom,
    District,
    DistrictRole,
    Person,
    School,
    SourceConnection,
    Student,
    SyncRun,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "ACTS",
    "Act",
    "Seat",
    "classroom",
    "connection",
    "district",
    "district_run",
    "hand_act",
    "person",
    "run",
    "school",
    "seat",
    "seats",
    "source",
    "student",
]


class Act(StrEnum):
    """What may be allowed in a district."""

    LOOK = "look"
    """See everything there is, and download it."""
    DECIDE = "decide"
    """Apply, approve, undo: change the directory."""


ACTS: Mapping[str, frozenset[Act]] = MappingProxyType(
    {
        "district_admin": frozenset({Act.LOOK, Act.DECIDE}),
        "district_staff": frozenset({Act.LOOK}),
    }
)
"""role → what it allows. An operator of the installation (``is_superuser``) may do everything everywhere."""

_OPERATOR = "district_admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An account's place in a district."""

    district: District
    role: str

    def may(self, act: Act) -> bool:
        """Whether the role allows it."""
        return act in ACTS.get(self.role, frozenset())


def seats(account: User) -> list[Seat]:
    """The districts that an account may see, by name. One query."""
    if account.is_superuser:
        return [Seat(district=found, role=_OPERATOR) for found in District.objects.order_by("name", "slug")]
    roles = DistrictRole.objects.filter(account=account).select_related("district")
    return [Seat(district=item.district, role=item.role) for item in roles.order_by("district__name", "district__slug")]


def seat(account: User, slug: str) -> Seat:
    """The account's place in the district ``slug``. One query. Raises NotFound, also for a district of others."""
    if account.is_superuser:
        return Seat(district=district(slug), role=_OPERATOR)
    found = DistrictRole.objects.filter(account=account, district__slug=slug).select_related("district").first()
    if found is None:
        raise _no_district(slug)
    return Seat(district=found.district, role=found.role)


def district(slug: str) -> District:
    """The district of that slug, for the operator at the command line. Raises NotFound."""
    found = District.objects.filter(slug=slug).first()
    if found is None:
        raise _no_district(slug)
    return found


def _no_district(slug: str) -> NotFound:
    return NotFound(f"There is no district {slug!r} here.", hint="Make it with: rollbook district add SLUG --name NAME")


def connection(district: District, name: str | None = None) -> SourceConnection:
    """The district's source of that name; without a name, its only one. Raises NotFound."""
    sources = list(SourceConnection.objects.filter(district=district).order_by("id"))
    if name is not None:
        sources = [source for source in sources if source.name == name]
    if not sources:
        raise NotFound(
            f"District {district.slug} has no source{f' {name!r}' if name else ''}.",
            hint=f"Add one with: rollbook source add {district.slug} --kind oneroster_csv --path PATH",
        )
    if len(sources) > 1:
        names = ", ".join(source.name for source in sources)
        raise NotFound(f"District {district.slug} has several sources: {names}.", hint="Name one with --source NAME.")
    return sources[0]


def source(district: District, number: int) -> SourceConnection:
    """The district's source of that number. One query. Raises NotFound, also for a source of another district."""
    sources = SourceConnection.objects.select_related("district")
    found = sources.filter(district=district, pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no source {number} here.", hint="rollbook status lists the sources.")
    return found


def run(word: str) -> SyncRun:
    """The run of that number, or of that plan id, for the operator at the command line. Raises NotFound."""
    runs = SyncRun.objects.select_related("connection", "district")
    found = runs.filter(pk=int(word)).first() if word.isdecimal() and len(word) < 19 else runs.filter(plan=word).first()
    if found is None:
        raise NotFound(f"There is no run or plan {word!r} here.", hint="List them with: rollbook runs SLUG")
    return found


def district_run(district: District, number: int) -> SyncRun:
    """The district's run of that number, with its connection. One query. Raises NotFound, also for a run of another
    district."""
    runs = SyncRun.objects.select_related("connection", "district", "connection__district")
    found = runs.filter(district=district, pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no run {number} here.", hint="List them with: rollbook runs SLUG")
    return found


def student(district: District, number: int) -> Student:
    """The district's student of that number. One query. Raises NotFound, also for a student of another district."""
    found = Student.objects.filter(district=district, pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no student {number} here.", hint="Look for them in the directory.")
    return found


def person(district: District, number: int) -> Person:
    """The district's person of that number, with the district. One query. Raises NotFound, also for another district's."""
    people = Person.objects.select_related("district")
    found = people.filter(district=district, pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no person {number} here.", hint="Look for them in the directory.")
    return found


def classroom(district: District, number: int) -> Classroom:
    """The district's classroom of that number, with its school and course. One query. Raises NotFound, also for a
    classroom of another district."""
    rooms = Classroom.objects.select_related("district", "school", "course")
    found = rooms.filter(district=district, pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no classroom {number} here.", hint="Look for it in the directory.")
    return found


def school(district: District, number: int) -> School:
    """The district's school of that number. One query. Raises NotFound, also for a school of another district."""
    found = School.objects.filter(district=district, pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no school {number} here.", hint="Look for it in the directory.")
    return found


def hand_act(district: District, number: int) -> HandAct:
    """What a person of the district did in one go, by its number. One query. Raises NotFound, also for another
    district's."""
    found = (
        HandAct.objects.select_related("undoes").filter(district=district, pk=number).first()
        if number < 2**63
        else None
    )
    if found is None:
        raise NotFound(f"There is no act {number} here.", hint="rollbook acts SLUG lists them.")
    return found
