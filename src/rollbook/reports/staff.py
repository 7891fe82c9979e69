"""The staff of a directory as a list: who fits, with their roles, classes and contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from rollbook.core.permissions import EVERYWHERE, Scope
from rollbook.reports.reaching import USABLE, Contact, contact_words, contacts, has_contact, human
from rollbook.store import scoped
from rollbook.store.models import ContactMethod, District, Enrollment, Guardianship, Person, SourceLink, StaffRole

__all__ = ["CSV_SCHEMA", "Role", "StaffFilter", "StaffLine", "StaffList", "roles", "sheet", "staff"]

CSV_SCHEMA: dict[str, pl.DataType] = {
    name: pl.String() for name in ("given_name", "family_name", "roles", "account_state", "contacts", "sis_ids")
}
"""One row a person; several roles, contacts or SIS ids are parted by a comma and a blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFilter:
    """What a list of staff is narrowed to; a blank narrows nothing. ``text``: every word of it is in a name, or is an id
    or a contact of the person. ``status``: of their roles, ``active`` or ``ended`` (they have none any more).
    ``schools``: with a role at any of them. ``reach``: ``yes`` or ``no``."""

    text: str = ""
    schools: tuple[int, ...] = ()
    role: str = ""
    status: str = "active"
    synced: str = ""
    account: str = ""
    reach: str = ""
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a person is; ``school`` is blank for the district."""

    role: str
    school: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """One person of the list. ``classes``: in how many active classrooms they are; ``is_guardian``: of a student here."""

    person: int
    name: str
    roles: tuple[Role, ...]
    classes: int
    account: str
    contacts: tuple[Contact, ...]
    is_guardian: bool
    is_synced: bool

    @property
    def reachable(self) -> bool:
        """Whether they can be written to."""
        return has_contact(self.contacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffList:
    """``total``: how many there are; ``lines``: those of this page."""

    total: int
    lines: tuple[StaffLine, ...]


def staff(district: District, wanted: StaffFilter, *, offset: int, limit: int) -> StaffList:
    """The staff that fit, by family name. Seven queries, however many people."""
    found = _found(district, wanted)
    rows = list(found.order_by("family_name", "given_name", "pk")[offset : offset + limit])
    return StaffList(total=found.count(), lines=_lines(district, rows, wanted.status))


def sheet(district: District, wanted: StaffFilter) -> pl.DataFrame:
    """``CSV_SCHEMA`` of all staff that fit, by family name. Four queries."""
    columns = ("pk", "given_name", "family_name", "account_state")
    found = _found(district, wanted).order_by("family_name", "given_name", "pk")
    shape = {"pk": pl.Int64, **dict.fromkeys(columns[1:], pl.String)}
    rows = pl.DataFrame(list(found.values_list(*columns)), schema=shape, orient="row")
    held = StaffRole.objects.filter(district=district, status=wanted.status or "active").order_by("pk")
    ways = ContactMethod.objects.filter(district=district).order_by("kind", "owner")
    links = SourceLink.objects.filter(district=district, kind="person").order_by("sourced_id")
    named = held.values_list("person_id", "role", "school__name")
    for name, listed in (
        ("roles", [(person, f"{role} ({school})" if school else role) for person, role, school in named]),
        ("contacts", ways.values_list("person_id", "value")),
        ("sis_ids", links.values_list("object_id", "sourced_id")),
    ):
        frame = pl.DataFrame(list(listed), schema={"pk": pl.Int64, name: pl.String}, orient="row")
        joined = frame.group_by("pk", maintain_order=True).agg(pl.col(name).drop_nulls().str.join(", "))
        rows = rows.join(joined, on="pk", how="left", maintain_order="left")
    return rows.select(tuple(CSV_SCHEMA))


def roles(district: District) -> list[str]:
    """The roles that staff of the district have."""
    return sorted(StaffRole.objects.filter(district=district).values_list("role", flat=True).distinct())


def _lines(district: District, rows: Sequence[Person], status: str) -> tuple[StaffLine, ...]:
    ids = [row.pk for row in rows]
    held: dict[int, list[Role]] = {}
    listed = StaffRole.objects.filter(district=district, person__in=ids, status=status or "active")
    for person, role, school in listed.order_by("pk").values_list("person_id", "role", "school__name"):
        held.setdefault(person, []).append(Role(role=role, school=school or ""))
    seats = Enrollment.objects.filter(
        district=district, person__in=ids, status="active", classroom__status="active"
    ).values("person_id")
    classes = dict(seats.annotate(number=Count("pk")).values_list("person_id", "number"))
    ways = contacts(district, ids)
    pairs = Guardianship.objects.filter(district=district, person__in=ids, status="active")
    guardians = set(pairs.values_list("person_id", flat=True))
    links = SourceLink.objects.filter(district=district, kind="person", object_id__in=ids)
    synced = set(links.values_list("object_id", flat=True))
    return tuple(
        StaffLine(
            person=row.pk,
            name=human(row.family_name, row.given_name, ", "),
            roles=tuple(held.get(row.pk, ())),
            classes=classes.get(row.pk, 0),
            account=row.account_state,
            contacts=tuple(ways.get(row.pk, ())),
            is_guardian=row.pk in guardians,
            is_synced=row.pk in synced,
        )
        for row in rows
    )


def _found(district: District, wanted: StaffFilter) -> QuerySet[Person]:
    held = StaffRole.objects.filter(district=district, person=OuterRef("pk"))
    active = held.filter(status="active")
    rows = scoped.persons(district.pk, wanted.scope)
    chosen = active if wanted.status == "active" else held
    if wanted.status == "ended":
        rows = rows.filter(~Exists(active))
    if wanted.schools:
        chosen = chosen.filter(school__in=wanted.schools)
    if wanted.role:
        chosen = chosen.filter(role=wanted.role)
    rows = rows.filter(Exists(chosen))
    if wanted.account:
        rows = rows.filter(account_state=wanted.account)
    if wanted.synced:
        linked = Exists(SourceLink.objects.filter(district=district, kind="person", object_id=OuterRef("pk")))
        rows = rows.filter(linked if wanted.synced == "yes" else ~linked)
    if wanted.reach:
        ways = ContactMethod.objects.filter(district=district, person=OuterRef("pk"), kind__in=USABLE)
        reached = Exists(ways.exclude(delivery_state="bad"))
        rows = rows.filter(reached if wanted.reach == "yes" else ~reached)
    for word in wanted.text.split()[:6]:
        rows = rows.filter(_fits(district, word))
    return rows


def _fits(district: District, word: str) -> Q:
    fits = Q(given_name__icontains=word) | Q(family_name__icontains=word)
    links = SourceLink.objects.filter(district=district, kind="person", sourced_id=word)
    fits |= Q(pk__in=links.values("object_id"))
    contact = contact_words(word)
    if contact is not None:
        reached = ContactMethod.objects.filter(contact, district=district)
        fits |= Q(pk__in=reached.values("person_id"))
    return fits
