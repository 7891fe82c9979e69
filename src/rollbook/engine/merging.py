"""Several records become one with everything that hangs on them, and become several again (C-2): sets, in one transaction.

Everything is in the change log under one act. That act is not undone by the general undo, which leaves an object alone
when anything of it changed since: a merge has to come apart at any later time, so here every row goes back that can.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction

from rollbook.core.entities import TABLES
from rollbook.core.errors import NotFound
from rollbook.core.family import FAMILY_REFERENCES
from rollbook.core.hanging import Hanger, hangers
from rollbook.engine import changes
from rollbook.engine.acts import record_done
from rollbook.engine.locks import add_revision, lock_district
from rollbook.engine.owners import record_kind
from rollbook.store.models import Act, Merge

__all__ = ["MERGES", "WRITTEN", "Group", "Moves", "hangers", "merge", "perform", "preview"]

MERGES: Final[Mapping[str, str]] = {"student": "merge_students", "person": "merge_persons"}
"""kind → kind of the act."""
WRITTEN: Final = (*TABLES, *FAMILY_REFERENCES)
"""The tables that a merge may write, in dependency order."""

_HEAD = 'INSERT INTO change_log (district_id, act_id, "table", row_id, op, kind, record_id, action, old, new, at, by)'


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """``merged`` become ``survivor``. ``values``: columns of the survivor as they will be, where they are to change.
    ``winners``: (table, row id) of rows that stay although the survivor has one of the same key."""

    survivor: int
    merged: tuple[int, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    winners: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """table → rows that move to a survivor, and rows that go because one of the same key stays."""

    moved: Mapping[str, int]
    folded: Mapping[str, int]


def preview(*, district_id: int, kind: str, groups: Sequence[Group]) -> Moves:
    """What ``merge`` would move. Nothing is written. Raises NotFound as ``merge`` does."""
    with transaction.atomic(), connection.cursor() as cursor:
        _gather(cursor, district_id, kind, groups)
        return _moves(cursor)


def merge(*, district_id: int, kind: str, groups: Sequence[Group], by: str, reason: str, now: dt.datetime) -> Act:
    """Of each group only the survivor is left, with all that hung on the others: schools, classrooms, guardians or
    children, contacts, roles, family records, source links. Links that moved are younger than the survivor's own, so that
    the next sync knows whose row speaks; the survivor is compared in full then. ``counts``: ``merged`` records, ``groups``,
    rows ``moved`` and ``folded``.

    Raises NotFound when a record is not there, or named twice.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock_district(cursor, district_id)
        _gather(cursor, district_id, kind, groups)
        moves = _moves(cursor)
        act = Act.objects.create(district_id=district_id, kind=MERGES[kind], by=by, reason=reason, at=now)
        _log(cursor, act, kind, groups)
        perform(cursor, act)
        Merge.objects.bulk_create(
            Merge(district_id=district_id, act=act, kind=kind, survivor_id=group.survivor, merged_id=merged)
            for group in groups
            for merged in group.merged
        )
        add_revision(cursor, district_id)
        counts = {
            "merged": sum(len(group.merged) for group in groups),
            "groups": len(groups),
            "moved": sum(moves.moved.values()),
            "folded": sum(moves.folded.values()),
        }
        record_done(cursor, act, counts)
    return act


def perform(cursor: Any, act: Act) -> changes.Done:
    """What ``act`` has logged is done."""
    changes.temporary(
        cursor,
        "todo",
        """SELECT "table", op, row_id, CASE WHEN op = 'update' THEN old END AS old, new
        FROM change_log WHERE act_id = %(act)s""",
        {"act": act.pk},
    )
    return changes.write(cursor, district_id=act.district_id, tables=WRITTEN, detail={"act": act.pk})


