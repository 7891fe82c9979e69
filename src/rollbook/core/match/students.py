"""Recognising students who are here already (R-2)."""

from __future__ import annotations

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.match.links import MATCH_SCHEMA, Matches, forsaken, linked, number_new, recognise
from rollbook.core.scope import Scope
from rollbook.core.state import LoadValues, State

__all__ = ["match_students"]

_NAMES = ("given_name", "family_name")
_RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("state id", ("state_id", "family_key")),
    ("state id", ("state_id", "given_key")),
    ("student number", ("student_number", "family_key")),
    ("student number", ("student_number", "given_key")),
    ("name and birth date", ("given_key", "family_key", "birth_on")),
    ("name, grade, school and a guardian's contact", ("given_key", "family_key", "grade", "school_id", "contact")),
)
"""Adoption rules in order. An id alone is not enough: a number that now belongs to a child of another name is a
question, for a wrong adoption gives one child the other's family."""

_WEAK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("same state id, other name", ("state_id",)),
    ("same student number, other name", ("student_number",)),
)


def match_students(scope: Scope, state: State, values: LoadValues, gone: pl.Series) -> Matches:
    """``gone``: the linked sourcedIds that this reading says are gone; the students they bound may have new ids."""
    rows = linked(scope.students.select("sourced_id"), state, "student")
    nobody = pl.DataFrame(schema=MATCH_SCHEMA)
    new = scope.students.join(rows.filter(pl.col("ref").is_null()).select("sourced_id"), on="sourced_id", how="semi")
    pool = _pool(scope, state, values, gone) if new.height else None
    if pool is None or pool.is_empty():
        return Matches(refs=number_new(rows), adopted=nobody, ambiguous=nobody, findings=merge([]))

    new = _keys(new.rename({"identifier": "student_number"})).join(
        scope.student_schools.rename({"user_sourced_id": "sourced_id"}), on="sourced_id", how="left"
    )
    new = new.join(_incoming_contacts(scope, new), on="sourced_id", how="left")
    adopted, unclear = recognise(new, pool, _RULES, _WEAK, pl.lit(True), _not_two_children)
    refs = number_new(
        rows.join(adopted.select("sourced_id", "id"), on="sourced_id", how="left", maintain_order="left").select(
            "sourced_id", ref=pl.coalesce("ref", "id")
        )
    )
    rekeyed = adopted.join(
        state.frames["links"].filter(pl.col("kind") == "student"), left_on="id", right_on="object_id", how="semi"
    )
    return Matches(
        refs=refs,
        adopted=adopted.select(kind=pl.lit("student"), ref=pl.col("id"), reason=pl.col("reason")),
        ambiguous=unclear.join(refs, on="sourced_id").select(kind=pl.lit("student"), ref="ref", reason="reason"),
        findings=merge(
            [
                _told("MAT-001", adopted.join(rekeyed, on="sourced_id", how="anti")),
                _told("MAT-005", rekeyed),
                _told("MAT-002", unclear),
            ]
        ),
    )


def _not_two_children(
    new: pl.DataFrame, pool: pl.DataFrame, found: pl.DataFrame, unclear: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two different state ids are two children, whatever else agrees: such pairs are questions."""
    both = found.join(
        new.select("sourced_id", theirs="state_id").unique("sourced_id"), on="sourced_id", maintain_order="left"
    ).join(pool.select("id", ours="state_id").unique("id"), on="id", maintain_order="left")
    other = (pl.col("theirs") != pl.col("ours")).fill_null(False)
    shape = ("sourced_id", "id")
    return both.filter(~other).select(shape), pl.concat([unclear, both.filter(other).select(shape)])


def _told(code: str, rows: pl.DataFrame) -> pl.DataFrame:
    return of_rows(rows, code, stream="users.csv", sourced_id=pl.col("sourced_id"), detail=pl.col("reason"))


def _keys(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        given_key=pl.col("given_name").str.to_lowercase(), family_key=pl.col("family_name").str.to_lowercase()
    )


def _pool(scope: Scope, state: State, values: LoadValues, gone: pl.Series) -> pl.DataFrame:
    """Whom a new row may turn out to be: students nobody has linked, and linked ones whose every id is gone. Their
    guardians' contacts are those that are known, and those that arrive today."""
    columns = ("id", *_NAMES, "student_number", "state_id", "birth_on", "grade")
    pool = state.frames["unlinked_students"].select(columns)
    left = forsaken(state, "student", gone)
    if left.len():
        pool = pl.concat([pool, values("student", left).select(columns)])
    if pool.is_empty():
        return pool
    ids = pool["id"]
    schools = state.frames["student_schools"].filter(pl.col("student_id").is_in(ids.implode()))
    guardians = state.frames["guardianships"].filter(pl.col("student_id").is_in(ids.implode()))
    links = state.frames["links"].filter(pl.col("kind") == "person").select("sourced_id", person_id="object_id")
    links = links.join(guardians, on="person_id", how="semi")
    arriving = (
        scope.adults.join(links, on="sourced_id")
        .unpivot(("email", "sms", "phone"), index="person_id", value_name="contact")
        .select("person_id", "contact")
        .drop_nulls("contact")
    )
    contacts = values("contact_method", guardians["person_id"].unique()).select("person_id", contact="value")
    contacts = pl.concat([contacts, arriving])
    reach = guardians.join(contacts, on="person_id").select(id="student_id", contact="contact").unique()
    return (
        _keys(pool)
        .join(schools.select(id="student_id", school_id="school_id").unique(), on="id", how="left")
        .join(reach, on="id", how="left")
    )


def _incoming_contacts(scope: Scope, new: pl.DataFrame) -> pl.DataFrame:
    """(``sourced_id`` of the student, ``contact``): e-mail and numbers of the guardians that ``new`` arrive with."""
    pairs = scope.guardianships.join(new, left_on="student_sourced_id", right_on="sourced_id", how="semi")
    adults = scope.adults.join(pairs, left_on="sourced_id", right_on="guardian_sourced_id", how="semi")
    adults = adults.unpivot(("email", "sms", "phone"), index="sourced_id", value_name="contact").drop_nulls("contact")
    return (
        pairs.join(adults, left_on="guardian_sourced_id", right_on="sourced_id")
        .select(sourced_id="student_sourced_id", contact="contact")
        .unique()
    )
