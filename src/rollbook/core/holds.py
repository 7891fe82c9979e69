"""What waits for a person (R-10): only the removals or updates of one school and kind that look wrong, and what hangs
on them. Everything else goes on."""

from __future__ import annotations

import polars as pl

from rollbook.core.causes import explain_holds
from rollbook.core.diff import Changes, Context
from rollbook.core.elsewhere import Elsewhere
from rollbook.core.entities import REMOVALS
from rollbook.core.plan import HOLD_SCHEMA
from rollbook.core.records import bases, incoming_counts

__all__ = ["EXPECTED", "LEAST", "URGENT", "hold"]

LEAST = 3
"""So many may always leave: ten percent of a school of eight would hold every change."""

EXPECTED = ("session_ended", "enrollment_ended")
"""Removals that were known beforehand, by dates already in the directory; term rollover is not an alarm."""

URGENT = ("no_rights",)
"""Removals that never wait: a guardian without rights is not linked a day longer than the source says (custody rule)."""


def hold(
    context: Context, changes: Changes, records: pl.DataFrame, elsewhere: Elsewhere | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(``records`` with ``hold``, holds as ``HOLD_SCHEMA``). With ``elsewhere`` thresholds are of everybody, though perhaps
    a little low, and the words of the holds are not: such holds only say that everybody has to be looked at."""
    records = records.with_columns(
        group=pl.when(pl.col("action").is_in(list(REMOVALS)))
        .then(pl.lit("removal"))
        .when(pl.col("action") == "update")
        .then(pl.lit("update"))
        .otherwise(pl.lit("create")),
    )
    if records.is_empty():
        nobody = pl.lit(None, dtype=pl.String)
        return records.with_columns(hold=nobody, depends_on=nobody), pl.DataFrame(schema=HOLD_SCHEMA)
    over = _over_threshold(context, records, elsewhere)
    if over.is_empty() and context.matched.ambiguous.is_empty():  # nothing waits, so nothing hangs on what waits
        nobody = pl.lit(None, dtype=pl.String)
        return records.with_columns(hold=nobody, depends_on=nobody), pl.DataFrame(schema=HOLD_SCHEMA)
    records = records.join(over, on=("kind", "school_id", "group"), how="left", maintain_order="left", nulls_equal=True)
    waits = _alarming(pl.col("every").fill_null(False)) | ((pl.col("group") == "update") & pl.col("names"))
    records = records.with_columns(hold=pl.when(waits).then("key")).drop("key", "every")
    records = _ambiguous(context, records)
    records = _dependents(context, changes, records)
    kinds = records.filter(pl.col("hold").is_not_null())["kind"].unique().sort()
    if kinds.is_empty():
        return records, pl.DataFrame(schema=HOLD_SCHEMA)
    holds = explain_holds(context, records, bases(context, records, kinds), incoming_counts(context, changes), over)
    return records, holds


def _alarming(every: pl.Expr) -> pl.Expr:
    """Whether a record is a removal that a threshold counts; ``every``: expected ones, too."""
    reason = pl.col("reason")
    expected = reason.is_in(list(EXPECTED)) & ~every
    return (pl.col("group") == "removal") & ~expected & ~reason.is_in(list(URGENT))


def _key(kind: str | pl.Expr, group: str | pl.Expr) -> pl.Expr:
    """The name of a hold: school id (0 for the district), kind, group."""
    parts = [pl.lit(part) if isinstance(part, str) else part for part in (kind, group)]
    return pl.format("{}:{}:{}", pl.col("school_id").fill_null(0), *parts)


def _over_threshold(context: Context, records: pl.DataFrame, elsewhere: Elsewhere | None) -> pl.DataFrame:
    """``kind``, ``school_id``, ``group``, ``key``, ``threshold``, ``count``, ``every`` (unreadable rows: all removals
    wait) of what is over its threshold: floor(base × percent), but at least three, may change without asking."""
    policy = context.policy
    schools = context.state.frames["schools"].select("id", "school_number").rows()
    numbers = {number for _, number in schools}
    own = [
        {"school_id": school, "own": policy.school_deletion_thresholds[name]}
        for school, number in schools
        for name in (number, str(school))
        if name in policy.school_deletion_thresholds and (name == number or name not in numbers)
    ]
    percents = pl.DataFrame(own, schema={"school_id": pl.Int64, "own": pl.Int64}).unique("school_id", keep="first")
    unreadable = pl.col("kind").is_in(sorted(context.unreadable)) & (pl.col("group") == "removal")
    counted = _alarming(unreadable) | ((pl.col("group") == "update") & pl.col("names"))
    percent = (
        pl.when(pl.col("group") == "update")
        .then(policy.update_threshold)
        .otherwise(pl.col("own").fill_null(policy.deletion_threshold))
    )
    counts = (
        records.filter(counted)
        .group_by("kind", "school_id", "group", maintain_order=True)
        .agg(count=pl.len().cast(pl.Int64))
    )
    base = bases(context, records, counts["kind"].unique().sort())
    if elsewhere is not None:
        both = pl.concat([base, elsewhere.bases().select(base.columns)])
        base = both.group_by("kind", "school_id").agg(pl.col("base").sum())
    return (
        counts.join(base, on=("kind", "school_id"), how="left", nulls_equal=True, maintain_order="left")
        .join(percents, on="school_id", how="left", maintain_order="left")
        .with_columns(pl.col("base").fill_null(0))
        .with_columns(threshold=pl.max_horizontal((pl.col("base") * percent) // 100, pl.lit(LEAST)).cast(pl.Int64))
        .with_columns(every=unreadable)
        .filter((pl.col("count") > pl.col("threshold")) | pl.col("every"))
        .select("kind", "school_id", "group", "threshold", "every", key=_key(pl.col("kind"), pl.col("group")))
    )


def _ambiguous(context: Context, records: pl.DataFrame) -> pl.DataFrame:
    """New records that may be somebody already here wait; nobody is guessed (R-2)."""
    unclear = context.matched.ambiguous
    if unclear.is_empty():
        return records
    unclear = unclear.select(link="kind", ref="ref", unclear=pl.lit(True)).unique()
    link = pl.when(pl.col("kind").is_in(["staff", "guardian"])).then(pl.lit("person")).otherwise("kind")
    records = records.with_columns(link=link).join(unclear, on=("link", "ref"), how="left", maintain_order="left")
    waits = pl.col("unclear").fill_null(False) & (pl.col("action") == "create")
    return records.with_columns(hold=pl.when(waits).then(_key(pl.col("kind"), "create")).otherwise("hold")).drop(
        "link", "unclear"
    )


def _dependents(context: Context, changes: Changes, records: pl.DataFrame) -> pl.DataFrame:
    """What hangs on a waiting record waits too, under its own kind (R-10): enrollments and guardianships of a student,
    enrollments of a classroom or teacher, guardianships of a guardian, and the guardians of a student who waits."""
    held = records.filter(pl.col("hold").is_not_null() & (pl.col("group") != "update"))
    if held.is_empty():
        return records.with_columns(depends_on=pl.lit(None, dtype=pl.String))
    state = context.state.frames
    parents = {
        "student_id": held.filter(pl.col("kind") == "student"),
        "person_id": held.filter(pl.col("kind").is_in(["staff", "guardian"])),
        "classroom_id": held.filter(pl.col("kind") == "classroom"),
    }
    pairs = state["guardianships"].filter(pl.col("status") == "active").select("student_id", "person_id")
    guardians = (
        pairs.join(parents["student_id"].select(student_id="ref", parent="hold"), on="student_id")
        .select(ref="person_id", parent="parent")
        .unique("ref", keep="first", maintain_order=True)
    )
    waiting = [guardians.select(kind=pl.lit("guardian"), ref="ref", parent="parent")]
    # guardians who wait because a child waits hold their own guardianships back as well
    more = records.join(guardians, on="ref", how="inner").filter(
        (pl.col("kind") == "guardian") & (pl.col("group") == "removal") & pl.col("hold").is_null()
    )
    persons = pl.concat(
        [parents["person_id"].select(person_id="ref", parent="hold"), more.select(person_id="ref", parent="parent")]
    )
    owners = {
        "student_id": parents["student_id"].select(student_id="ref", parent="hold"),
        "person_id": persons,
        "classroom_id": parents["classroom_id"].select(classroom_id="ref", parent="hold"),
    }
    for kind, frame, columns in (
        ("enrollment", "enrollments", ("student_id", "classroom_id", "person_id")),
        ("guardianship", "guardianships", ("student_id", "person_id")),
    ):
        old = state[frame].select(pl.col("id").alias("ref"), *columns)
        new = [rows.select("ref", *columns) for rows in changes.inserts.get(kind, [])]
        for column in columns:
            owner = owners[column].unique(column, keep="first", maintain_order=True)
            if owner.is_empty():
                continue
            for rows in (old, *new):
                found = rows.join(owner, on=column, how="inner", maintain_order="left")
                waiting.append(found.select(kind=pl.lit(kind), ref="ref", parent="parent"))
    # a dependent waits for the same sort of act: a student's archive holds ends back, a doubtful student holds creates.
    # What is new needs all that it hangs on; what ends may end as soon as the first of them goes.
    group = pl.col("parent").str.split(":").list.last()
    depend = (
        pl.concat(waiting)
        .with_columns(group=group)
        .group_by("kind", "ref", "group", maintain_order=True)
        .agg(pl.col("parent").unique(maintain_order=True))
        .with_columns(
            parent=pl.when(pl.col("group") == "create")
            .then(pl.col("parent").list.sort())
            .otherwise(pl.col("parent").list.head(1))
            .list.join(" ")
        )
    )
    records = records.join(depend, on=("kind", "ref", "group"), how="left", maintain_order="left")
    waits = pl.col("parent").is_not_null() & pl.col("hold").is_null() & ~pl.col("reason").is_in(list(URGENT))
    return records.with_columns(
        depends_on=pl.when(waits).then("parent"),
        hold=pl.when(waits)
        .then(
            pl.concat_str(
                _key(pl.col("kind"), pl.col("group")),
                pl.lit("<"),
                pl.col("parent").str.replace_all(" ", "&", literal=True),
            )
        )
        .otherwise("hold"),
    ).drop("parent")
