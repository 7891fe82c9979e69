"""The one door to a tenant's objects. What is not there and what is not yours get the same answer (T-1).

``account`` is who asks through the web. Without one it is the operator at the command line, who has the database anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from rollbook.core.errors import NotFound
from rollbook.core.permissions import EVERYWHERE, NOWHERE, Act, Grant, Scope, scopes
from rollbook.store import scoped
from rollbook.store.models import (
    AccessGrant,
    Classroom,
    District,
    DistrictRole,
    Person,
    School,
    SourceConnection,
    Student,
    SyncRun,
)
from rollbook.store.models import Act as HandAct

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "Act",
    "Scope",
    "Seat",
    "classroom",
    "connection",
    "district",
    "district_run",
    "hand_act",
    "operator",
    "person",
    "run",
    "school",
    "school_called",
    "seat",
    "seats",
    "source",
    "student",
]

_OPERATOR: Final = "district_admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An account's place in a district. ``role``: its role in the district as a whole, blank when it has none; ``scopes``:
    what it may do, and whom that reaches. An operator of the installation may do everything everywhere."""

    district: District
    role: str
    scopes: Mapping[Act, Scope]

    def may(self, act: Act, school: int | None = None) -> bool:
        """Whether the act is allowed to anybody here; with ``school``: to all of that school."""
        scope = self.scope(act)
        return bool(scope) if school is None else scope.covers(school)

    def scope(self, act: Act = Act.PEOPLE) -> Scope:
        """Whom the act reaches. Questions for people are asked with it (``store.scoped``)."""
        return self.scopes.get(act, NOWHERE)

    def schools(self, act: Act = Act.PEOPLE) -> frozenset[int] | None:
        """The schools that the act reaches as a whole; None: the whole district."""
        scope = self.scope(act)
        return None if scope.everywhere else scope.schools


def seats(account: User) -> list[Seat]:
    """The districts that an account has anything in, by name. One query."""
    return [_seat(found, account) for found in _places(account).order_by("name", "slug")]


def seat(account: User, slug: str) -> Seat:
    """The account's place in the district ``slug``. One query. Raises NotFound, also for a district of others."""
    found = _places(account).filter(slug=slug).first()
    if found is None:
        raise _no_district(slug)
    return _seat(found, account)


def operator(account: User) -> User:
    """The account, when it is an operator of the installation. Raises NotFound for anybody else."""
    if not account.is_superuser:
        raise NotFound("There is no such page here.", hint="Begin at the list of your districts.")
    return account


def _places(account: User) -> QuerySet[District, Any]:
    """The districts of the account, each with what it has there."""
    if account.is_superuser:
        return District.objects.all()
    roles = DistrictRole.objects.filter(account=account, district=OuterRef("pk"))
    grants = AccessGrant.objects.filter(account=account, district=OuterRef("pk"))
    mine = Q(pk__in=DistrictRole.objects.filter(account=account).values("district"))
    mine |= Q(pk__in=AccessGrant.objects.filter(account=account).values("district"))
    return District.objects.filter(mine).annotate(
        my_roles=ArraySubquery(roles.values_list("role")),
        my_grants=ArraySubquery(
            grants.values_list(JSONObject(what="what", school="school_id", person="person_id", student="student_id"))
        ),
    )


def _seat(found: Any, account: User) -> Seat:
    if account.is_superuser:
        return Seat(district=found, role=_OPERATOR, scopes=dict.fromkeys(Act, EVERYWHERE))
    role = next(iter(found.my_roles), "")
    return Seat(district=found, role=role, scopes=scopes(_grants(role, found.my_grants)))


def _grants(role: str, rows: Iterable[Mapping[str, Any]]) -> list[Grant]:
    found = [Grant(what=role)] if role else []
    for row in rows:
        one = row["student"] if row["what"] == "student" else row["person"]
        found.append(Grant(what=row["what"], school=row["school"], one=one))
    return found


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


def school_called(district: District, word: str) -> int:
    """The id of the district's school that is called so, or has that number (as schools are known by), or that id. Raises
    NotFound, also when several fit."""
    rows = School.objects.filter(district=district)
    fits = Q(name=word) | Q(school_number=word) | Q(nces_id=word)
    found = list(rows.filter(fits).values_list("pk", flat=True)[:2])
    if not found and word.isdecimal() and len(word) < 19:
        found = list(rows.filter(pk=int(word)).values_list("pk", flat=True))
    if len(found) != 1:
        many = "several schools" if found else "no school"
        raise NotFound(f"There is {many} {word!r} in {district.slug}.", hint="Give the school's number or NCES id.")
    return found[0]


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


def student(district: District, number: int, scope: Scope = EVERYWHERE) -> Student:
    """The district's student of that number. One query. Raises NotFound, also for a student of another district, and for
    one that ``scope`` does not reach."""
    found = scoped.students(district.pk, scope).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no student {number} here.", hint="Look for them in the directory.")
    return found


def person(district: District, number: int, scope: Scope = EVERYWHERE) -> Person:
    """The district's person of that number, with the district. One query. Raises NotFound, also for another district's."""
    people = scoped.persons(district.pk, scope).select_related("district")
    found = people.filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no person {number} here.", hint="Look for them in the directory.")
    return found


def classroom(district: District, number: int, scope: Scope = EVERYWHERE) -> Classroom:
    """The district's classroom of that number, with its school and course. One query. Raises NotFound, also for a
    classroom of another district."""
    rooms = scoped.classrooms(district.pk, scope).select_related("district", "school", "course")
    found = rooms.filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"There is no classroom {number} here.", hint="Look for it in the directory.")
    return found


def school(district: District, number: int, scope: Scope = EVERYWHERE) -> School:
    """The district's school of that number. One query. Raises NotFound, also for a school of another district."""
    found = scoped.schools(district.pk, scope).filter(pk=number).first() if number < 2**63 else None
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
