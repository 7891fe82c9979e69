"""Archive and restore students and classrooms by hand (C-1): counted before, logged with a reason, undoable after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection as database

from rollbook.core.errors import ConfigError, PlanStale
from rollbook.engine.acts import acting
from rollbook.services.policies import policy_of
from rollbook.store.models import Act, District, SourceConnection

__all__ = ["KINDS", "VERBS", "Reach", "archive", "reach", "restore"]

KINDS: Final = ("student", "classroom")
"""What can be archived."""
VERBS: Final = ("archive", "restore")

_FROM: Final[Mapping[str, str]] = {"archive": "o.status <> 'archived'", "restore": "o.status = 'archived'"}
_PLACES: Final[Mapping[str, str]] = {
    "student": """(SELECT coalesce(bool_and(p.school_id = ANY(%(schools)s)), FALSE) FROM student_school p
        WHERE p.district_id = o.district_id AND p.student_id = o.id AND p.status = 'active')""",
    "classroom": "o.school_id = ANY(%(schools)s)",
}
"""Whether an object is only at schools of the one who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far an act would go. ``ids``: what would change. ``managed``: left alone, because an enabled sync manages them
    (C-1). ``forbidden``: at a school of others. ``already``: as wanted. ``returning``: would change, and come back with
    the next run of their source if they are in its data then, as its settings stand."""

    kind: str
    verb: str
    ids: tuple[int, ...]
    managed: int
    forbidden: int
    already: int
    returning: int

    @property
    def counts(self) -> dict[str, int]:
        """The numbers alone, as an act keeps them."""
        return {
            "changed": len(self.ids),
            "managed": self.managed,
            "forbidden": self.forbidden,
            "already": self.already,
        }


def reach(
    *, district: District, kind: str, verb: str, ids: Collection[int], schools: Collection[int] | None = None
) -> Reach:
    """What would happen to the objects ``ids`` of ``kind``. ``schools``: where the one who asks may do so (None:
    everywhere). Nothing is written; two queries, however many objects. What is not in the district counts nowhere.

    A student of an enabled sync is not archived by hand: the sync would bring them back. A classroom is, since that is
    how an overshared one is put away. What an enabled sync archived is not restored: it would archive it again.
    """
    if kind not in KINDS or verb not in VERBS:
        raise ConfigError(f"Nobody can {verb} a {kind}.", hint=f"{' or '.join(VERBS)} a {' or a '.join(KINDS)}.")
    sources = SourceConnection.objects.filter(district=district).select_related("district")
    policies = {source.pk: policy_of(source) for source in sources}
    enabled = [key for key, policy in policies.items() if policy.daily_sync]
    returns = {
        "student": [key for key, policy in policies.items() if policy.archived_students == "restore"],
        "classroom": [key for key, policy in policies.items() if policy.unarchive_classrooms],
    }[kind]
    linked = f"""EXISTS (SELECT FROM source_link l WHERE l.district_id = o.district_id AND l.kind = '{kind}'
        AND l.object_id = o.id AND l.connection_id = ANY(%(sources)s))"""
    managed = {
        "archive": linked.replace("%(sources)s", "%(enabled)s") if kind == "student" else "FALSE",
        "restore": f"o.archived_by = 'sync' AND {linked.replace('%(sources)s', '%(enabled)s')}",
    }[verb]
    back = linked.replace("%(sources)s", "%(returns)s") if verb == "archive" else "FALSE"
    with database.cursor() as cursor:
        cursor.execute(
            f"""SELECT o.id, CASE WHEN NOT {_FROM[verb]} THEN 'already'
                WHEN {"FALSE" if schools is None else f"NOT {_PLACES[kind]}"} THEN 'forbidden'
                WHEN {managed} THEN 'managed' WHEN {back} THEN 'returning' ELSE 'changed' END
            FROM "{kind}" o WHERE o.district_id = %(district)s AND o.id = ANY(%(ids)s) ORDER BY o.id""",
            {
                "district": district.pk,
                "ids": list(ids),
                "schools": list(schools or ()),
                "enabled": enabled,
                "returns": returns,
            },
        )
        rows = cursor.fetchall()
    words = [word for _id, word in rows]
    return Reach(
        kind=kind,
        verb=verb,
        ids=tuple(key for key, word in rows if word in ("changed", "returning")),
        managed=words.count("managed"),
        forbidden=words.count("forbidden"),
        already=words.count("already"),
        returning=words.count("returning"),
    )


def archive(
    *,
    district: District,
    kind: str,
    ids: Collection[int],
    by: str,
    reason: str,
    now: dt.datetime,
    schools: Collection[int] | None = None,
    expect: int | None = None,
) -> Act:
    """The objects ``ids`` of ``kind`` that ``reach`` says are archived by ``by``, hidden and restorable; nothing of
    them is lost, and they stay at their schools and in their classrooms. One act, undoable.

    Raises ConfigError without a reason or when nothing would change, PlanStale when ``expect`` (the number that was
    shown) is not the number any more.
    """
    if not reason.strip():
        raise ConfigError("Nobody would know later why they were archived.", hint="Give a reason, a few words.")
    values = {"status": "archived", "archived_by": by, "archive_reason": reason.strip()}
    return _done("archive", district, kind, ids, by, reason.strip(), now, schools, expect, values)


def restore(
    *,
    district: District,
    kind: str,
    ids: Collection[int],
    by: str,
    now: dt.datetime,
    reason: str = "",
    schools: Collection[int] | None = None,
    expect: int | None = None,
) -> Act:
    """The archived objects ``ids`` of ``kind`` that ``reach`` says are active again. As ``archive`` otherwise."""
    values = {"status": "active", "archived_by": None, "archive_reason": None}
    return _done("restore", district, kind, ids, by, reason.strip(), now, schools, expect, values)


def _done(
    verb: str,
    district: District,
    kind: str,
    ids: Collection[int],
    by: str,
    reason: str,
    now: dt.datetime,
    schools: Collection[int] | None,
    expect: int | None,
    values: Mapping[str, str | None],
) -> Act:
    with acting(district_id=district.pk, kind=f"{verb}_{kind}s", by=by, reason=reason, now=now) as pen:
        found = reach(district=district, kind=kind, verb=verb, ids=ids, schools=schools)
        _check(found, expect)
        pen.update(kind, found.ids, values, kind=kind, action=verb)
        pen.counts.update(found.counts)
    return pen.act


def _check(found: Reach, expect: int | None) -> None:
    if expect is not None and expect != len(found.ids):
        raise PlanStale(
            f"{expect:,} were shown, and {len(found.ids):,} it would be now. Nothing was changed.",
            hint="Look again: the directory has moved in between.",
        )
    if not found.ids:
        raise ConfigError(f"There is nothing to {found.verb}.", hint=_why_nothing(found))


def _why_nothing(found: Reach) -> str:
    parts: Sequence[str] = [
        f"{number:,} {words}"
        for number, words in (
            (found.managed, "stay as they are because an enabled sync manages them"),
            (found.forbidden, "belong to a school of others"),
            (found.already, "are so already"),
        )
        if number
    ]
    return f"{', '.join(parts)}." if parts else "None of them is in this district."
