"""The floor: the least that anything on Polars and PostgreSQL has to do with these files; no rule, plan or history."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import adbc_driver_postgresql.dbapi as adbc
import polars as pl
import psycopg
from psycopg import sql

from rollbook.bench.files import parse
from rollbook.bench.watch import Measured, Watch

__all__ = ["first_load", "repeat"]

_CHUNK: Final = 50_000
_INDEXED: Final = {"enrollments": ("classSourcedId", "userSourcedId")}
_CURRENT: Final = (
    "SELECT kind, sourced_id, object_id, fingerprint FROM source_link",
    "SELECT id, classroom_id, student_id, person_id, role, is_primary, begins_on, ends_on, status FROM enrollment",
    "SELECT id, student_id, person_id, relationship, rights, status FROM guardianship",
)
"""Keys and fingerprints of students, persons and classrooms; of enrollments and guardianships their keys and the few
values that are their own fingerprint."""


def first_load(folder: Path, url: str) -> Measured:
    """Parse the files, and COPY their rows into bare tables: a primary key on sourcedId, enrollments also indexed by
    class and by user; committed."""
    watch = Watch()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with watch.stage("parse"):
            frames = parse(folder)
        with watch.stage("copy"):
            for name, frame in frames.items():
                _make_table(cursor, name, frame)
                _copy(cursor, name, frame)
            connection.commit()
    return watch.finished()


def repeat(folder: Path, url: str) -> Measured:
    """Parse the files, and read the current keys and fingerprints as Arrow from a directory that Rollbook filled."""
    watch = Watch()
    with watch.stage("parse"):
        frames = parse(folder)
    with watch.stage("arrow"), adbc.connect(url) as connection, connection.cursor() as cursor:
        for query in _CURRENT:
            cursor.execute(query)
            frames[query] = pl.DataFrame(cursor.fetch_arrow())
    return watch.finished()


def _make_table(cursor: psycopg.Cursor[tuple[object, ...]], name: str, frame: pl.DataFrame) -> None:
    table = sql.Identifier(name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} text{}").format(sql.Identifier(column), sql.SQL(" PRIMARY KEY" if column == "sourcedId" else ""))
        for column in frame.columns
    )
    cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, columns))
    for column in _INDEXED.get(name, ()):
        cursor.execute(sql.SQL("CREATE INDEX ON {} ({})").format(table, sql.Identifier(column)))


def _copy(cursor: psycopg.Cursor[tuple[object, ...]], name: str, frame: pl.DataFrame) -> None:
    with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(name))) as pipe:
        for piece in frame.iter_slices(_CHUNK):
            buffer = io.BytesIO()
            piece.write_csv(buffer, include_header=False)
            pipe.write(buffer.getvalue())
