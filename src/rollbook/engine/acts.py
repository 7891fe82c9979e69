"""What a person does to the directory in one go: logged first, then done, in one transaction, and undoable (O-3, R-11)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from rollbook.engine import changes
from rollbook.engine.locks import add_revision, lock_district
from rollbook.store.models import Act

__all__ = ["Pen", "acting", "record_done"]

_HEAD = 'INSERT INTO change_log (district_id, act_id, "table", row_id, op, kind, record_id, action, old, new, at, by)'


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes the log of one act; what it says is done when the act ends. One row may be logged once only.

    ``counts`` becomes the act's own: what was done, and what was left alone.
    """

    cursor: Any
    act: Act
    counts: dict[str, int]

    def update(
        self, table: str, ids: Sequence[int], values: Mapping[str, Any], *, kind: str, action: str, record: str = "id"
    ) -> int:
        """Each row ``ids`` of ``table`` gets ``values``; rows that have them already are left out. Returns how many rows
        that changes. ``kind``, ``action``: what the change counts as, under the record that the column ``record`` names."""
        self.cursor.execute(
            f"""{_HEAD} SELECT %(district)s, %(act)s, %(table)s, t.id, 'update', %(kind)s, t."{record}", %(action)s,
            moved.old, moved.new, %(at)s, %(by)s
            FROM "{table}" t CROSS JOIN LATERAL (
                SELECT jsonb_object_agg(now.key, now.value) AS old, jsonb_object_agg(now.key, wanted.value) AS new
                FROM jsonb_each(to_jsonb(t)) now JOIN jsonb_each(%(values)s::jsonb) wanted ON wanted.key = now.key
                WHERE now.value IS DISTINCT FROM wanted.value) moved
            WHERE t.district_id = %(district)s AND t.id = ANY(%(ids)s) AND moved.new IS NOT NULL""",
            {
                **self._stamp,
                "table": table,
                "kind": kind,
                "action": action,
                "values": json.dumps(dict(values)),
                "ids": list(ids),
            },
        )
        return int(self.cursor.rowcount)

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]], *, kind: str, record: str = "id") -> int:
        """``rows`` (column → value, alike in their columns) are new in ``table``; returns how many."""
        if not rows:
            return 0
        self.cursor.execute(
            f"""{_HEAD} SELECT %(district)s, %(act)s, %(table)s, t.id, 'insert', %(kind)s, t."{record}", 'create',
            NULL, to_jsonb(t), %(at)s, %(by)s
            FROM jsonb_array_elements(%(rows)s::jsonb) r CROSS JOIN LATERAL jsonb_populate_record(NULL::"{table}",
                r || jsonb_build_object('district_id', %(district)s::bigint,
                    'id', nextval(pg_get_serial_sequence('"{table}"', 'id')))) t""",
            {**self._stamp, "table": table, "kind": kind, "rows": json.dumps([dict(row) for row in rows], default=str)},
        )
        return int(self.cursor.rowcount)

    @property
    def _stamp(self) -> dict[str, Any]:
        act = self.act
        return {"district": act.district_id, "act": act.pk, "at": act.at, "by": act.by}


@contextmanager
def acting(*, district_id: int, kind: str, by: str, reason: str, now: dt.datetime) -> Iterator[Pen]:
    """Inside the block the district is this transaction's alone. When it ends, what the pen wrote down is in the
    directory, and plans made before are stale; an error leaves everything as it was."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_district(cursor, district_id)
        act = Act.objects.create(district_id=district_id, kind=kind, by=by, reason=reason, at=now)
        pen = Pen(cursor, act, {})
        yield pen
        changes.perform(cursor, act_id=act.pk, district_id=district_id)
        add_revision(cursor, district_id)
        record_done(cursor, act, pen.counts)


def record_done(cursor: Any, act: Act, counts: Mapping[str, int]) -> None:
    """The act is done, as part of the transaction that does it."""
    cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM change_log_id_seq")
    act.log_mark, act.counts = int(cursor.fetchone()[0]), dict(counts)
    act.save(update_fields=["log_mark", "counts"])
