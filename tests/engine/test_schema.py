"""The entity table of the core and the database say the same."""

from __future__ import annotations

import polars as pl
import pytest
from django.apps import apps
from django.db import connection as database
from tests.builders import connection

from rollbook.core.entities import TABLES
from rollbook.core.family import FAMILY_REFERENCES
from rollbook.core.state import STATE_SCHEMAS
from rollbook.engine.changes import columns_of
from rollbook.engine.load import load_state

TYPES = {
    "text": pl.String(),
    "bigint": pl.Int64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "text[]": pl.List(pl.String()),
    "bigint[]": pl.List(pl.Int64()),
}
WRITTEN_ANEW = {"hold", "offered_class", "classroom_suggestion"}
"""What a run or the set-up keeps of itself and writes anew: no person owns it, and nobody misses it."""
EVERYWHERE = {"id": "bigint", "district_id": "bigint", "created_run_id": "bigint"}
OF_THE_PRODUCT = {
    "contact_method": {"verified": "boolean", "delivery_state": "text"},
    "person": {"language": "text", "activated_at": "timestamp with time zone"},
    "student": {"home_language": "text"},
}
"""Columns that no plan writes; all have a default in the database or may be null."""


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_tables_are_as_the_core_says(table: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            """SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped""",
            [table],
        )
        found = dict(cursor.fetchall())
    extra = {**EVERYWHERE, **OF_THE_PRODUCT.get(table, {})}
    if TABLES[table].managed:
        extra["connection_id"] = "bigint"
    assert {name: found.get(name) for name in extra} == extra
    assert {name: TYPES[kind] for name, kind in found.items() if name not in extra} == dict(TABLES[table].columns)
    assert set(columns_of(table)) == set(found)


def test_what_hangs_on_the_directory_is_known() -> None:
    """A table outside the directory that refers to its people or places, and that undo and merging would forget."""
    found: dict[str, dict[str, str]] = {}
    for model in apps.get_app_config("store").get_models():
        if model._meta.db_table in TABLES or model._meta.db_table in WRITTEN_ANEW:
            continue
        for field in model._meta.concrete_fields:
            if field.related_model is not None and field.related_model._meta.db_table in TABLES:
                found.setdefault(model._meta.db_table, {})[field.column] = field.related_model._meta.db_table
    assert found == {table: dict(columns) for table, columns in FAMILY_REFERENCES.items()}


@pytest.mark.django_db(transaction=True)
def test_state_frames_have_exactly_their_schemas_on_an_empty_district() -> None:
    state = load_state(connection())
    assert {name: dict(frame.schema) for name, frame in state.frames.items()} == STATE_SCHEMAS
    assert (state.revision, dict(state.previous_rows)) == (0, {})
