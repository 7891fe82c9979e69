"""Which classes take part: of schools in scope, of the chosen sessions, through the chosen filters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from rollbook.core.findings import merge, of_rows
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope.enrollments import left_out_rows
from rollbook.core.state import State

__all__ = ["ClassScope", "classes_in_scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScope:
    """``frame``: roster columns of ``classes``, ``school_id``, ``starts_on``, ``ends_on``."""

    frame: pl.DataFrame
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

    A class none of whose sessions is known stays in (SCP-003): a dangling reference never removes a class.
    """
    classes = roster.frames["classes"].join(
        schools.rename({"org_sourced_id": "school_sourced_id"}), on="school_sourced_id", how="left"
    )
    sessions = _session_dates(roster, state)
    terms = (
        classes.select("sourced_id", "term_sourced_ids")
        .explode("term_sourced_ids", empty_as_null=False, keep_nulls=False)
        .rename({"term_sourced_ids": "session"})
    )
    chosen = _chosen(roster, policy, today)
    known = terms.join(sessions, on="session", how="inner")
    dates = known.group_by("sourced_id").agg(
        pl.col("starts_on").min(),
        pl.col("ends_on").max(),
        in_session=chosen.any(),
        ended=(pl.col("ends_on") < today).all(),
    )
    classes = classes.join(dates, on="sourced_id", how="left")
    teacher = enrollments.filter(pl.col("role") == "teacher")["class_sourced_id"].unique()
    reason = (
        pl.when(pl.col("status") != "active")
        .then(pl.lit("tobedeleted"))
        .when(pl.col("school_id").is_null())
        .then(pl.lit("school_not_matched"))
        .when(~pl.col("in_session").fill_null(policy.sessions != "chosen") & pl.col("ended").fill_null(False))
        .then(pl.lit("session_ended"))
        .when(~pl.col("in_session").fill_null(policy.sessions != "chosen"))
        .then(pl.lit("session_not_chosen" if policy.sessions == "chosen" else "session_future"))
        .when(_filtered(policy, teacher))
        .then(pl.lit("class_filter"))
    )
    classes = classes.with_columns(reason=reason)
    inside = pl.col("reason").is_null()
    unknown_term = terms.join(sessions, on="session", how="anti").select("sourced_id").unique()
    findings = merge(
        [
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
        frame=classes.filter(inside).drop("reason", "in_session", "ended"),
        left_out=left_out_rows(classes.filter(~inside), "classroom", pl.col("reason")),
        findings=findings,
    )


def _session_dates(roster: Roster, state: State) -> pl.DataFrame:
    """``session``, ``starts_on``, ``ends_on``: of this bundle, and of earlier ones where this one is silent (delta)."""
    here = roster.frames["sessions"].filter(pl.col("status") == "active")
    earlier = (
        state.frames["links"]
        .filter(pl.col("kind") == "session")
        .join(state.frames["sessions"], left_on="object_id", right_on="id")
        .join(here, on="sourced_id", how="anti")
    )
    columns = ("session", "starts_on", "ends_on")
    return pl.concat([frame.rename({"sourced_id": "session"}).select(columns) for frame in (here, earlier)])


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


def _filtered(policy: Policy, with_teacher: pl.Series) -> pl.Expr:
    """Whether the settings leave a class out (section 5, "Classes to sync")."""
    out = pl.lit(False)
    if policy.classes == "homeroom":
        out = out | (pl.col("class_type") != "homeroom").fill_null(True)
    if policy.class_grades:
        out = out | ~pl.col("grades").list.eval(pl.element().is_in(list(policy.class_grades))).list.any()
    if policy.class_name_contains:
        out = out | ~(
            pl.col("title")
            .fill_null("")
            .str.to_lowercase()
            .str.contains(policy.class_name_contains.lower(), literal=True)
        )
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
