"""Step 4 as queries: the classrooms that were there before the sync, by what was decided about them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection as database
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, When

from rollbook.store.models import Classroom, LeftAlone, SourceConnection, SourceLink

__all__ = ["ARCHIVE_REASON", "STATES", "ExistingFilter", "existing", "page_of", "states_of", "tally"]

ARCHIVE_REASON: Final = "existing_classroom"
"""Why a classroom that was archived in this step is archived."""
STATES = ("open", "left", "taken", "archived")
"""Undecided; stays beside what the sync makes; taken over by hand; archived in this step."""
_NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingFilter:
    """What the existing classrooms are narrowed to; a blank (or None) narrows nothing. ``reason``: of the suggestion;
    ``none``: those without one. ``text``: every word of it is in the name or the code."""

    state: str = "open"
    reason: str = ""
    school: int | None = None
    text: str = ""


def existing(connection: SourceConnection, wanted: ExistingFilter) -> QuerySet[Any, Any]:
    """The existing classrooms that fit, with their suggestion: ``hint_class`` (sourcedId), ``hint_reason``, ``hint_sure``,
    ``hint_facts``, ``hint_rivals``; null where there is none, or where its class has a classroom by now."""
    rows: QuerySet[Any, Any] = _narrowed(connection, wanted).annotate(
        hint=FilteredRelation("suggestions", condition=Q(suggestions__connection=connection.pk)),
    )
    taken = SourceLink.objects.filter(
        district=connection.district_id,
        connection=connection.pk,
        kind="classroom",
        sourced_id=OuterRef("hint__sourced_id"),
    )
    rows = rows.annotate(hint_taken=Exists(taken))
    rows = rows.annotate(
        **{
            f"hint_{name}": Case(When(hint_taken=False, then=F(f"hint__{column}")))
            for name, column in (
                ("class", "sourced_id"),
                ("reason", "reason"),
                ("sure", "is_sure"),
                ("facts", "facts"),
                ("rivals", "rivals"),
            )
        }
    )
    if wanted.reason:
        rows = rows.filter(hint_reason=None) if wanted.reason == _NONE else rows.filter(hint_reason=wanted.reason)
    return rows


def page_of(connection: SourceConnection, wanted: ExistingFilter, *, offset: int, limit: int) -> tuple[int, list[Any]]:
    """How many fit, and those of one page by school and name, with their school and suggestion. Three queries; only the
    rows of the page ask for their suggestions, unless they are what is asked for."""
    rows = existing(connection, wanted) if wanted.reason else _narrowed(connection, wanted)
    ordered = rows.order_by("school__name", "name", "pk").values_list("pk", flat=True)
    keys = list(ordered[offset : offset + limit])
    state = ExistingFilter(state=wanted.state)
    here = (
        existing(connection, state).filter(pk__in=keys).select_related("school").order_by("school__name", "name", "pk")
    )
    return rows.order_by().count(), list(here)


def tally(connection: SourceConnection) -> list[tuple[str, str, bool, int]]:
    """(state, reason of the suggestion or blank, whether it is sure, how many) of all existing classrooms. Three queries,
    each one pass."""
    with database.cursor() as cursor:
        cursor.execute(
            """SELECT CASE WHEN a.id IS NULL THEN 'open' ELSE 'left' END, coalesce(s.reason, ''),
            coalesce(s.is_sure, FALSE), count(*)
            FROM classroom c
            LEFT JOIN left_alone a ON a.connection_id = %(source)s AND a.kind = 'classroom' AND a.object_id = c.id
            LEFT JOIN (
                SELECT * FROM classroom_suggestion s WHERE s.connection_id = %(source)s AND NOT EXISTS (
                    SELECT FROM source_link t WHERE t.district_id = %(district)s AND t.connection_id = %(source)s
                    AND t.kind = 'classroom' AND t.sourced_id = s.sourced_id)) s ON s.classroom_id = c.id
            WHERE c.district_id = %(district)s AND c.status = 'active' AND c.school_id IN (
                SELECT f.object_id FROM source_link f WHERE f.district_id = %(district)s
                AND f.connection_id = %(source)s AND f.kind = 'school')
            AND NOT EXISTS (SELECT FROM source_link k WHERE k.district_id = %(district)s AND k.kind = 'classroom'
                AND k.object_id = c.id)
            GROUP BY 1, 2, 3""",
            {"district": connection.district_id, "source": connection.pk},
        )
        told = [(str(state), str(reason), bool(sure), int(number)) for state, reason, sure, number in cursor.fetchall()]
    return told + [(state, "", False, _in_state(connection, state).count()) for state in ("taken", "archived")]


def states_of(connection: SourceConnection, ids: Collection[int]) -> dict[int, str]:
    """classroom → its state; what has none is not of this step. Four queries."""
    told: dict[int, str] = {}
    for state in STATES:
        told |= dict.fromkeys(_in_state(connection, state).filter(pk__in=ids).values_list("pk", flat=True), state)
    return told


def _narrowed(connection: SourceConnection, wanted: ExistingFilter) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = _in_state(connection, wanted.state)
    if wanted.school is not None:
        rows = rows.filter(school=wanted.school)
    for word in wanted.text.split()[:6]:
        rows = rows.filter(Q(name__icontains=word) | Q(code__icontains=word))
    return rows


def _in_state(connection: SourceConnection, state: str) -> QuerySet[Any, Any]:
    district, source = connection.district_id, connection.pk
    if state == "archived":
        rows = Classroom.objects.of_source(district, source)
        return rows.filter(status="archived", archive_reason=ARCHIVE_REASON)
    if state == "taken":
        links = SourceLink.objects.filter(
            district=district, connection=source, kind="classroom", created_run=None, object_id=OuterRef("pk")
        )
        return Classroom.objects.of_source(district, source).filter(Exists(links))
    left = Exists(LeftAlone.objects.filter(connection=source, kind="classroom", object_id=OuterRef("pk")))
    rows = Classroom.objects.existing(district, source)
    return rows.filter(left) if state == "left" else rows.filter(~left)