def _gather(cursor: Any, district_id: int, kind: str, groups: Sequence[Group]) -> None:
    """Temporary tables: ``fold`` (loser → survivor), ``step`` (table, row, ``was`` and ``becomes`` of the column that
    names its owner, ``op``)."""
    pairs = [(merged, group.survivor) for group in groups for merged in group.merged]
    everybody = [*(merged for merged, _survivor in pairs), *(group.survivor for group in groups)]
    if len(set(everybody)) != len(everybody):
        raise NotFound("A record is named twice; of each group one survives, and nobody is in two.")
    with _loaded(cursor, "fold", {"loser": "bigint", "survivor": "bigint"}, pairs):
        cursor.execute(
            f"""SELECT count(*) FROM "{kind}" WHERE district_id = %s AND id = ANY(%s)""", [district_id, everybody]
        )
        if cursor.fetchone()[0] != len(everybody):
            raise NotFound("One of these records is not in this district any more.", hint="Look for duplicates again.")
    winners = [winner for group in groups for winner in group.winners]
    with _loaded(cursor, "winner", {'"table"': "text", "row_id": "bigint"}, winners):
        pass
    cursor.execute("DROP TABLE IF EXISTS pg_temp.step")
    cursor.execute(
        """CREATE TEMP TABLE step ("table" text, row_id bigint, "column" text, op text, was bigint, becomes bigint)
        ON COMMIT DROP"""
    )
    for hanger in hangers(kind):
        cursor.execute(_steps(hanger), {"district": district_id})
    cursor.execute(
        """INSERT INTO step SELECT 'source_link', l.id, 'object_id', 'relink', l.object_id, f.survivor
        FROM source_link l JOIN fold f ON f.loser = l.object_id
        WHERE l.district_id = %(district)s AND l.kind = %(kind)s""",
        {"district": district_id, "kind": kind},
    )
    cursor.execute("ANALYZE step")


