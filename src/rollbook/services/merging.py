"""Merging: both sides and all that moves, shown before; which value stays, chosen; undone at any later time (C-2, C-3)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection as database

from rollbook.core.errors import ConfigError, NotFound, PlanStale
from rollbook.engine import merging as engine
from rollbook.engine import unmerging
from rollbook.engine.merging import Group, Moves
from rollbook.engine.unmerging import Parting
from rollbook.services import duplicates
from rollbook.services.policies import policy_of
from rollbook.store.models import Act, District, SourceConnection

__all__ = [
    "FIELDS",
    "Field",
    "MergePlan",
    "Side",
    "certain_groups",
    "merge",
    "merge_certain",
    "merges",
    "plan_merge",
    "preview_unmerge",
    "sides",
    "unmerge",
]

_NAMES = ("given_name", "family_name", "middle_name", "preferred_given_name", "preferred_family_name")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "student": (*_NAMES, "student_number", "state_id", "grade", "email", "birth_on", "home_language", "status"),
    "person": (*_NAMES, "language", "account_state"),
}
"""What two sides may say differently, and one of them is chosen."""
_OF_THE_SOURCE = frozenset(FIELDS["student"]) - {"home_language", "status"}
_RANKS: Final[Mapping[str, tuple[str, ...]]] = {
    "status": ("active", "suspended", "archived"),
    "account_state": ("active", "invitee", "no_contact", "disabled"),
}
_TOGETHER: Final[Mapping[str, tuple[str, ...]]] = {
    "status": ("archived_by", "archive_reason"),
    "account_state": ("disabled_by", "activated_at"),
}
"""field → columns that go with it, from the same side."""
_AT_ONCE, _CHAIN, _LISTED = 20, 4, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the records. ``values``: its fields as text. ``sources``: the names of the sources that know it; ``managed``:
    one of them syncs every day. ``hangs``: table → rows that hang on it."""

    record: int
    values: Mapping[str, str | None]
    sources: tuple[str, ...]
    is_managed: bool
    hangs: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: ``value`` as it will be and ``record``, the side it is from (None: nobody says it). ``is_equal``: all
    sides say the same; ``is_locked``: the source decides it, and would write it again."""

    name: str
    value: str | None
    record: int | None
    is_equal: bool
    is_locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """What a merge would do. The first of ``sides`` survives. ``moves``: rows that move, and that fold into one."""

    kind: str
    survivor: int
    sides: tuple[Side, ...]
    fields: tuple[Field, ...]
    moves: Moves


def plan_merge(
    *,
    district: District,
    kind: str,
    records: Sequence[int],
    survivor: int | None = None,
    choices: Mapping[str, int] | None = None,
) -> MergePlan:
    """What merging ``records`` (two to twenty) into ``survivor`` would do; by default the one survives that an enabled
    sync manages, then one that any source knows, then the oldest. ``choices``: field → the record whose value stays.
    Nothing is written; the same number of queries for any two records.

    Raises NotFound when one is not in the district, ConfigError when a choice makes no sense.
    """
    sides, rows = _sides(district, kind, records)
    first = _survivor(sides, survivor)
    ordered = sorted(sides, key=lambda side: side.record != first)
    fields = _fields(district, kind, ordered, rows, choices or {})
    group = _group(kind, ordered, fields, rows)
    moves = engine.preview(district_id=district.pk, kind=kind, groups=[group])
    return MergePlan(kind=kind, survivor=first, sides=tuple(ordered), fields=tuple(fields), moves=moves)


def merge(
    *,
    district: District,
    kind: str,
    records: Sequence[int],
    by: str,
    now: dt.datetime,
    survivor: int | None = None,
    choices: Mapping[str, int] | None = None,
    reason: str = "",
) -> Act:
    """``plan_merge``, done: one record is left, with everything that hung on the others and all their source links, so
    that the next syncs keep it one. One act, in the change log; ``unmerge`` takes it back."""
    sides, rows = _sides(district, kind, records)
    first = _survivor(sides, survivor)
    ordered = sorted(sides, key=lambda side: side.record != first)
    group = _group(kind, ordered, _fields(district, kind, ordered, rows, choices or {}), rows)
    return engine.merge(district_id=district.pk, kind=kind, groups=[group], by=by, reason=reason.strip(), now=now)


def certain_groups(district: District, kind: str) -> list[tuple[int, ...]]:
    """The records that certain pairs tie together; a chain of pairs is one group, unless it is long, or a person said of
    two in it that they are two: then only a look at each pair can tell."""
    _total, found = duplicates.pairs(district=district, kind=kind, verdicts=("certain",), limit=1_000_000)
    _total, apart = duplicates.pairs(district=district, kind=kind, different=True, limit=1_000_000)
    heads: dict[int, int] = {}

    def head(record: int) -> int:
        while heads.setdefault(record, record) != record:
            heads[record] = heads[heads[record]]
            record = heads[record]
        return record

    for pair in found:
        heads[head(pair.right)] = head(pair.left)
    groups: dict[int, list[int]] = {}
    for record in sorted(heads):
        groups.setdefault(head(record), []).append(record)
    parted = {head(pair.left) for pair in apart if pair.left in heads and head(pair.left) == head(pair.right)}
    return [tuple(group) for key, group in groups.items() if key not in parted and len(group) <= _CHAIN]


def merge_certain(*, district: District, kind: str, by: str, now: dt.datetime, expect: int | None = None) -> Act:
    """All groups of certain pairs are merged, each into its default survivor with the values it would have by default: one
    act, undone in one go.

    Raises ConfigError when there are none, PlanStale when ``expect`` (the records that would vanish, as shown) is not the
    number any more.
    """
    groups = certain_groups(district, kind)
    vanishing = sum(len(group) - 1 for group in groups)
    if expect is not None and expect != vanishing:
        raise PlanStale(
            f"{expect:,} were shown, and {vanishing:,} it would be now. Nothing was merged.",
            hint="Look again: the directory has moved in between.",
        )
    if not groups:
        raise ConfigError("There are no certain pairs.", hint="Look for duplicates first, or merge pairs one by one.")
    sides, rows = _read(district, kind, [record for group in groups for record in group])
    made = []
    locks = _locks(district, kind)
    for group in groups:
        members = [sides[record] for record in group]
        first = _survivor(members, None)
        ordered = sorted(members, key=lambda side: side.record != first)
        made.append(_group(kind, ordered, _decided(kind, ordered, rows, {}, locks), rows))
    return engine.merge(district_id=district.pk, kind=kind, groups=made, by=by, reason="certain pairs", now=now)


def sides(district: District, kind: str, records: Collection[int]) -> dict[int, Side]:
    """record → its side, of those that are in the district. A number of queries that does not grow with the records."""
    if kind not in FIELDS:
        raise NotFound(f"Nobody can merge a {kind}.", hint="A student or a person.")
    return _read(district, kind, records)[0]


def merges(district: District) -> list[Act]:
    """The merges that stand, the newest first. One query."""
    kinds = tuple(engine.MERGES.values())
    return list(Act.objects.filter(district=district, kind__in=kinds, state="done").order_by("-id")[:_LISTED])


def preview_unmerge(act: Act) -> Parting:
    """What taking the merge back would do now."""
    return unmerging.preview_unmerge(_merge_act(act))


def unmerge(*, act: Act, by: str, now: dt.datetime) -> Act:
    """The records are themselves again (``engine.unmerging.unmerge``)."""
    return unmerging.unmerge(_merge_act(act), by=by, now=now)


def _merge_act(act: Act) -> Act:
    if not unmerging.is_merge(act):
        raise ConfigError(f"Act {act.pk} is no merge.", hint="List the merges with: rollbook unmerge SLUG")
    return act


def _sides(district: District, kind: str, records: Sequence[int]) -> tuple[list[Side], Mapping[int, Mapping[str, Any]]]:
    if kind not in FIELDS:
        raise NotFound(f"Nobody can merge a {kind}.", hint="A student or a person.")
    if not 2 <= len(set(records)) <= _AT_ONCE:
        raise ConfigError(f"A merge takes two to {_AT_ONCE} different records.")
    sides, rows = _read(district, kind, sorted(set(records)))
    if len(sides) != len(set(records)):
        raise NotFound("One of these records is not in this district.", hint="Look for duplicates again.")
    return [sides[record] for record in sides], rows


def _read(district: District, kind: str, records: Collection[int]) -> tuple[dict[int, Side], dict[int, dict[str, Any]]]:
    """record → side, and record → row with ``oldest_link``. A number of queries that does not grow with the records."""
    values: dict[str, Any] = {"district": district.pk, "kind": kind, "ids": list(records)}
    with database.cursor() as cursor:
        cursor.execute(
            f"""SELECT to_jsonb(t), (SELECT min(l.id) FROM source_link l WHERE l.district_id = t.district_id
                AND l.kind = %(kind)s AND l.object_id = t.id)
            FROM "{kind}" t WHERE t.district_id = %(district)s AND t.id = ANY(%(ids)s) ORDER BY t.id""",
            values,
        )
        rows = {int(row["id"]): {**row, "oldest_link": link} for row, link in _json_rows(cursor.fetchall())}
        cursor.execute(
            """SELECT DISTINCT l.object_id, c.name, c.id FROM source_link l JOIN source_connection c ON c.id = l.connection_id
            WHERE l.district_id = %(district)s AND l.kind = %(kind)s AND l.object_id = ANY(%(ids)s) ORDER BY 1, 2""",
            values,
        )
        linked = cursor.fetchall()
        cursor.execute(
            """SELECT object_id, count(*) FROM source_link WHERE district_id = %(district)s AND kind = %(kind)s
            AND object_id = ANY(%(ids)s) GROUP BY 1""",
            values,
        )
        hangs: dict[int, dict[str, int]] = {record: {} for record in rows}
        for record, number in cursor.fetchall():
            if record in hangs:
                hangs[record]["source_link"] = int(number)
        for hanger in engine.hangers(kind):
            cursor.execute(
                f"""SELECT t."{hanger.column}", count(*) FROM "{hanger.table}" t WHERE t.district_id = %(district)s
                AND t."{hanger.column}" = ANY(%(ids)s) GROUP BY 1""",
                values,
            )
            for record, number in cursor.fetchall():
                if record in hangs:
                    hangs[record][hanger.table] = int(number)
    enabled = {
        source.pk
        for source in SourceConnection.objects.filter(district=district).select_related("district")
        if policy_of(source).daily_sync
    }
    return {
        record: Side(
            record=record,
            values={name: _text(row[name]) for name in FIELDS[kind]},
            sources=tuple(name for owner, name, _key in linked if owner == record),
            is_managed=any(owner == record and key in enabled for owner, _name, key in linked),
            hangs=hangs[record],
        )
        for record, row in rows.items()
    }, rows


def _json_rows(rows: Sequence[tuple[Any, Any]]) -> list[tuple[dict[str, Any], int | None]]:
    return [(json.loads(row) if isinstance(row, str) else row, link) for row, link in rows]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _survivor(sides: Sequence[Side], wanted: int | None) -> int:
    if wanted is not None:
        if wanted not in {side.record for side in sides}:
            raise ConfigError("The survivor is one of the records that are merged.")
        return wanted
    return min(sides, key=lambda side: (not side.is_managed, not side.sources, side.record)).record


def _locks(district: District, kind: str) -> frozenset[str]:
    """Fields that the district's sources own: their next full comparison would write them again (field ownership)."""
    if kind != "student":
        return frozenset()
    owned: set[str] = set()
    for source in SourceConnection.objects.filter(district=district).select_related("district"):
        owners = policy_of(source).field_owners
        owned |= {
            name for name in _OF_THE_SOURCE if owners.get(f"student.{name}", owners.get(name, "source")) == "source"
        }
    return frozenset(owned)


