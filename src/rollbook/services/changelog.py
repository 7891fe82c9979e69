"""What a person did by hand, in the same log as what runs did (O-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from rollbook.services import audit

__all__ = ["note_rows", "note_values"]


def note_rows(
    *, district_id: int, table: str, ids: Sequence[int], op: str, kind: str, by: str, act: int | None = None
) -> None:
    """Each row ``ids`` of the directory table ``table`` is in the change log, whole: as ``new`` for ``insert``, as
    ``old`` for ``delete`` (call it before the row goes). A source link, and what is left alone, counts under the object
    it is about. ``act``: the act that this is a part of."""
    column = {"insert": "new", "delete": "old"}[op]
    record = "object_id" if table in ("source_link", "left_alone") else "id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO change_log (district_id, act_id, "table", row_id, op, kind, record_id, {column}, at, by)
            SELECT %s, %s, %s, t.id, %s, %s, t.{record}, to_jsonb(t), now(), %s FROM "{table}" t
            WHERE t.district_id = %s AND t.id = ANY(%s)""",
            [district_id, act, table, op, kind, by, district_id, list(ids)],
        )
    audit.note(audit.Deed.BY_HAND, by=by, district=district_id, subject=table, detail={"op": op, "rows": len(ids)})


def note_values(
    *, district_id: int, table: str, row_id: int, old: Mapping[str, Any] | None, new: Mapping[str, Any], by: str
) -> None:
    """A change outside the directory's own tables (a district, a source, its settings) is in the change log: an
    ``insert`` when there is no ``old``, else an ``update``."""
    from rollbook.store.models import ChangeLog

    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        at = cursor.fetchone()[0]
    ChangeLog.objects.create(
        district_id=district_id,
        table=table,
        row_id=row_id,
        op="insert" if old is None else "update",
        old=None if old is None else dict(old),
        new=dict(new),
        at=at,
        by=by,
    )
    detail = {"fields": sorted(new)}
    audit.note(audit.Deed.SETTING, by=by, district=district_id, subject=table, subject_id=row_id, detail=detail)
