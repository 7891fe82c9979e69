"""What changes in a record, field by field: the edits of a plan as lines with a field, an old and a new value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rollbook.core.entities import TABLES
from rollbook.core.plan import Plan
from rollbook.engine.arrow import Reader, ids_literal

__all__ = ["FIELD_SCHEMA", "field_lines"]

FIELD_SCHEMA: dict[str, pl.DataType] = {
    "ref": pl.Int64(),
    "field": pl.String(),
    "old": pl.String(),
    "new": pl.String(),
}
"""One row a field that changes in record ``ref`` of one kind."""

_OWN = {"student": "student", "guardian": "person", "staff": "person", "classroom": "classroom"}
_OWN |= {kind: kind for kind in ("enrollment", "guardianship", "school")}
_QUIET = frozenset({"source_link"})
"""Tables whose edits are bookkeeping: no person reads a fingerprint."""

_SAID_ELSEWHERE = frozenset({"archived_by", "archive_reason"})
"""Columns that repeat what a line's action and reason say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """``schools`` and ``courses``: ``id``, ``name``."""

    schools: pl.DataFrame
    courses: pl.DataFrame


def field_lines(
    plan: Plan, kind: str, *, reader: Reader, district_id: int, run_id: int, schools: pl.DataFrame
) -> pl.DataFrame:
    """``FIELD_SCHEMA`` for the existing records of ``kind`` that ``plan`` changes. ``schools``: ``id``, ``name``.

    Contacts, schools and roles that are rows of their own stand as fields of their person or student: ``email``,
    ``mobile``, ``home_phone``, ``school``, ``role``.
    """
    edits = plan.edits.filter((pl.col("kind") == kind) & ~pl.col("table").is_in(sorted(_QUIET)))
    own = edits.filter(pl.col("table") == _OWN[kind])
    words = _Words(schools=schools, courses=_courses(plan, own, reader, district_id))
    parts: list[pl.DataFrame | None] = [pl.DataFrame(schema=FIELD_SCHEMA), _of_columns(own, _OWN[kind], words)]
    if _OWN[kind] == "person":
        parts += [
            _contacts(edits, reader, district_id, run_id),
            _new_contacts(plan, kind),
            _memberships(edits, "staff_role", reader, district_id, words),
            _new_memberships(plan, "staff_role", words) if kind == "staff" else None,
        ]
    if kind == "student":
        parts += [
            _memberships(edits, "student_school", reader, district_id, words),
            _new_memberships(plan, "student_school", words),
        ]
    return pl.concat([part for part in parts if part is not None])


def _of_columns(edits: pl.DataFrame, table: str, words: _Words) -> pl.DataFrame:
    """The JSON objects of edits, column by column: a column changes where ``new`` names it."""
    parts = [pl.DataFrame(schema=FIELD_SCHEMA)]
    for name, dtype in TABLES[table].columns.items():
        touched = edits.filter(pl.col("new").str.contains(f'"{name}":', literal=True))
        if touched.is_empty() or name in _SAID_ELSEWHERE:
            continue
        lines = touched.select(
            ref="record_id",
            field=pl.lit(name.removesuffix("_id")),
            old=_value("old", name, dtype),
            new=_value("new", name, dtype),
        )
        lookup = {"school_id": words.schools, "course_id": words.courses}.get(name)
        parts.append(_named(lines, lookup) if lookup is not None else lines)
    return pl.concat(parts)


