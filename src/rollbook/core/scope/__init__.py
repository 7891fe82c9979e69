"""Roster → the part of it that this sync may touch, and what was left out and why.

In scope are the schools that are matched and still shared, their classes of the chosen sessions, the people with a role
there, the guardians of those students, and the enrollments between them. Nothing is compared with the directory here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from rollbook.core.findings import merge
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope.classes import classes_in_scope
from rollbook.core.scope.enrollments import enrollments_in_scope
from rollbook.core.scope.lent import lent_students
from rollbook.core.scope.people import people_in_scope
from rollbook.core.scope.references import dangling_references, outside_terms
from rollbook.core.scope.schools import schools_in_scope
from rollbook.core.state import State

__all__ = ["Scope", "scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the sync may touch. Ids are still sourcedIds, except schools, which are matched beforehand (step 3).

    - ``schools``: ``org_sourced_id``, ``school_id``; several orgs may feed one school.
    - ``unshared``: ids of schools whose every matched org is no longer shared (R-9).
    - ``sessions``, ``courses``: roster rows that are active.
    - ``classes``: roster columns, ``school_id``, ``starts_on``, ``ends_on`` (over the sessions that are known).
    - ``students``: roster columns of ``users``; ``adults``: the same with ``is_staff`` and ``is_guardian``.
    - ``student_schools``: ``user_sourced_id``, ``school_id``; ``staff_roles``: and ``role`` (``school_id`` null: district).
    - ``guardianships``: ``student_sourced_id``, ``guardian_sourced_id``, ``relationship``, ``rights``, and
      ``only_known``: keeps a link that is there, but makes none.
    - ``enrollments``: ``class_sourced_id``, ``user_sourced_id``, ``role``, ``is_primary``, ``begins_on``, ``ends_on``,
      ``line``; classes and users are not looked up yet.
    - In a delta, ``student_schools``, ``staff_roles`` and ``guardianships`` also speak of linked users without a row.
    - ``placeless``: ``user_sourced_id`` of users with a role at an org that is not in the data.
    - ``misplaced``: ``sourced_id`` of classes whose org is no school, or is not in the data.
    - ``lent``: ``student_sourced_id``, ``student_id`` of students of other sources (``scope.lent``).
    - ``left_out``: ``kind``, ``sourced_id``, ``reason``.
    """

    schools: pl.DataFrame
    unshared: frozenset[int]
    sessions: pl.DataFrame
    courses: pl.DataFrame
    classes: pl.DataFrame
    students: pl.DataFrame
    adults: pl.DataFrame
    student_schools: pl.DataFrame
    staff_roles: pl.DataFrame
    guardianships: pl.DataFrame
    enrollments: pl.DataFrame
    placeless: pl.DataFrame
    misplaced: pl.DataFrame
    lent: pl.DataFrame
    left_out: pl.DataFrame
    findings: pl.DataFrame


def scope(roster: Roster, state: State, policy: Policy, today: dt.date) -> Scope:
    """The part of ``roster`` that the sync may touch on ``today`` (section 5: classes, sessions, contact types)."""
    schools, unshared, school_findings = schools_in_scope(roster, state)
    enrollments, ended = enrollments_in_scope(roster, policy, today)
    classes = classes_in_scope(roster, state, policy, today, schools, enrollments)
    lent = lent_students(roster, state)
    people = people_in_scope(roster, state, policy, today, schools, classes.frame, enrollments, lent.students)
    active = pl.col("status") == "active"
    return Scope(
        schools=schools,
        unshared=unshared,
        sessions=roster.frames["sessions"].filter(active),
        courses=roster.frames["courses"].filter(active),
        classes=classes.frame,
        students=people.students,
        adults=people.adults,
        student_schools=people.student_schools,
        staff_roles=people.staff_roles,
        guardianships=people.guardianships,
        enrollments=enrollments,
        placeless=people.placeless,
        misplaced=classes.misplaced,
        lent=lent.students,
        left_out=pl.concat([classes.left_out, people.left_out, ended]),
        findings=merge(
            [
                school_findings,
                classes.findings,
                people.findings,
                lent.findings,
                dangling_references(roster),
                outside_terms(classes.frame, enrollments),
            ]
        ),
    )
