"""An undo as something to report: what its log says, in the shape of a plan."""

from __future__ import annotations

import polars as pl

from rollbook.core.entities import TABLES
from rollbook.core.findings import empty
from rollbook.core.plan import COUNT_SCHEMA, EDIT_SCHEMA, HOLD_SCHEMA, Plan
from rollbook.engine.arrow import Reader
from rollbook.store.models import SyncRun

__all__ = ["plan_of_undo"]

_LOG = {
    "table": pl.String(),
    "row_id": pl.Int64(),
    "op": pl.String(),
    "kind": pl.String(),
    "record_id": pl.Int64(),
    "old": pl.String(),
    "new": pl.String(),
}
_OWN = ("student", "classroom", "enrollment", "guardianship", "school")
"""Tables whose row is a record of that very kind."""
_SAID = {
    "student": ("given_name", "family_name"),
    "person": ("given_name", "family_name"),
    "classroom": ("name",),
    "enrollment": ("classroom_id", "student_id", "person_id"),
    "guardianship": ("student_id", "person_id"),
    "source_link": ("kind", "sourced_id", "object_id"),
}
"""What names a row that is there no more."""
_OUT = {"kind": pl.String(), "sourced_id": pl.String(), "reason": pl.String()}


def plan_of_undo(run: SyncRun, reader: Reader) -> Plan:
    """The undo ``run`` as a plan that can be reported: ``edits`` are its updates, ``records`` what they touch (actions
    ``removed``, ``brought back``, ``changed back``), ``inserts`` what names the rows that it took out. It cannot be
    applied."""
    log = reader.read(
        f"""SELECT "table", row_id, op, kind, record_id, old::text AS old, new::text AS new
        FROM change_log WHERE run_id = {int(run.pk)}""",
        _LOG,
    )
    log = _with_records(log)
    gone = {table: _gone(log, table, columns) for table, columns in _SAID.items()}
    edits = (
        log.filter(pl.col("op") == "update")
        .with_columns(action=pl.lit("changed back"), hold=pl.lit(None, dtype=pl.String))
        .select(tuple(EDIT_SCHEMA))
    )
    return Plan(
        baseline=run.baseline,
        inserts={table: rows for table, rows in gone.items() if rows.height},
        edits=edits,
        records=_records(log),
        holds=pl.DataFrame(schema=HOLD_SCHEMA),
        counts=pl.DataFrame(schema=COUNT_SCHEMA),
        findings=empty(),
        left_out=pl.DataFrame(schema=_OUT),
    )


def _with_records(log: pl.DataFrame) -> pl.DataFrame:
    """Rows that an undo removed are logged without a record: a removed student is one, a removed person is staff when a
    staff role went with them, else a guardian."""
    staff = log.filter(pl.col("table") == "staff_role").select(
        pl.col("old").str.json_path_match("$.person_id").cast(pl.Int64)
    )["old"]
    person = pl.when(pl.col("row_id").is_in(staff.implode())).then(pl.lit("staff")).otherwise(pl.lit("guardian"))
    table = pl.col("table")
    kind = pl.when(table.is_in(list(_OWN))).then(table).when(table == "person").then(person)
    return log.with_columns(
        kind=pl.coalesce("kind", kind), record_id=pl.when(kind.is_not_null()).then("row_id").otherwise("record_id")
    )


def _gone(log: pl.DataFrame, table: str, columns: tuple[str, ...]) -> pl.DataFrame:
    spec = TABLES[table]
    rows = log.filter((pl.col("table") == table) & (pl.col("op") == "delete"))
    return rows.select(
        ref="row_id",
        **{name: pl.col("old").str.json_path_match(f"$.{name}").cast(spec.columns[name]) for name in columns},
    )


def _records(log: pl.DataFrame) -> pl.DataFrame:
    own = pl.col("table").is_in(list(_OWN)) | (pl.col("table") == "person")
    return (
        log.filter(pl.col("kind").is_not_null() & pl.col("record_id").is_not_null())
        .group_by("kind", ref="record_id", maintain_order=True)
        .agg(
            removed=(own & (pl.col("op") == "delete")).any(),
            back=(own & (pl.col("op") == "insert")).any(),
        )
        .select(
            "kind",
            "ref",
            sourced_id=pl.lit(None, dtype=pl.String),
            school_id=pl.lit(None, dtype=pl.Int64),
            action=pl.when("removed")
            .then(pl.lit("removed"))
            .when("back")
            .then(pl.lit("brought back"))
            .otherwise(pl.lit("changed back")),
            reason=pl.lit("undone"),
            hold=pl.lit(None, dtype=pl.String),
        )
    )
