"""What undoing a run or an act means, row by row, and what stands in its way: sets, in temporary tables of one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from rollbook.core.entities import LINK_TABLES, TABLES
from rollbook.core.family import FAMILY_REFERENCES
from rollbook.engine.changes import temporary
from rollbook.engine.owners import RECORD_TABLES, owner_id, owner_table, record_kind
from rollbook.store.models import Act, SyncRun

__all__ = ["CONFLICT_SCHEMA", "Deed", "Effects"]

CONFLICT_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "record_id": pl.Int64(),
    "run": pl.Int64(),
    "reason": pl.String(),
}
"""One row a record that cannot be undone as things are, and the later run that is in the way (null: by hand)."""

Deed = SyncRun | Act
"""What can be undone: a run, or what a person did in one go."""

_NULLABLE = frozenset({("staff_role", "school_id"), ("enrollment", "student_id"), ("enrollment", "person_id")})


@dataclass(frozen=True, slots=True)
class Effects:
    """The undo of one deed inside one transaction.

    Temporary tables: ``mine`` (the deed's log), ``back_…`` (the rows of a table that it removed, as they were),
    ``effect`` (one row a directory row: ``op`` is what undo does to it, ``owner_*`` the object it belongs to),
    ``conflict`` (objects in the way).
    """

    cursor: Any
    deed: Deed

    def gather(self) -> None:
        """``effect`` holds every row the deed created, changed, removed or brought back."""
        whose = "run_id = %(run)s" if isinstance(self.deed, SyncRun) else "act_id = %(act)s"
        temporary(
            self.cursor,
            "mine",
            f"""SELECT id, "table", row_id, op, kind, record_id, old, new FROM change_log WHERE {whose}""",
            self._values,
        )
        temporary(
            self.cursor,
            "effect",
            """SELECT ''::text AS "table", 0::bigint AS row_id, ''::text AS op, 0::bigint AS log_id,
            ''::text AS owner_table, 0::bigint AS owner_id WHERE FALSE""",
        )
        self._do("""SELECT DISTINCT "table" FROM mine WHERE op = 'delete'""")
        removed = {table for (table,) in self.cursor.fetchall()}
        for table in TABLES:
            owner = f"{owner_table(table, 't')}, {owner_id(table, 't')}"
            if table in removed:
                temporary(
                    self.cursor,
                    f"back_{table}",
                    f"""SELECT m.id AS log_id, r.* FROM mine m
                    CROSS JOIN LATERAL jsonb_populate_record(NULL::"{table}", m.old) r
                    WHERE m."table" = '{table}' AND m.op = 'delete'""",
                )
                self._do(f"INSERT INTO effect SELECT '{table}', t.id, 'insert', t.log_id, {owner} FROM back_{table} t")
            self._do(
                f"""INSERT INTO effect SELECT '{table}', t.id, 'delete', NULL, {owner} FROM "{table}" t
                WHERE t.district_id = %(district)s AND t.created_run_id = %(run)s
                UNION ALL
                SELECT '{table}', t.id, CASE m.op WHEN 'insert' THEN 'delete' ELSE 'update' END, m.id, {owner}
                FROM mine m JOIN "{table}" t ON t.id = m.row_id
                WHERE m."table" = '{table}' AND m.op IN ('insert', 'update')"""
            )
        self._do('CREATE UNIQUE INDEX ON effect ("table", row_id)')
        self._do("ANALYZE effect")

    def counts(self, op: str) -> dict[str, int]:
        """table → rows that undo deletes, updates or inserts, as it stands now."""
        self._do('SELECT "table", count(*) FROM effect WHERE op = %(op)s GROUP BY "table"', op=op)
        found = dict(self.cursor.fetchall())
        return {table: int(found[table]) for table in TABLES if table in found}

    def find_conflicts(self) -> pl.DataFrame:
        """``conflict`` holds the objects that later changes stand on; they are returned as ``CONFLICT_SCHEMA``, each
        record and run once."""
        temporary(
            self.cursor,
            "conflict",
            """SELECT ''::text AS owner_table, 0::bigint AS owner_id, 0::bigint AS run_id, ''::text AS reason
            WHERE FALSE""",
        )
        self._changed_later()
        deleted, updated, restored = (self.counts(op) for op in ("delete", "update", "insert"))
        staying = {table for table in TABLES if deleted and self._some_stay(table, deleted.get(table, 0))}
        for table, column, target, value in _references():
            if target in deleted and table in staying:
                self._in_use(table, column, target, value)
            for is_here, before in ((table in restored, _back), (table in updated, _old)):
                if is_here:
                    self._leads_nowhere(table, column, target, before(table, column))
        for table, columns in FAMILY_REFERENCES.items():
            for column, target in columns.items():
                if target in deleted:
                    self._families_hang_on(table, column, target)
        for table in restored:
            self._made_again(table)
        for table in updated:
            self._changed_past_the_log(table)
        kind = record_kind("c.owner_table", "c.owner_id", "%(district)s")
        self._do(
            f"""SELECT DISTINCT coalesce({kind}, c.owner_table), c.owner_id, c.run_id, c.reason FROM conflict c
            ORDER BY 1, 2, 3, 4"""
        )
        return pl.DataFrame(self.cursor.fetchall(), schema=CONFLICT_SCHEMA, orient="row")

    def exclude(self) -> int:
        """``effect`` has no row of an object in conflict, nor of one that such an object needs; the number of objects
        left out."""
        temporary(self.cursor, "kept", "SELECT DISTINCT owner_table, owner_id FROM conflict")
        self._do("CREATE UNIQUE INDEX ON kept (owner_table, owner_id)")
        while self._keep_what_is_needed():
            pass
        self._do("DELETE FROM effect e USING kept k WHERE k.owner_table = e.owner_table AND k.owner_id = e.owner_id")
        self._do("SELECT count(*) FROM kept")
        return int(self.cursor.fetchone()[0])

    def _changed_later(self) -> None:
        """Rows of the deed that a later run or a hand has changed. A change that was undone counts for nothing, as does
        its undo."""
        temporary(
            self.cursor,
            "later",
            """SELECT l."table", l.row_id, l.op, l.kind, l.record_id, l.run_id,
            coalesce('run ' || l.run_id, 'act ' || l.act_id) AS deed,
            coalesce('run ' || r.undoes_id, 'act ' || a.undoes_id) AS undoes,
            coalesce(r.state = 'applied', a.state = 'done', TRUE) AS holds,
            CASE WHEN l.op = 'delete' THEN (l.old ->> 'created_run_id')::bigint END AS created_run_id
            FROM change_log l LEFT JOIN sync_run r ON r.id = l.run_id LEFT JOIN act a ON a.id = l.act_id
            WHERE l.district_id = %(district)s AND l.id > %(mark)s AND l."table" = ANY(%(tables)s)""",
            {**self._values, "mark": self.deed.log_mark, "tables": list(TABLES)},
        )
        temporary(
            self.cursor,
            "standing",
            """SELECT l.* FROM later l
            WHERE NOT EXISTS (SELECT FROM later u WHERE u."table" = l."table" AND u.row_id = l.row_id
                AND u.undoes = l.deed AND u.holds)
            AND NOT EXISTS (SELECT FROM later u WHERE u."table" = l."table" AND u.row_id = l.row_id
                AND u.deed = l.undoes AND l.holds)""",
        )
        self._do(
            """INSERT INTO conflict SELECT e.owner_table, e.owner_id, s.run_id, 'changed since'
            FROM standing s JOIN effect e ON e."table" = s."table" AND e.row_id = s.row_id"""
        )
        kinds = " ".join(f"WHEN '{kind}' THEN '{table}'" for kind, table in RECORD_TABLES.items())
        self._do(
            f"""INSERT INTO conflict SELECT coalesce(CASE s.kind {kinds} END, s."table"),
            CASE WHEN s.kind IS NULL THEN s.row_id ELSE coalesce(s.record_id, s.row_id) END, s.run_id, 'gone since'
            FROM standing s WHERE s.op = 'delete'
            AND NOT EXISTS (SELECT FROM effect e WHERE e."table" = s."table" AND e.row_id = s.row_id)
            AND (s.created_run_id = %(run)s
                OR EXISTS (SELECT FROM mine m WHERE m."table" = s."table" AND m.row_id = s.row_id))"""
        )

    def _some_stay(self, table: str, deleted: int) -> bool:
        """Whether the district has other rows in ``table`` than those that undo deletes."""
        self._do(
            f"""SELECT count(*) FROM (SELECT FROM "{table}" t WHERE t.district_id = %(district)s LIMIT %(enough)s) t""",
            enough=deleted + 1,
        )
        return bool(self.cursor.fetchone()[0] > deleted)

    def _in_use(self, table: str, column: str, target: str, value: str) -> None:
        """Rows that stay and refer to a row that would be deleted."""
        self._do(
            f"""INSERT INTO conflict SELECT e.owner_table, e.owner_id, CASE
                WHEN t.created_run_id > %(run)s THEN t.created_run_id
                ELSE (SELECT max(l.run_id) FROM change_log l WHERE l.district_id = %(district)s
                    AND l."table" = '{table}' AND l.row_id = t.id AND l.id > %(mark)s) END, 'in use'
            FROM {_source(table, column)} JOIN effect e ON e."table" = '{target}' AND e.op = 'delete'
                AND e.row_id = {value}
            LEFT JOIN effect own ON own."table" = '{table}' AND own.row_id = t.id
            WHERE t.district_id = %(district)s AND {_only(table, target)}
            AND (own.op IS NULL OR (own.op = 'update'
                AND NOT EXISTS (SELECT FROM mine m WHERE m.id = own.log_id AND m.old ? '{column}')))""",
            mark=self.deed.log_mark,
        )

    def _families_hang_on(self, table: str, column: str, target: str) -> None:
        """School-family records of a row that would be deleted."""
        self._do(
            f"""INSERT INTO conflict SELECT DISTINCT e.owner_table, e.owner_id, NULL::bigint, 'has records of the family'
            FROM "{table}" t JOIN effect e ON e."table" = '{target}' AND e.op = 'delete' AND e.row_id = t."{column}"
            WHERE t.district_id = %(district)s"""
        )

    def _leads_nowhere(self, table: str, column: str, target: str, before: str) -> None:
        """Rows that would come back, or go back, to a row that is there no more."""
        self._do(
            f"""INSERT INTO conflict SELECT e.owner_table, e.owner_id, NULL, 'what it refers to is gone'
            FROM {before}
            WHERE {_only(table, target)} AND {_value(table, column)} IS NOT NULL
            AND NOT EXISTS (SELECT FROM "{target}" p WHERE p.id = {_value(table, column)})
            AND NOT EXISTS (SELECT FROM effect p
                WHERE p."table" = '{target}' AND p.op = 'insert' AND p.row_id = {_value(table, column)})"""
        )

    def _made_again(self, table: str) -> None:
        """Rows that would come back although another row has taken their key."""
        key = TABLES[table].key
        if key == ("id",):
            return
        keys = (*key, "connection_id") if table == "source_link" else key
        same = " AND ".join(
            f't."{name}" {"IS NOT DISTINCT FROM" if (table, name) in _NULLABLE else "="} r."{name}"' for name in keys
        )
        self._do(
            f"""INSERT INTO conflict SELECT e.owner_table, e.owner_id, t.created_run_id, 'made again since'
            FROM back_{table} r JOIN effect e ON e."table" = '{table}' AND e.op = 'insert' AND e.row_id = r.id
            JOIN "{table}" t ON t.district_id = r.district_id AND {same}
            WHERE NOT EXISTS
                (SELECT FROM effect own WHERE own."table" = '{table}' AND own.op = 'delete' AND own.row_id = t.id)"""
        )

    def _changed_past_the_log(self, table: str) -> None:
        """Rows that are not as the run left them although no log says so."""
        self._do(
            f"""INSERT INTO conflict SELECT e.owner_table, e.owner_id, NULL, 'changed outside the log'
            FROM effect e JOIN mine m ON m.id = e.log_id JOIN "{table}" t ON t.id = e.row_id
            WHERE e."table" = '{table}' AND e.op = 'update' AND NOT to_jsonb(t) @> m.new AND NOT EXISTS
                (SELECT FROM conflict c WHERE c.owner_table = e.owner_table AND c.owner_id = e.owner_id)"""
        )

    def _keep_what_is_needed(self) -> bool:
        """One round of keeping what kept objects refer to, and what refers to rows that are not brought back."""
        self._do("SELECT count(*) FROM kept")
        kept = self.cursor.fetchone()[0]
        for table, column, target, value in reversed(list(_references())):
            self._do(
                f"""INSERT INTO kept SELECT DISTINCT e.owner_table, e.owner_id
                FROM {_source(table, column)} JOIN effect e ON e."table" = '{target}' AND e.op = 'delete'
                    AND e.row_id = {value}
                JOIN kept k ON k.owner_table = {owner_table(table, "t")} AND k.owner_id = {owner_id(table, "t")}
                WHERE t.district_id = %(district)s AND {_only(table, target)} ON CONFLICT DO NOTHING"""
            )
        restored = self.counts("insert")
        for table, column, target, value in _references():
            for written_back in ([_back(table, column)] if table in restored else []) + [_old(table, column)]:
                self._do(
                    f"""INSERT INTO kept SELECT DISTINCT e.owner_table, e.owner_id FROM {written_back}
                    JOIN effect p ON p."table" = '{target}' AND p.op = 'insert' AND p.row_id = {value}
                    JOIN kept k ON k.owner_table = p.owner_table AND k.owner_id = p.owner_id
                    WHERE {_only(table, target)} ON CONFLICT DO NOTHING"""
                )
        self._do("SELECT count(*) FROM kept")
        return bool(self.cursor.fetchone()[0] > kept)

    @property
    def _values(self) -> dict[str, Any]:
        is_run = isinstance(self.deed, SyncRun)
        return {
            "run": self.deed.pk if is_run else 0,  # no row was created by run 0
            "act": None if is_run else self.deed.pk,
            "district": self.deed.district_id,
        }

    def _do(self, query: str, **values: Any) -> None:
        self.cursor.execute(query, {**self._values, **values})


def _references() -> Iterator[tuple[str, str, str, str]]:
    """(table, column, target, SQL of the id) of every reference of the directory; ``t`` is the row."""
    for table, spec in TABLES.items():
        for column, target in spec.references.items():
            yield table, column, target, _value(table, column)
    for target in LINK_TABLES.values():
        yield "source_link", "object_id", target, "t.object_id"


def _value(table: str, column: str) -> str:
    return "held.target_id" if isinstance(TABLES[table].columns[column], pl.List) else f't."{column}"'


def _unnested(table: str, column: str) -> str:
    is_list = isinstance(TABLES[table].columns[column], pl.List)
    return f' CROSS JOIN LATERAL unnest(t."{column}") AS held(target_id)' if is_list else ""


def _source(table: str, column: str) -> str:
    """The rows of ``table`` as they are."""
    return f'"{table}" t{_unnested(table, column)}'


def _back(table: str, column: str) -> str:
    """The rows of ``table`` that undo brings back, as they were."""
    return f"""effect e JOIN back_{table} t ON e."table" = '{table}' AND e.op = 'insert'
        AND e.row_id = t.id{_unnested(table, column)}"""


def _old(table: str, column: str) -> str:
    """The rows of ``table`` whose ``column`` undo sets back; of each, only the columns that the log has as ``old``."""
    return f"""effect e JOIN mine m ON m.id = e.log_id AND e."table" = '{table}' AND e.op = 'update'
        AND m.old ? '{column}'
        CROSS JOIN LATERAL jsonb_populate_record(NULL::"{table}", m.old) t{_unnested(table, column)}"""


def _only(table: str, target: str) -> str:
    if table != "source_link":
        return "TRUE"
    return f"t.kind = '{next(kind for kind, name in LINK_TABLES.items() if name == target)}'"
