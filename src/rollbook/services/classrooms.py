"""Step 4: what becomes of the classrooms that were there before the sync."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

from rollbook.core.errors import ConfigError, NotFound
from rollbook.engine.acts import Pen
from rollbook.engine.hand_acts import Doing, doing
from rollbook.services.changelog import note_rows
from rollbook.store.existing import ARCHIVE_REASON, STATES, ExistingFilter, existing, states_of
from rollbook.store.models import Classroom, LeftAlone, OfferedClass, SourceConnection, SourceLink

__all__ = ["ACTS", "STEP", "Settled", "settle", "settle_fitting", "take_suggested"]

STEP = "settle_classrooms"
"""The kind of acts of this step."""
ACTS = ("take", "leave", "archive", "reopen")
"""What may be done with existing classrooms."""
_BATCH = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was done. ``skipped``: classrooms of which it could not be done any more, and which stay as they are."""

    taken: int = 0
    left: int = 0
    archived: int = 0
    reopened: int = 0
    skipped: int = 0


def settle(
    *,
    connection: SourceConnection,
    take: Mapping[int, str] | None = None,
    leave: Collection[int] = (),
    archive: Collection[int] = (),
    reopen: Collection[int] = (),
    by: str,
) -> Settled:
    """Classrooms in ``take`` are those of the class (sourcedId) given: the next run updates them instead of making
    others. Those in ``leave`` stay as they are, and nobody is asked again; those in ``archive`` are archived; those in
    ``reopen`` are undecided again, as long as no run has taken them over.

    One act of ``by``; all of it, or nothing. Raises NotFound for a class that the source does not offer or a classroom of
    another district, ConfigError for a class of another school, one that has a classroom already, or one that is named
    twice, or a classroom with two fates.
    """
    take = take or {}
    wanted = [*take, *leave, *archive, *reopen]
    if len(set(wanted)) != len(wanted):
        raise ConfigError("A classroom is named twice.", hint="Name each classroom once.")
    known = dict(
        Classroom.objects.filter(district=connection.district_id, pk__in=wanted).values_list("pk", "school_id")
    )
    if strange := sorted(set(wanted) - set(known)):
        raise NotFound(f"There is no classroom {strange[0]} here.", hint="rollbook classrooms SLUG lists them.")
    with doing(connection=connection, kind=STEP, by=by) as act:
        _check_classes(connection, take, known)
        states = states_of(connection, wanted)
        undecided = {key for key in wanted if states.get(key) in ("open", "left")}
        taken = {key: sourced_id for key, sourced_id in take.items() if key in undecided}
        done = Settled(
            taken=_take(connection, taken, act),
            left=_leave(connection, [key for key in leave if states.get(key) == "open"], act),
            archived=_archive(connection, [key for key in archive if key in undecided], act),
            reopened=_reopen(connection, reopen, states, act),
        )
        number = done.taken + done.left + done.archived + done.reopened
        done = Settled(**{**_numbers(done), "skipped": len(wanted) - number})
        for what in ("taken", "left", "archived", "reopened"):
            act.add(what, getattr(done, what))
    return done


def settle_fitting(*, connection: SourceConnection, wanted: ExistingFilter, what: str, by: str) -> Settled:
    """``what`` (one of ``ACTS``) is done with all existing classrooms that fit. ``take`` takes over those with a sure
    suggestion, and leaves the others open."""
    rows = existing(connection, wanted)
    if what == "take":
        pairs = rows.filter(hint_sure=True).values_list("pk", "hint_class")
        return settle(connection=connection, take=dict(pairs), by=by)
    ids = list(rows.values_list("pk", flat=True))
    if what == "leave":
        return settle(connection=connection, leave=ids, by=by)
    if what == "archive":
        return settle(connection=connection, archive=ids, by=by)
    if what == "reopen":
        return settle(connection=connection, reopen=ids, by=by)
    raise ConfigError(f"{what!r} cannot be done with classrooms.", hint=f"One of: {', '.join(ACTS)}.")


def take_suggested(*, connection: SourceConnection, ids: Collection[int], by: str) -> Settled:
    """The classrooms ``ids`` are taken over as suggested, also where the suggestion only asks: who picks a classroom by
    hand has answered. Those without a suggestion, or whose suggested class is wanted by two of them, are skipped."""
    rows = existing(connection, ExistingFilter(state="open")).filter(pk__in=ids)
    left = existing(connection, ExistingFilter(state="left")).filter(pk__in=ids)
    pairs = [pair for found in (rows, left) for pair in found.values_list("pk", "hint_class") if pair[1] is not None]
    wanted: dict[str, list[int]] = {}
    for key, sourced_id in pairs:
        wanted.setdefault(sourced_id, []).append(key)
    take = {keys[0]: sourced_id for sourced_id, keys in wanted.items() if len(keys) == 1}
    done = settle(connection=connection, take=take, by=by)
    return Settled(**{**_numbers(done), "skipped": done.skipped + len(set(ids)) - len(take)})


