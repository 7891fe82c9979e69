"""Student attributes: what a district keeps about its students beyond the roster, by hand or by CSV (section 9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from rollbook.core.attributes import AttributeType, name_refusal, parse_value
from rollbook.core.errors import ConfigError, NotFound
from rollbook.store.models import AttributeKind, District, Student, StudentAttribute

__all__ = ["Changed", "define", "kinds", "set_all", "set_one", "withdraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """How many values were set anew, changed, taken away, and were so already."""

    added: int
    changed: int
    removed: int
    unchanged: int


def kinds(district: District) -> list[AttributeKind]:
    """The attributes that students of the district may have, by name."""
    return list(AttributeKind.objects.filter(district=district).order_by("name"))


def define(
    *, district: District, name: str, value_type: str, is_sensitive: bool, by: str, now: dt.datetime
) -> AttributeKind:
    """Students of the district may have the attribute ``name``. Raises ConfigError for a name that cannot be or is taken,
    and for an unknown type."""
    name = " ".join(name.split())
    if refusal := name_refusal(name):
        raise ConfigError(refusal, hint="Such as Bus route or Lunch.")
    if value_type not in list(AttributeType):
        raise ConfigError(f"There is no type {value_type!r}.", hint=f"There are: {', '.join(AttributeType)}.")
    try:
        with transaction.atomic():
            if AttributeKind.objects.filter(district=district, name__iexact=name).exists():
                raise IntegrityError
            return AttributeKind.objects.create(
                district=district, name=name, type=value_type, is_sensitive=is_sensitive, created_at=now, created_by=by
            )
    except IntegrityError:
        raise ConfigError(
            f"There is an attribute {name!r} already.", hint="Choose another name, or fill that one."
        ) from None


def withdraw(*, district: District, number: int) -> None:
    """The attribute is gone. Raises NotFound, and ConfigError while a student has a value: nothing is lost by a click."""
    with transaction.atomic():
        found = AttributeKind.objects.select_for_update().filter(district=district, pk=number).first()
        if found is None:
            raise NotFound("There is no such attribute.", hint="Look at the district's attributes.")
        values = StudentAttribute.objects.filter(kind=found).count()
        if values:
            raise ConfigError(
                f"{values:,} {'student has' if values == 1 else 'students have'} a value for this attribute.",
                hint="Upload a file with that column blank first; then it can be taken away.",
            )
        found.delete()


def set_one(
    *, student: Student, values: Mapping[int, str], with_sensitive: bool, by: str, now: dt.datetime
) -> Mapping[int, str]:
    """The student has ``values`` (attribute → text; blank takes it away), all of them or none: what cannot be is returned,
    attribute → why. Attributes that ``values`` leaves out stay; a sensitive one is as if it were not there without
    ``with_sensitive``."""
    known = {kind.pk: kind for kind in AttributeKind.objects.filter(district=student.district_id, pk__in=list(values))}
    said: dict[int, str] = {}
    wanted: dict[int, str] = {}
    for number, text in values.items():
        kind = known.get(number)
        if kind is None or (kind.is_sensitive and not with_sensitive):
            continue
        try:
            wanted[number] = parse_value(AttributeType(kind.type), text) if text.strip() else ""
        except ValueError as error:
            said[number] = f"Write {error}."
    if not said:
        set_all(
            district=student.district,
            values={(student.pk, number): value for number, value in wanted.items()},
            by=by,
            now=now,
        )
    return said


def set_all(
    *, district: District, values: Mapping[tuple[int, int], str], by: str, now: dt.datetime, is_preview: bool = False
) -> Changed:
    """Each (student, attribute) of ``values`` has its value, as ``parse_value`` writes it; blank takes it away. In three
    statements, logged as made by ``by``; with ``is_preview`` only counted. Students and attributes are of ``district``."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """CREATE TEMPORARY TABLE wanted_attribute ON COMMIT DROP AS
            SELECT w.student_id, w.kind_id, w.value, h.id, h.value AS old
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS w (student_id, kind_id, value)
            LEFT JOIN student_attribute h
                ON h.district_id = %s AND h.student_id = w.student_id AND h.kind_id = w.kind_id""",
            [[key[0] for key in values], [key[1] for key in values], list(values.values()), district.pk],
        )
        cursor.execute(
            """SELECT count(*) FILTER (WHERE id IS NULL AND value <> ''),
            count(*) FILTER (WHERE id IS NOT NULL AND value <> '' AND value <> old),
            count(*) FILTER (WHERE id IS NOT NULL AND value = ''), count(*) FROM wanted_attribute"""
        )
        added, changed, removed, everything = cursor.fetchone()
        if not is_preview:
            _write(cursor, {"district": district.pk, "by": by, "now": now})
        cursor.execute("DROP TABLE wanted_attribute")
    return Changed(added=added, changed=changed, removed=removed, unchanged=everything - added - changed - removed)


def _write(cursor: object, values: Mapping[str, object]) -> None:
    """Values, and their line in the student's history. A sensitive value is not in the history, only that it changed."""
    for statement in (
        """INSERT INTO change_log (district_id, "table", row_id, op, kind, record_id, old, new, at, by)
        SELECT %(district)s, 'student_attribute', coalesce(w.id, 0), 'update', 'student', w.student_id,
            jsonb_build_object(k.name, CASE WHEN k.is_sensitive THEN '…' ELSE w.old END),
            jsonb_build_object(k.name, CASE WHEN k.is_sensitive THEN '…' ELSE nullif(w.value, '') END),
            %(now)s, %(by)s
        FROM wanted_attribute w JOIN attribute_kind k ON k.id = w.kind_id
        WHERE coalesce(w.old, '') <> w.value""",
        """INSERT INTO student_attribute (district_id, student_id, kind_id, value, changed_at, changed_by)
        SELECT %(district)s, student_id, kind_id, value, %(now)s, %(by)s FROM wanted_attribute WHERE value <> ''
        ON CONFLICT (district_id, student_id, kind_id) DO UPDATE
        SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        WHERE student_attribute.value <> excluded.value""",
        """DELETE FROM student_attribute a USING wanted_attribute w
        WHERE w.value = '' AND a.id = w.id AND a.district_id = %(district)s""",
    ):
        cursor.execute(statement, values)  # type: ignore[attr-defined]
