"""Checks of schools, and of what is shared of them."""

from __future__ import annotations

import polars as pl

from rollbook.core.school_match import suggest
from rollbook.core.self_check.world import ROW_SCHEMA, Check, Level, World, counted, rows_of

__all__ = ["administrators", "classes_beyond_need", "schools_idle", "schools_matched", "schools_near", "schools_unfed"]

ADMINISTRATORS = ("administrator", "districtAdministrator", "siteAdministrator", "systemAdministrator", "principal")
_FAR = 0.25
_MANY = 20


def _orgs(world: World) -> pl.DataFrame:
    """The schools of the source that nobody left out on purpose."""
    schools = world.active("orgs").filter(pl.col("type") == "school")
    return schools.filter(~pl.col("sourced_id").is_in(list(world.left_schools)))


def schools_matched(world: World) -> Check:
    """Schools of the source that feed none of ours; none matched at all is a failure."""
    orgs = _orgs(world)
    links = world.state.frames["links"].filter(pl.col("kind") == "school")
    left = orgs.join(links, on="sourced_id", how="anti", maintain_order="left")
    level = Level.FAIL if links.is_empty() else Level.WARN
    return counted("schools_matched", rows_of(world, "school", left), of=orgs.height, level=level)


def schools_near(world: World) -> Check:
    """Schools of the source that look like one of ours and are not matched: "012" beside "12"."""
    links = world.state.frames["links"].filter(pl.col("kind") == "school")
    schools = world.state.frames["schools"].filter(pl.col("status") != "archived")
    found = suggest(
        _orgs(world).select("sourced_id", "name", "identifier"),
        schools.select("id", "name", "school_number", "nces_id"),
        links.select("sourced_id", school_id="object_id"),
    ).filter(pl.col("school_id").is_null() & pl.col("suggestion").is_null() & pl.col("near").is_not_null())
    return counted("schools_near", rows_of(world, "school", found.select("sourced_id", detail="near_reason")))


def schools_unfed(world: World) -> Check:
    """Active schools of ours that no source feeds."""
    schools = world.state.frames["schools"].filter(pl.col("status") == "active")
    left = schools.filter(~pl.col("id").is_in(list(world.fed_schools)))
    rows = left.select(
        kind=pl.lit("school"),
        sourced_id=pl.lit(None, dtype=pl.String),
        object_id="id",
        name="name",
        school="name",
        detail="school_number",
    ).cast(pl.Schema(ROW_SCHEMA))
    return counted("schools_unfed", rows, of=schools.height)


def schools_idle(world: World) -> Check | None:
    """Matched schools that receive no student or no class."""
    if not world.is_whole("users"):
        return None
    found = world.plan.findings.filter(pl.col("code") == "SCP-012").select("sourced_id", "detail")
    ids = found.group_by("sourced_id", maintain_order=True).agg(pl.col("detail").str.join(", "))
    return counted("schools_idle", rows_of(world, "school", ids), of=world.scope.schools.height, level=Level.FAIL)


def administrators(world: World) -> Check | None:
    """Whether anybody who administers is in scope; ``more["found"]`` of them."""
    if not world.is_whole("users"):
        return None
    roles = world.scope.staff_roles.filter(pl.col("role").is_in(ADMINISTRATORS))
    number = roles["user_sourced_id"].n_unique()
    return Check(
        key="administrators",
        level=Level.PASS if number else Level.WARN,
        number=0 if number else 1,
        more={"found": number},
    )


def classes_beyond_need(world: World) -> Check | None:
    """Classes of matched schools that are of no chosen session, or that nobody attends: a quarter of all, and more than a
    few, is a sharing rule that should be narrower."""
    if not world.is_whole("classes", "enrollments"):
        return None
    orgs = world.scope.schools["org_sourced_id"]
    classes = world.active("classes").filter(pl.col("school_sourced_id").is_in(orgs.implode()))
    filled = world.active("enrollments").filter(pl.col("role") == "student").select(sourced_id="class_sourced_id")
    out = world.scope.left_out.filter(
        (pl.col("kind") == "classroom") & pl.col("reason").is_in(["session_ended", "session_not_chosen"])
    )
    empty = classes.join(filled, on="sourced_id", how="anti", maintain_order="left")
    needless = (
        classes.select("sourced_id")
        .join(out.select("sourced_id", out="reason"), on="sourced_id", how="left", maintain_order="left")
        .join(empty.select("sourced_id", empty=pl.lit(True)), on="sourced_id", how="left", maintain_order="left")
        .filter(pl.col("out").is_not_null() | pl.col("empty"))
        .select("sourced_id", detail=pl.coalesce("out", pl.lit("no_students")))
    )
    far = needless.height >= _MANY and needless.height >= _FAR * classes.height
    rows = rows_of(world, "classroom", needless)
    check = counted("classes_beyond_need", rows, of=classes.height)
    return check if far else Check(key=check.key, level=Level.PASS, number=0, of=classes.height)
