"""Doing what the change log of a run or an act says.

Apply, undo and acts write the log first and then let this module do it: one list, so that what is logged is what happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from rollbook.core.entities import TABLES
from rollbook.core.errors import PlanStale
from rollbook.engine.arrow import CHEAP_PAGES

__all__ = ["Done", "columns_of", "perform", "temporary", "write"]

_NEVER_UPDATED = frozenset({"id", "district_id", "created_run_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """table → rows, by operation."""

    deleted: Mapping[str, int]
    updated: Mapping[str, int]
    inserted: Mapping[str, int]


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a directory table, as the model has them."""
    model = next(model for model in apps.get_app_config("store").get_models() if model._meta.db_table == table)
    return tuple(field.column for field in model._meta.local_concrete_fields if field.column is not None)


def perform(cursor: Any, *, district_id: int, run_id: int | None = None, act_id: int | None = None) -> Done:
    """The rows that run ``run_id``, or else act ``act_id``, has logged, each once, are deleted, updated and inserted, in
    this order, whole tables at a time.

    Each statement must reach every logged row, found exactly as its ``old`` says. Raises PlanStale otherwise (somebody
    wrote past the log), ValueError when the log names a table or column that no run may write.
    """
    whose, identity = ("act_id", act_id) if run_id is None else ("run_id", run_id)
    temporary(
        cursor,
        "todo",
        f"""SELECT "table", op, row_id, CASE WHEN op = 'update' THEN old END AS old, new
        FROM change_log WHERE {whose} = %(whose)s""",
        {"whose": identity},
    )
    return write(cursor, district_id=district_id, tables=tuple(TABLES), detail={"run": run_id, "act": act_id})


def write(cursor: Any, *, district_id: int, tables: tuple[str, ...], detail: Mapping[str, Any]) -> Done:
    """What the temporary table ``todo`` says (``table``, ``op``, ``row_id``, ``old``, ``new``) is done, as ``perform`` does
    it. ``tables``: those that may be written, in dependency order; ``detail`` goes into the error."""
    cursor.execute(CHEAP_PAGES)
    cursor.execute('SELECT "table", op, count(*) FROM todo GROUP BY "table", op')
    logged = {(table, op): int(number) for table, op, number in cursor.fetchall()}
    if unknown := {table for table, _ in logged} - set(tables):
        raise ValueError(f"The log names tables that no run writes: {', '.join(sorted(unknown))}.")
    done: dict[str, dict[str, int]] = {"delete": {}, "update": {}, "insert": {}}
    statements = {"delete": _delete, "update": _update, "insert": _insert}
    for op, statement in statements.items():
        for table in reversed(tables) if op == "delete" else tables:
            expected = logged.get((table, op))
            if expected is None:
                continue
            cursor.execute(statement(cursor, table), [table, district_id])
            if cursor.rowcount != expected:
                raise PlanStale(
                    f"{expected - cursor.rowcount} of {expected} rows of {table} are not as the plan saw them. "
                    "Nothing was applied.",
                    hint="Plan again.",
                    detail={**detail, "table": table, "op": op, "expected": expected, "found": cursor.rowcount},
                )
            done[op][table] = expected
    return Done(deleted=done["delete"], updated=done["update"], inserted=done["insert"])


def temporary(cursor: Any, name: str, query: str, values: Mapping[str, Any] | None = None) -> None:
    """A temporary table ``name`` of this transaction holds the rows of ``query``, with statistics of its own.

    What PostgreSQL believes about a large table may be older than this transaction, and a join planned on that belief
    can take the square of the rows.
    """
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", values)
    cursor.execute(f"ANALYZE {name}")


def _delete(_cursor: Any, table: str) -> str:
    return f"""DELETE FROM "{table}" t USING todo l
        WHERE l."table" = %s AND l.op = 'delete' AND l.row_id = t.id AND t.district_id = %s"""


def _update(cursor: Any, table: str) -> str:
    cursor.execute("""SELECT DISTINCT jsonb_object_keys(new) FROM todo WHERE "table" = %s AND op = 'update'""", [table])
    names = sorted(name for (name,) in cursor.fetchall())
    if unknown := set(names) - set(columns_of(table)) | set(names) & _NEVER_UPDATED:
        raise ValueError(f"No run may write {', '.join(sorted(unknown))} of {table}.")
    columns = ", ".join(f'"{name}"' for name in names)
    new = ", ".join(f'r."{name}"' for name in names)
    return f"""UPDATE "{table}" t SET ({columns}) = (SELECT {new} FROM jsonb_populate_record(t, l.new) r)
        FROM todo l WHERE l."table" = %s AND l.op = 'update' AND l.row_id = t.id AND t.district_id = %s
        AND to_jsonb(t) @> l.old"""


def _insert(_cursor: Any, table: str) -> str:
    columns = columns_of(table)
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f'r."{name}"' for name in columns)
    return f"""INSERT INTO "{table}" ({names}) SELECT {values}
        FROM todo l CROSS JOIN LATERAL jsonb_populate_record(NULL::"{table}", l.new) r
        WHERE l."table" = %s AND l.op = 'insert' AND r.district_id = %s"""
