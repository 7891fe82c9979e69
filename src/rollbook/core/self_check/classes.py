"""Checks of classes, sessions and who is in them."""

from __future__ import annotations

import polars as pl

from rollbook.core.self_check.world import ROW_SCHEMA, Check, Level, World, counted, rows_of

__all__ = [
    "classes_without_students",
    "classes_without_teachers",
    "classrooms_twice",
    "sessions_not_running",
    "students_without_classes",
]


def students_without_classes(world: World) -> Check | None:
    """Students in scope who are in no class in scope."""
    if not world.is_whole("users", "enrollments"):
        return None
    placed = _placed(world, "student").select(sourced_id="user_sourced_id")
    left = world.scope.students.join(placed, on="sourced_id", how="anti", maintain_order="left")
    return counted("students_without_classes", rows_of(world, "student", left), of=world.scope.students.height)


def classes_without_teachers(world: World) -> Check | None:
    """Classes in scope without a teacher."""
    return _classes_without(world, "teacher")


def classes_without_students(world: World) -> Check | None:
    """Classes in scope without a student."""
    return _classes_without(world, "student")


def _classes_without(world: World, role: str) -> Check | None:
    if not world.is_whole("classes", "enrollments"):
        return None
    placed = _placed(world, role).select(sourced_id="class_sourced_id")
    left = world.scope.classes.join(placed, on="sourced_id", how="anti", maintain_order="left")
    return counted(f"classes_without_{role}s", rows_of(world, "classroom", left), of=world.scope.classes.height)


def _placed(world: World, role: str) -> pl.DataFrame:
    """Enrollments of that role in classes in scope."""
    inside = world.scope.classes.select(class_sourced_id="sourced_id")
    return world.scope.enrollments.filter(pl.col("role") == role).join(inside, on="class_sourced_id", how="semi")


def sessions_not_running(world: World) -> Check | None:
    """Sessions named by classes that are not running today; that none is, is a failure: no class would be synced.
    ``more["waiting"]``: classes that are left out because of it."""
    if world.policy.sessions != "current":
        return None
    named = world.active("classes").select(sourced_id="term_sourced_ids").explode("sourced_id").drop_nulls().unique()
    sessions = world.active("sessions").join(named, on="sourced_id", how="semi", maintain_order="left")
    running = (pl.col("starts_on").is_null() | (pl.col("starts_on") <= world.today)) & (
        pl.col("ends_on").is_null() | (pl.col("ends_on") >= world.today)
    )
    idle = sessions.filter(~running)
    out = world.scope.left_out.filter(
        (pl.col("kind") == "classroom") & pl.col("reason").is_in(["session_ended", "session_future"])
    )
    rows = idle.select(
        kind=pl.lit("session"),
        sourced_id="sourced_id",
        object_id=pl.lit(None, dtype=pl.Int64),
        name="title",
        school=pl.lit(None, dtype=pl.String),
        detail=pl.concat_str(pl.col("starts_on", "ends_on").cast(pl.String).fill_null("?"), separator=" – "),
    ).cast(pl.Schema(ROW_SCHEMA))
    nothing = sessions.height > 0 and idle.height == sessions.height
    level = Level.FAIL if nothing else Level.WARN if out.height else Level.PASS
    return Check(
        key="sessions_not_running",
        level=level,
        number=idle.height if level is not Level.PASS else 0,
        of=sessions.height,
        more={"waiting": out.height},
        rows=rows if level is not Level.PASS else rows.clear(),
    )


def classrooms_twice(world: World) -> Check:
    """Classrooms of ours that no source knows, beside which a new one of the same code or name would be made in the same
    school. ``of``: all that no source knows."""
    refs = world.matched.classes.filter(pl.col("ref") < 0)
    new = world.scope.classes.join(refs, on="sourced_id", how="semi").select(
        "school_id", code=_plain("code"), name=_plain("title")
    )
    open_ones = world.loose_classrooms.filter(~pl.col("id").is_in(list(world.left_classrooms)))
    loose = open_ones.with_columns(code_key=_plain("code"), name_key=_plain("name"))
    found = [
        loose.join(
            new.select("school_id", part).drop_nulls().unique(),
            left_on=("school_id", f"{part}_key"),
            right_on=("school_id", part),
            how="semi",
        ).with_columns(detail=pl.lit(word))
        for part, word in (("code", "same code"), ("name", "same name"))
    ]
    twice = pl.concat(found).unique("id", keep="first", maintain_order=True)
    rows = (
        twice.join(world.school_names, on="school_id", how="left", maintain_order="left")
        .select(
            kind=pl.lit("classroom"),
            sourced_id=pl.lit(None, dtype=pl.String),
            object_id="id",
            name="name",
            school="school",
            detail="detail",
        )
        .cast(pl.Schema(ROW_SCHEMA))
    )
    return counted("classrooms_twice", rows, of=open_ones.height)


def _plain(name: str) -> pl.Expr:
    text = pl.col(name).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(text != "").then(text)
