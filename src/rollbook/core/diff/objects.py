"""Students, classrooms, sessions and courses against the directory: fingerprints first, values only for what differs."""

from __future__ import annotations

import polars as pl

from rollbook.core.diff.changes import Changes, edit_rows, events, field_edits, fingerprint, insert_rows, sort_refs
from rollbook.core.diff.context import Context

__all__ = ["candidates", "diff_classrooms", "diff_students", "diff_terms", "refresh"]

_STUDENT = {
    "given_name": "given_name",
    "family_name": "family_name",
    "middle_name": "middle_name",
    "preferred_given_name": "preferred_given_name",
    "preferred_family_name": "preferred_family_name",
    "student_number": "identifier",
    "state_id": "state_id",
    "grade": "grade",
    "email": "email",
    "birth_on": "birth_on",
}
_NAMED = ("given_name", "family_name", "middle_name", "preferred_given_name", "preferred_family_name", "email")
_CLASSROOM = {
    "school_id": "school_sourced_id",
    "course_id": "course_sourced_id",
    "session_ids": "term_sourced_ids",
    "starts_on": "term_sourced_ids",
    "ends_on": "term_sourced_ids",
    "name": "title",
    "code": "code",
    "class_type": "class_type",
    "grades": "grades",
    "subject": "subject",
    "location": "location",
    "periods": "periods",
}


def candidates(rows: pl.DataFrame, links: pl.DataFrame, awake: pl.Expr) -> pl.DataFrame:
    """Known rows (``sourced_id``, ``ref``, ``fp``) that need their values read: fingerprint moved or missing, or the
    object is not ``awake``. Adds ``link_id``, ``fingerprint``."""
    known = rows.join(links.drop("object_id"), on="sourced_id", how="left", maintain_order="left")
    return known.filter((pl.col("ref") > 0) & (pl.col("fp").ne_missing(pl.col("fingerprint")) | ~awake))


def refresh(changes: Changes, rows: pl.DataFrame, kinds: pl.DataFrame, doubted: pl.Expr | None = None) -> None:
    """Writes the new fingerprint of links (``link_id``, ``fp``, ``fingerprint``, ``ref``). ``kinds``: ``ref``, ``kind``
    and ``action`` of the record, where it has one; else it is a silent ``unchanged``. ``doubted``: rows of which
    something was not taken over; no fingerprint vouches for them, and they are compared again tomorrow."""
    if doubted is not None:
        rows = rows.with_columns(fp=pl.when(~doubted).then("fp"))
    moved = rows.filter(pl.col("link_id").is_not_null() & pl.col("fp").ne_missing(pl.col("fingerprint")))
    both = moved.select("ref", row_id="link_id", fingerprint="fp", fingerprint_old="fingerprint")
    edits = field_edits(both, ["fingerprint"]).join(both.select("row_id", "ref"), on="row_id", maintain_order="left")
    edits = edits.join(kinds.select("ref", "kind", "action").unique("ref"), on="ref", how="left", maintain_order="left")
    changes.edit(
        edit_rows(
            edits, "source_link", kind=pl.col("kind"), record="ref", action=pl.col("action").fill_null("unchanged")
        )
    )


