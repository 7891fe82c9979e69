"""Checks of students, guardians and staff."""

from __future__ import annotations

import polars as pl

from rollbook.core.self_check.world import ROW_SCHEMA, Check, Level, World, counted, rows_of

__all__ = ["conflicting_contacts", "guardians_twice", "several_roles", "students_unknown"]


def _folded(*columns: str) -> list[pl.Expr]:
    return [pl.col(name).str.to_lowercase().str.strip_chars().alias(f"{name}_key") for name in columns]


_NAMES = ("given_name", "family_name")
_KEYS = [f"{name}_key" for name in _NAMES]


def students_unknown(world: World) -> Check:
    """Active students of ours that no source knows, and what the first run would make of them: ``more`` counts those that
    would be ``adopted``, those in ``question`` (R-2), and those that would become ``twice``: a new student of the same name
    who was not recognised."""
    active = world.state.frames["students"].filter(pl.col("status") == "active").select("id")
    loose = world.state.frames["unlinked_students"].join(active, on="id", how="semi", maintain_order="left")
    adopted = world.matched.adopted.filter(pl.col("kind") == "student")
    left = loose.join(adopted, left_on="id", right_on="ref", how="anti", maintain_order="left")
    refs = world.matched.students.filter(pl.col("ref") < 0)
    new = world.scope.students.join(refs, on="sourced_id", how="inner").with_columns(_folded(*_NAMES))
    same = left.with_columns(_folded(*_NAMES)).join(new.select(_KEYS).unique(), on=_KEYS, how="semi")
    fate = (
        pl.when(pl.col("id").is_in(same["id"].implode())).then(pl.lit("would be there twice")).otherwise(pl.lit(None))
    )
    rows = left.select(
        kind=pl.lit("student"),
        sourced_id=pl.lit(None, dtype=pl.String),
        object_id="id",
        name=pl.concat_str("given_name", "family_name", separator=" ", ignore_nulls=True),
        school=pl.lit(None, dtype=pl.String),
        detail=fate,
    ).cast(pl.Schema(ROW_SCHEMA))
    questions = world.matched.ambiguous.filter(pl.col("kind") == "student")["ref"].n_unique()
    return counted(
        "students_unknown",
        rows.sort("detail", nulls_last=True, maintain_order=True),
        of=loose.height,
        adopted=loose.height - left.height,
        question=questions,
        twice=same.height,
    )


def guardians_twice(world: World) -> Check:
    """New persons who bear the name of somebody here whom no source knows, who may be somebody here (MAT-002), or who
    have two accounts already (MAT-004): each would be a second account."""
    refs = world.matched.persons.filter(pl.col("ref") < 0)
    new = world.scope.adults.join(refs, on="sourced_id", how="inner", maintain_order="left").with_columns(
        _folded(*_NAMES)
    )
    adopted = world.matched.adopted.filter(pl.col("kind") == "person")
    here = world.state.frames["unlinked_persons"].join(adopted, left_on="id", right_on="ref", how="anti")
    same = new.join(here.with_columns(_folded(*_NAMES)).select(_KEYS).unique(), on=_KEYS, how="semi")
    unsure = world.matched.ambiguous.filter(pl.col("kind") == "person").select("ref", "reason").unique("ref")
    asked = new.join(unsure, on="ref", how="inner", maintain_order="left")
    two = world.plan.findings.filter(pl.col("code") == "MAT-004").select("sourced_id")
    shape = ("sourced_id", "detail")
    ids = pl.concat(
        [
            asked.select("sourced_id", detail="reason").select(shape),
            two.with_columns(detail=pl.lit("two accounts already")).select(shape),
            same.with_columns(detail=pl.lit("same name as somebody here")).select(shape),
        ]
    ).unique("sourced_id", keep="first", maintain_order=True)
    return counted("guardians_twice", rows_of(world, "person", ids))


def _humans(world: World) -> pl.DataFrame:
    """Adults who arrive in several records, each record with its ``ref`` and what differs between them."""
    together = world.scope.adults.join(world.matched.persons, on="sourced_id", how="inner", maintain_order="left")
    together = together.filter(pl.len().over("ref") > 1)
    differs = [pl.col(name).drop_nulls().n_unique().over("ref").gt(1).alias(f"{name}_differs") for name in _COMPARED]
    roles = pl.col("is_staff").any().over("ref") & pl.col("is_guardian").any().over("ref")
    return together.with_columns(*differs, both=roles)


_COMPARED = ("given_name", "family_name", "email", "sms", "phone")
_CONTACTS = ("email", "sms", "phone")
_WORDS = {"given_name": "first name", "family_name": "last name", "email": "e-mail", "sms": "mobile", "phone": "phone"}


def _told(rows: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    parts = [pl.when(pl.col(f"{name}_differs")).then(pl.lit(_WORDS[name])) for name in names]
    return rows.select("sourced_id", detail=pl.concat_str(parts, separator=", ", ignore_nulls=True))


def several_roles(world: World) -> Check:
    """Records of people who are staff and guardian, whose names or contacts differ from one record to the other."""
    rows = _humans(world).filter(pl.col("both") & pl.any_horizontal(f"{name}_differs" for name in _COMPARED))
    return counted("several_roles", rows_of(world, "person", _told(rows, _COMPARED)))


def conflicting_contacts(world: World) -> Check:
    """Records of one guardian with different contact details: which is right, nobody can tell."""
    rows = _humans(world).filter(
        ~pl.col("both") & pl.col("is_guardian") & pl.any_horizontal(f"{name}_differs" for name in _CONTACTS)
    )
    return counted("contacts_conflicting", rows_of(world, "guardian", _told(rows, _CONTACTS)), level=Level.WARN)
