"""Step 3: which school of the source is which school of Rollbook."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from rollbook.core.clean.streams.orgs import clean_orgs
from rollbook.core.errors import DataError, NotFound
from rollbook.core.findings import empty
from rollbook.core.school_match import suggest
from rollbook.core.snapshot import Mode
from rollbook.engine.hand_acts import Doing, doing
from rollbook.services import policies, reading
from rollbook.services.changelog import note_rows
from rollbook.store.models import LeftAlone, OfferedSchool, School, SourceConnection, SourceLink

__all__ = [
    "LEAVE",
    "NEW",
    "PAIR_SCHEMA",
    "STEP",
    "Matching",
    "Settled",
    "create_missing",
    "look",
    "match_suggested",
    "offered",
    "settle",
    "unmatch",
]

NEW, LEAVE = "new", "leave"
"""What stands for "make this school", and for "leave it out of the sync", where a school is named."""
STEP = "match_schools"
"""The kind of acts of this step."""

PAIR_SCHEMA: dict[str, pl.DataType] = {
    "sourced_id": pl.String(),
    "name": pl.String(),
    "identifier": pl.String(),
    "school_id": pl.Int64(),
    "school_name": pl.String(),
    "suggestion": pl.Int64(),
    "suggestion_name": pl.String(),
    "reason": pl.String(),
    "near": pl.Int64(),
    "near_name": pl.String(),
    "near_reason": pl.String(),
    "is_left": pl.Boolean(),
}
"""One row a school of the source: its match, or a suggestion with its reason, or what looks alike. ``is_left``: somebody
decided that it stays out of the sync."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was done to schools of the source."""

    matched: int = 0
    created: int = 0
    unmatched: int = 0
    left: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether everything was so already."""
        return not (self.matched or self.created or self.unmatched or self.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """``pairs``: ``PAIR_SCHEMA``, by sourcedId. ``only_here``: Rollbook schools (``id``, ``name``) that no school of
    this source feeds. ``gone``: ``sourced_id``, ``school_name`` of matches whose school is not in the data any more.
    ``findings``: what reading and cleaning the schools remarked."""

    pairs: pl.DataFrame
    only_here: pl.DataFrame
    gone: pl.DataFrame
    findings: pl.DataFrame

    @property
    def open(self) -> pl.DataFrame:
        """Pairs without a match that nobody left out."""
        return self.pairs.filter(pl.col("school_id").is_null() & ~pl.col("is_left"))

    def counts(self) -> dict[str, int]:
        """How many schools of the source are matched, suggested, near a miss, new or left out, which is all of them; and
        how many are only here, or gone."""
        left = self.open
        suggested = pl.col("suggestion").is_not_null()
        near = ~suggested & pl.col("near").is_not_null()
        return {
            "source": self.pairs.height,
            "matched": self.pairs["school_id"].count(),
            "suggested": left.filter(suggested).height,
            "near": left.filter(near).height,
            "new": left.filter(~suggested & ~near).height,
            "left": self.pairs.filter(pl.col("school_id").is_null() & pl.col("is_left")).height,
            "only_here": self.only_here.height,
            "gone": self.gone.height,
        }


def look(*, connection: SourceConnection) -> Matching:
    """The schools of the source, freshly read, beside Rollbook's. Nothing is changed.

    Raises what reading raises, and DataError when the data holds no schools at all.
    """
    snapshot = reading.read(connection, policies.policy_of(connection))
    stream = snapshot.streams.get("orgs")
    if stream is None or stream.mode is Mode.ABSENT:
        raise DataError(
            "The source sends no orgs.csv, so its schools are not known.",
            findings=empty(),
            hint="Turn the orgs on in the roster app.",
        )
    part = clean_orgs(stream)
    orgs = part.frame.filter((pl.col("status") == "active") & (pl.col("type") == "school"))
    return _matching(connection, orgs.select("sourced_id", "name", "identifier").sort("sourced_id"), part.findings)


def offered(*, connection: SourceConnection) -> Matching:
    """As ``look``, of the schools as they were read last (``offers``). Four queries."""
    rows = list(OfferedSchool.objects.filter(connection=connection).values_list("sourced_id", "name", "identifier"))
    shape = {"sourced_id": pl.String, "name": pl.String, "identifier": pl.String}
    return _matching(connection, pl.DataFrame(rows, schema=shape, orient="row").sort("sourced_id"), empty())


def match_suggested(
    *, connection: SourceConnection, matching: Matching, by: str, reason: str | None = None
) -> dict[str, int]:
    """Every suggestion of ``matching``, or those for that reason, is a match now; sourcedId → school."""
    rows = matching.open.filter(pl.col("suggestion").is_not_null())
    if reason is not None:
        rows = rows.filter(pl.col("reason") == reason)
    pairs = dict(rows.select("sourced_id", "suggestion").iter_rows())
    settle(connection=connection, matching=matching, choices=pairs, by=by)
    return pairs


def create_missing(*, connection: SourceConnection, matching: Matching, by: str) -> dict[str, str]:
    """Every school of the source without match, suggestion or near miss has a new Rollbook school; sourcedId → name.

    A suggestion or a near miss is a question for a person: a school made beside its twin is hard to take back.
    """
    rows = matching.open.filter(pl.col("suggestion").is_null() & pl.col("near").is_null())
    settle(connection=connection, matching=matching, choices=dict.fromkeys(rows["sourced_id"], NEW), by=by)
    return dict(rows.select("sourced_id", "name").iter_rows())


def settle(
    *, connection: SourceConnection, matching: Matching, choices: Mapping[str, int | str | None], by: str
) -> Settled:
    """Each school of the source in ``choices`` feeds the Rollbook school given, a new one (``NEW``), or none: left out for
    good (``LEAVE``), or open again (None).

    All of it is one act of ``by``; plans made before are stale when anything changed. Raises NotFound for a school that
    is not there, and nothing changes.
    """
    pairs = {row["sourced_id"]: row for row in matching.pairs.iter_rows(named=True)}
    if unknown := sorted(set(choices) - set(pairs)):
        raise NotFound(f"The source has no school {unknown[0]!r}.", hint=_near_hint(unknown[0], pairs))
    change = {key: choice for key, choice in choices.items() if choice != _choice_of(pairs[key])}
    created = [key for key, choice in change.items() if choice == NEW]
    matched = {key: choice for key, choice in change.items() if isinstance(choice, int)}
    left = [key for key, choice in change.items() if choice == LEAVE]
    if not change:
        return Settled()
    with doing(connection=connection, kind=STEP, by=by) as act:
        here = set(School.objects.filter(district=connection.district_id).values_list("pk", flat=True))
        if strange := sorted(set(matched.values()) - here):
            raise NotFound(
                f"There is no school {strange[0]} in this district.", hint="rollbook schools SLUG lists them."
            )
        _unlink(connection, change, act)
        _reopen(connection, change, act)
        made = _create(connection, [pairs[key] for key in created], act)
        _link(connection, {**matched, **dict(zip(created, made, strict=True))}, act)
        _leave(connection, left, act)
        done = Settled(
            matched=len(matched),
            created=len(created),
            left=len(left),
            unmatched=len(change) - len(matched) - len(created) - len(left),
        )
        _count(act, done)
    return done


def unmatch(*, connection: SourceConnection, sourced_ids: Collection[str], by: str) -> int:
    """The schools of the source feed nothing any more, also those that are not in the data; returns how many did.

    What they brought stays as it is: the sync leaves it alone. Raises NotFound when one is not matched.
    """
    links = SourceLink.objects.filter(connection=connection, kind="school", sourced_id__in=list(sourced_ids))
    have = set(links.values_list("sourced_id", flat=True))
    if missing := sorted(set(sourced_ids) - have):
        raise NotFound(
            f"School {missing[0]!r} of this source is not matched.", hint="rollbook schools SLUG lists them."
        )
    with doing(connection=connection, kind=STEP, by=by) as act:
        removed = _unlink(connection, have, act)
        _count(act, Settled(unmatched=removed))
    return removed


def _choice_of(pair: Mapping[str, Any]) -> int | str | None:
    """What is chosen for a school of the source now."""
    number: int | None = pair["school_id"]
    return LEAVE if number is None and pair["is_left"] else number


def _count(act: Doing, done: Settled) -> None:
    for what in ("matched", "created", "unmatched", "left"):
        act.add(what, getattr(done, what))


def _matching(connection: SourceConnection, orgs: pl.DataFrame, findings: pl.DataFrame) -> Matching:
    columns = ("pk", "name", "school_number", "nces_id")
    shape = {"id": pl.Int64, "name": pl.String, "school_number": pl.String, "nces_id": pl.String}
    rows = School.objects.filter(district=connection.district_id).exclude(status="archived").order_by("pk")
    schools = pl.DataFrame(list(rows.values_list(*columns)), schema=shape, orient="row")
    linked = SourceLink.objects.filter(connection=connection, kind="school").order_by("sourced_id")
    links = pl.DataFrame(
        list(linked.values_list("sourced_id", "object_id")),
        schema={"sourced_id": pl.String, "school_id": pl.Int64},
        orient="row",
    )
    names = schools.select("id", "name")
    pairs = orgs.join(suggest(orgs, schools, links), on="sourced_id", how="left", maintain_order="left")
    for column in ("school", "suggestion", "near"):
        key = "school_id" if column == "school" else column
        named = names.rename({"name": f"{column}_name"})
        pairs = pairs.join(named, left_on=key, right_on="id", how="left", maintain_order="left")
    gone = links.join(orgs, on="sourced_id", how="anti").join(names, left_on="school_id", right_on="id", how="left")
    left = LeftAlone.objects.filter(connection=connection, kind="school").values_list("sourced_id", flat=True)
    pairs = pairs.with_columns(is_left=pl.col("sourced_id").is_in(list(left)))
    return Matching(
        pairs=pairs.select(tuple(PAIR_SCHEMA)),
        only_here=names.join(links, left_on="id", right_on="school_id", how="anti", maintain_order="left"),
        gone=gone.select("sourced_id", school_name="name"),
        findings=findings,
    )


def _unlink(connection: SourceConnection, sourced_ids: Collection[str], act: Doing) -> int:
    links = SourceLink.objects.filter(connection=connection, kind="school", sourced_id__in=list(sourced_ids))
    ids = list(links.values_list("pk", flat=True))
    note_rows(
        district_id=connection.district_id,
        table="source_link",
        ids=ids,
        op="delete",
        kind="school",
        by=act.act.by,
        act=act.act.pk,
    )
    SourceLink.objects.filter(pk__in=ids).delete()
    return len(ids)


def _reopen(connection: SourceConnection, sourced_ids: Collection[str], act: Doing) -> None:
    rows = LeftAlone.objects.filter(connection=connection, kind="school", sourced_id__in=list(sourced_ids))
    ids = list(rows.values_list("pk", flat=True))
    note_rows(
        district_id=connection.district_id,
        table="left_alone",
        ids=ids,
        op="delete",
        kind="school",
        by=act.act.by,
        act=act.act.pk,
    )
    LeftAlone.objects.filter(pk__in=ids).delete()


def _leave(connection: SourceConnection, sourced_ids: Collection[str], act: Doing) -> None:
    rows = LeftAlone.objects.bulk_create(
        LeftAlone(district_id=connection.district_id, connection=connection, kind="school", sourced_id=key)
        for key in sourced_ids
    )
    ids = [row.pk for row in rows]
    note_rows(
        district_id=connection.district_id,
        table="left_alone",
        ids=ids,
        op="insert",
        kind="school",
        by=act.act.by,
        act=act.act.pk,
    )


def _create(connection: SourceConnection, rows: Sequence[Mapping[str, str | None]], act: Doing) -> list[int]:
    """New schools in the order of ``rows``. A twelve-digit identifier is an NCES id (oneroster.md A.2), another one the
    school's number."""
    schools = School.objects.bulk_create(
        School(
            district_id=connection.district_id,
            name=row["name"] or row["sourced_id"],
            status="active",
            **_numbers(row["identifier"]),
        )
        for row in rows
    )
    ids = [school.pk for school in schools]
    note_rows(
        district_id=connection.district_id,
        table="school",
        ids=ids,
        op="insert",
        kind="school",
        by=act.act.by,
        act=act.act.pk,
    )
    return ids


def _numbers(identifier: str | None) -> dict[str, str | None]:
    is_nces = identifier is not None and len(identifier) == 12 and identifier.isdigit()
    return {"nces_id": identifier if is_nces else None, "school_number": None if is_nces else identifier}


def _link(connection: SourceConnection, pairs: Mapping[str, int], act: Doing) -> None:
    links = SourceLink.objects.bulk_create(
        SourceLink(
            district_id=connection.district_id, connection=connection, kind="school", sourced_id=key, object_id=school
        )
        for key, school in pairs.items()
    )
    ids = [link.pk for link in links]
    note_rows(
        district_id=connection.district_id,
        table="source_link",
        ids=ids,
        op="insert",
        kind="school",
        by=act.act.by,
        act=act.act.pk,
    )


def _near_hint(wanted: str, pairs: Collection[str]) -> str:
    bare = wanted.lstrip("0")
    near = next((key for key in pairs if key.lstrip("0") == bare), None)
    if near is not None:
        return f"It has {near!r}: leading zeros count. A spreadsheet may have dropped them."
    return "rollbook schools SLUG lists the schools of the source."
