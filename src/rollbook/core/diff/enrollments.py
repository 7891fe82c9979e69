"""Enrollments as relations: references instead of sourcedIds, and on which of them a reading has a say."""

from __future__ import annotations

import polars as pl

from rollbook.core.diff.changes import Changes
from rollbook.core.diff.context import Context
from rollbook.core.diff.pairs import has_repeated_pairs
from rollbook.core.diff.relations import Relation
from rollbook.core.findings import of_rows

__all__ = ["enrollments"]


def enrollments(
    context: Context, changes: Changes, gone_classes: pl.Series, gone_students: pl.Series, gone_persons: pl.Series
) -> tuple[Relation, ...]:
    """Enrollment rows with references, as two relations: students in classrooms, and teachers of them.

    Rows whose class or user is out of scope are left out; those that name nobody are reported (PLN-001…003).
    """
    rows = context.scope.enrollments
    refs = rows.join(context.class_refs, on="class_sourced_id", how="left", maintain_order="left").join(
        context.user_refs, on="user_sourced_id", how="left", maintain_order="left"
    )
    no_class = pl.col("classroom_id").is_null()
    nobody = pl.col("student_id").is_null() & pl.col("person_id").is_null()
    as_student = pl.col("role") == "student"
    may_teach = pl.col("person_id").is_in(_may_teach(context).implode()).fill_null(False)
    fits = pl.when(as_student).then(pl.col("student_id").is_not_null()).otherwise(may_teach)
    unresolved = refs.filter(no_class | nobody)
    wrong = refs.filter(~no_class & ~nobody & ~fits)
    _report(context, changes, unresolved, wrong)
    # a teacher who is no staff any more is no slip of the file: that enrollment ends
    slips = wrong.filter(as_student | pl.col("student_id").is_not_null())
    meant = pl.concat([slips, _zeros_lost(context, changes, unresolved)], how="diagonal")
    kept = refs.filter(
        ~no_class & ~nobody & fits & ~pl.col("student_id").is_in(context.dormant.implode()).fill_null(False)
    )
    kept = _without_kept_archived(context, kept)

    state = context.state.frames["enrollments"]
    speaks = _speaks_of_enrollment(context, gone_classes, gone_students, gone_persons) & ~_pairs_of(meant)
    received = [
        name for name in ("is_primary", "begins_on", "ends_on") if ("enrollments", name) in context.roster.received
    ]
    result = []
    for member, role in (("student_id", "student"), ("person_id", None)):
        side = kept.filter(pl.col(member).is_not_null())
        key = ("classroom_id", member)
        columns = (*key, "role", "is_primary", "begins_on", "ends_on")
        side = side.select(columns).with_columns(pl.col("is_primary").fill_null(False))
        if has_repeated_pairs(side, key):
            doubled = side.select(key).is_duplicated()
            side = pl.concat([side.filter(~doubled), _merged(side.filter(doubled), key).select(columns)])
        changes.incoming_enrollments.append(side)
        result.append(
            Relation(
                table="enrollment",
                key=key,
                fields=tuple(received) if role else ("role", *received),
                incoming=side,
                current=state.filter(pl.col(member).is_not_null()),
                kind=pl.lit("enrollment"),
                record=None,
                speaks=speaks,
            )
        )
    return tuple(result)


def _zeros_lost(context: Context, changes: Changes, unresolved: pl.DataFrame) -> pl.DataFrame:
    """Rows whose user is nobody's id, but somebody's without its leading zeros (O-1): told (PLN-011), never guessed; the
    enrollment they may mean is left as it is. ``classroom_id``, ``student_id``, ``person_id``."""
    stray = unresolved.filter(pl.col("classroom_id").is_not_null())
    if stray.is_empty() or not context.whole("users"):
        return stray.clear()
    users = context.roster.frames["users"].select(user_sourced_id="sourced_id")
    stray = stray.join(users, on="user_sourced_id", how="anti")
    if stray.is_empty():
        return stray
    bare = pl.col("user_sourced_id").str.strip_chars_start("0")
    known = context.user_refs.filter(pl.col("user_sourced_id").str.starts_with("0")).with_columns(bare=bare)
    known = known.filter(pl.len().over("bare") == 1).drop("user_sourced_id")
    meant = stray.drop("student_id", "person_id").with_columns(bare=bare).join(known, on="bare", maintain_order="left")
    changes.findings.append(
        of_rows(
            meant,
            "PLN-011",
            stream="enrollments.csv",
            column="userSourcedId",
            line=pl.col("line"),
            sourced_id=pl.col("user_sourced_id"),
        )
    )
    return meant.drop("bare")


