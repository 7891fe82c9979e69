"""Reading from PostgreSQL as Arrow, at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import adbc_driver_postgresql.dbapi as adbc
import polars as pl
from django.db import connection

from rollbook.store.address import url_from_settings

__all__ = ["CHEAP_PAGES", "Reader", "ids_literal", "reading"]

CHEAP_PAGES: Final = "SET LOCAL random_page_cost = 1.1"
"""Thousands of rows picked by id are picked by index: pages of a directory are in memory or on a disk without arms. With
PostgreSQL's own figure, which is of another age, it reads the whole table instead."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Queries within one read-only transaction: all of them see the same moment."""

    cursor: Any

    def read(self, query: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """The rows of ``query`` with exactly the columns and types of ``schema``."""
        self.cursor.execute(query)
        return pl.DataFrame(self.cursor.fetch_arrow()).select(
            pl.col(name).cast(dtype) for name, dtype in schema.items()
        )

    def moment(self) -> str:
        """A name for the moment that this reader sees; good for ``reading`` until this reader ends."""
        return str(self.read("SELECT pg_export_snapshot() AS value", {"value": pl.String()}).item())


@contextmanager
def reading(*, url: str = "", moment: str = "") -> Iterator[Reader]:
    """A reader on a connection of its own, to the database at ``url`` (default: the one that Django uses); repeatable
    read, and read only. ``moment``: see what another reader sees."""
    address = url or url_from_settings(connection.settings_dict)
    with adbc.connect(address) as database, database.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if moment:
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{moment}'")
        cursor.execute(CHEAP_PAGES)
        yield Reader(cursor)


def ids_literal(ids: pl.Series) -> str:
    """The ids as an SQL ``bigint[]`` literal. Only integers get in, so nothing needs quoting."""
    joined = ids.cast(pl.Int64).cast(pl.String).str.join(",", ignore_nulls=True).item() if len(ids) else ""
    return f"'{{{joined or ''}}}'::bigint[]"