def diff_students(context: Context, changes: Changes) -> None:
    """R-4, R-5 and the setting for archived students that reappear."""
    policy, state = context.policy, context.state
    fields = context.owned("student", _STUDENT, "users")
    rows = context.students.select(
        "sourced_id", "ref", **{name: pl.col(column) for name, column in _STUDENT.items()}
    ).with_columns(fp=fingerprint([*(pl.col(name) for name in _STUDENT), _said(fields)]))
    # what is frozen is not brought up to date, so that no fingerprint may vouch for it tomorrow
    still = pl.concat([context.frozen_objects("student"), context.unspoken])
    frozen = pl.col("ref").is_in(still.implode())
    changes.fingerprints["student"] = rows.select("ref", fp=pl.when(~frozen).then("fp"))
    new = rows.filter(pl.col("ref") < 0).with_columns(status=pl.lit("active"), record=pl.col("ref"))
    changes.insert("student", insert_rows("student", new, kind="student", record="record"))
    changes.tell(events(new, kind="student", ref="ref", action="create", reason="new", names=False))

    status = state.frames["students"].select(pl.col("id").alias("ref"), status_old="status", by_old="archived_by")
    seen = candidates(
        rows.join(status, on="ref", how="left", maintain_order="left"),
        context.links("student"),
        pl.col("status_old") == "active",
    ).filter(~frozen)
    if policy.archived_students == "skip":
        seen = seen.filter(pl.col("status_old") != "archived")
    if seen.is_empty():
        return
    back = pl.col("status_old") == "suspended"
    if policy.archived_students == "restore":
        back = back | (pl.col("status_old") == "archived")
    current = context.values("student", seen["ref"]).rename(
        {name: f"{name}_old" for name in (*_STUDENT, "archive_reason")}
    )
    both = (
        seen.join(current.drop("status", "archived_by"), left_on="ref", right_on="id", maintain_order="left")
        .with_columns(back=back)
        .with_columns(
            row_id=pl.col("ref"),
            # demographics are often partial: a birth date that is not said is not taken away
            birth_on=pl.coalesce("birth_on", "birth_on_old"),
            status=pl.when("back").then(pl.lit("active")).otherwise("status_old"),
            archived_by=pl.when("back").then(None).otherwise("by_old"),
            archived_by_old=pl.col("by_old"),
            archive_reason=pl.when("back").then(None).otherwise("archive_reason_old"),
        )
    )
    both = _kept(
        context,
        both,
        "users.csv",
        {"grade": "grades", "email": "email", "state_id": "userIds", "birth_on": "birthDate"},
    )
    _edit(context, changes, both, "student", [*fields, "status", "archived_by", "archive_reason"], seen, _NAMED)


def diff_classrooms(context: Context, changes: Changes) -> None:
    """R-4, R-5, R-9 and the setting for classrooms that reappear: one archived by hand stays so when it is off."""
    matched, state = context.matched, context.state
    fields = context.owned("classroom", _CLASSROOM, "classes")
    classes = context.scope.classes
    shaped = _references(context)
    rows = (
        classes.join(matched.classes, on="sourced_id", maintain_order="left")
        .unique("ref", keep="first", maintain_order=True)
        .join(shaped, on="sourced_id", how="left", maintain_order="left")
        .join(_titles(context, shaped), on="course_id", how="left", maintain_order="left")
        .with_columns(name=pl.coalesce("title", "course_title", "code", pl.lit("Untitled class")))
        .with_columns(
            fp=fingerprint(
                [
                    *(pl.col(c) for c in ("school_id", "course_sourced_id", "name", "code", "class_type", "subject")),
                    *(pl.col(c) for c in ("location", "starts_on", "ends_on")),
                    *(pl.col(c).list.join("\x1f") for c in ("grades", "periods", "term_sourced_ids")),
                    # a course or session that arrives later changes what the class refers to
                    pl.col("course_id").is_not_null(),
                    pl.col("session_ids").list.len(),
                    _said(fields),
                ]
            )
        )
    )
    changes.fingerprints["classroom"] = rows.select("ref", "fp")
    before = state.frames["classrooms"].select(pl.col("id").alias("ref"), status_old="status", by_old="archived_by")
    rows = rows.join(before, on="ref", how="left", maintain_order="left")
    seen = candidates(rows, context.links("classroom"), pl.col("status_old") == "active")
    if not context.policy.unarchive_classrooms:
        seen = seen.filter(_kept_archived().not_())
    new = rows.filter(pl.col("ref") < 0)
    new = new.with_columns(kind=pl.lit("sync"), status=pl.lit("active"), record=pl.col("ref"))
    changes.insert("classroom", insert_rows("classroom", new, kind="classroom", record="record"))
    changes.tell(events(new, kind="classroom", ref="ref", action="create", reason="new"))
    if seen.is_empty():
        return
    current = context.values("classroom", seen["ref"]).rename(
        {name: f"{name}_old" for name in (*_CLASSROOM, "kind", "archive_reason")}
    )
    back = pl.col("status_old") != "active"
    both = seen.join(
        current.drop("status", "archived_by"), left_on="ref", right_on="id", maintain_order="left"
    ).with_columns(
        row_id=pl.col("ref"),
        kind=pl.lit("sync"),
        status=pl.lit("active"),
        archived_by=pl.when(back).then(None).otherwise("by_old"),
        archived_by_old=pl.col("by_old"),
        archive_reason=pl.when(back).then(None).otherwise("archive_reason_old"),
    )
    untitled = pl.col("title").is_null() & pl.col("sourced_id").is_in(context.spoilt("classes.csv", "title").implode())
    both = both.with_columns(name=pl.when(untitled).then("name_old").otherwise("name"))
    both = _kept(context, both, "classes.csv", {"class_type": "classType"})
    _edit(
        context,
        changes,
        both,
        "classroom",
        [*fields, "kind", "status", "archived_by", "archive_reason"],
        seen,
        ("name",),
    )


