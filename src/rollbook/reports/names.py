"""Who a record is: names and SIS ids for whole kinds at once, of what is in the directory and what is planned."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rollbook.core.plan import Plan
from rollbook.engine.arrow import Reader, ids_literal

__all__ = ["NAME_SCHEMA", "names", "school_names"]

NAME_SCHEMA: dict[str, pl.DataType] = {"ref": pl.Int64(), "sis_id": pl.String(), "name": pl.String()}
"""One row a record. A relation has no id of its own in the directory: ``sis_id`` is its student's or teacher's."""

_TABLE = {"student": "student", "guardian": "person", "staff": "person", "classroom": "classroom", "school": "school"}
_LINK = {"student": "student", "guardian": "person", "staff": "person", "classroom": "classroom", "school": "school"}
_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "enrollment": ("classroom_id", "student_id", "person_id"),
    "guardianship": ("student_id", "person_id"),
}
_TWO = {"id": pl.Int64(), "name": pl.String()}


def school_names(reader: Reader, district_id: int) -> pl.DataFrame:
    """``id``, ``name``, ``school_number`` of every school of the district."""
    return reader.read(
        f"SELECT id, name, school_number FROM school WHERE district_id = {int(district_id)}",
        {**_TWO, "school_number": pl.String()},
    )


def names(plan: Plan, kind: str, refs: pl.Series, *, reader: Reader, district_id: int) -> pl.DataFrame:
    """``NAME_SCHEMA`` for the records ``refs`` of ``kind``, each once. What is in the directory no more (an undone run)
    and is not in the plan either has no name."""
    refs = refs.unique()
    if kind in _TABLE:
        named = _objects(plan, _TABLE[kind], refs, reader, district_id)
        ids = _sis_ids(plan, _LINK[kind], refs, reader, district_id)
        return named.join(ids, on="ref", how="left").select(tuple(NAME_SCHEMA))
    return _relations(plan, kind, refs, reader, district_id)


def _objects(plan: Plan, table: str, refs: pl.Series, reader: Reader, district_id: int) -> pl.DataFrame:
    """``ref``, ``name``."""
    is_human = table in ("student", "person")
    parts = [pl.DataFrame({"ref": refs}, schema={"ref": pl.Int64})]
    here = parts[0].filter(pl.col("ref") > 0)
    found = [pl.DataFrame(schema={"ref": pl.Int64(), "name": pl.String()})]
    if here.height:
        value = "concat_ws(' ', given_name, family_name)" if is_human else "name"
        rows = reader.read(
            f"""SELECT t.id, {value} AS name FROM "{table}" t
            JOIN unnest({ids_literal(here["ref"])}) AS wanted(id) ON wanted.id = t.id
            WHERE t.district_id = {int(district_id)}""",
            _TWO,
        )
        found.append(rows.rename({"id": "ref"}))
    new = plan.inserts.get(table)
    if new is not None:
        value_of = pl.concat_str(["given_name", "family_name"], separator=" ", ignore_nulls=True)
        rows = new.select("ref", name=value_of if is_human else pl.col("name"))
        found.append(rows.join(parts[0], on="ref", how="semi"))
    return parts[0].join(pl.concat(found).unique("ref", keep="first"), on="ref", how="left")


def _sis_ids(plan: Plan, link: str, refs: pl.Series, reader: Reader, district_id: int) -> pl.DataFrame:
    """``ref``, ``sis_id``: the first id, where an object has several."""
    wanted = pl.DataFrame({"ref": refs}, schema={"ref": pl.Int64})
    here = wanted.filter(pl.col("ref") > 0)
    found = [pl.DataFrame(schema={"ref": pl.Int64(), "sis_id": pl.String()})]
    if here.height:
        rows = reader.read(
            f"""SELECT l.object_id AS id, min(l.sourced_id) AS name FROM source_link l
            JOIN unnest({ids_literal(here["ref"])}) AS wanted(id) ON wanted.id = l.object_id
            WHERE l.district_id = {int(district_id)} AND l.kind = '{link}' GROUP BY l.object_id""",
            _TWO,
        )
        found.append(rows.rename({"id": "ref", "name": "sis_id"}))
    new = plan.inserts.get("source_link")
    if new is not None:
        rows = new.filter(pl.col("kind") == link).select(ref="object_id", sis_id="sourced_id")
        found.append(rows.join(wanted, on="ref", how="semi"))
    return pl.concat(found).unique("ref", keep="first", maintain_order=True)


def _relations(plan: Plan, kind: str, refs: pl.Series, reader: Reader, district_id: int) -> pl.DataFrame:
    """“Ana Díaz in Room 4”, “Rosa Díaz for Ana Díaz”."""
    rows = _members(plan, kind, refs, reader, district_id)
    for column in _MEMBERS[kind]:
        entity = column.removesuffix("_id")
        wanted = rows[column].drop_nulls().unique()
        named = _objects(plan, entity, wanted, reader, district_id).rename({"ref": column, "name": f"{entity}_name"})
        rows = rows.join(named, on=column, how="left", maintain_order="left")
        if entity != "classroom":
            ids = _sis_ids(plan, entity, wanted, reader, district_id)
            rows = rows.join(
                ids.rename({"ref": column, "sis_id": f"{entity}_sis"}), on=column, how="left", maintain_order="left"
            )
    if kind == "enrollment":
        who = pl.coalesce("student_name", "person_name")
        name, place = pl.lit(" in "), pl.col("classroom_name")
    else:
        who = pl.col("person_name")
        name, place = pl.lit(" for "), pl.col("student_name")
    unknown = pl.lit("?")
    return rows.select(
        "ref",
        sis_id=pl.coalesce("student_sis", "person_sis"),
        name=pl.concat_str([who.fill_null(unknown), name, place.fill_null(unknown)]),
    )


def _members(plan: Plan, table: str, refs: pl.Series, reader: Reader, district_id: int) -> pl.DataFrame:
    columns = _MEMBERS[table]
    shape = {"ref": pl.Int64(), **dict.fromkeys(columns, pl.Int64())}
    wanted = pl.DataFrame({"ref": refs}, schema={"ref": pl.Int64})
    found = [pl.DataFrame(schema=shape)]
    here = wanted.filter(pl.col("ref") > 0)
    if here.height:
        listed = ", ".join(f"t.{name}" for name in columns)
        found.append(
            reader.read(
                f"""SELECT t.id AS ref, {listed} FROM "{table}" t
                JOIN unnest({ids_literal(here["ref"])}) AS wanted(id) ON wanted.id = t.id
                WHERE t.district_id = {int(district_id)}""",
                shape,
            )
        )
    new = plan.inserts.get(table)
    if new is not None:
        found.append(new.select("ref", *columns).join(wanted, on="ref", how="semi"))
    return pl.concat(found)
