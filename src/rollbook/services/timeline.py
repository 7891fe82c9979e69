"""The history of one object as sentences (O-3), and what the directory says of it now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from rollbook.core.explain import ACTION_WORDS
from rollbook.store.models import (
    AcademicSession,
    Act,
    ChangeLog,
    Classroom,
    ContactMethod,
    Course,
    District,
    Enrollment,
    Guardianship,
    Person,
    School,
    StaffRole,
    Student,
    StudentSchool,
    SyncRun,
)

__all__ = ["current", "history", "last_run", "relations", "title"]

_MODELS: Mapping[str, Any] = {
    "student": Student,
    "person": Person,
    "classroom": Classroom,
    "school": School,
    "session": AcademicSession,
    "course": Course,
}
_RECORD_KINDS = {"person": ("staff", "guardian", "person")}
_QUIET = frozenset({"id", "district_id", "created_run_id", "fingerprint", "archived_by", "archive_reason"})
_REFERENCES = frozenset({"course_id", "session_ids"})
_LABELS = {"contact_method": "Contact", "student_school": "School", "staff_role": "Role"}
_MOST = 200
"""So many lines of history are told, the newest."""


def title(kind: str, object_id: int) -> str:
    """The name of an object, as a list would show it."""
    row = _MODELS[kind].objects.filter(pk=object_id).first()
    if row is None:
        return ""
    if kind in ("student", "person"):
        return " ".join(filter(None, (row.given_name, row.family_name)))
    return str(getattr(row, "name", None) or getattr(row, "title", None) or "")


def current(kind: str, object_id: int) -> dict[str, str]:
    """What the directory says of an object now; columns without a value are left out."""
    row = _MODELS[kind].objects.filter(pk=object_id).values().first() or {}
    values = {name: value for name, value in row.items() if name not in _QUIET and value not in (None, [], "")}
    if kind == "person":
        for contact in ContactMethod.objects.filter(person=object_id).order_by("kind", "owner"):
            values[f"{contact.kind} ({contact.owner})"] = contact.value
    if "school_id" in values:
        values["school"] = title("school", values.pop("school_id"))
    return {name: _text(value) for name, value in values.items() if name not in _REFERENCES}


def relations(kind: str, object_id: int) -> list[str]:
    """Where an object belongs now, a sentence each: schools, roles, classrooms, families."""
    told: list[str] = []
    if kind == "student":
        for place in StudentSchool.objects.filter(student=object_id, status="active").select_related("school"):
            told.append(f"At {place.school.name}.")
        for pair in Guardianship.objects.filter(student=object_id, status="active").select_related("person"):
            told.append(f"{_human(pair.person)} is their {pair.relationship or 'guardian'}.")
    if kind == "person":
        for role in StaffRole.objects.filter(person=object_id, status="active").select_related("school"):
            told.append(f"Is {role.role} at {role.school.name if role.school else 'the district'}.")
        for pair in Guardianship.objects.filter(person=object_id, status="active").select_related("student"):
            told.append(f"Is {pair.relationship or 'guardian'} of {_human(pair.student)}.")
    if kind == "classroom":
        members = Enrollment.objects.filter(classroom=object_id, status="active")
        told.append(f"Has {members.filter(student__isnull=False).count():,} students.")
        for member in members.filter(person__isnull=False).select_related("person"):
            told.append(f"{_human(member.person)} is {'primary ' if member.is_primary else ''}{member.role}.")
    if kind in ("student", "person"):
        seats = Enrollment.objects.filter(**{kind: object_id}).select_related("classroom").order_by("status", "pk")
        for seat in seats:
            verb = "Is" if seat.status == "active" else "Was"
            told.append(f"{verb} in {seat.classroom.name} as {seat.role} ({seat.status}).")
    return told


def history(district: District, kind: str, object_id: int) -> list[str]:
    """What happened to an object and its places in classes and families, the oldest first: when, by whom, in which run,
    from what to what. At most the newest 200."""
    zone = ZoneInfo(district.timezone)
    own = Q(kind__in=_RECORD_KINDS.get(kind, (kind,)), record_id=object_id)
    seats = _relation_ids(Enrollment, kind, object_id)
    pairs = _relation_ids(Guardianship, kind, object_id) if kind in ("student", "person") else {}
    related = Q(table="enrollment", row_id__in=list(seats)) | Q(table="guardianship", row_id__in=list(pairs))
    log = ChangeLog.objects.filter(own | related, district=district).exclude(Q(table="source_link") & Q(op="update"))
    rows = sorted(log.order_by("-id")[:_MOST], key=lambda row: row.pk)
    runs = SyncRun.objects.in_bulk([row.run_id for row in rows if row.run_id])
    acts = Act.objects.in_bulk([row.act_id for row in rows if row.act_id])
    lines = _made(kind, object_id, zone)
    for row in rows:
        where = seats.get(row.row_id, "") if row.table == "enrollment" else pairs.get(row.row_id, "")
        run = runs.get(row.run_id) if row.run_id else None
        lines.append(
            (row.at, f"{_when(row.at, zone)} · {_did(row, where)} ({_who(row, run, acts.get(row.act_id or 0))}).")
        )
    return [line for _at, line in sorted(lines, key=lambda line: line[0])]


def last_run(district: District, kind: str, object_id: int) -> SyncRun | None:
    """The run that last changed an object itself, or made it; None when only people did."""
    own = ChangeLog.objects.filter(
        district=district, kind__in=_RECORD_KINDS.get(kind, (kind,)), record_id=object_id, run__isnull=False
    )
    newest = own.order_by("-id").values_list("run_id", flat=True).first()
    if newest is None:
        newest = _MODELS[kind].objects.filter(pk=object_id).values_list("created_run_id", flat=True).first()
    return SyncRun.objects.select_related("connection", "district").filter(pk=newest).first()


def _relation_ids(model: Any, kind: str, object_id: int) -> dict[int, str]:
    """row id → what the relation is called, for the relations of an object."""
    if model is Enrollment:
        if kind not in ("student", "person"):
            return {}
        rows = Enrollment.objects.filter(**{kind: object_id}).select_related("classroom")
        return {row.pk: f"Place in {row.classroom.name}" for row in rows}
    other = "person" if kind == "student" else "student"
    pairs = Guardianship.objects.filter(**{kind: object_id}).select_related(other)
    return {pair.pk: f"Link with {_human(getattr(pair, other))}" for pair in pairs}


def _made(kind: str, object_id: int, zone: ZoneInfo) -> list[tuple[dt.datetime, str]]:
    row = _MODELS[kind].objects.filter(pk=object_id).select_related("created_run").first()
    if row is None or row.created_run is None:
        return []
    run = row.created_run
    at = run.applied_at or run.created_at
    return [(at, f"{_when(at, zone)} · Created (run {run.pk}, by {run.created_by}).")]


def _did(row: ChangeLog, where: str) -> str:
    if row.table == "source_link":
        values: Mapping[str, Any] = row.new or row.old or {}
        verb = {"insert": "Matched to", "delete": "Unmatched from"}.get(row.op, "Changed the link to")
        return f"{verb} {values.get('sourced_id', 'a foreign id')}"
    if row.table == "left_alone":
        return "Left as it is, beside the sync" if row.op == "insert" else "Not left beside the sync any more"
    prefix = f"{where}: " if where else ""
    if row.op == "delete":
        said = (row.old or {}).get("value") or ""
        return f"{prefix}{_label(row.table)} {said} removed".replace("  ", " ")
    if row.op == "insert":
        return f"{prefix}{'Created by hand' if row.run_id is None else 'brought back'}"
    old, new = row.old or {}, row.new or {}
    changes = [
        f"{name.removesuffix('_on').replace('_', ' ')} {_text(old.get(name))} → {_text(new[name])}"
        for name in new
        if name not in _QUIET
    ]
    word = ACTION_WORDS.get(row.action or "", (row.action or "changed", ""))[0]
    return f"{prefix}{word.capitalize() if not where else word}: {', '.join(changes) or 'nothing that shows'}"


def _who(row: ChangeLog, run: SyncRun | None, act: Act | None) -> str:
    if act is not None:
        why = f", because: {act.reason}" if act.reason else ""
        return f"by {row.by}{', an undo' if act.kind == 'undo' else ''}{why}"
    return f"by {row.by}" if run is None else f"run {run.pk}{', an undo' if run.kind == 'undo' else ''}, by {row.by}"


def _label(table: str) -> str:
    return _LABELS.get(table, table.capitalize())


def _human(row: Any) -> str:
    return " ".join(filter(None, (row.given_name, row.family_name)))


def _when(at: dt.datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _text(value: Any) -> str:
    if value is None or value == "":
        return "blank"
    if isinstance(value, Collection) and not isinstance(value, str):
        return ", ".join(str(part) for part in value) or "blank"
    return str(value)