def _kept(context: Context, both: pl.DataFrame, stream: str, headers: dict[str, str]) -> pl.DataFrame:
    """``both`` with the old value wherever the new one is blank because it could not be read, and ``kept``: whether that
    is so, for then no fingerprint vouches for the row. ``headers``: field → column of the file."""
    both = both.with_columns(kept=pl.lit(False))
    for name, header in headers.items():
        ids = context.spoilt(stream, header)
        if ids.len():
            lost = pl.col(name).is_null() & pl.col("sourced_id").is_in(ids.implode())
            both = both.with_columns(
                pl.when(lost).then(pl.col(f"{name}_old")).otherwise(name).alias(name), kept=pl.col("kept") | lost
            )
    return both


def _kept_archived() -> pl.Expr:
    """An archived classroom that a person archived."""
    return (pl.col("status_old") == "archived") & (pl.col("by_old") != "sync").fill_null(True)


def _references(context: Context) -> pl.DataFrame:
    """``sourced_id``, ``course_id``, ``session_ids`` of the classes in scope: references instead of sourcedIds. A course
    or session that is known from earlier stays known when this reading does not hold it."""
    rows = context.scope.classes
    courses = _known(context, "course", context.matched.courses)
    sessions = _known(context, "session", context.matched.sessions)
    terms = (
        rows.select("sourced_id", term="term_sourced_ids")
        .explode("term", empty_as_null=False, keep_nulls=False)
        .join(sessions.select(term="sourced_id", ref="ref"), on="term")
        .unique(("sourced_id", "ref"))
        .sort(sort_refs(pl.col("ref")))
        .group_by("sourced_id", maintain_order=True)
        .agg(session_ids=pl.col("ref"))
    )
    return (
        rows.select("sourced_id", "course_sourced_id")
        .join(
            courses.select(course_sourced_id="sourced_id", course_id="ref"),
            on="course_sourced_id",
            how="left",
            maintain_order="left",
        )
        .join(terms, on="sourced_id", how="left", maintain_order="left")
        .select(
            "sourced_id", "course_id", session_ids=pl.col("session_ids").fill_null(pl.lit([], dtype=pl.List(pl.Int64)))
        )
    )


def _known(context: Context, kind: str, here: pl.DataFrame) -> pl.DataFrame:
    """``sourced_id``, ``ref`` of this reading's rows and of all that were linked earlier."""
    before = context.links(kind).select("sourced_id", ref="object_id").join(here, on="sourced_id", how="anti")
    return pl.concat([here.select("sourced_id", "ref"), before])


def _titles(context: Context, shaped: pl.DataFrame) -> pl.DataFrame:
    """``course_id``, ``course_title``: of this reading, and of known courses for classes without a title of their own."""
    refs = context.matched.courses.rename({"ref": "course_id"})
    here = context.scope.courses.join(refs, on="sourced_id").select("course_id", course_title="title")
    untitled = context.scope.classes.filter(pl.col("title").is_null()).select("sourced_id")
    silent = shaped.join(untitled, on="sourced_id", how="semi").join(here, on="course_id", how="anti")
    ids = silent["course_id"].drop_nulls().unique()
    if ids.len():
        before = context.values("course", ids).select(course_id="id", course_title="title")
        here = pl.concat([here, before])
    return here.unique("course_id", keep="first", maintain_order=True)