def _value(column: str, name: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(column).str.json_path_match(f"$.{name}")
    if isinstance(dtype, pl.List):  # ["07","08"] reads as 07, 08
        return (
            text.str.strip_chars("[]").str.replace_all('"', "", literal=True).str.replace_all(",", ", ", literal=True)
        )
    return text


def _named(lines: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    names = words.select(pl.col("id").cast(pl.String), "name")
    for side in ("old", "new"):
        named = names.rename({"id": side, "name": "_name"})
        lines = lines.join(named, on=side, how="left", maintain_order="left").with_columns(
            pl.coalesce("_name", side).alias(side)
        )
        lines = lines.drop("_name")
    return lines


def _courses(plan: Plan, edits: pl.DataFrame, reader: Reader, district_id: int) -> pl.DataFrame:
    shape = {"id": pl.Int64(), "name": pl.String()}
    if edits.filter(pl.col("new").str.contains('"course_id":', literal=True)).is_empty():
        return pl.DataFrame(schema=shape)
    here = reader.read(f"SELECT id, title AS name FROM course WHERE district_id = {int(district_id)}", shape)
    new = plan.inserts.get("course")
    return here if new is None else pl.concat([here, new.select(id="ref", name="title")])


def _contacts(edits: pl.DataFrame, reader: Reader, district_id: int, run_id: int) -> pl.DataFrame:
    """Contacts that change or go. A row that this run has removed already is read from the change log."""
    touched = edits.filter(pl.col("table") == "contact_method")
    shape = {"row_id": pl.Int64(), "contact": pl.String(), "was": pl.String()}
    if touched.is_empty():
        return pl.DataFrame(schema=FIELD_SCHEMA)
    ids = ids_literal(touched["row_id"])
    rows = reader.read(
        f"""SELECT id AS row_id, kind AS contact, value AS was FROM contact_method
        WHERE district_id = {int(district_id)} AND id = ANY({ids})
        UNION ALL SELECT row_id, old->>'kind', old->>'value' FROM change_log
        WHERE run_id = {int(run_id)} AND "table" = 'contact_method' AND op = 'delete'""",
        shape,
    ).unique("row_id")
    gone = pl.col("op") == "delete"
    text = pl.String()
    return touched.join(rows, on="row_id", how="left", maintain_order="left").select(
        ref="record_id",
        field=pl.col("contact").fill_null("contact"),
        old=pl.when(gone).then("was").otherwise(_value("old", "value", text)),
        new=pl.when(gone).then(None).otherwise(_value("new", "value", text)),
    )


def _new_contacts(plan: Plan, kind: str) -> pl.DataFrame | None:
    """Contacts that people of this kind, who are here already, gain."""
    new = plan.inserts.get("contact_method")
    if new is None:
        return None
    people = plan.records.filter((pl.col("kind") == kind) & (pl.col("ref") > 0)).select("ref")
    return (
        new.rename({"ref": "_row"})
        .join(people, left_on="person_id", right_on="ref", how="semi", maintain_order="left")
        .select(ref="person_id", field="kind", old=pl.lit(None, dtype=pl.String), new="value")
    )


_MEMBERSHIPS: Mapping[str, tuple[str, str]] = {
    "student_school": ("student_id", "school"),
    "staff_role": ("person_id", "role"),
}


def _memberships(edits: pl.DataFrame, table: str, reader: Reader, district_id: int, words: _Words) -> pl.DataFrame:
    """Schools or roles that end (``old``) or begin again (``new``)."""
    touched = edits.filter(pl.col("table") == table)
    if touched.is_empty():
        return pl.DataFrame(schema=FIELD_SCHEMA)
    role = "role" if table == "staff_role" else "NULL::text AS role"
    rows = reader.read(
        f"""SELECT id AS row_id, school_id, {role} FROM {table}
        WHERE district_id = {int(district_id)} AND id = ANY({ids_literal(touched["row_id"])})""",
        {"row_id": pl.Int64(), "school_id": pl.Int64(), "role": pl.String()},
    )
    awake = pl.col("new").str.json_path_match("$.status") == "active"
    said = _said(rows, words)
    return touched.join(said, on="row_id", how="left", maintain_order="left").select(
        ref="record_id",
        field=pl.lit(_MEMBERSHIPS[table][1]),
        old=pl.when(awake).then(None).otherwise("said"),
        new=pl.when(awake).then("said").otherwise(None),
    )


def _new_memberships(plan: Plan, table: str, words: _Words) -> pl.DataFrame | None:
    """Schools or roles that students or staff who are here already gain."""
    new = plan.inserts.get(table)
    if new is None:
        return None
    owner, field = _MEMBERSHIPS[table]
    rows = new.filter(pl.col(owner) > 0).rename({"ref": "row_id"})
    if table == "student_school":
        rows = rows.with_columns(role=pl.lit(None, dtype=pl.String))
    said = _said(rows.select("row_id", "school_id", "role"), words)
    return rows.join(said, on="row_id", how="left", maintain_order="left").select(
        ref=owner, field=pl.lit(field), old=pl.lit(None, dtype=pl.String), new="said"
    )


def _said(rows: pl.DataFrame, words: _Words) -> pl.DataFrame:
    """``row_id``, ``said``: “Lincoln High”, or “teacher, Lincoln High”."""
    place = pl.coalesce("name", pl.when(pl.col("school_id").is_null()).then(pl.lit("the district")))
    named = rows.join(words.schools.rename({"id": "school_id"}), on="school_id", how="left", maintain_order="left")
    return named.select("row_id", said=pl.concat_str(["role", place], separator=", ", ignore_nulls=True))
