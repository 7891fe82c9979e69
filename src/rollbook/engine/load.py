"""State → frames: the directory of a district as Arrow, read at one moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl
from django.db import connection as database

from rollbook.core.entities import TABLES
from rollbook.core.lifecycle import RunKind, RunState
from rollbook.core.state import STATE_SCHEMAS, LoadValues, State
from rollbook.engine.arrow import Reader, ids_literal, reading
from rollbook.store.address import url_from_settings
from rollbook.store.models import SourceConnection

__all__ = ["load_state", "shared_values", "state_after", "values"]

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
    "links": "source_link",
}
"""State frame → table, for the frames that are a table's columns as they stand."""
_LARGEST: Final = "enrollments"

_ONE = {"value": pl.Int64()}
_TEXT = {"value": pl.String()}


_FEW: Final = 8
"""Rows are picked by id while a run wrote less than one in so many of a table; beyond that a scan is quicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """A state, and the run that was applied to it: ``touched`` are the ids it edited, by table."""

    state: State
    run_id: int
    touched: Mapping[str, pl.Series]

    def ids(self, frame: str) -> pl.Series:
        """What of a frame the run edited."""
        return self.touched.get(_TABLE_OF[frame], pl.Series("id", [], dtype=pl.Int64))

    def reads_all(self, frame: str) -> bool:
        """Whether so much was written that the whole frame is read."""
        return self.ids(frame).len() * _FEW >= self.state.frames[frame].height

    def narrowed(self, frame: str, query: str) -> str:
        """``query`` for only what the run wrote: two halves, so that each has its index."""
        if self.reads_all(frame):
            return query
        made, run = f"created_run_id = {int(self.run_id)}", int(self.run_id)
        edited = f"id = ANY({ids_literal(self.ids(frame))}) AND created_run_id IS DISTINCT FROM {run}"
        return f"{query} AND {made} UNION ALL {query} AND {edited}"

    def completed(self, frame: str, written: pl.DataFrame) -> pl.DataFrame:
        """All rows of a frame, of which the run wrote ``written``."""
        if self.reads_all(frame):
            return written
        edited = self.ids(frame).to_frame("id")
        return pl.concat([self.state.frames[frame].join(edited, on="id", how="anti", maintain_order="left"), written])


def load_state(connection: SourceConnection) -> State:
    """The district of ``connection`` as that connection sees it; every frame is of the same moment, none is sorted.

    Costs one scan a table, the largest beside the others; the two ``unlinked`` frames cost nothing while every student
    and person has a link of this connection. A connection without matched schools is told how the district's other
    sources know people, too.
    """
    return _load(connection, None)


def state_after(connection: SourceConnection, before: State, run_id: int, edits: pl.DataFrame) -> State:
    """As ``load_state``, right after run ``run_id`` was applied to ``before``: what it wrote (rows of ``edits``, and the
    rows it created) is read back, all else is as it was. When anybody else wrote meanwhile, everything is read."""
    touched = {str(table): rows["row_id"].unique() for (table,), rows in edits.group_by("table")}
    return _load(connection, _Earlier(state=before, run_id=run_id, touched=touched))


def _load(connection: SourceConnection, earlier: _Earlier | None) -> State:
    district = int(connection.district_id)
    url = url_from_settings(database.settings_dict)
    with reading(url=url) as reader, ThreadPoolExecutor(max_workers=1) as beside:
        revision = int(reader.read(f"SELECT revision AS value FROM district WHERE id = {district}", _ONE).item())
        if earlier is not None and revision != earlier.state.revision + 1:
            earlier = None
        queries = {frame: _select(frame, connection) for frame in _TABLE_OF}
        if earlier is not None:
            queries = {frame: earlier.narrowed(frame, query) for frame, query in queries.items()}
        largest = beside.submit(_read_beside, url, reader.moment(), queries.pop(_LARGEST))
        frames = {frame: reader.read(query, STATE_SCHEMAS[frame]) for frame, query in queries.items()}
        rows = reader.read(
            f"""SELECT rows::text AS value FROM sync_run
            WHERE connection_id = {int(connection.pk)} AND kind = '{RunKind.SYNC}' AND state = '{RunState.APPLIED}'
            ORDER BY applied_at DESC NULLS LAST, id DESC LIMIT 1""",
            _TEXT,
        )
        frames[_LARGEST] = largest.result()
        if earlier is not None:
            frames = {frame: earlier.completed(frame, written) for frame, written in frames.items()}
        frames["unlinked_students"] = _unlinked(reader, district, "student", frames["students"], frames["links"])
        frames["unlinked_persons"] = _unlinked(reader, district, "person", frames["persons"], frames["links"])
        frames |= _of_others(reader, connection, frames)
    previous = json.loads(rows.item()) if rows.height else {}
    return State(revision=revision, frames={name: frames[name] for name in STATE_SCHEMAS}, previous_rows=previous)


def _read_beside(url: str, moment: str, query: str) -> pl.DataFrame:
    with reading(url=url, moment=moment) as reader:
        return reader.read(query, STATE_SCHEMAS[_LARGEST])


def values(connection: SourceConnection) -> LoadValues:
    """The second read of ``connection``'s district: whole rows for some ids, of any number."""
    return _values(connection, reading)


