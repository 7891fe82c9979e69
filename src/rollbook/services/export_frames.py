"""The directory read for an export: whole tables as Arrow, each row with the id that it is exported under."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.entities import LINK_TABLES, TABLES
from rollbook.engine.arrow import Reader

__all__ = ["Directory", "read_directory"]

_ID = {"id": pl.Int64()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The tables of one district, by id. ``sourced_id`` is the source's id where a row has one, else
    ``rb-<kind>-<id>``; unique within a file. ``persons`` have ``second_id`` as well: for a human who is staff and
    guardian, and in OneRoster 1.1 two users. ``contacts``: ``person_id``, ``email``, ``mobile``, ``home_phone``."""

    district_org: str
    schools: pl.DataFrame
    sessions: pl.DataFrame
    courses: pl.DataFrame
    classrooms: pl.DataFrame
    students: pl.DataFrame
    persons: pl.DataFrame
    contacts: pl.DataFrame
    student_schools: pl.DataFrame
    staff_roles: pl.DataFrame
    guardianships: pl.DataFrame
    enrollments: pl.DataFrame


def read_directory(district_id: int, reader: Reader) -> Directory:
    """The directory at the reader's moment."""
    links = reader.read(
        f"""SELECT kind, object_id, sourced_id FROM source_link WHERE district_id = {int(district_id)}
        ORDER BY connection_id NULLS LAST, id""",
        {"kind": pl.String(), "object_id": pl.Int64(), "sourced_id": pl.String()},
    )

    def table(name: str) -> pl.DataFrame:
        columns = {**_ID, **TABLES[name].columns}
        listed = ", ".join(f'"{column}"' for column in columns)
        return reader.read(f'SELECT {listed} FROM "{name}" WHERE district_id = {int(district_id)} ORDER BY id', columns)

    def named(kind: str) -> pl.DataFrame:
        return _named(table(LINK_TABLES[kind]), kind, links)

    students, persons = named("student"), named("person")
    persons = _apart(persons, "person", students["sourced_id"])
    return Directory(
        district_org=f"rb-district-{district_id}",
        schools=named("school"),
        sessions=named("session"),
        courses=named("course"),
        classrooms=named("classroom"),
        students=students,
        persons=_second_ids(persons, links, students["sourced_id"]),
        contacts=_contacts(district_id, reader),
        student_schools=table("student_school"),
        staff_roles=table("staff_role"),
        guardianships=table("guardianship"),
        enrollments=table("enrollment"),
    )


def _named(rows: pl.DataFrame, kind: str, links: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with ``sourced_id``: the first one of the first source; none stands twice."""
    first = links.filter(pl.col("kind") == kind).unique("object_id", keep="first", maintain_order=True)
    rows = rows.join(first.select(id="object_id", sourced_id="sourced_id"), on="id", how="left", maintain_order="left")
    return _apart(rows, kind, pl.Series([], dtype=pl.String))


def _apart(rows: pl.DataFrame, kind: str, others: pl.Series) -> pl.DataFrame:
    """An id that two sources use, or that ``others`` have, is kept by the first; the rest go by their own number."""
    mine = pl.col("sourced_id").is_first_distinct() & ~pl.col("sourced_id").is_in(others.implode())
    own = pl.format(f"rb-{kind}-{{}}", "id")
    return rows.with_columns(sourced_id=pl.when(mine.fill_null(False)).then("sourced_id").otherwise(own))


def _second_ids(persons: pl.DataFrame, links: pl.DataFrame, others: pl.Series) -> pl.DataFrame:
    taken = pl.concat([others, persons["sourced_id"]])
    second = (
        links.filter((pl.col("kind") == "person") & ~pl.col("sourced_id").is_in(taken.implode()))
        .unique("sourced_id", keep="first", maintain_order=True)
        .unique("object_id", keep="first", maintain_order=True)
        .select(id="object_id", second_id="sourced_id")
    )
    return persons.join(second, on="id", how="left", maintain_order="left").with_columns(
        second_id=pl.coalesce("second_id", pl.format("rb-guardian-{}", "id"))
    )


def _contacts(district_id: int, reader: Reader) -> pl.DataFrame:
    """One value a person and kind: verified before others, the person's own before staff's before the source's."""
    kinds = ("email", "mobile", "home_phone")
    rows = reader.read(
        f"""SELECT DISTINCT ON (person_id, kind) person_id, kind, value FROM contact_method
        WHERE district_id = {int(district_id)}
        ORDER BY person_id, kind, verified DESC, owner <> 'person', owner <> 'staff', id""",
        {"person_id": pl.Int64(), "kind": pl.String(), "value": pl.String()},
    )
    return rows.group_by("person_id", maintain_order=True).agg(
        pl.col("value").filter(pl.col("kind") == kind).first().alias(kind) for kind in kinds
    )
