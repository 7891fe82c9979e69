"""A merge comes apart again, at any later time: every row goes back that can, and what cannot is counted (C-2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from rollbook.core.entities import TABLES
from rollbook.core.errors import HoldRequired, PlanStale
from rollbook.core.family import FAMILY_REFERENCES
from rollbook.core.hanging import hangers
from rollbook.engine.acts import record_done
from rollbook.engine.changes import temporary
from rollbook.engine.locks import add_revision, lock_district
from rollbook.engine.merging import MERGES, WRITTEN, perform
from rollbook.store.models import Act

__all__ = ["Parting", "is_merge", "preview_unmerge", "unmerge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """What unmerging would do: table → rows that go back to their owners, and rows that return. ``lost``: why a row
    stays as it is → how many (``gone``: it is not there any more; ``taken``: another took its place, or what it refers to
    is gone; ``changed``: fields of the survivor that changed since). ``blocked_by``: survivors that are gone themselves."""

    moves: Mapping[str, int]
    returns: Mapping[str, int]
    lost: Mapping[str, int]
    blocked_by: int


def is_merge(act: Act) -> bool:
    """Whether the act is a merge; such an act is undone here, and nowhere else."""
    return act.kind in MERGES.values()


def preview_unmerge(act: Act) -> Parting:
    """What ``unmerge`` would do now. Nothing is written. Raises PlanStale when the merge is undone already."""
    with transaction.atomic(), connection.cursor() as cursor:
        return _prepared(cursor, act)


def unmerge(act: Act, *, by: str, now: dt.datetime) -> Act:
    """The records that ``act`` merged are themselves again, with what is left of what they brought: as they were then,
    byte for byte, if nothing came later. After later runs each moved row is as it is now, under its old owner; the
    records are compared in full by the next run, which brings what came meanwhile to its right owner. The undo is an act.

    Raises PlanStale when it is undone already, HoldRequired when a survivor was merged or erased since.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock_district(cursor, act.district_id)
        act.refresh_from_db()
        parting = _prepared(cursor, act)
        if parting.blocked_by:
            raise HoldRequired(
                f"{parting.blocked_by} of the records that this merge left are gone: merged again, or erased. "
                "Nothing was undone.",
                hint="Undo the later merge first.",
                detail={"act": act.pk, "gone": parting.blocked_by},
            )
        undoing = Act.objects.create(district_id=act.district_id, kind="undo", by=by, at=now, undoes=act)
        cursor.execute(
            """INSERT INTO change_log
            (district_id, act_id, "table", row_id, op, kind, record_id, action, old, new, at, by)
            SELECT %s, %s, "table", row_id, op, kind, record_id, 'undo', old, new, %s, %s FROM back ORDER BY row_id""",
            [act.district_id, undoing.pk, now, by],
        )
        done = perform(cursor, undoing)
        Act.objects.filter(pk=act.pk).update(state="undone")
        add_revision(cursor, act.district_id)
        rows = sum(sum(part.values()) for part in (done.inserted, done.updated, done.deleted))
        record_done(cursor, undoing, {"rows": rows, "excluded": sum(parting.lost.values())})
    act.refresh_from_db()
    return undoing