def _said(fields: list[str]) -> pl.Expr:
    """Which fields the source decides today, as a part of a fingerprint: when a setting or the columns received change,
    every row is compared once in full."""
    return pl.lit(",".join(fields)).alias("fields")


def _edit(
    context: Context,
    changes: Changes,
    both: pl.DataFrame,
    table: str,
    fields: list[str],
    seen: pl.DataFrame,
    named: tuple[str, ...],
) -> None:
    """Edits, events and new fingerprints of one object table; adoption alone counts as an update."""
    differing = field_edits(both, fields)
    adopted = context.matched.adopted.filter(pl.col("kind") == table).select(row_id="ref", adopted="reason")
    status = both.select("row_id", back=pl.col("status").ne_missing(pl.col("status_old")))
    told = (
        status.join(differing, on="row_id", how="left", maintain_order="left")
        .join(adopted, on="row_id", how="left", maintain_order="left")
        .filter(pl.col("fields").is_not_null() | pl.col("adopted").is_not_null())
        .with_columns(action=pl.when("back").then(pl.lit("restore")).otherwise(pl.lit("update")))
    )
    changes.tell(
        events(
            told,
            kind=table,
            ref="row_id",
            action=pl.col("action"),
            reason=pl.when(pl.col("adopted").is_not_null())
            .then(pl.lit("adopted"))
            .when("back")
            .then(pl.lit("reappeared"))
            .otherwise(pl.lit("changed")),
            names=pl.col("fields").list.set_intersection(list(named)).list.len().fill_null(0) > 0,
        )
    )
    edits = differing.join(told.select("row_id", "action"), on="row_id", maintain_order="left")
    changes.edit(edit_rows(edits, table, kind=table, action=pl.col("action")))
    acted = told.select(ref="row_id", action="action")
    kept = both.filter("kept")["sourced_id"]
    refresh(changes, seen, _all_of(seen, acted, table), pl.col("sourced_id").is_in(kept.implode()))


def _all_of(seen: pl.DataFrame, acted: pl.DataFrame, kind: str) -> pl.DataFrame:
    """``ref``, ``kind``, ``action`` (null where nothing happens) of every candidate."""
    return seen.select("ref", kind=pl.lit(kind)).join(acted, on="ref", how="left")


def diff_terms(context: Context, changes: Changes) -> None:
    """Academic sessions and courses: made and updated, never archived, not counted."""
    tables = (
        ("session", "academic_session", "sessions", context.scope.sessions, context.matched.sessions,
         ("title", "type", "starts_on", "ends_on", "school_year")),
        ("course", "course", "courses", context.scope.courses, context.matched.courses, ("title", "code")),
    )  # fmt: skip
    for kind, table, frame, scoped, refs, names in tables:
        fields = context.owned(table, {name: name for name in names}, frame)
        rows = (
            scoped.join(refs, on="sourced_id", maintain_order="left")
            .unique("ref", keep="first", maintain_order=True)
            .with_columns(fp=fingerprint([*(pl.col(name) for name in names), _said(fields)]))
        )
        changes.fingerprints[kind] = rows.select("ref", "fp")
        new = rows.filter(pl.col("ref") < 0).with_columns(record=pl.col("ref"))
        changes.insert(table, insert_rows(table, new, kind=kind, record="record"))
        seen = candidates(rows, context.links(kind), pl.lit(True))
        if seen.is_empty():
            continue
        current = context.values(table, seen["ref"]).rename({name: f"{name}_old" for name in names})
        both = seen.join(current, left_on="ref", right_on="id", maintain_order="left").with_columns(
            row_id=pl.col("ref")
        )
        edits = field_edits(both, fields)
        changes.edit(edit_rows(edits, table, kind=kind, action="update"))
        refresh(changes, seen, _all_of(seen, edits.select(ref="row_id", action=pl.lit("update")), kind))
