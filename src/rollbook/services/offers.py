"""What a source offers, kept so that steps 3 and 4 need not read it for every page."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from rollbook.core.classroom_match import suggest
from rollbook.core.planning import settings_digest
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope import scope
from rollbook.core.snapshot import Mode, Snapshot
from rollbook.engine import artifacts
from rollbook.engine.copying import copy_in
from rollbook.engine.load import load_state
from rollbook.services import planning, policies, reading, troubles
from rollbook.store.models import (
    Classroom,
    ClassroomSuggestion,
    Enrollment,
    Examination,
    Offer,
    OfferedClass,
    OfferedSchool,
    SourceConnection,
    SourceLink,
    SyncRun,
)

__all__ = ["current", "examine", "known", "read_now", "take_again"]

_SCHOOL = {"sourced_id": pl.String(), "name": pl.String(), "identifier": pl.String()}
_CLASS = {
    "sourced_id": pl.String(),
    "school_id": pl.Int64(),
    "name": pl.String(),
    "code": pl.String(),
    "grades": pl.List(pl.String()),
    "teachers": pl.List(pl.String()),
}
_ROOM = {
    "id": pl.Int64(),
    "school_id": pl.Int64(),
    "name": pl.String(),
    "code": pl.String(),
}


def current(*, connection: SourceConnection, now: dt.datetime) -> Offer | None:
    """What the source offers, as it was read last, by whoever read it; None when nothing that was read is kept.

    Three queries while nothing moved: neither what was read, nor the matched schools, nor the settings, nor the day.
    Otherwise the offer is taken from the snapshot again first.
    """
    offer = Offer.objects.filter(connection=connection).first()
    snapshot = _newest(connection, offer)
    if snapshot is None:
        return None
    policy = policies.policy_of(connection)
    basis = _basis(connection, policy, snapshot[0], now)
    if offer is None or offer.basis != basis:
        offer = _take(connection, policy, *snapshot, basis=basis, now=now)
    return offer


def known(*, connection: SourceConnection, now: dt.datetime) -> tuple[Offer | None, bool]:
    """The offer as it is kept, and whether it is as ``current`` would have it. Three queries, whatever moved."""
    offer = Offer.objects.filter(connection=connection).first()
    snapshot = _newest(connection, offer)
    if snapshot is None:
        return offer, offer is not None
    basis = _basis(connection, policies.policy_of(connection), snapshot[0], now)
    return offer, offer is not None and offer.basis == basis


def examine(examination: Examination) -> tuple[dict[str, Any], str]:
    """For a worker: the source is read, or what was read is taken again; how many schools and classes it offers."""
    connection, now = examination.connection, timezone.now()
    wants_reading = bool(examination.question.get("read"))
    if wants_reading or take_again(connection=connection, now=now) is None:
        read_now(connection=connection, now=now)
    return {
        "schools": OfferedSchool.objects.filter(connection=connection).count(),
        "classes": OfferedClass.objects.filter(connection=connection).count(),
    }, ""


def take_again(*, connection: SourceConnection, now: dt.datetime) -> Offer | None:
    """As ``current``, and the suggestions are made anew, for classrooms may have been made by hand meanwhile."""
    Offer.objects.filter(connection=connection).update(basis="")
    return current(connection=connection, now=now)


def read_now(*, connection: SourceConnection, now: dt.datetime) -> Offer:
    """The source is read, and what it offers is known. Nothing in the directory changes; the snapshot is kept as long as
    others. Raises what reading raises, and the trouble is noted until a reading succeeds."""
    policy = policies.policy_of(connection)
    with troubles.noting(connection, now=now):
        snapshot = reading.read(connection, policy)
    name = f"{connection.district.slug}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}-offer.snapshot"
    kept = artifacts.write_snapshot(connection.district_id, name, snapshot)
    basis = _basis(connection, policy, kept, now)
    return _take(connection, policy, kept, now, basis=basis, now=now, snapshot=snapshot)


def _newest(connection: SourceConnection, offer: Offer | None) -> tuple[str, dt.datetime] | None:
    """The artifact of the newest reading that is kept, and when it was read."""
    runs = SyncRun.objects.of(connection.pk).syncs().exclude(snapshot="").newest_first()
    run = runs.values_list("snapshot", "created_at").first()
    found = [run] if run else []
    if offer is not None:
        found.append((offer.snapshot, offer.read_at))
    kept = [item for item in found if artifacts.exists(connection.district_id, item[0])]
    return max(kept, key=lambda item: item[1]) if kept else None


def _basis(connection: SourceConnection, policy: Policy, snapshot: str, now: dt.datetime) -> str:
    links = SourceLink.objects.filter(connection=connection, kind="school").order_by("sourced_id")
    schools = list(links.values_list("sourced_id", "object_id"))
    parts = [snapshot, schools, settings_digest(policy), planning.local_day(connection, now).isoformat()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _take(
    connection: SourceConnection,
    policy: Policy,
    name: str,
    read_at: dt.datetime,
    *,
    basis: str,
    now: dt.datetime,
    snapshot: Snapshot | None = None,
) -> Offer:
    """Schools, classes and suggestions are those of the snapshot ``name``."""
    received = snapshot or artifacts.read_snapshot(connection.district_id, name)
    roster = reading.clean_of(received, policy)
    schools = _with_earlier(connection, OfferedSchool, _SCHOOL, _schools(roster), roster, "orgs")
    classes = _with_earlier(
        connection, OfferedClass, _CLASS, _classes(connection, roster, policy, now), roster, "classes"
    )
    linked = SourceLink.objects.filter(connection=connection, kind="classroom").values_list("sourced_id", flat=True)
    free = classes.filter(~pl.col("sourced_id").is_in(list(linked)))
    suggestions = suggest(_rooms(connection), free.select("sourced_id", "school_id", "name", "code", "teachers"))
    mine = {"district_id": pl.lit(connection.district_id), "connection_id": pl.lit(connection.pk)}
    with transaction.atomic(), database.cursor() as cursor:
        offer, _ = Offer.objects.update_or_create(
            connection=connection,
            defaults={
                "district_id": connection.district_id,
                "snapshot": name,
                "read_at": read_at,
                "basis": basis,
            },
        )
        for model, frame in ((OfferedSchool, schools), (OfferedClass, classes), (ClassroomSuggestion, suggestions)):
            model._default_manager.filter(connection=connection).delete()
            copy_in(cursor, model._meta.db_table, frame.with_columns(**mine))
    return offer


def _schools(roster: Roster) -> pl.DataFrame:
    orgs = roster.frames["orgs"].filter((pl.col("status") == "active") & (pl.col("type") == "school"))
    return orgs.select(tuple(_SCHOOL)).sort("sourced_id")


def _classes(connection: SourceConnection, roster: Roster, policy: Policy, now: dt.datetime) -> pl.DataFrame:
    """``_CLASS`` of the classes that a run would take today, with a name as a run would give it."""
    links = SourceLink.objects.filter(connection=connection, kind="school")
    if not links.exists():
        return pl.DataFrame(schema=_CLASS)
    found = scope(roster, load_state(connection), policy, planning.local_day(connection, now))
    users = roster.frames["users"].select(user_sourced_id="sourced_id", teacher=_human("given_name", "family_name"))
    teachers = (
        found.enrollments.filter(pl.col("role") == "teacher")
        .join(users, on="user_sourced_id")
        .group_by("class_sourced_id")
        .agg(teachers=pl.col("teacher").drop_nulls().unique().sort())
    )
    courses = found.courses.select(course_sourced_id="sourced_id", course="title").unique("course_sourced_id")
    return (
        found.classes.join(teachers, left_on="sourced_id", right_on="class_sourced_id", how="left")
        .join(courses, on="course_sourced_id", how="left")
        .with_columns(name=pl.coalesce("title", "course", "code"))
        .unique("sourced_id", keep="first")
        .sort("sourced_id")
        .select(tuple(_CLASS))
    )


def _with_earlier(
    connection: SourceConnection,
    model: type[OfferedSchool] | type[OfferedClass],
    shape: Mapping[str, pl.DataType],
    frame: pl.DataFrame,
    roster: Roster,
    stream: str,
) -> pl.DataFrame:
    """``frame``, with what was offered before where this reading only tells of changes, or of nothing."""
    if roster.modes[stream] is Mode.BULK:
        return frame
    rows = list(model._default_manager.filter(connection=connection).values_list(*shape))
    before = pl.DataFrame(rows, schema=dict(shape), orient="row")
    return pl.concat([frame, before.join(roster.frames[stream], on="sourced_id", how="anti")])


def _rooms(connection: SourceConnection) -> pl.DataFrame:
    """``_ROOM`` and ``teachers`` of the existing classrooms of the schools that the source feeds."""
    found = Classroom.objects.existing(connection.district_id, connection.pk)
    rooms = pl.DataFrame(list(found.values_list("pk", "school_id", "name", "code")), schema=_ROOM, orient="row")
    members = Enrollment.objects.filter(
        district=connection.district_id, classroom__in=found.values("pk"), status="active", role="teacher"
    )
    names = members.values_list("classroom_id", "person__given_name", "person__family_name")
    shape = {"id": pl.Int64, "given_name": pl.String, "family_name": pl.String}
    taught = pl.DataFrame(list(names), schema=shape, orient="row")
    taught = taught.group_by("id").agg(teachers=_human("given_name", "family_name").unique().sort())
    return rooms.join(taught, on="id", how="left")


def _human(given: str, family: str) -> pl.Expr:
    return pl.concat_str(given, family, separator=" ", ignore_nulls=True)
