"""Step 4 as queries: the classrooms that were there before the sync, by what was decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, When

from rollbook.store.models import Classroom, LeftAlone, SourceConnection, SourceLink

__all__ = ["ARCHIVE_REASON", "STATES", "ExistingFilter", "existing", "tally"]

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
    rows: QuerySet[Any, Any] = _in_state(connection, wanted.state)
    rows = rows.annotate(
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
    if wanted.school is not None:
        rows = rows.filter(school=wanted.school)
    for word in wanted.text.split()[:6]:
        rows = rows.filter(Q(name__icontains=word) | Q(code__icontains=word))
    return rows


def tally(connection: SourceConnection) -> list[tuple[str, str, bool, int]]:
    """(state, reason of the suggestion or blank, whether it is sure, how many) of all existing classrooms. Four
    queries."""
    told = []
    for state in STATES:
        rows = existing(connection, ExistingFilter(state=state)).order_by()
        if state in ("open", "left"):
            counted = rows.values_list("hint_reason", "hint_sure").annotate(number=Count("pk"))
            told += [(state, reason or "", bool(sure), number) for reason, sure, number in counted]
        else:
            told.append((state, "", False, _in_state(connection, state).count()))
    return told


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
