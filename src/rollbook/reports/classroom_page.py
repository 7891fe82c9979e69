"""One classroom as a page tells it: who teaches, who is in it, when, and which ids of a source are bound to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from rollbook.reports.reaching import contacts, has_contact, human
from rollbook.reports.student_page import LinkLine
from rollbook.reports.students import GuardianShort
from rollbook.store.models import AcademicSession, Classroom, Enrollment, Guardianship, SourceLink

__all__ = ["CLASSROOM_FIELDS", "ClassroomTold", "MemberLine", "SessionLine", "TeacherLine", "tell_classroom"]

CLASSROOM_FIELDS = ("name", "code", "class_type", "grades", "subject", "location", "periods", "starts_on", "ends_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """An academic session that the classroom runs in."""

    title: str
    starts_on: dt.date | None
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherLine:
    """A person who is or was in the classroom. ``enrollment``: the tie itself."""

    enrollment: int
    person: int
    name: str
    role: str
    is_primary: bool
    status: str
    is_synced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """A student who is or was in the classroom, with the guardians folded under."""

    enrollment: int
    student: int
    name: str
    number: str
    grade: str
    student_status: str
    status: str
    begins_on: dt.date | None
    ends_on: dt.date | None
    is_synced: bool
    guardians: tuple[GuardianShort, ...]

    @property
    def reachable(self) -> bool:
        """Whether any guardian can be written to."""
        return any(guardian.reachable for guardian in self.guardians)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomTold:
    """``kind``: manual, or sync for a sync-managed one. ``archived``: by whom and why, if it is. ``former``: students who
    were in it."""

    classroom: int
    name: str
    school: int
    school_name: str
    course: str
    kind: str
    status: str
    archived_by: str
    archive_reason: str
    fields: Mapping[str, str]
    sessions: tuple[SessionLine, ...]
    teachers: tuple[TeacherLine, ...]
    members: tuple[MemberLine, ...]
    former: tuple[MemberLine, ...]
    links: tuple[LinkLine, ...]


def tell_classroom(room: Classroom) -> ClassroomTold:
    """All of that in six queries. ``room`` comes with its school and course."""
    district = room.district
    sessions = AcademicSession.objects.filter(district=district, pk__in=room.session_ids or ())
    seats = Enrollment.objects.filter(district=district, classroom=room).select_related("student", "person")
    rows = list(seats.order_by("student__family_name", "student__given_name", "-is_primary", "pk"))
    links = SourceLink.objects.filter(district=district, kind="classroom", object_id=room.pk)
    guardians = _guardians(room, [row.student_id for row in rows if row.student_id is not None])
    members = [_member(row, guardians) for row in rows if row.student is not None]
    return ClassroomTold(
        classroom=room.pk,
        name=room.name or "",
        school=room.school_id,
        school_name=room.school.name or "",
        course=(room.course.title or "") if room.course else "",
        kind=room.kind,
        status=room.status,
        archived_by=room.archived_by or "",
        archive_reason=room.archive_reason or "",
        fields={name: text for name in CLASSROOM_FIELDS if (text := _text(getattr(room, name)))},
        sessions=tuple(
            SessionLine(title=row.title or "", starts_on=row.starts_on, ends_on=row.ends_on)
            for row in sessions.order_by("starts_on", "pk")
        ),
        teachers=tuple(
            TeacherLine(
                enrollment=row.pk,
                person=row.person.pk,
                name=human(row.person.given_name, row.person.family_name),
                role=row.role,
                is_primary=row.is_primary,
                status=row.status,
                is_synced=row.connection_id is not None,
            )
            for row in rows
            if row.person is not None
        ),
        members=tuple(member for member in members if member.status == "active"),
        former=tuple(member for member in members if member.status != "active"),
        links=tuple(
            LinkLine(source=link.connection.name, kind=link.connection.kind, sourced_id=link.sourced_id)
            for link in links.select_related("connection").order_by("pk")
            if link.connection
        ),
    )


def _member(row: Enrollment, guardians: Mapping[int, tuple[GuardianShort, ...]]) -> MemberLine:
    student = row.student
    assert student is not None
    return MemberLine(
        enrollment=row.pk,
        student=student.pk,
        name=human(student.family_name, student.given_name, ", "),
        number=student.student_number or "",
        grade=student.grade or "",
        student_status=student.status,
        status=row.status,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        is_synced=row.connection_id is not None,
        guardians=guardians.get(student.pk, ()),
    )


def _guardians(room: Classroom, students: list[int]) -> Mapping[int, tuple[GuardianShort, ...]]:
    pairs = Guardianship.objects.filter(district=room.district_id, student__in=students, status="active")
    rows = list(pairs.select_related("person").order_by("pk"))
    ways = contacts(room.district, {row.person_id for row in rows})
    found: dict[int, tuple[GuardianShort, ...]] = {}
    for row in rows:
        guardian = GuardianShort(
            person=row.person_id,
            name=human(row.person.given_name, row.person.family_name),
            relationship=row.relationship or "",
            account=row.person.account_state,
            reachable=has_contact(ways.get(row.person_id, ())),
        )
        found[row.student_id] = (*found.get(row.student_id, ()), guardian)
    return found


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
