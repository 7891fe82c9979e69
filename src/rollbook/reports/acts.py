"""What people did by hand, as a list and one by one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection as database

from rollbook.store.models import Act, District, School

__all__ = ["NOWHERE", "ActLine", "acts", "by_school", "tell_act"]

NOWHERE = 0
"""Stands for no school at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """One act. ``undoes``: the act that it took back; ``undone_by``: the act that took it back (None: it stands)."""

    act: int
    kind: str
    state: str
    by: str
    at: dt.datetime
    reason: str
    counts: Mapping[str, int]
    undoes: int | None
    undone_by: int | None


def acts(district: District, *, offset: int, limit: int) -> tuple[int, list[ActLine]]:
    """How many acts there are, and those of this page, the newest first. Three queries."""
    rows = Act.objects.filter(district=district)
    page = list(rows.order_by("-id")[offset : offset + limit])
    undoing = Act.objects.filter(undoes__in=[row.pk for row in page], state="done")
    undone = dict(undoing.values_list("undoes_id", "pk"))
    return rows.count(), [_line(row, undone.get(row.pk)) for row in page]


def tell_act(act: Act) -> ActLine:
    """One act. One query."""
    return _line(act, Act.objects.filter(undoes=act, state="done").values_list("pk", flat=True).first())


def by_school(district: District, kind: str, ids: tuple[int, ...]) -> list[tuple[int, str, int]]:
    """School, name and how many of the objects ``ids`` of ``kind`` are there now, the most first; who is at two schools
    counts at both, who is at none under ``NOWHERE``. Two queries."""
    with database.cursor() as cursor:
        if kind == "classroom":
            cursor.execute(
                "SELECT school_id, id FROM classroom WHERE district_id = %s AND id = ANY(%s)", [district.pk, list(ids)]
            )
        else:
            cursor.execute(
                """SELECT school_id, student_id FROM student_school
                WHERE district_id = %s AND status = 'active' AND student_id = ANY(%s)""",
                [district.pk, list(ids)],
            )
        places = cursor.fetchall()
    counted = Counter(school for school, _object in places)
    placed = len({key for _school, key in places})
    names = dict(School.objects.filter(pk__in=counted).values_list("pk", "name"))
    found = [(key, names.get(key) or "", number) for key, number in counted.items()]
    if len(ids) > placed:
        found.append((NOWHERE, "", len(ids) - placed))
    return sorted(found, key=lambda row: (-row[2], row[1]))


def _line(row: Act, undone_by: int | None) -> ActLine:
    return ActLine(
        act=row.pk,
        kind=row.kind,
        state=row.state,
        by=row.by,
        at=row.at,
        reason=row.reason,
        counts=row.counts,
        undoes=row.undoes_id,
        undone_by=undone_by,
    )
