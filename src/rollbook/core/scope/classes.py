"""Which classes take part: of schools in scope, of the chosen sessions, through the chosen filters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope.enrollments import left_out_rows
from rollbook.core.snapshot import Mode
from rollbook.core.state import State

__all__ = ["ClassScope", "classes_in_scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScope:
    """``frame``: roster columns of ``classes``, ``school_id``, ``starts_on``, ``ends_on``. ``misplaced``: ``sourced_id``
    of classes whose org is no school, or not in the data: nobody can say where they belong."""

    frame: pl.DataFrame
    misplaced: pl.DataFrame
    left_out: pl.DataFrame
    findings: pl.DataFrame


def classes_in_scope(
    roster: Roster,
    state: State,
    policy: Policy,
    today: dt.date,
    schools: pl.DataFrame,
    enrollments: pl.DataFrame,
) -> ClassScope:
    """Classes judged by the first rule that leaves them out; the order of the rules is the order of the reasons.

    A class none of whose sessions is known stays in (SCP-003): a dangling reference never removes a class, nor does a
    session whose row was refused, nor a filter on a column that was not received.
    """
    links = state.frames["links"].filter(pl.col("kind") == "classroom")
    linked = pl.col("sourced_id").is_in(links["sourced_id"].implode())
    classes = roster.frames["classes"].join(
        schools.rename({"org_sourced_id": "school_sourced_id"}),
        on="school_sourced_id",
        how="left",
        maintain_order="left",
    )
    sessions = _session_dates(roster, state)
    terms = (
        classes.select("sourced_id", "term_sourced_ids")
        .explode("term_sourced_ids", empty_as_null=False, keep_nulls=False)
        .rename({"term_sourced_ids": "session"})
    )
    judged = terms.join(sessions, on="session", how="left").with_columns(
        known=pl.col("starts_on").is_not_null() | pl.col("ends_on").is_not_null()
    )
    dates = judged.group_by("sourced_id").agg(
        pl.col("starts_on").min(),
        pl.col("ends_on").max(),
        in_session=(_chosen(roster, policy, today) | (~pl.col("known") & _unreadable_session(roster))).any(),
        ended=pl.col("known").any() & (pl.col("ends_on") < today).all(),
        named=(pl.col("known") if policy.sessions != "chosen" else pl.col("here").fill_null(False)).any(),
    )
    classes = classes.join(dates, on="sourced_id", how="left", maintain_order="left")
    silent = ~pl.col("named").fill_null(False) & (linked if policy.sessions == "chosen" else pl.lit(True))
    in_session = pl.col("in_session").fill_null(False) | silent
    reason = (
        pl.when(pl.col("status") != "active")
        .then(pl.lit("tobedeleted"))
        .when(pl.col("school_id").is_null())
        .then(pl.lit("school_not_matched"))
        .when(~in_session & pl.col("ended").fill_null(False))
        .then(pl.lit("session_ended"))
        .when(~in_session)
        .then(pl.lit("session_not_chosen" if policy.sessions == "chosen" else "session_future"))
        .when(_filtered(roster, policy, linked, _with_teacher(roster, state, enrollments)))
        .then(pl.lit("class_filter"))
    )
    classes = classes.with_columns(reason=reason)
    inside = pl.col("reason").is_null()
    a_school = pl.concat(
        [
            roster.frames["orgs"].filter((pl.col("status") == "active") & (pl.col("type") == "school"))["sourced_id"],
            state.frames["links"].filter(pl.col("kind") == "school")["sourced_id"],
        ]
    )
    misplaced = classes.filter(
        (pl.col("reason") == "school_not_matched")
        & ~pl.col("school_sourced_id").is_in(a_school.implode()).fill_null(False)
    )
    unknown_term = terms.join(sessions, on="session", how="anti").select("sourced_id").unique()
    findings = merge(
        [
            of_rows(
                misplaced,
                "SCP-016",
                stream="classes.csv",
                column="schoolSourcedId",
                line=pl.col("line"),
                sourced_id=pl.col("sourced_id"),
                school_sourced_id=pl.col("school_sourced_id"),
            ),
            of_rows(
                classes.filter(inside & pl.col("starts_on").is_null()),
                "SCP-003",
                stream="classes.csv",
                column="termSourcedIds",
                line=pl.col("line"),
                sourced_id=pl.col("sourced_id"),
                school_sourced_id=pl.col("school_sourced_id"),
            ),
            of_rows(
                classes.filter(inside & pl.col("starts_on").is_not_null()).join(
                    unknown_term, on="sourced_id", how="semi"
                ),
                "SCP-004",
                stream="classes.csv",
                column="termSourcedIds",
                line=pl.col("line"),
                sourced_id=pl.col("sourced_id"),
                school_sourced_id=pl.col("school_sourced_id"),
            ),
            _dangling(classes.filter(inside), roster.frames["courses"], "course_sourced_id", "courseSourcedId"),
            _dangling(
                classes.filter(pl.col("status") == "active"),
                roster.frames["orgs"],
                "school_sourced_id",
                "schoolSourcedId",
            ),
        ]
    )
    return ClassScope(
        frame=classes.filter(inside).drop("reason", "in_session", "ended", "named"),
        misplaced=misplaced.select("sourced_id"),
        left_out=left_out_rows(classes.filter(~inside), "classroom", pl.col("reason")),
        findings=findings,
    )


def _session_dates(roster: Roster, state: State) -> pl.DataFrame:
    """``session``, ``starts_on``, ``ends_on``, ``here`` (this bundle has its row): of this bundle, and of earlier ones
    where this one is silent (delta)."""
    here = roster.frames["sessions"].filter(pl.col("status") == "active")
    earlier = (
        state.frames["links"]
        .filter(pl.col("kind") == "session")
        .join(state.frames["sessions"], left_on="object_id", right_on="id")
        .join(here, on="sourced_id", how="anti")
    )
    columns = ("session", "starts_on", "ends_on")
    return pl.concat(
        [
            frame.rename({"sourced_id": "session"}).select(*columns, here=pl.lit(place))
            for frame, place in ((here, True), (earlier, False))
        ]
    )


def _unreadable_session(roster: Roster) -> pl.Expr:
    """Whether a session that is not known may be one whose row was refused."""
    refused = roster.refused.filter(pl.col("frame") == "sessions")["sourced_id"].cast(pl.String)
    return pl.lit(True) if refused.null_count() else pl.col("session").is_in(refused.implode())


def _with_teacher(roster: Roster, state: State, enrollments: pl.DataFrame) -> pl.Series:
    """sourcedIds of classes with a teacher: by this reading, and by the directory where the reading is silent (delta)
    or its row could not be read."""
    here = enrollments.filter(pl.col("role") == "teacher")["class_sourced_id"]
    refused = roster.refused.filter(pl.col("frame") == "enrollments")["class_sourced_id"].cast(pl.String)
    partial = roster.modes["enrollments"] is not Mode.BULK
    if not partial and refused.is_empty():
        return here.unique()
    links = state.frames["links"]
    before = (
        state.frames["enrollments"]
        .filter((pl.col("status") == "active") & (pl.col("role") == "teacher"))
        .join(_of(links, "classroom", "class_sourced_id", "classroom_id"), on="classroom_id")
    )
    if not partial:
        named = before.filter(pl.col("class_sourced_id").is_in(refused.implode()))
        before = before if refused.null_count() else named
    over = roster.frames["enrollments"].join(enrollments, on="sourced_id", how="anti")
    over = over.join(_of(links, "person", "user_sourced_id", "person_id"), on="user_sourced_id")
    before = before.join(over, on=("class_sourced_id", "person_id"), how="anti")
    return pl.concat([here, before["class_sourced_id"]]).unique()


def _of(links: pl.DataFrame, kind: str, sourced_id: str, object_id: str) -> pl.DataFrame:
    return links.filter(pl.col("kind") == kind).select(
        pl.col("sourced_id").alias(sourced_id), pl.col("object_id").alias(object_id)
    )


def _chosen(roster: Roster, policy: Policy, today: dt.date) -> pl.Expr:
    """Whether a class's session (``session``, ``starts_on``, ``ends_on``) is wanted by the setting."""
    if policy.sessions == "all":
        return pl.lit(True)
    if policy.sessions == "chosen":
        wanted = set(policy.chosen_sessions)
        parents = roster.frames["sessions"].select("sourced_id", "parent_sourced_id").rows()
        while below := {child for child, parent in parents if parent in wanted} - wanted:
            wanted |= below
        return pl.col("session").is_in(sorted(wanted))
    horizon = today + dt.timedelta(days=policy.look_ahead_days)
    return (pl.col("starts_on") <= horizon) & (pl.col("ends_on") >= today)