def _numbers(done: Settled) -> dict[str, int]:
    return {item.name: getattr(done, item.name) for item in fields(done)}


def _check_classes(connection: SourceConnection, take: Mapping[int, str], schools: Mapping[int, int]) -> None:
    wanted = list(take.values())
    rows = OfferedClass.objects.filter(connection=connection, sourced_id__in=wanted)
    offered = dict(rows.values_list("sourced_id", "school_id"))
    again = "rollbook classrooms SLUG lists what the source offers."
    if strange := sorted(set(wanted) - set(offered)):
        raise NotFound(f"The source offers no class {strange[0]!r}.", hint=again)
    if len(set(wanted)) != len(wanted):
        twice = next(sourced_id for sourced_id in wanted if wanted.count(sourced_id) > 1)
        raise ConfigError(f"Class {twice!r} is given to two classrooms.", hint="A class has one classroom.")
    if elsewhere := [key for key, sourced_id in take.items() if offered[sourced_id] != schools[key]]:
        raise ConfigError(
            f"Class {take[elsewhere[0]]!r} is at another school than classroom {elsewhere[0]}.",
            hint="Choose a class of the same school.",
        )
    has = SourceLink.objects.filter(connection=connection, kind="classroom", sourced_id__in=wanted)
    if full := has.values_list("sourced_id", flat=True).first():
        raise ConfigError(f"Class {full!r} has a classroom already.", hint="Choose another class.")


def _take(connection: SourceConnection, pairs: Mapping[int, str], act: Doing) -> int:
    _forget(connection, list(pairs), act)
    links = SourceLink.objects.bulk_create(
        (
            SourceLink(
                district_id=connection.district_id,
                connection=connection,
                kind="classroom",
                sourced_id=sourced_id,
                object_id=key,
            )
            for key, sourced_id in pairs.items()
        ),
        batch_size=_BATCH,
    )
    _note(connection, "source_link", [link.pk for link in links], "insert", act)
    return len(links)


def _leave(connection: SourceConnection, ids: Collection[int], act: Doing) -> int:
    rows = LeftAlone.objects.bulk_create(
        (
            LeftAlone(district_id=connection.district_id, connection=connection, kind="classroom", object_id=key)
            for key in ids
        ),
        batch_size=_BATCH,
    )
    _note(connection, "left_alone", [row.pk for row in rows], "insert", act)
    return len(rows)


def _archive(connection: SourceConnection, ids: Collection[int], act: Doing) -> int:
    _forget(connection, ids, act)
    return _write(
        connection,
        ids,
        "archive",
        {"status": "archived", "archived_by": act.act.by, "archive_reason": ARCHIVE_REASON},
        act,
    )


def _reopen(connection: SourceConnection, ids: Collection[int], states: Mapping[int, str], act: Doing) -> int:
    by_state = {state: [key for key in ids if states.get(key) == state] for state in STATES}
    links = SourceLink.objects.filter(
        connection=connection, kind="classroom", created_run=None, fingerprint=None, object_id__in=by_state["taken"]
    )
    keys = list(links.values_list("pk", flat=True))
    _note(connection, "source_link", keys, "delete", act)
    SourceLink.objects.filter(pk__in=keys).delete()
    active = {"status": "active", "archived_by": None, "archive_reason": None}
    restored = _write(connection, by_state["archived"], "restore", active, act)
    return len(keys) + restored + _forget(connection, by_state["left"], act)


def _forget(connection: SourceConnection, ids: Collection[int], act: Doing) -> int:
    """Nobody left these classrooms alone."""
    rows = LeftAlone.objects.filter(connection=connection, kind="classroom", object_id__in=ids)
    keys = list(rows.values_list("pk", flat=True))
    _note(connection, "left_alone", keys, "delete", act)
    LeftAlone.objects.filter(pk__in=keys).delete()
    return len(keys)


def _write(
    connection: SourceConnection, ids: Collection[int], action: str, values: Mapping[str, str | None], act: Doing
) -> int:
    """The classrooms have these values, and the act says so."""
    pen = Pen(act.cursor, act.act, {})
    changed = pen.update("classroom", list(ids), values, kind="classroom", action=action)
    Classroom.objects.filter(district=connection.district_id, pk__in=ids).update(**values)
    return changed


def _note(connection: SourceConnection, table: str, ids: list[int], op: str, act: Doing) -> None:
    if ids:
        note_rows(
            district_id=connection.district_id,
            table=table,
            ids=ids,
            op=op,
            kind="classroom",
            by=act.act.by,
            act=act.act.pk,
        )
