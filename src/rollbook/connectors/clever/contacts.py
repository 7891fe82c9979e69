"""Contacts → guardians: which of them, of which children, and on which numbers they are reached."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.connectors.clever.config import Config
from rollbook.connectors.clever.names import NO_FAMILY_NAME, part_names
from rollbook.core import findings
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE

__all__ = ["Contacts", "map_contacts"]

_RELATIVES = ("Grandparent", "Aunt/Uncle", "Sibling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """``people``: ``id``, ``given``, ``family``, ``mobile``, ``landline``, ``children`` (ids joined by commas);
    ``roles``: ``_line``, ``userSourcedId``, ``role``, ``orgSourcedId`` (the district: guardians belong to no school)."""

    people: pl.DataFrame
    roles: pl.DataFrame
    remarks: pl.DataFrame


def map_contacts(users: pl.DataFrame, config: Config, policy: Policy, district: str) -> Contacts:
    """The contacts that are somebody's guardian by their type; others are left out and told (S-4).

    A type that is blank counts as Parent/Guardian where the relationship says Parent. Nobody guards themselves. Who is
    the parent of one child and the uncle of another is linked to the first alone, unless relatives are synced.
    """
    part = pl.col("roles").struct.field("contact").struct
    rows = users.filter(pl.col("roles").struct.field("contact").is_not_null()).select(
        LINE,
        "id",
        "name",
        phone=part.field("phone").replace("", None),
        phone_type=part.field("phone_type"),
        relation=part.field("student_relationships").fill_null([]),
    )
    pairs = (
        rows.select(LINE, "id", "relation")
        .explode("relation", empty_as_null=False)
        .select(LINE, "id", pl.col("relation").struct.unnest())
        .with_columns(pl.col("relationship", "type").fill_null(""))
        .filter(pl.col("student").is_not_null() & (pl.col("student") != ""))
    )
    chosen, remarks = _chosen(pairs, config)
    kept = _of_synced_relations(chosen.with_columns(role=_role_word()), policy)
    children = kept.group_by("id", maintain_order=True).agg(
        children=pl.col("student").unique(maintain_order=True).str.join(",")
    )
    people = rows.join(children, on="id", maintain_order="left").join(
        _child_names(users, kept), on="id", how="left", maintain_order="left"
    )
    is_mobile = pl.col("phone_type").is_in(list(config.mobile_types)).fill_null(False)
    people = people.select(
        LINE,
        "id",
        "children",
        *_names(people).get_columns(),
        mobile=pl.when(is_mobile).then("phone"),
        landline=pl.when(~is_mobile).then("phone"),
        untyped=pl.col("phone").is_not_null() & ~pl.col("phone_type").is_in(["Cell", "Home", "Work"]).fill_null(False),
    )
    return Contacts(
        people=people.select("id", "given", "family", "mobile", "landline", "children"),
        roles=kept.unique(("id", "role"), keep="first", maintain_order=True).select(
            LINE, userSourcedId="id", role="role", orgSourcedId=pl.lit(district)
        ),
        remarks=findings.merge([*remarks, *_remarks(people)]),
    )


def _chosen(pairs: pl.DataFrame, config: Config) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The pairs whose type is synced; what was left out, by type."""
    themselves = pl.col("relationship") == "Self"
    kind = pl.when((pl.col("type") == "") & (pl.col("relationship") == "Parent")).then(pl.lit("Parent/Guardian"))
    pairs = pairs.with_columns(kind=kind.otherwise("type"))
    wanted = pl.col("kind").is_in(list(config.synced_types))
    others = (
        pairs.filter(~wanted & ~themselves)
        .group_by("kind")
        .agg(number=pl.len())
        .sort("number", "kind", descending=(True, False))
        .with_columns(kind=pl.col("kind").replace("", "without a type"))
    )
    told = ", ".join(f"{number:,} {kind}" for kind, number in others.iter_rows())
    own = pairs.filter(themselves).height
    remarks = [findings.make("CLV-004", stream="/users", column="student_relationships", detail=told)] if told else []
    if own:
        remarks.append(findings.make("CLV-007", stream="/users", column="student_relationships", detail=f"{own:,}"))
    return pairs.filter(wanted & ~themselves), remarks


def _role_word() -> pl.Expr:
    """``parent``, ``guardian`` or ``relative``: a grandparent of type Parent/Guardian has the child's care."""
    relation, kind = pl.col("relationship"), pl.col("kind")
    return (
        pl.when(relation == "Parent")
        .then(pl.lit("parent"))
        .when(kind == "Parent/Guardian")
        .then(pl.lit("guardian"))
        .when(relation.is_in(_RELATIVES))
        .then(pl.lit("relative"))
        .otherwise(pl.lit("guardian"))
    )


def _of_synced_relations(pairs: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Roles are of a person, relations of a pair: where both kinds meet in one person, only the synced ones stay."""
    synced = pl.col("role").is_in(list(policy.guardian_relationships))
    return pairs.filter(synced | ~synced.any().over("id"))


def _child_names(users: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """``id``, ``child_family``: the family name of the first child that is shared."""
    names = users.select(student="id", child_family=pl.col("name").struct.field("last"))
    found = pairs.select("id", "student").join(names, on="student", maintain_order="left").drop_nulls()
    return found.unique("id", keep="first", maintain_order=True).select("id", "child_family")


def _names(people: pl.DataFrame) -> pl.DataFrame:
    """``given``, ``family``, and ``how`` they were found: ``parted``, ``one word`` or null (they came apart)."""
    name = pl.col("name").struct
    first = name.field("first").str.strip_chars().replace("", None)
    rows = people.select("child_family", first=first, last=name.field("last").str.strip_chars().replace("", None))
    parted = part_names(pl.select(pl.coalesce(rows["last"], rows["first"])).to_series(), rows["child_family"])
    apart = pl.col("first").is_not_null() & pl.col("last").is_not_null()
    return rows.hstack(parted).select(
        given=pl.when(apart).then("first").otherwise("given"),
        family=pl.when(apart).then("last").otherwise("family"),
        how=pl.when(apart | pl.col("given").is_null())
        .then(None)
        .when(pl.col("family") == NO_FAMILY_NAME)
        .then(pl.lit("one word"))
        .otherwise(pl.lit("parted")),
    )


def _remarks(people: pl.DataFrame) -> list[pl.DataFrame]:
    remarks = []
    for code, column, condition in (
        ("CLV-005", "name", pl.col("how") == "one word"),
        ("CLV-006", "name", pl.col("how") == "parted"),
        ("CLV-010", "phone_type", pl.col("untyped")),
    ):
        number = people.filter(condition.fill_null(False)).height
        if number:
            remarks.append(findings.make(code, stream="/users", column=column, detail=f"{number:,}"))
    return remarks
