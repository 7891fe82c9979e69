"""Scope → every row has a reference: the object it is linked to, the one it adopts, or a new one (R-2, R-3)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.findings import merge
from rollbook.core.match.links import linked, number_new
from rollbook.core.match.persons import match_persons
from rollbook.core.match.students import match_students
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope import Scope
from rollbook.core.snapshot import Mode
from rollbook.core.state import LoadValues, State

__all__ = ["Matched", "match"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """References are ids of objects (> 0) or places of new ones (< 0, −1 first, in file order).

    - ``sessions``, ``courses``, ``classes``, ``students``, ``persons``: ``sourced_id``, ``ref``, for what is in scope.
    - ``links``: ``kind``, ``sourced_id``, ``ref`` of the links that do not exist yet.
    - ``adopted``: ``kind``, ``ref``, ``reason``; recognised without a link until now.
    - ``ambiguous``: ``kind``, ``ref`` of new records that may be somebody already here; they wait (R-2).
    """

    sessions: pl.DataFrame
    courses: pl.DataFrame
    classes: pl.DataFrame
    students: pl.DataFrame
    persons: pl.DataFrame
    links: pl.DataFrame
    adopted: pl.DataFrame
    ambiguous: pl.DataFrame
    findings: pl.DataFrame


def match(scope: Scope, roster: Roster, state: State, values: LoadValues, policy: Policy) -> Matched:
    """Links first, adoption for the rest, then new references. ``values`` is asked only when a record is new while
    somebody could be recognised: a directory made by hand, or ids that changed."""
    frames = {
        "session": number_new(linked(scope.sessions.select("sourced_id"), state, "session")),
        "course": number_new(linked(scope.courses.select("sourced_id"), state, "course")),
        "classroom": number_new(linked(scope.classes.select("sourced_id"), state, "classroom")),
    }
    gone = _gone(roster, state)
    students = match_students(scope, state, values, gone)
    lent = scope.lent.select(sourced_id="student_sourced_id", ref="student_id")
    persons = match_persons(
        scope, state, values, gone, mobile=policy.phone_column, students=pl.concat([students.refs, lent])
    )
    frames |= {"student": students.refs, "person": persons.refs}
    links = pl.concat(
        [
            frame.join(
                state.frames["links"].filter(pl.col("kind") == kind), on="sourced_id", how="anti", maintain_order="left"
            ).select(kind=pl.lit(kind), sourced_id=pl.col("sourced_id"), ref=pl.col("ref"))
            for kind, frame in frames.items()
        ]
    )
    return Matched(
        sessions=frames["session"],
        courses=frames["course"],
        classes=frames["classroom"],
        students=students.refs,
        persons=persons.refs,
        links=links,
        adopted=pl.concat([students.adopted, persons.adopted]),
        ambiguous=pl.concat([students.ambiguous, persons.ambiguous]),
        findings=_with_lines(merge([students.findings, persons.findings]), roster.frames["users"]),
    )


def _with_lines(findings: pl.DataFrame, users: pl.DataFrame) -> pl.DataFrame:
    """The findings, each with the line of the user it is about."""
    if findings.is_empty():
        return findings
    lines = users.select("sourced_id", "line").join(findings, on="sourced_id", how="semi", maintain_order="left")
    lines = lines.unique("sourced_id", keep="last", maintain_order=True)
    return (
        findings.drop("line").join(lines, on="sourced_id", how="left", maintain_order="left").select(findings.columns)
    )


def _gone(roster: Roster, state: State) -> pl.Series:
    """Linked sourcedIds of users that this reading says are gone: absent from a whole reading, or tobedeleted. Their
    ids may have been re-issued."""
    users = roster.frames["users"]
    active = users.filter(pl.col("status") == "active")["sourced_id"]
    links = state.frames["links"].filter(pl.col("kind").is_in(["student", "person"]))["sourced_id"].unique()
    if roster.modes["users"] is not Mode.BULK:
        deleted = users.filter(pl.col("status") != "active")["sourced_id"]
        return links.filter(links.is_in(deleted.implode()) & ~links.is_in(active.implode()))
    refused = roster.refused.filter(pl.col("frame").is_in(["users", "roles"]))
    present = pl.concat([active, refused["sourced_id"].cast(pl.String), refused["user_sourced_id"].cast(pl.String)])
    return links.to_frame().join(present.to_frame(links.name), on=links.name, how="anti").to_series()
