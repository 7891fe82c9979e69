"""Who may be in the directory twice: found, listed, and remembered when a person says that they are two (C-2, C-3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
from django.db import connection, transaction

from rollbook.core.errors import NotFound
from rollbook.engine.arrow import reading
from rollbook.linkage import MODELS, Kind, Verdict, people_frame, score
from rollbook.store.models import District, DuplicatePair, Person, Student

__all__ = ["KINDS", "VERDICTS", "Pair", "counts", "dismiss", "find", "pair", "pairs", "people", "recall"]

KINDS: Final = tuple(str(kind) for kind in Kind)
VERDICTS: Final = tuple(str(verdict) for verdict in Verdict)

_LIST = pl.List(pl.String())
_QUERIES: Final[Mapping[Kind, str]] = {
    Kind.STUDENT: """SELECT s.id, s.given_name, s.family_name, s.preferred_given_name, s.preferred_family_name, s.birth_on,
        s.grade, s.student_number AS number, s.state_id, s.email, p.schools, g.kin, g.contacts
        FROM student s
        LEFT JOIN (SELECT student_id, array_agg(DISTINCT school_id) AS schools FROM student_school
            WHERE district_id = {district} AND status = 'active' GROUP BY student_id) p ON p.student_id = s.id
        LEFT JOIN (SELECT g.student_id, array_agg(DISTINCT g.person_id) AS kin,
            array_agg(DISTINCT c.value) FILTER (WHERE c.value IS NOT NULL) AS contacts
            FROM guardianship g LEFT JOIN contact_method c ON c.person_id = g.person_id AND c.district_id = {district}
                AND c.kind IN ('email', 'mobile')
            WHERE g.district_id = {district} GROUP BY g.student_id) g ON g.student_id = s.id
        WHERE s.district_id = {district}""",
    Kind.PERSON: """SELECT s.id, s.given_name, s.family_name, s.preferred_given_name, s.preferred_family_name,
        NULL::date AS birth_on, NULL AS grade, NULL AS number, NULL AS state_id, NULL AS email, p.schools, g.kin, c.contacts
        FROM person s
        LEFT JOIN (SELECT person_id, array_agg(DISTINCT school_id) FILTER (WHERE school_id IS NOT NULL) AS schools
            FROM staff_role WHERE district_id = {district} AND status = 'active' GROUP BY person_id) p
            ON p.person_id = s.id
        LEFT JOIN (SELECT person_id, array_agg(DISTINCT student_id) AS kin FROM guardianship
            WHERE district_id = {district} GROUP BY person_id) g ON g.person_id = s.id
        LEFT JOIN (SELECT person_id, array_agg(DISTINCT value) AS contacts FROM contact_method
            WHERE district_id = {district} AND kind IN ('email', 'mobile') GROUP BY person_id) c ON c.person_id = s.id
        WHERE s.district_id = {district}""",
}
_READ: Final[Mapping[str, pl.DataType]] = {
    **dict.fromkeys(("given_name", "family_name", "preferred_given_name", "preferred_family_name"), pl.String()),
    "id": pl.Int64(),
    "birth_on": pl.Date(),
    **dict.fromkeys(("grade", "number", "state_id", "email"), pl.String()),
    "schools": pl.List(pl.Int64()),
    "kin": pl.List(pl.Int64()),
    "contacts": _LIST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two records that may be one. ``weight``: bits of evidence; ``reasons``: ``comparison: level``, for first."""

    pair: int
    kind: str
    left: int
    right: int
    weight: float
    verdict: str
    reasons: tuple[str, ...]
    is_different: bool


def find(*, district: District, kind: str, now: dt.datetime) -> Mapping[str, int]:
    """Everybody of ``kind`` is compared with everybody; the pairs worth a look replace those found before, except those
    of whom a person said that they are two. Returns verdict → pairs. Nothing of the directory is changed; the cost is one
    read of it and seconds for a hundred thousand."""
    which = _kind(kind)
    with reading() as reader:
        rows = reader.read(_QUERIES[which].format(district=int(district.pk)), _READ)
    found = score(people_frame(rows), MODELS[which])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM district WHERE id = %s FOR UPDATE", [district.pk])
        DuplicatePair.objects.filter(district=district, kind=kind, is_different=False).delete()
        columns = [found[name].to_list() for name in ("left_id", "right_id", "weight", "verdict")]
        reasons = ["\x1f".join(row) for row in found["reasons"].to_list()]
        cursor.execute(
            """INSERT INTO duplicate_pair
            (district_id, kind, left_id, right_id, weight, verdict, reasons, found_at, is_different, decided_by)
            SELECT %s, %s, p.l, p.r, p.weight, p.verdict, string_to_array(p.reasons, chr(31)), %s, FALSE, ''
            FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::text[], %s::text[])
                AS p(l, r, weight, verdict, reasons)
            ON CONFLICT (district_id, kind, left_id, right_id) DO UPDATE
            SET weight = excluded.weight, verdict = excluded.verdict, reasons = excluded.reasons""",
            [district.pk, kind, now, *columns, reasons],
        )
    return counts(district, kind)