@contextmanager
def shared_values(connection: SourceConnection) -> Iterator[LoadValues]:
    """As ``values``; the first question opens a reader that the others use, too. Opening one costs more than most
    answers."""
    with ExitStack() as opened:

        @cache
        def reader() -> Reader:
            return opened.enter_context(reading())

        yield _values(connection, lambda: nullcontext(reader()))


def _values(connection: SourceConnection, opened: Callable[[], AbstractContextManager[Reader]]) -> LoadValues:
    district = int(connection.district_id)

    def load(table: str, ids: pl.Series) -> pl.DataFrame:
        spec = TABLES[table]
        schema = {"id": pl.Int64(), **spec.columns}
        if ids.is_empty():
            return pl.DataFrame(schema=schema)
        by = "person_id" if table == "contact_method" else "id"
        only = "AND t.owner = 'source'" if table == "contact_method" else ""
        columns = ", ".join(f't."{name}"' for name in schema)
        with opened() as reader:
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
    mine = f" AND connection_id = {int(connection.pk)}" if frame == "links" else ""
    return (
        f'SELECT {", ".join(columns)} FROM "{_TABLE_OF[frame]}" WHERE district_id = {int(connection.district_id)}{mine}'
    )


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


def _of_others(
    reader: Reader, connection: SourceConnection, frames: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """``student_keys`` and ``other_persons``: read for a connection without matched schools (guardians.csv)."""
    keys, persons = STATE_SCHEMAS["student_keys"], STATE_SCHEMAS["other_persons"]
    if frames["links"]["kind"].is_in(["school"]).any() or frames["students"].is_empty():
        return {"student_keys": pl.DataFrame(schema=keys), "other_persons": pl.DataFrame(schema=persons)}
    district, mine = int(connection.district_id), int(connection.pk)
    columns = ", ".join(_best_contact(name) if name in ("email", "mobile") else f'o."{name}"' for name in persons)
    of_person = (
        f"SELECT FROM source_link l WHERE l.district_id = {district} AND l.kind = 'person' AND l.object_id = o.id"
    )
    return {
        "student_keys": reader.read(
            f"""SELECT sourced_id AS key, false AS is_number, object_id AS student_id FROM source_link
            WHERE district_id = {district} AND connection_id <> {mine} AND kind = 'student'
            UNION ALL SELECT student_number, true, id FROM student
            WHERE district_id = {district} AND student_number IS NOT NULL""",
            keys,
        ),
        "other_persons": reader.read(
            f"""SELECT {columns} FROM person o WHERE o.district_id = {district}
            AND EXISTS ({of_person} AND l.connection_id <> {mine})
            AND NOT EXISTS ({of_person} AND l.connection_id = {mine})""",
            persons,
        ),
    }


def _best_contact(kind: str) -> str:
    """A person's verified value before others, then the person's own before staff's before the source's."""
    return f"""(SELECT c.value FROM contact_method c
        WHERE c.district_id = o.district_id AND c.person_id = o.id AND c.kind = '{kind}'
        ORDER BY c.verified DESC, c.owner <> 'person', c.owner <> 'staff' LIMIT 1) AS {kind}"""
