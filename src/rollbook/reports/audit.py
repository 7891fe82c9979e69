"""The audit as people read it: filtered, in pages, and as a file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from django.contrib.auth.models import User
from django.db.models import QuerySet

from rollbook.core.audit import Deed
from rollbook.store.models import AuditEntry, District

__all__ = ["CSV_SCHEMA", "AuditFilter", "AuditLine", "AuditList", "actors", "entries", "sheet"]

CSV_SCHEMA: dict[str, pl.DataType] = {
    "number": pl.Int64(),
    "at": pl.String(),
    "actor": pl.String(),
    "deed": pl.String(),
    "subject": pl.String(),
    "subject_id": pl.Int64(),
    "detail": pl.String(),
    "digest": pl.String(),
}
"""One row an entry. ``actor`` is an id: ``account:12``, ``cli:…``."""
_ACCOUNT: Final = "account:"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What is looked for; blank: everything. ``since`` and ``until`` are days of the time zone ``zone``, both included."""

    deed: str = ""
    actor: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    zone: dt.tzinfo = dt.UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One entry. ``who``: the actor as people know them; ``detail``: its parts, in order of their names."""

    number: int
    at: dt.datetime
    actor: str
    who: str
    deed: str
    subject: str
    subject_id: int | None
    detail: tuple[tuple[str, str], ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditList:
    """``total``: how many there are; ``lines``: those of this page, the newest first."""

    total: int
    lines: tuple[AuditLine, ...]


def entries(district: District | None, wanted: AuditFilter, *, offset: int, limit: int) -> AuditList:
    """The entries that fit, the newest first. Three queries."""
    found = _found(district, wanted)
    rows = list(found.order_by("-number")[offset : offset + limit])
    names = _names(row.actor for row in rows)
    return AuditList(
        total=found.count(),
        lines=tuple(
            AuditLine(
                number=row.number,
                at=row.at,
                actor=row.actor,
                who=names.get(row.actor, row.actor),
                deed=row.deed,
                subject=row.subject,
                subject_id=row.subject_id,
                detail=tuple((name, _word(value)) for name, value in json.loads(row.detail).items()),
                digest=row.digest,
            )
            for row in rows
        ),
    )


def actors(district: District | None) -> list[tuple[str, str]]:
    """Who is in the audit: actor, and the name by which people know them; by name. Two queries."""
    found = set(AuditEntry.objects.filter(district=district).values_list("actor", flat=True).distinct())
    names = _names(found)
    return sorted(((actor, names.get(actor, actor)) for actor in found), key=lambda pair: pair[1])


def sheet(district: District | None, wanted: AuditFilter) -> pl.DataFrame:
    """``CSV_SCHEMA`` of all entries that fit, the oldest first. One query."""
    rows = _found(district, wanted).order_by("number").values_list(*CSV_SCHEMA)
    return pl.DataFrame(
        [(number, at.isoformat(), *rest) for number, at, *rest in rows.iterator()], schema=CSV_SCHEMA, orient="row"
    )


def _found(district: District | None, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(district=district) if district else AuditEntry.objects.filter(district=None)
    if wanted.deed:
        rows = rows.filter(deed=wanted.deed if wanted.deed in set(Deed) else "")
    if wanted.actor:
        rows = rows.filter(actor=wanted.actor)
    if wanted.since is not None:
        rows = rows.filter(at__gte=_midnight(wanted.since, wanted.zone))
    if wanted.until is not None:
        rows = rows.filter(at__lt=_midnight(wanted.until, wanted.zone) + dt.timedelta(days=1))
    return rows


def _midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=zone)


def _names(found: Iterable[str]) -> dict[str, str]:
    ids = {int(actor.removeprefix(_ACCOUNT)) for actor in found if actor[len(_ACCOUNT) :].isdecimal()}
    return {f"{_ACCOUNT}{key}": name for key, name in User.objects.filter(pk__in=ids).values_list("pk", "username")}


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no", None: "–"}[value] if value is None or isinstance(value, bool) else str(value)
