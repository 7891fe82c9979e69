"""The directory of a district as bytes, to prove that two states are the same."""

from __future__ import annotations

from django.db import connection

from rollbook.core.entities import TABLES

__all__ = ["dump"]


def dump(district_id: int) -> dict[str, bytes]:
    """table → all rows and columns in the order of their ids, as PostgreSQL's COPY writes them. Equal directories give
    equal bytes, and only they do."""
    result = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            query = f'COPY (SELECT * FROM "{table}" WHERE district_id = {int(district_id)} ORDER BY id) TO STDOUT'
            with cursor.copy(query) as pipe:
                result[table] = b"".join(bytes(piece) for piece in pipe)
    return result
