"""Who is a guardian of whom: both directions of the agent lists, custody and the chosen relationships (section 5)."""

from __future__ import annotations

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.policy import Policy
from rollbook.core.roster import GUARDIAN_ROLES, Roster
from rollbook.core.scope.carried import Carried
from rollbook.core.state import State

__all__ = ["guardianships_in_scope"]


def guardianships_in_scope(
    roster: Roster,
    state: State,
    policy: Policy,
    students: pl.DataFrame,
    student_ids: pl.DataFrame,
    adult_roles: pl.DataFrame,
    known: Carried,
    lent: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(``student_sourced_id``, ``guardian_sourced_id``, ``relationship``, ``rights``, ``only_known``) of both directions
    of the agent lists; ``only_known``: keeps a link that is there, but makes none. Only adults with a guardian's role
    are linked: a teacher named as agent is reported, never guessed. Guardians without rights are never linked, and
    nobody new is while the custody column is missing (custody rule)."""
    agents = roster.frames["agents"]
    shape = {
        "student_sourced_id": pl.String,
        "guardian_sourced_id": pl.String,
        "relationship": pl.String,
        "rights": pl.String,
        "only_known": pl.Boolean,
    }
    if not policy.manage_guardians:
        return pl.DataFrame(schema=shape), merge([])
    users = roster.frames["users"]
    present_users = users.select("sourced_id", "status").filter(pl.col("status") == "active")
    guardians = (
        adult_roles.filter(pl.col("role").is_in(list(GUARDIAN_ROLES)))
        .group_by("user_sourced_id")
        .agg(relationship=pl.col("role").min())
        .join(present_users.select(user_sourced_id="sourced_id"), on="user_sourced_id", how="semi")
        .select(
            guardian_sourced_id="user_sourced_id",
            relationship="relationship",
            known_rights=pl.lit(None, pl.String),
            remembered=pl.lit(False),
        )
    )
    guardians = (
        pl.concat([guardians, known.guardians.with_columns(remembered=pl.lit(True))])
        .unique("guardian_sourced_id", keep="first", maintain_order=True)
        .join(users.select(guardian_sourced_id="sourced_id", rights="rights"), on="guardian_sourced_id", how="left")
        .with_columns(rights=pl.coalesce("rights", "known_rights"))
    )
    listed = agents.join(student_ids, on="user_sourced_id", how="semi", maintain_order="left").select(
        student_sourced_id="user_sourced_id", guardian_sourced_id="agent_sourced_id", line="line"
    )
    reverse = (
        agents.join(student_ids, on="user_sourced_id", how="anti", maintain_order="left")
        .join(
            # a guardian's own id may be the number of some child: lent students are only ever named as agents
            pl.concat([student_ids, lent]),
            left_on="agent_sourced_id",
            right_on="user_sourced_id",
            how="semi",
            maintain_order="left",
        )
        .select(student_sourced_id="agent_sourced_id", guardian_sourced_id="user_sourced_id", line="line")
    )
    pairs = pl.concat([listed, reverse])
    unknown = pairs.join(guardians, on="guardian_sourced_id", how="anti")
    shared = unknown.join(present_users, left_on="guardian_sourced_id", right_on="sourced_id", how="semi")
    absent = unknown if known.adults.is_empty() else unknown.clear()
    absent = absent.join(users, left_on="guardian_sourced_id", right_on="sourced_id", how="anti")
    pairs = (
        pairs.join(guardians.with_row_index("_guardian"), on="guardian_sourced_id", how="inner", maintain_order="left")
        .join(
            pl.concat([students, lent])
            .select(student_sourced_id="user_sourced_id")
            .unique()
            .with_row_index("_student"),
            on="student_sourced_id",
            how="inner",
            maintain_order="left",
        )
        .with_columns(_pair=pl.col("_guardian").cast(pl.UInt64) * 2**32 + pl.col("_student"))
        .unique("_pair", keep="first", maintain_order=True)
        .drop("_pair", "_guardian", "_student")
    )
    pairs = pairs.with_columns(only_known=_by_memory(roster, guardians))
    unguarded = pairs.clear()
    if policy.custody_column and users.height and ("users", "rights") not in roster.received:
        unguarded = _new_pairs(state, pairs)
        persons = state.frames["links"].filter(pl.col("kind") == "person")["sourced_id"]
        known_person = pl.col("guardian_sourced_id").is_in(persons.implode())
        pairs = pairs.filter(known_person).with_columns(only_known=pl.lit(True))
    no_rights = pairs.filter(pl.col("rights") == "none")
    other = pairs.filter(
        (pl.col("rights") != "none").fill_null(True)
        & ~pl.col("relationship").is_in(list(policy.guardian_relationships))
    )
    line, student = pl.col("line"), pl.col("student_sourced_id")
    findings = merge(
        [
            of_rows(shared, "SCP-008", stream="users.csv", column="agentSourcedIds", line=line, sourced_id=student),
            of_rows(absent, "SCP-009", stream="users.csv", column="agentSourcedIds", line=line, sourced_id=student),
            of_rows(no_rights, "SCP-010", stream="users.csv", line=line, sourced_id=pl.col("guardian_sourced_id")),
            of_rows(unguarded, "SCP-017", stream="users.csv", line=line, sourced_id=pl.col("guardian_sourced_id")),
            of_rows(
                other,
                "SCP-011",
                stream="users.csv",
                line=line,
                sourced_id=pl.col("guardian_sourced_id"),
                detail=pl.col("relationship"),
            ),
        ]
    )
    keep = (pl.col("rights") != "none").fill_null(True) & pl.col("relationship").is_in(
        list(policy.guardian_relationships)
    )
    return pairs.filter(keep).select(tuple(shape)), findings


def _new_pairs(state: State, pairs: pl.DataFrame) -> pl.DataFrame:
    """``pairs`` that are not linked in the directory yet, as far as their sourcedIds are known."""
    links = state.frames["links"]
    students = links.filter(pl.col("kind") == "student").select(student_sourced_id="sourced_id", student_id="object_id")
    persons = links.filter(pl.col("kind") == "person").select(guardian_sourced_id="sourced_id", person_id="object_id")
    known = (
        state.frames["guardianships"]
        .filter(pl.col("status") == "active")
        .join(students, on="student_id")
        .join(persons, on="person_id")
        .select("student_sourced_id", "guardian_sourced_id")
    )
    return pairs.join(known, on=("student_sourced_id", "guardian_sourced_id"), how="anti", maintain_order="left")


def _by_memory(roster: Roster, guardians: pl.DataFrame) -> pl.Expr:
    """Whether a delta holds role rows of a guardian, and none of them a guardian's: that they were known as guardian,
    perhaps by another of their records, keeps links but makes none."""
    if not guardians["remembered"].any():
        return pl.lit(False)
    spoken = roster.frames["roles"]["user_sourced_id"].unique()
    return pl.col("remembered") & pl.col("guardian_sourced_id").is_in(spoken.implode())
