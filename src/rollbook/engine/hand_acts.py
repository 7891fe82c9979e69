"""What a person settles in steps 3 and 4 in one go is one act, and the last one is taken back with everything it decided.

Beside the directory an act of these steps writes decisions (``left_alone``) that no run knows; so it is undone here, as
the last act only, and not by the general undo, which looks for what later runs and acts built on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from rollbook.core.entities import TABLES
from rollbook.core.errors import HoldRequired, NotFound, PlanStale
from rollbook.engine.acts import record_done
from rollbook.engine.changes import temporary, write
from rollbook.engine.locks import add_revision, lock_district
from rollbook.store.models import Act, SourceConnection, SyncRun

__all__ = ["KINDS", "Doing", "doing", "last", "undo"]

KINDS: Final = ("match_schools", "settle_classrooms")
"""The kinds of these acts."""
_TABLES = (*TABLES, "left_alone")
"""What they may write, in dependency order."""
_MANY: Final = 1000
_OF_SCHOOL = ("classroom", "student_school", "staff_role")


@dataclass(slots=True)
class Doing:
    """An act under way. ``counts``: what was done → how often."""

    cursor: Any
    act: Act
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, number: int) -> None:
        """So many more of that."""
        if number:
            self.counts[what] = self.counts.get(what, 0) + number


@contextmanager
def doing(*, connection: SourceConnection, kind: str, by: str) -> Iterator[Doing]:
    """Inside the block this transaction is the district's only writer; what it does and notes in the change log under the
    act is one act of ``by``. Plans made before are stale if anything was counted; else there was no act."""
    with transaction.atomic(), database.cursor() as cursor:
        lock_district(cursor, connection.district_id)
        act = Act.objects.create(
            district_id=connection.district_id, kind=kind, by=by, at=timezone.now(), reason=connection.name
        )
        under_way = Doing(cursor, act)
        yield under_way
        if not under_way.counts:
            act.delete()
            return
        if sum(under_way.counts.values()) >= _MANY:  # what the planner believes of these tables is older than the act
            cursor.execute("ANALYZE left_alone, source_link")
        record_done(cursor, act, under_way.counts)
        add_revision(cursor, connection.district_id)


def last(connection: SourceConnection) -> Act | None:
    """The district's newest act of these kinds, if it is this connection's and can still be taken back: nothing was
    applied since."""
    newest = Act.objects.filter(district=connection.district_id, kind__in=KINDS, state="done").order_by("-id").first()
    if newest is None or newest.reason != connection.name:
        return None
    since = SyncRun.objects.filter(district=connection.district_id, applied_at__gt=newest.at)
    return None if since.exists() else newest


def undo(*, connection: SourceConnection, number: int, by: str, now: dt.datetime) -> Mapping[str, int]:
    """The act is taken back, exactly; that is an act, too. Returns what had been counted.

    Raises NotFound when it is not the last one or a run was applied since, HoldRequired when what it wrote was changed
    since or is in use, and then nothing changes.
    """
    with transaction.atomic(), database.cursor() as cursor:
        lock_district(cursor, connection.district_id)
        newest = last(connection)
        if newest is None or newest.pk != number:
            raise NotFound(
                "There is no such act to take back.", hint="Only the last one can be, until a run is applied."
            )
        temporary(
            cursor,
            "todo",
            """SELECT "table", row_id, kind, record_id, new AS was,
            CASE op WHEN 'insert' THEN 'delete' WHEN 'delete' THEN 'insert' ELSE op END AS op,
            CASE op WHEN 'update' THEN new END AS old, old AS new
            FROM change_log WHERE act_id = %(act)s""",
            {"act": newest.pk},
        )
        _check_unmoved(cursor)
        undoing = Act.objects.create(district_id=newest.district_id, kind="undo", by=by, at=now, undoes=newest)
        cursor.execute(
            """INSERT INTO change_log
            (district_id, act_id, "table", row_id, op, kind, record_id, action, old, new, at, by)
            SELECT %s, %s, "table", row_id, op, kind, record_id, 'undo', CASE op WHEN 'insert' THEN NULL ELSE was END, new,
            %s, %s FROM todo""",
            [newest.district_id, undoing.pk, now, by],
        )
        try:
            done = write(cursor, district_id=newest.district_id, tables=_TABLES, detail={"act": newest.pk})
        except PlanStale as stale:
            raise _moved() from stale
        Act.objects.filter(pk=newest.pk).update(state="undone")
        rows = sum(sum(part.values()) for part in (done.inserted, done.updated, done.deleted))
        record_done(cursor, undoing, {"rows": rows})
        add_revision(cursor, newest.district_id)
        return {str(what): int(count) for what, count in newest.counts.items()}


def _check_unmoved(cursor: Any) -> None:
    """What the act made is as it made it, and a school that it made is not in use."""
    cursor.execute("""SELECT DISTINCT "table" FROM todo WHERE op = 'delete'""")
    for (table,) in cursor.fetchall():
        cursor.execute(
            f"""SELECT count(*) FROM todo l LEFT JOIN "{table}" t ON t.id = l.row_id
            WHERE l."table" = %s AND l.op = 'delete' AND NOT coalesce(to_jsonb(t) @> l.was, FALSE)""",
            [table],
        )
        if cursor.fetchone()[0]:
            raise _moved()
    for table in _OF_SCHOOL:
        cursor.execute(
            f"""SELECT EXISTS (SELECT FROM todo l JOIN "{table}" t ON t.school_id = l.row_id
            WHERE l."table" = 'school' AND l.op = 'delete')"""
        )
        if cursor.fetchone()[0]:
            raise HoldRequired(
                "A school that this act made has people or classrooms now. Nothing was changed.",
                hint="Unmatch the school instead: the sync leaves it alone then.",
            )


def _moved() -> HoldRequired:
    return HoldRequired(
        "What this act wrote was changed since. Nothing was taken back.", hint="Change it by hand, one by one."
    )