def _prepared(cursor: Any, act: Act) -> Parting:
    """Temporary tables: ``mine`` (the merge's log), ``back`` (what undoing writes), ``lost`` (``why``)."""
    if act.state != "done":
        raise PlanStale(f"Act {act.pk} has been undone since.", hint="Merge them again, if they are one.")
    kind = next(kind for kind, name in MERGES.items() if name == act.kind)
    temporary(
        cursor,
        "mine",
        """SELECT "table", row_id, op, kind, record_id, old, new FROM change_log WHERE act_id = %(act)s""",
        {"act": act.pk},
    )
    cursor.execute("DROP TABLE IF EXISTS pg_temp.back")
    cursor.execute(
        """CREATE TEMP TABLE back ("table" text, row_id bigint, op text, kind text, record_id bigint, old jsonb, new jsonb)
        ON COMMIT DROP"""
    )
    cursor.execute("DROP TABLE IF EXISTS pg_temp.lost")
    cursor.execute("CREATE TEMP TABLE lost (why text) ON COMMIT DROP")
    values = {"district": act.district_id, "kind": kind, "act": act.pk, "later": _is_later(cursor, act)}
    cursor.execute(
        f"""SELECT count(*) FROM (SELECT DISTINCT survivor_id FROM merge WHERE act_id = %(act)s) m
        WHERE NOT EXISTS (SELECT FROM "{kind}" t WHERE t.id = m.survivor_id)""",
        values,
    )
    blocked = int(cursor.fetchone()[0])
    cursor.execute(
        """INSERT INTO back SELECT "table", row_id, 'insert', kind, record_id, NULL, old FROM mine
        WHERE "table" = %(kind)s AND op = 'delete'""",
        values,
    )
    _fields(cursor, kind, values)
    for hanger in hangers(kind):
        _rows_back(cursor, hanger.table, hanger.column, values)
    for hanger in hangers(kind):
        _rows_again(cursor, hanger.table, hanger.column, hanger.key, values)
    _links(cursor, values)
    cursor.execute('SELECT "table", op, count(*) FROM back GROUP BY "table", op')
    counted = {(table, op): int(number) for table, op, number in cursor.fetchall()}
    cursor.execute("SELECT why, count(*) FROM lost GROUP BY why")
    lost = {why: int(number) for why, number in cursor.fetchall()}
    return Parting(
        moves={t: counted[t, "update"] for t in WRITTEN if (t, "update") in counted},
        returns={t: counted[t, "insert"] for t in WRITTEN if (t, "insert") in counted},
        lost=lost,
        blocked_by=blocked,
    )


def _is_later(cursor: Any, act: Act) -> bool:
    """Whether a run wrote to the district since; then no fingerprint vouches for what goes back."""
    cursor.execute(
        """SELECT EXISTS (SELECT FROM sync_run WHERE district_id = %s AND log_mark > %s)""",
        [act.district_id, act.log_mark],
    )
    return bool(cursor.fetchone()[0])


def _fields(cursor: Any, kind: str, values: Mapping[str, Any]) -> None:
    """The survivor's fields that the merge changed and nobody since."""
    cursor.execute(
        f"""INSERT INTO back SELECT m."table", m.row_id, 'update', m.kind, m.record_id, same.old, same.new
        FROM mine m JOIN "{kind}" t ON t.id = m.row_id CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(n.key, n.value) AS old, jsonb_object_agg(n.key, m.old -> n.key) AS new
            FROM jsonb_each(m.new) n WHERE to_jsonb(t) -> n.key = n.value) same
        WHERE m."table" = %(kind)s AND m.op = 'update' AND same.new IS NOT NULL""",
        values,
    )
    cursor.execute(
        f"""INSERT INTO lost SELECT 'changed' FROM mine m JOIN "{kind}" t ON t.id = m.row_id
        CROSS JOIN LATERAL jsonb_each(m.new) n
        WHERE m."table" = %(kind)s AND m.op = 'update' AND to_jsonb(t) -> n.key <> n.value""",
        values,
    )


def _rows_back(cursor: Any, table: str, column: str, values: Mapping[str, Any]) -> None:
    """Rows that moved, and are still there, and still the survivor's."""
    mine = f"""m."table" = '{table}' AND m.op = 'update' AND m.new ? '{column}'"""
    here = f"""t.id = m.row_id AND t."{column}" = (m.new ->> '{column}')::bigint"""
    cursor.execute(
        f"""INSERT INTO back SELECT m."table", m.row_id, 'update', m.kind, m.record_id, m.new, m.old
        FROM mine m JOIN "{table}" t ON {here} WHERE {mine}""",
        values,
    )
    cursor.execute(
        f"""INSERT INTO lost SELECT 'gone' FROM mine m WHERE {mine} AND NOT EXISTS (SELECT FROM "{table}" t WHERE {here})"""
    )


