"""State → frames: the directory of a district as Arrow, read at one moment."""

from __future__ import annotations

import json

import polars as pl

from rollbook.core.entities import TABLES
from rollbook.core.lifecycle import RunKind, RunState
from rollbook.core.state import STATE_SCHEMAS, LoadValues, State
from rollbook.engine.arrow import Reader, ids_literal, reading
from rollbook.store.models import SourceConnection

__all__ = ["load_state", "values"]

_TABLE_OF = {
    "schools": "school",
    "sessions": "academic_session",
    "classrooms": "classroom",
    "students": "student",
    "persons": "person",
    "student_schools": "student_school",
    "staff_roles": "staff_role",
    "guardianships": "guardianship",
    "enrollments": "enrollment",
}
"""State frame → table, for the frames that are a table's columns as they stand."""

_ONE = {"value": pl.Int64()}
_TEXT = {"value": pl.String()}


def load_state(connection: SourceConnection) -> State:
    """The district of ``connection`` as that connection sees it; every frame is of the same moment, none is sorted.

    Costs one scan a table; the two ``unlinked`` frames cost nothing while every student and person has a link of this
    connection.
    """
    district = int(connection.district_id)
    with reading() as reader:
        revision = reader.read(f"SELECT revision AS value FROM district WHERE id = {district}", _ONE).item()
        frames = {frame: reader.read(_select(frame, connection), STATE_SCHEMAS[frame]) for frame in _TABLE_OF}
        frames["links"] = reader.read(
            f"""SELECT id, kind, sourced_id, object_id, fingerprint FROM source_link
            WHERE district_id = {district} AND connection_id = {int(connection.pk)}""",
            STATE_SCHEMAS["links"],
        )
        frames["unlinked_students"] = _unlinked(reader, district, "student", frames["students"], frames["links"])
        frames["unlinked_persons"] = _unlinked(reader, district, "person", frames["persons"], frames["links"])
        rows = reader.read(
            f"""SELECT rows::text AS value FROM sync_run
            WHERE connection_id = {int(connection.pk)} AND kind = '{RunKind.SYNC}' AND state = '{RunState.APPLIED}'
            ORDER BY applied_at DESC NULLS LAST, id DESC LIMIT 1""",
            _TEXT,
        )
    previous = json.loads(rows.item()) if rows.height else {}
    return State(revision=int(revision), frames={name: frames[name] for name in STATE_SCHEMAS}, previous_rows=previous)


def values(connection: SourceConnection) -> LoadValues:
    """The second read of ``connection``'s district: whole rows for some ids, of any number."""
    district = int(connection.district_id)

    def load(table: str, ids: pl.Series) -> pl.DataFrame:
        spec = TABLES[table]
        schema = {"id": pl.Int64(), **spec.columns}
        if ids.is_empty():
            return pl.DataFrame(schema=schema)
        by = "person_id" if table == "contact_method" else "id"
        only = "AND t.owner = 'source'" if table == "contact_method" else ""
        columns = ", ".join(f't."{name}"' for name in schema)
        with reading() as reader:
            return reader.read(
                f"""SELECT {columns} FROM "{table}" t JOIN unnest({ids_literal(ids.unique())}) AS wanted(id)
                ON wanted.id = t.{by} WHERE t.district_id = {district} {only}""",
                schema,
            )

    return load


def _select(frame: str, connection: SourceConnection) -> str:
    columns = (
        f"connection_id IS NOT DISTINCT FROM {int(connection.pk)} AS managed" if name == "managed" else f'"{name}"'
        for name in STATE_SCHEMAS[frame]
    )
    return f'SELECT {", ".join(columns)} FROM "{_TABLE_OF[frame]}" WHERE district_id = {int(connection.district_id)}'


def _unlinked(reader: Reader, district: int, kind: str, objects: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Objects without a link of any connection; asks the database only about those that this one does not link."""
    schema = STATE_SCHEMAS[f"unlinked_{kind}s"]
    linked = links.filter(pl.col("kind") == kind).select(id="object_id")
    candidates = objects.select("id").join(linked, on="id", how="anti")
    if candidates.is_empty():
        return pl.DataFrame(schema=schema)
    columns = ", ".join(
        _best_contact(name) if name in ("email", "mobile") and kind == "person" else f'o."{name}"' for name in schema
    )
    return reader.read(
        f"""SELECT {columns} FROM "{kind}" o JOIN unnest({ids_literal(candidates["id"])}) AS wanted(id) USING (id)
        WHERE o.district_id = {district} AND NOT EXISTS (
            SELECT FROM source_link l
            WHERE l.district_id = {district} AND l.kind = '{kind}' AND l.object_id = o.id)""",
        schema,
    )


def _best_contact(kind: str) -> str:
    """A person's verified value before others, then the person's own before staff's before the source's."""
    return f"""(SELECT c.value FROM contact_method c
        WHERE c.district_id = o.district_id AND c.person_id = o.id AND c.kind = '{kind}'
        ORDER BY c.verified DESC, c.owner <> 'person', c.owner <> 'staff' LIMIT 1) AS {kind}"""