def _pairs_of(rows: pl.DataFrame) -> pl.Expr:
    """Whether an enrollment is of one of these ``classroom_id`` and ``student_id`` or ``person_id``."""
    found = pl.lit(False)
    for member in ("student_id", "person_id"):
        pairs = rows.drop_nulls(member).select(key=pl.struct(a="classroom_id", b=member))["key"]
        if pairs.len():
            here = pl.struct(a="classroom_id", b=member).is_in(pairs.implode())
            found = found | (pl.col(member).is_not_null() & here)
    return found


def _may_teach(context: Context) -> pl.Series:
    """References of persons who may be enrolled as teacher: staff by this reading, by hand, or still because they are
    frozen. A guardian whom somebody enrolled as teacher would see a class of other people's children."""
    roles = context.state.frames["staff_roles"].filter(pl.col("status") == "active")
    frozen = pl.col("person_id").is_in(context.frozen_objects("person").implode())
    still = roles.filter(~pl.col("managed") | frozen)
    return pl.concat([context.staff_roles["person_id"], still["person_id"]]).unique()


def _merged(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Several rows of one member in one class as one: the teacher's role and primary win, dates cover all of them."""
    open_end = pl.col("ends_on").is_null().any()
    open_start = pl.col("begins_on").is_null().any()
    return (
        rows.with_columns(rank=(pl.col("role") != "teacher").cast(pl.Int8))
        .sort("rank", maintain_order=True)
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("role").first(),
            pl.col("is_primary").any(),
            begins_on=pl.when(open_start).then(None).otherwise(pl.col("begins_on").min()),
            ends_on=pl.when(open_end).then(None).otherwise(pl.col("ends_on").max()),
        )
    )


def _without_kept_archived(context: Context, rows: pl.DataFrame) -> pl.DataFrame:
    """A classroom that a person archived is an exclusion while the setting says so: nothing in it is touched."""
    if context.policy.unarchive_classrooms:
        return rows
    return rows.filter(~pl.col("classroom_id").is_in(_excluded(context).implode()))


def _excluded(context: Context) -> pl.Series:
    by_hand = (pl.col("archived_by") != "sync").fill_null(True)
    return context.state.frames["classrooms"].filter((pl.col("status") == "archived") & by_hand)["id"]


def _speaks_of_enrollment(
    context: Context, gone_classes: pl.Series, gone_students: pl.Series, gone_persons: pl.Series
) -> pl.Expr:
    """Whether this reading can say that an enrollment ended: in a delta only for rows it names, or whose class or
    member leaves."""
    state = context.state.frames
    classroom, student, person = pl.col("classroom_id"), pl.col("student_id"), pl.col("person_id")
    # a class that moves here from a school out of scope is spoken of, too
    known = state["classrooms"].filter(pl.col("school_id").is_in(context.school_ids.implode()))["id"]
    here = pl.concat([known, context.matched.classes["ref"]]).unique()
    frozen = (
        classroom.is_in(context.frozen_objects("classroom").implode())
        | student.is_in(context.still_students.implode()).fill_null(False)
        | person.is_in(context.frozen_objects("person").implode()).fill_null(False)
    )
    say = classroom.is_in(here.implode()) & ~frozen & ~_refused_enrollment(context)
    if not context.policy.unarchive_classrooms:
        say = say & ~classroom.is_in(_excluded(context).implode())
    if context.whole("enrollments"):
        return say
    leaves = (
        classroom.is_in(gone_classes.implode())
        | student.is_in(gone_students.implode()).fill_null(False)
        | person.is_in(gone_persons.implode()).fill_null(False)
    )
    rows = context.roster.frames["enrollments"].select("class_sourced_id", "user_sourced_id")
    named = rows.join(context.class_refs, on="class_sourced_id").join(context.user_refs, on="user_sourced_id")
    keys = named.select(pl.struct("classroom_id", "student_id", "person_id").alias("key"))["key"]
    return say & (leaves | pl.struct("classroom_id", "student_id", "person_id").is_in(keys.implode()))


