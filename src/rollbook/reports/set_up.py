"""What is known of a district's set-up: the evidence for each of the nine steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q

from rollbook.core.findings import CATALOGUE, Severity
from rollbook.core.lifecycle import RunState
from rollbook.core.settings import SETTINGS, default_of, parse, written
from rollbook.reports import examinations
from rollbook.reports.examinations import Examined
from rollbook.reports.offered_schools import near_misses
from rollbook.store.existing import ExistingFilter, existing
from rollbook.store.models import (
    Classroom,
    District,
    LeftAlone,
    OfferedSchool,
    School,
    SourceConnection,
    SourceLink,
    SsoApp,
    Student,
    SyncRun,
)

__all__ = ["SetUpFacts", "SourceFacts", "facts", "is_daily"]

_GRAVE = (Severity.FATAL, Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """One source. ``read_at``, ``rows``: of the newest run that received something; ``run``, ``state``, ``error``: of the
    newest; ``to_mend``: rows with a finding that asks somebody to do something; ``planned``: a run that waits to be
    applied; ``applied``: the newest that was; ``matched``: schools of the source that feed one of ours, of the ``offered``
    ones that it has, as it was read last; ``left_out``: those that somebody left out; ``near``: those that only look like
    one of ours; ``undecided``, ``doubles``: its existing classrooms nobody decided about, and those among them that surely
    have a class; ``changed``: its settings that are not the default; ``is_daily``: it is to run every day."""

    connection: int
    name: str
    kind: str
    read_at: dt.datetime | None
    rows: Mapping[str, int]
    run: int | None
    state: str
    error: str
    to_mend: int
    planned: int | None
    applied: int | None
    matched: int
    offered: int
    left_out: int
    near: int
    undecided: int
    doubles: int
    changed: tuple[str, ...]
    is_daily: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpFacts:
    """A district. ``unfed``: active schools that no source feeds; ``loose_classrooms``, ``loose_students``: active ones
    that no source knows. ``tests``, ``checks``: connection → its newest test of the connection, its newest self-check.
    ``sso``: whether each app for single sign-on was tested."""

    sources: tuple[SourceFacts, ...]
    schools: int
    unfed: int
    loose_classrooms: int
    students: int
    loose_students: int
    tests: Mapping[int, Examined] = field(default_factory=dict)
    checks: Mapping[int, Examined] = field(default_factory=dict)
    sso: tuple[bool, ...] = ()


def facts(district: District) -> SetUpFacts:
    """Nine queries and six a source, four more while schools wait for a match; a district has few sources."""
    sources = list(SourceConnection.objects.filter(district=district).order_by("id"))
    active = {"district": district, "status": "active"}
    schools = School.objects.filter(**active)
    students = Student.objects.filter(**active)
    return SetUpFacts(
        sources=tuple(_source(source) for source in sources),
        schools=schools.count(),
        unfed=schools.exclude(_known(district, "school")).count(),
        loose_classrooms=Classroom.objects.filter(**active).exclude(_known(district, "classroom")).count(),
        students=students.count(),
        loose_students=students.exclude(_known(district, "student")).count(),
        tests=examinations.newest([source.pk for source in sources], "connection"),
        checks=examinations.newest([source.pk for source in sources], "self_check"),
        sso=tuple(app.tested_at is not None for app in SsoApp.objects.filter(district=district)),
    )


def is_daily(source: SourceConnection) -> bool:
    """Whether the source is to run every day."""
    name = "daily_sync"
    return bool(parse(name, written(source.settings.get(name, default_of(name)))))


def _known(district: District, kind: str) -> Exists:
    return Exists(SourceLink.objects.filter(district=district, kind=kind, object_id=OuterRef("pk")))


def _source(source: SourceConnection) -> SourceFacts:
    runs = list(SyncRun.objects.of(source.pk).syncs().newest_first().defer("receipt", "seconds")[:20])
    newest = runs[0] if runs else None
    read = next((run for run in runs if run.rows), None)
    applied = SyncRun.objects.of(source.pk).syncs().applied().newest_first().values_list("pk", flat=True).first()
    found = read.findings if read else {}
    matched = SourceLink.objects.filter(connection=source, kind="school").count()
    offered = OfferedSchool.objects.filter(connection=source).count()
    left_out = LeftAlone.objects.filter(connection=source, kind="school").count()
    open_rooms = existing(source, ExistingFilter()).aggregate(
        total=Count("pk"), sure=Count("pk", filter=Q(hint_sure=True))
    )
    return SourceFacts(
        connection=source.pk,
        name=source.name,
        kind=source.kind,
        read_at=read.created_at if read else None,
        rows=read.rows if read else {},
        run=newest.pk if newest else None,
        state=str(newest.state) if newest else "",
        error=newest.error if newest else "",
        to_mend=sum(rows for code, rows in found.items() if code in CATALOGUE and CATALOGUE[code].severity in _GRAVE),
        planned=newest.pk if newest and newest.state == RunState.PLANNED else None,
        applied=applied,
        matched=matched,
        offered=offered,
        left_out=left_out,
        near=near_misses(source) if matched + left_out < offered else 0,
        undecided=open_rooms["total"],
        doubles=open_rooms["sure"],
        changed=tuple(
            name for name in SETTINGS if name in source.settings and name not in ("daily_sync", "start_time")
        ),
        is_daily=is_daily(source),
    )