def _filtered(roster: Roster, policy: Policy, linked: pl.Expr, with_teacher: pl.Series) -> pl.Expr:
    """Whether the settings leave a class out (section 5, "Classes to sync"). A known class is not judged by a column
    that was not received."""
    contains = policy.class_name_contains.lower()
    rules = (
        (policy.classes == "homeroom", "class_type", (pl.col("class_type") != "homeroom").fill_null(True)),
        (
            bool(policy.class_grades),
            "grades",
            ~pl.col("grades").list.eval(pl.element().is_in(list(policy.class_grades))).list.any().fill_null(False),
        ),
        (
            bool(contains),
            "title",
            ~pl.col("title").fill_null("").str.to_lowercase().str.contains(contains, literal=True),
        ),
    )
    out = pl.lit(False)
    for wanted, column, left_out in rules:
        if wanted:
            out = out | (left_out if ("classes", column) in roster.received else left_out & ~linked)
    if not policy.classes_without_teacher:
        out = out | ~pl.col("sourced_id").is_in(with_teacher.implode())
    return out


def _dangling(classes: pl.DataFrame, target: pl.DataFrame, column: str, header: str) -> pl.DataFrame:
    rows = classes.filter(pl.col(column).is_not_null()).join(target, left_on=column, right_on="sourced_id", how="anti")
    code = "SCP-005" if header == "courseSourcedId" else "SCP-006"
    return of_rows(
        rows,
        code,
        stream="classes.csv",
        column=header,
        line=pl.col("line"),
        sourced_id=pl.col("sourced_id"),
        school_sourced_id=pl.col("school_sourced_id"),
    )
