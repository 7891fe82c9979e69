"""“Why is this child not in Room 4?” (R-13): what was received, the rule that decided, the run, the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from django.db.models import Q
from django.db.models.functions import Lower

from rollbook.core.explain import KIND_WORDS, sentence
from rollbook.core.snapshot import LINE
from rollbook.services import timeline
from rollbook.services.evidence import STREAM_KINDS, Evidence, Received, newest, of_run
from rollbook.store.models import District, Enrollment, SourceConnection, SourceLink, Student

__all__ = ["Answer", "Explanation", "Near", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All about one record with the sourcedId. ``kind``: student, person, classroom, school, session, course,
    enrollment, or user (a person in the data who is not in the directory). ``object_id``: the object, or None.

    ``received``: rows of the newest reading. ``verdict``: what was decided and why. ``places``: its enrollment rows and
    what became of each. ``current`` and ``relations``: the directory now. ``history``: the oldest first.
    """

    kind: str
    source: str
    object_id: int | None
    name: str
    received: tuple[Received, ...]
    verdict: tuple[str, ...]
    places: tuple[str, ...]
    current: Mapping[str, str]
    relations: tuple[str, ...]
    history: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An id that is there and looks like the one asked for."""

    kind: str
    sourced_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """``answers``: one a record with that sourcedId. Without any, ``looked`` says what was looked through and ``near``
    what comes close."""

    district: str
    sourced_id: str
    answers: tuple[Answer, ...]
    looked: tuple[str, ...]
    near: tuple[Near, ...]


def explain(district: District, sourced_id: str) -> Explanation:
    """Everything known about ``sourced_id`` in the district, over all its sources. Nothing is changed."""
    answers: list[Answer] = []
    looked: list[str] = []
    near: list[Near] = []
    for connection in SourceConnection.objects.filter(district=district).order_by("id"):
        evidence = newest(connection)
        links = SourceLink.objects.filter(connection=connection, sourced_id=sourced_id).order_by("id")
        answers += _answers(district, connection, evidence, {link.kind: link.object_id for link in links}, sourced_id)
        looked += _looked(connection, evidence)
        near += _near(connection, evidence, sourced_id)
    unique = {item.sourced_id: item for item in reversed(near)}  # what the directory says goes first
    return Explanation(
        district=district.slug,
        sourced_id=sourced_id,
        answers=tuple(answers),
        looked=tuple(looked),
        near=() if answers else tuple(unique.values()),
    )


def _answers(
    district: District,
    connection: SourceConnection,
    evidence: Evidence | None,
    links: Mapping[str, int],
    sourced_id: str,
) -> list[Answer]:
    kinds: dict[str, int | None] = dict(links)
    for kind in evidence.kinds(sourced_id) if evidence else ():
        if not (kind == "user" and ("student" in kinds or "person" in kinds)):
            kinds.setdefault(kind, None)
    return [
        Answer(
            kind=kind,
            source=connection.name,
            object_id=object_id,
            name=timeline.title(kind, object_id) if object_id is not None else "",
            received=tuple(evidence.rows(kind, sourced_id)) if evidence else (),
            verdict=tuple(_verdict(district, evidence, kind, sourced_id, object_id)) if evidence else (),
            places=tuple(_places(evidence, kind, sourced_id, object_id)) if evidence else (),
            current=timeline.current(kind, object_id) if object_id is not None else {},
            relations=tuple(timeline.relations(kind, object_id)) if object_id is not None else (),
            history=tuple(timeline.history(district, kind, object_id)) if object_id is not None else (),
        )
        for kind, object_id in kinds.items()
    ]


def _verdict(district: District, evidence: Evidence, kind: str, sourced_id: str, object_id: int | None) -> list[str]:
    """What the newest run decided; before it, what the run decided that last changed the object."""
    now = evidence.verdict(kind, sourced_id, is_here=object_id is not None)
    decided = timeline.last_run(district, kind, object_id) if object_id is not None else None
    if decided is None or decided.pk == evidence.run.pk:
        return now
    return [*of_run(evidence.connection, decided).acted(kind, sourced_id), *now]


def _places(evidence: Evidence, kind: str, sourced_id: str, object_id: int | None) -> list[str]:
    """What became of each enrollment row of a user; for a class, how many rows had which end."""
    if kind in ("student", "person", "user"):
        rows = evidence.seats("userSourcedId", sourced_id)
        rooms = _rooms(evidence.connection, rows["classSourcedId"].to_list() if rows.height else [])
        member = {kind: object_id} if object_id is not None else None
        return [_place(evidence, row, rooms, member) for row in rows.to_dicts()]
    if kind == "enrollment":
        rows = evidence.frame("enrollments").filter(pl.col("sourcedId") == sourced_id)
        return [
            f"It puts user {row.get('userSourcedId', '?')} into class {row.get('classSourcedId', '?')}; "
            "explain either of them to see what came of it."
            for row in rows.to_dicts()
        ]
    if kind == "classroom":
        rows = evidence.seats("classSourcedId", sourced_id)
        if not rows.height:
            return ["No enrollment row names this class."]
        ends = rows.group_by("reason", maintain_order=True).len().sort("len", descending=True)
        return [
            f"{number:,} enrollment rows {'take part' if reason is None else 'are left out: ' + sentence(reason)}"
            + ("." if reason is None else "")
            for reason, number in ends.iter_rows()
        ]
    return []


def _rooms(connection: SourceConnection, sourced_ids: list[str]) -> dict[str, int]:
    links = SourceLink.objects.filter(connection=connection, kind="classroom", sourced_id__in=sourced_ids)
    return dict(links.values_list("sourced_id", "object_id"))


def _place(
    evidence: Evidence, row: Mapping[str, str], rooms: Mapping[str, int], member: Mapping[str, int] | None
) -> str:
    room_id = rooms.get(row["classSourcedId"])
    name = f" ({timeline.title('classroom', room_id)})" if room_id else ""
    line = int(row[LINE])
    start = f"Line {line:,} of enrollments.csv puts them into class {row['classSourcedId']}{name}: "
    if row["reason"]:
        return f"{start}left out. {sentence(row['reason'])}"
    if row["class_reason"]:
        return f"{start}the class is left out. {sentence(row['class_reason'])}"
    seat = Enrollment.objects.filter(classroom=room_id, **member).first() if room_id and member else None
    if seat is not None and seat.status == "active":
        return f"{start}they are in it."
    if remarks := evidence.remarks_on_line("enrollments.csv", line) if evidence.plan else []:
        return f"{start}{' '.join(remarks)}"
    if member is None:
        return f"{start}they are not in the directory, so they are in no class."
    if room_id is None:
        return f"{start}the class is not in the directory (yet)."
    return f"{start}not in it: the run is {evidence.run.state}, or this place waits in a hold."


def _looked(connection: SourceConnection, evidence: Evidence | None) -> list[str]:
    links = SourceLink.objects.filter(connection=connection).count()
    told = [f"{links:,} ids that source {connection.name} has in the directory"]
    if evidence is None:
        return [*told, f"no files: source {connection.name} was never read (rollbook plan reads it)"]
    if evidence.snapshot is None:
        return [*told, f"not the files of run {evidence.run.pk}: they are not kept any more"]
    sizes = ", ".join(f"{stream}.csv {evidence.frame(stream).height:,}" for stream in STREAM_KINDS)
    return [*told, f"the rows received in run {evidence.run.pk} ({sizes})", "the rows that were refused or left out"]


def _near(connection: SourceConnection, evidence: Evidence | None, wanted: str) -> list[Near]:
    """Ids that differ by leading zeros, by case or by blanks; and students whose number it is."""
    bare = wanted.strip().lstrip("0").casefold()
    found = []
    links = SourceLink.objects.filter(connection=connection).annotate(low=Lower("sourced_id"))
    alike = links.filter(low__regex=rf"^\s*0*{_escaped(bare)}\s*$") if bare else links.none()
    for link in alike[:20]:
        found.append(Near(kind=link.kind, sourced_id=link.sourced_id, why=_why(wanted, link.sourced_id)))
    numbered = Student.objects.filter(district=connection.district_id).filter(
        Q(student_number=wanted) | Q(state_id=wanted)
    )
    by_number = SourceLink.objects.filter(
        connection=connection, kind="student", object_id__in=list(numbered.values_list("pk", flat=True)[:20])
    )
    found += [
        Near(kind="student", sourced_id=link.sourced_id, why="it is this student's number, not the sourcedId")
        for link in by_number
    ]
    for stream, kind in STREAM_KINDS.items() if evidence and bare else ():
        frame = evidence.frame(stream) if evidence else pl.DataFrame()
        ids = frame["sourcedId"] if "sourcedId" in frame.columns else pl.Series("sourcedId", [], dtype=pl.String)
        plain = ids.str.strip_chars().str.strip_chars_start("0").str.to_lowercase()
        found += [Near(kind=kind, sourced_id=one, why=_why(wanted, one)) for one in ids.filter(plain == bare)[:20]]
    return [item for item in found if item.sourced_id != wanted]


def _escaped(text: str) -> str:
    return "".join(letter if letter.isalnum() else rf"\{letter}" for letter in text)


def _why(wanted: str, there: str) -> str:
    if wanted.strip().casefold() == there.strip().casefold():
        return "only capitals or blanks differ"
    return "only leading zeros differ; they count"


assert set(STREAM_KINDS.values()) - {"user"} <= set(KIND_WORDS)