def counts(district: District, kind: str) -> dict[str, int]:
    """verdict → open pairs. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.verdict, count(*) {_open(_kind(kind))} AND NOT p.is_different GROUP BY p.verdict",
            {"district": district.pk, "kind": kind},
        )
        found = dict(cursor.fetchall())
    return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}


def pairs(
    *,
    district: District,
    kind: str,
    verdicts: Collection[str] = VERDICTS,
    different: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> tuple[int, list[Pair]]:
    """How many open pairs there are, and those of this page, the surest first; ``different``: instead those of whom a
    person said that they are two. A pair of which one record is gone is in neither. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.id, p.kind, p.left_id, p.right_id, p.weight, p.verdict, p.reasons, p.is_different, count(*) OVER ()
            {_open(_kind(kind))} AND p.is_different = %(different)s AND p.verdict = ANY(%(verdicts)s)
            ORDER BY array_position(ARRAY['certain', 'likely', 'look'], p.verdict), p.weight DESC, p.left_id, p.right_id
            OFFSET %(offset)s LIMIT %(limit)s""",
            {
                "district": district.pk,
                "kind": kind,
                "different": different,
                "verdicts": list(verdicts),
                "offset": offset,
                "limit": limit,
            },
        )
        rows = cursor.fetchall()
    total = int(rows[0][-1]) if rows else 0
    return total, [
        Pair(
            pair=row[0],
            kind=row[1],
            left=row[2],
            right=row[3],
            weight=row[4],
            verdict=row[5],
            reasons=tuple(row[6]),
            is_different=row[7],
        )
        for row in rows
    ]


def pair(district: District, kind: str, left: int, right: int) -> Pair | None:
    """What was found of these two; None when they were picked by hand. One query."""
    low, high = sorted((left, right))
    row = DuplicatePair.objects.filter(district=district, kind=kind, left_id=low, right_id=high).first()
    if row is None:
        return None
    return Pair(
        pair=row.pk,
        kind=row.kind,
        left=row.left_id,
        right=row.right_id,
        weight=row.weight,
        verdict=row.verdict,
        reasons=tuple(row.reasons),
        is_different=row.is_different,
    )


def people(district: District, kind: str) -> int:
    """How many of ``kind`` the district has. One query."""
    if _kind(kind) is Kind.STUDENT:
        return Student.objects.filter(district=district).count()
    return Person.objects.filter(district=district).count()


def dismiss(*, district: District, kind: str, left: int, right: int, by: str, now: dt.datetime) -> None:
    """``left`` and ``right`` are two, says ``by``; nobody is asked again, however often duplicates are looked for.
    Raises NotFound when there is no such pair."""
    _decide(district, kind, left, right, is_different=True, by=by, now=now)


def recall(*, district: District, kind: str, left: int, right: int, by: str, now: dt.datetime) -> None:
    """What ``dismiss`` said is taken back: the pair is open again. Raises NotFound when there is no such pair."""
    _decide(district, kind, left, right, is_different=False, by=by, now=now)


def _decide(
    district: District, kind: str, left: int, right: int, *, is_different: bool, by: str, now: dt.datetime
) -> None:
    low, high = sorted((left, right))
    rows = DuplicatePair.objects.filter(district=district, kind=kind, left_id=low, right_id=high)
    if not rows.update(is_different=is_different, decided_by=by, decided_at=now):
        raise NotFound("There is no such pair here.", hint=f"Look for duplicates: rollbook duplicates {district.slug}")


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise NotFound(f"There are no duplicates of {kind!r}.", hint=f"There are: {', '.join(KINDS)}.")
    return Kind(kind)


def _open(kind: Kind) -> str:
    """SQL: the pairs of which both records are here."""
    return f"""FROM duplicate_pair p
        JOIN "{kind}" a ON a.id = p.left_id AND a.district_id = p.district_id
        JOIN "{kind}" b ON b.id = p.right_id AND b.district_id = p.district_id
        WHERE p.district_id = %(district)s AND p.kind = %(kind)s"""