def _fields(
    district: District,
    kind: str,
    sides: Sequence[Side],
    rows: Mapping[int, Mapping[str, Any]],
    choices: Mapping[str, int],
) -> list[Field]:
    known = {side.record for side in sides}
    if unknown := set(choices) - set(FIELDS[kind]):
        raise ConfigError(f"There is nothing to choose in {', '.join(sorted(unknown))}.", hint=", ".join(FIELDS[kind]))
    if set(choices.values()) - known:
        raise ConfigError("A value is chosen from one of the records that are merged.")
    return _decided(kind, sides, rows, choices, _locks(district, kind))


def _decided(
    kind: str,
    sides: Sequence[Side],
    rows: Mapping[int, Mapping[str, Any]],
    choices: Mapping[str, int],
    owned: frozenset[str],
) -> list[Field]:
    """The fields, in order. What a source owns comes from the record that will speak for it: the survivor when a source
    knows it, else the one with the oldest link."""
    linked = [side for side in sides if rows[side.record]["oldest_link"] is not None]
    speaker = None
    if linked:
        speaker = sides[0] if sides[0] in linked else min(linked, key=lambda side: rows[side.record]["oldest_link"])
    fields = []
    for name in FIELDS[kind]:
        said = {side.record: side.values[name] for side in sides}
        is_locked = name in owned and speaker is not None and said[speaker.record] is not None
        if is_locked and speaker is not None:
            record: int | None = speaker.record
        elif name in choices:
            record = choices[name]
        elif name in _RANKS:
            ranks = _RANKS[name]
            record = min(said, key=lambda key: ranks.index(said[key]) if said[key] in ranks else len(ranks))
        else:
            record = next((key for key, value in said.items() if value is not None), None)
        fields.append(
            Field(
                name=name,
                value=None if record is None else said[record],
                record=record,
                is_equal=len(set(said.values())) == 1,
                is_locked=is_locked,
            )
        )
    return fields


def _group(kind: str, sides: Sequence[Side], fields: Sequence[Field], rows: Mapping[int, Mapping[str, Any]]) -> Group:
    survivor, *others = (side.record for side in sides)
    values: dict[str, Any] = {}
    for field in fields:
        if field.record is None or field.record == survivor:
            continue
        for name in (field.name, *_TOGETHER.get(field.name, ())):
            values[name] = rows[field.record][name]
    if kind == "person" and values.get("account_state") == rows[survivor]["account_state"]:
        values = {name: value for name, value in values.items() if name not in _TOGETHER["account_state"]}
    return Group(survivor=survivor, merged=tuple(others), values=values)