def _refused_enrollment(context: Context) -> pl.Expr:
    """Enrollments that a refused enrollment row may speak of: the one it names; where it names no known class or no
    known user, all of the other."""
    rows = context.roster.refused.filter(pl.col("frame") == "enrollments")
    if rows.is_empty():
        return pl.lit(False)
    named = (
        rows.select(pl.col("class_sourced_id", "user_sourced_id").cast(pl.String))
        .join(_ids(context, "classroom", "class_sourced_id", "of_class"), on="class_sourced_id", how="left")
        .join(_ids(context, "student", "user_sourced_id", "of_student"), on="user_sourced_id", how="left")
        .join(_ids(context, "person", "user_sourced_id", "of_person"), on="user_sourced_id", how="left")
    )
    no_class = pl.col("of_class").is_null()
    nobody = pl.col("of_student").is_null() & pl.col("of_person").is_null()
    classes = named.filter(nobody)["of_class"].drop_nulls()
    alone = named.filter(no_class)
    pairs = named.filter(~no_class & ~nobody)
    classroom = pl.col("classroom_id")
    frozen = classroom.is_in(classes.implode())
    for member in ("student", "person"):
        column, one = pl.col(f"{member}_id"), f"of_{member}"
        both = pairs.drop_nulls(one).select(key=pl.struct(a="of_class", b=one))["key"]
        frozen = frozen | column.is_in(alone[one].drop_nulls().implode()).fill_null(False)
        frozen = frozen | (column.is_not_null() & pl.struct(a="classroom_id", b=f"{member}_id").is_in(both.implode()))
    return frozen


def _ids(context: Context, kind: str, sourced_id: str, ref: str) -> pl.DataFrame:
    """What a sourcedId is bound to, or will be: somebody new in this reading is somebody."""
    matched = context.matched
    here = {"classroom": matched.classes, "student": matched.students, "person": matched.persons}[kind]
    known = context.links(kind).select("sourced_id", ref="object_id").join(here, on="sourced_id", how="anti")
    rows = pl.concat([here.select("sourced_id", "ref"), known])
    return rows.select(pl.col("sourced_id").alias(sourced_id), pl.col("ref").alias(ref))


def _report(context: Context, changes: Changes, unresolved: pl.DataFrame, wrong: pl.DataFrame) -> None:
    line = pl.col("line")
    if unresolved.height:
        for code, column, header, frame in (
            ("PLN-001", "class_sourced_id", "classSourcedId", "classes"),
            ("PLN-002", "user_sourced_id", "userSourcedId", "users"),
        ):
            if context.whole(frame):
                dangling = unresolved.join(
                    context.roster.frames[frame], left_on=column, right_on="sourced_id", how="anti"
                ).join(
                    context.roster.refused.filter(pl.col("frame") == frame).select(
                        pl.col("sourced_id").cast(pl.String)
                    ),
                    left_on=column,
                    right_on="sourced_id",
                    how="anti",
                )
                changes.findings.append(
                    of_rows(
                        dangling, code, stream="enrollments.csv", column=header, line=line, sourced_id=pl.col(column)
                    )
                )
    changes.findings.append(
        of_rows(
            wrong,
            "PLN-003",
            stream="enrollments.csv",
            column="role",
            line=line,
            sourced_id=pl.col("user_sourced_id"),
            detail=pl.col("role"),
        )
    )
