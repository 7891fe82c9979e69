"""What a person does in one go is one act, and can be taken back as one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database
from django.db import transaction

from rollbook.core.entities import TABLES
from rollbook.core.errors import HoldRequired, NotFound, PlanStale
from rollbook.engine.changes import temporary, write
from rollbook.engine.locks import add_revision, lock_district
from rollbook.store.models import HandAct, SourceConnection, SyncRun

__all__ = ["Act", "act", "last", "undo"]

_TABLES = (*TABLES, "left_alone")
"""What an act may write, in dependency order."""
_OF_SCHOOL = ("classroom", "student_school", "staff_role")


@dataclass(slots=True)
class Act:
    """An act under way. ``counts``: what was done → how often; an act without any did nothing and is not kept."""

    cursor: Any
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, number: int) -> None:
        """So many more of that."""
        if number:
            self.counts[what] = self.counts.get(what, 0) + number


@contextmanager
def act(*, connection: SourceConnection, step: str, by: str) -> Iterator[Act]:
    """Inside the block this transaction is the district's only writer; what it notes in the change log without a run is
    one act of ``by``, that ``undo`` can take back. Plans made before are stale if anything was done."""
    with transaction.atomic(), database.cursor() as cursor:
        lock_district(cursor, connection.district_id)
        first = _newest_log(cursor)
        doing = Act(cursor)
        yield doing
        if not doing.counts:
            return
        newest = _newest_log(cursor)
        cursor.execute("SELECT now()")
        HandAct.objects.create(
            district_id=connection.district_id,
            connection=connection,
            step=step,
            counts=doing.counts,
            first_log=first + 1,
            last_log=newest,
            at=cursor.fetchone()[0],
            by=by,
        )
        add_revision(cursor, connection.district_id)


def last(connection: SourceConnection) -> HandAct | None:
    """The newest act on a connection that can still be taken back: nothing was applied to the district since."""
    newest = HandAct.objects.filter(connection=connection, undone_at=None).order_by("-id").first()
    if newest is None:
        return None
    since = SyncRun.objects.filter(district=connection.district_id, applied_at__gt=newest.at)
    return None if since.exists() else newest


def undo(*, connection: SourceConnection, number: int, by: str, now: dt.datetime) -> Mapping[str, int]:
    """The act is taken back, exactly, and that is in the change log, too; returns what the act had counted.

    Raises NotFound when it is not the newest act of the connection or a run was applied since, HoldRequired when what it
    wrote was changed since or is in use, and then nothing changes.
    """
    with transaction.atomic(), database.cursor() as cursor:
        lock_district(cursor, connection.district_id)
        newest = last(connection)
        if newest is None or newest.pk != number:
            raise NotFound(
                "There is no such act to take back.", hint="Only the last one can be, until a run is applied."
            )
        values = {"district": newest.district_id, "first": newest.first_log, "last": newest.last_log}
        temporary(
            cursor,
            "todo",
            """SELECT "table", row_id, kind, record_id, new AS was,
            CASE op WHEN 'insert' THEN 'delete' WHEN 'delete' THEN 'insert' ELSE op END AS op,
            CASE op WHEN 'update' THEN new END AS old, old AS new
            FROM change_log WHERE district_id = %(district)s AND run_id IS NULL AND id BETWEEN %(first)s AND %(last)s""",
            values,
        )
        _check_unmoved(cursor)
        cursor.execute(
            """INSERT INTO change_log (district_id, "table", row_id, op, kind, record_id, action, old, new, at, by)
            SELECT %s, "table", row_id, op, kind, record_id, 'undo', CASE op WHEN 'insert' THEN NULL ELSE was END, new,
            now(), %s FROM todo""",
            [newest.district_id, by],
        )
        try:
            write(cursor, district_id=newest.district_id, tables=_TABLES, detail={"act": newest.pk})
        except PlanStale as stale:
            raise _moved() from stale
        HandAct.objects.filter(pk=newest.pk).update(undone_at=now)
        add_revision(cursor, newest.district_id)
        return {str(what): int(count) for what, count in newest.counts.items()}


def _newest_log(cursor: Any) -> int:
    cursor.execute("SELECT coalesce(max(id), 0) FROM change_log")
    return int(cursor.fetchone()[0])


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