@contextmanager
def _loaded(cursor: Any, name: str, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> Iterator[None]:
    """A temporary table of ``rows``."""
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    told = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    cursor.execute(f"CREATE TEMP TABLE {name} ({told}) ON COMMIT DROP")
    if rows:
        arrays = [[row[place] for row in rows] for place in range(len(columns))]
        casts = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        cursor.execute(f"INSERT INTO {name} SELECT * FROM unnest({casts})", arrays)
    cursor.execute(f"ANALYZE {name}")
    yield


def _steps(hanger: Hanger) -> str:
    """SQL: what happens to the rows of one hanger. Of rows that would have one key the first stays: the one that was
    chosen, the active one, the one that a sync manages, the survivor's."""
    table, column = hanger.table, hanger.column
    owner = f'coalesce(f.survivor, t."{column}")'
    place = "1"
    if hanger.key:
        key = ", ".join(owner if name == column else f't."{name}"' for name in hanger.key)
        managed = "(t.status = 'active') DESC, (t.connection_id IS NOT NULL) DESC, " if hanger.is_managed else ""
        place = f"""row_number() OVER (PARTITION BY {key}
            ORDER BY (w.row_id IS NOT NULL) DESC, {managed}(f.loser IS NOT NULL), t.id)"""
    return f"""INSERT INTO step
        SELECT '{table}', r.id, '{column}', CASE WHEN r.place > 1 THEN 'delete' ELSE 'update' END, r.was, r.becomes
        FROM (SELECT t.id, t."{column}" AS was, {owner} AS becomes, {place} AS place
            FROM "{table}" t LEFT JOIN fold f ON f.loser = t."{column}"
            LEFT JOIN winner w ON w."table" = '{table}' AND w.row_id = t.id
            WHERE t.district_id = %(district)s
            AND t."{column}" IN (SELECT loser FROM fold UNION SELECT survivor FROM fold)) r
        WHERE r.place > 1 OR r.was <> r.becomes"""


def _moves(cursor: Any) -> Moves:
    cursor.execute('SELECT "table", op, count(*) FROM step GROUP BY "table", op')
    counted = {(table, op): int(number) for table, op, number in cursor.fetchall()}
    moved = {
        table: counted.get((table, "update"), 0) + counted.get((table, "relink"), 0)
        for table in WRITTEN
        if (table, "update") in counted or (table, "relink") in counted
    }
    return Moves(moved=moved, folded={table: n for (table, op), n in counted.items() if op == "delete"})


def _log(cursor: Any, act: Act, kind: str, groups: Sequence[Group]) -> None:
    """The act's change log; each row once."""
    stamp = {"district": act.district_id, "act": act.pk, "at": act.at, "by": act.by, "kind": kind}
    cursor.execute('SELECT DISTINCT "table", "column" FROM step WHERE op <> %s', ["relink"])
    for table, column in cursor.fetchall():
        counted, record = _counted(table, column)
        cursor.execute(
            f"""{_HEAD} SELECT %(district)s, %(act)s, step."table", step.row_id, step.op, {counted}, {record}, 'merge',
            CASE step.op WHEN 'update' THEN jsonb_build_object(step."column", step.was) ELSE to_jsonb(t) END,
            CASE step.op WHEN 'update' THEN jsonb_build_object(step."column", step.becomes) END, %(at)s, %(by)s
            FROM step JOIN "{table}" t ON t.id = step.row_id WHERE step."table" = '{table}'""",
            stamp,
        )
    counted = record_kind("%(kind)s", "step.becomes", "%(district)s")
    cursor.execute(
        f"""{_HEAD} SELECT %(district)s, %(act)s, 'source_link', step.row_id, 'delete', {counted}, step.becomes, 'merge',
        to_jsonb(l), NULL, %(at)s, %(by)s
        FROM step JOIN source_link l ON l.id = step.row_id WHERE step."table" = 'source_link' ORDER BY step.row_id""",
        stamp,
    )
    cursor.execute(
        f"""{_HEAD} SELECT %(district)s, %(act)s, 'source_link', n.id, 'insert', {counted}, step.becomes, 'merge', NULL,
        to_jsonb(l) || jsonb_build_object('id', n.id, 'object_id', step.becomes, 'fingerprint', NULL), %(at)s, %(by)s
        FROM (SELECT * FROM step WHERE "table" = 'source_link' ORDER BY row_id) step
        JOIN source_link l ON l.id = step.row_id
        CROSS JOIN LATERAL (SELECT nextval(pg_get_serial_sequence('source_link', 'id')) + 0 * step.row_id AS id) n""",
        stamp,
    )
    counted = record_kind("%(kind)s", "l.object_id", "%(district)s")
    cursor.execute(
        f"""{_HEAD} SELECT %(district)s, %(act)s, 'source_link', l.id, 'update', {counted}, l.object_id, 'merge',
        jsonb_build_object('fingerprint', l.fingerprint), jsonb_build_object('fingerprint', NULL), %(at)s, %(by)s
        FROM source_link l WHERE l.district_id = %(district)s AND l.kind = %(kind)s AND l.fingerprint IS NOT NULL
        AND l.object_id IN (SELECT survivor FROM fold)""",
        stamp,
    )
    counted = record_kind("%(kind)s", "t.id", "%(district)s")
    cursor.execute(
        f"""{_HEAD} SELECT %(district)s, %(act)s, %(kind)s, t.id, 'delete', {counted}, t.id, 'merge', to_jsonb(t), NULL,
        %(at)s, %(by)s FROM "{kind}" t JOIN fold f ON f.loser = t.id""",
        stamp,
    )
    wanted = {str(group.survivor): dict(group.values) for group in groups if group.values}
    cursor.execute(
        f"""{_HEAD} SELECT %(district)s, %(act)s, %(kind)s, t.id, 'update', {counted}, t.id, 'merge', moved.old, moved.new,
        %(at)s, %(by)s
        FROM jsonb_each(%(wanted)s::jsonb) w JOIN "{kind}" t ON t.id = w.key::bigint CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(now.key, now.value) AS old, jsonb_object_agg(now.key, next.value) AS new
            FROM jsonb_each(to_jsonb(t)) now JOIN jsonb_each(w.value) next ON next.key = now.key
            WHERE now.value IS DISTINCT FROM next.value) moved
        WHERE moved.new IS NOT NULL""",
        {**stamp, "wanted": json.dumps(wanted, default=str)},
    )


def _counted(table: str, column: str) -> tuple[str, str]:
    """SQL: the record kind that a moved row of ``table`` counts under, and the record's id."""
    if table in ("enrollment", "guardianship"):
        return f"'{table}'", "step.row_id"
    if table == "student_school":
        return "'student'", "step.becomes"
    if table in TABLES:
        return record_kind("'person'", "step.becomes", "%(district)s"), "step.becomes"
    return (
        "'student'" if column == "student_id" else record_kind("'person'", "step.becomes", "%(district)s")
    ), "step.becomes"
