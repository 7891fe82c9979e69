"""Whether every reference of the directory leads somewhere: what foreign keys would say, set by set (ADR 0005)."""

from __future__ import annotations

import polars as pl
from django.db import connection

from rollbook.core.entities import LINK_TABLES, TABLES
from rollbook.core.family import FAMILY_REFERENCES

__all__ = ["ORPHAN_SCHEMA", "orphans"]

ORPHAN_SCHEMA: dict[str, pl.DataType] = {
    "table": pl.String(),
    "column": pl.String(),
    "row_id": pl.Int64(),
    "target": pl.String(),
    "target_id": pl.Int64(),
}
"""One row a reference that leads nowhere: row ``row_id`` of ``table`` names ``target_id``, which ``target`` has not."""


def orphans(district_id: int) -> pl.DataFrame:
    """All references of the district that lead nowhere, or into another district; empty when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(_questions()), {"district": district_id})
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema=ORPHAN_SCHEMA, orient="row").sort("table", "column", "row_id")


def _questions() -> list[str]:
    questions = []
    for table, spec in TABLES.items():
        for column, target in spec.references.items():
            if isinstance(spec.columns[column], pl.List):
                source = f'"{table}" t CROSS JOIN LATERAL unnest(t."{column}") AS held(target_id)'
                questions.append(_question(table, column, target, source, "held.target_id", "TRUE"))
            else:
                questions.append(_question(table, column, target, f'"{table}" t', f't."{column}"', "TRUE"))
    for table, columns in FAMILY_REFERENCES.items():
        for column, target in columns.items():
            questions.append(_question(table, column, target, f'"{table}" t', f't."{column}"', "TRUE"))
    for kind, target in LINK_TABLES.items():
        only = f"t.kind = '{kind}'"
        questions.append(_question("source_link", "object_id", target, "source_link t", "t.object_id", only))
    return questions


def _question(table: str, column: str, target: str, source: str, value: str, only: str) -> str:
    return f"""SELECT '{table}', '{column}', t.id, '{target}', {value} FROM {source}
        WHERE t.district_id = %(district)s AND {only} AND {value} IS NOT NULL
        AND NOT EXISTS (SELECT FROM "{target}" p WHERE p.id = {value} AND p.district_id = %(district)s)"""