def _rows_again(cursor: Any, table: str, column: str, key: tuple[str, ...], values: Mapping[str, Any]) -> None:
    """Rows that went because one of their key stayed: they return where their place is free, and all they name is there."""
    mine = f"""m."table" = '{table}' AND m.op = 'delete'"""
    owner = f"""coalesce((b.new ->> '{column}')::bigint, t."{column}")"""
    same = " AND ".join(
        f'{owner if name == column else f"""t."{name}" """} IS NOT DISTINCT FROM r."{name}"' for name in key
    )
    taken = f"""EXISTS (SELECT FROM "{table}" t LEFT JOIN back b ON b."table" = '{table}' AND b.op = 'update'
        AND b.row_id = t.id WHERE t.district_id = %(district)s AND {same})"""
    named = {**(TABLES[table].references if table in TABLES else {}), **FAMILY_REFERENCES.get(table, {})}
    missing = [
        f"""(r."{name}" IS NOT NULL AND NOT EXISTS (SELECT FROM "{target}" p WHERE p.id = r."{name}")
        AND NOT EXISTS (SELECT FROM back p WHERE p."table" = '{target}' AND p.op = 'insert' AND p.row_id = r."{name}"))"""
        for name, target in named.items()
    ]
    away = " OR ".join([taken if key else "FALSE", *missing])
    source = f"""mine m CROSS JOIN LATERAL jsonb_populate_record(NULL::"{table}", m.old) r WHERE {mine}"""
    cursor.execute(
        f"""INSERT INTO back SELECT m."table", m.row_id, 'insert', m.kind, m.record_id, NULL, m.old
        FROM {source} AND NOT ({away})""",
        values,
    )
    cursor.execute(f"INSERT INTO lost SELECT 'taken' FROM {source} AND ({away})", values)


def _links(cursor: Any, values: Mapping[str, Any]) -> None:
    """The links that moved are bound again as they were; after a later run without their fingerprints, so that it looks at
    every field."""
    moved = """mine i JOIN source_link t ON t.id = i.row_id WHERE i."table" = 'source_link' AND i.op = 'insert'"""
    cursor.execute(
        f"""INSERT INTO back SELECT 'source_link', i.row_id, 'delete', i.kind, i.record_id, to_jsonb(t), NULL FROM {moved}""",
        values,
    )
    cursor.execute(
        f"""INSERT INTO back SELECT 'source_link', d.row_id, 'insert', d.kind, d.record_id, NULL,
        CASE WHEN %(later)s THEN d.old || '{{"fingerprint": null}}' ELSE d.old END
        FROM mine d WHERE d."table" = 'source_link' AND d.op = 'delete' AND EXISTS (SELECT FROM {moved}
            AND i.new ->> 'sourced_id' = d.old ->> 'sourced_id'
            AND i.new ->> 'connection_id' IS NOT DISTINCT FROM d.old ->> 'connection_id')""",
        values,
    )
    cursor.execute(
        """INSERT INTO lost SELECT 'gone' FROM mine i WHERE i."table" = 'source_link' AND i.op = 'insert'
        AND NOT EXISTS (SELECT FROM source_link t WHERE t.id = i.row_id)""",
        values,
    )
    if values["later"]:
        cursor.execute(
            """INSERT INTO back SELECT 'source_link', t.id, 'update', NULL, t.object_id,
            jsonb_build_object('fingerprint', t.fingerprint), jsonb_build_object('fingerprint', NULL)
            FROM source_link t WHERE t.district_id = %(district)s AND t.kind = %(kind)s AND t.fingerprint IS NOT NULL
            AND t.object_id IN (SELECT survivor_id FROM merge WHERE act_id = %(act)s)
            AND NOT EXISTS (SELECT FROM back b WHERE b."table" = 'source_link' AND b.row_id = t.id)""",
            values,
        )
        return
    cursor.execute(
        """INSERT INTO back SELECT 'source_link', u.row_id, 'update', u.kind, u.record_id, u.new, u.old
        FROM mine u JOIN source_link t ON t.id = u.row_id AND t.fingerprint IS NULL
        WHERE u."table" = 'source_link' AND u.op = 'update'""",
        values,
    )
