"""The one door to the audit: who did what, when (T-4, ADR 0023).

An entry is written in the transaction of the deed, as its last statement: the chain of the district is locked from then
until that transaction ends. It holds ids and numbers, never a name, a contact, a birth date or what was typed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection as database

from rollbook.core.audit import GENESIS, Chained, Deed, first_break
from rollbook.core.errors import ConfigError
from rollbook.store.models import AuditEntry, District

__all__ = [
    "ChainTold",
    "Deed",
    "expected",
    "handed_out",
    "note",
    "note_account",
    "note_once",
    "seen",
    "verify",
    "verify_all",
]

Value = int | float | bool | str | None | Sequence[int | str]

_WRITE: Final = """
INSERT INTO audit_entry (district_id, actor, deed, subject, subject_id, detail)
SELECT new.district, new.actor, new.deed, new.subject, new.subject_id, new.detail FROM (
    SELECT %s::bigint AS district, %s AS deed, %s AS subject, %s::bigint AS subject_id, %s AS detail,
    COALESCE((SELECT 'account:' || id FROM auth_user WHERE username = %s), %s) AS actor
) new
"""
_UNLESS: Final = """WHERE NOT EXISTS (
    SELECT FROM audit_entry old WHERE old.district_id IS NOT DISTINCT FROM new.district
    AND old.at > clock_timestamp() - interval '1 hour' AND old.actor = new.actor AND old.deed = new.deed
    AND old.subject = new.subject AND old.subject_id IS NOT DISTINCT FROM new.subject_id AND old.detail = new.detail)
"""
_ABOUT_ACCOUNT: Final = """
INSERT INTO audit_entry (district_id, deed, subject, subject_id, detail, actor)
SELECT place.district, %s, 'account', %s, %s, COALESCE((SELECT 'account:' || id FROM auth_user WHERE username = %s), %s)
FROM (SELECT NULL::bigint AS district UNION SELECT district_id FROM district_role WHERE account_id = %s) place
ORDER BY place.district NULLS FIRST
"""
_PIECE: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTold:
    """One chain, looked through. ``district``: its slug, blank for the installation's own; ``head``: the digest of the
    last entry; ``broken``: the first entry that is not as it was written, and ``why``."""

    district: str
    entries: int
    head: str
    broken: int | None
    why: str


def note(
    deed: Deed,
    *,
    by: str,
    district: int | None = None,
    subject: str = "",
    subject_id: int | None = None,
    detail: Mapping[str, Value] | None = None,
) -> None:
    """The audit of ``district`` (id; None: of the installation) has one entry more. ``by`` is noted as the id of the
    account of that name, where there is one. One statement."""
    _insert(_WRITE, deed, by, district, subject, subject_id, detail)


def note_once(
    deed: Deed,
    *,
    by: str,
    district: int | None = None,
    subject: str = "",
    subject_id: int | None = None,
    detail: Mapping[str, Value] | None = None,
) -> None:
    """As ``note``, but not a second time within an hour: for what happens again and again. One statement."""
    _insert(_WRITE + _UNLESS, deed, by, district, subject, subject_id, detail)


def note_account(deed: Deed, *, by: str, account_id: int, detail: Mapping[str, Value] | None = None) -> None:
    """As ``note``, about an account: in the audit of the installation and of each district in which it has a role. One
    statement."""
    with database.cursor() as cursor:
        cursor.execute(_ABOUT_ACCOUNT, [deed.value, account_id, _text(detail), by, _stranger(by), account_id])


def handed_out(*, district: int, what: str, by: str, number: int | None = None) -> None:
    """``what`` (a table of people, the report of run ``number``) was asked for as a file by ``by``: call it before the
    first byte goes out."""
    note(Deed.EXPORT, by=by, district=district, subject=what, subject_id=number)


def seen(*, district: int, what: str, by: str) -> None:
    """``by`` looked at a list of people; noted once an hour for each list."""
    note_once(Deed.LIST, by=by, district=district, subject=what)


def verify(district: District | None, *, expect: tuple[int, str] | None = None) -> ChainTold:
    """The whole chain of ``district`` (None: of the installation), looked through. ``expect``: the number and the digest
    of an entry as it was noted down outside the database: it must still be so, which finds a chain whose end was cut off,
    or that was written anew from end to end."""
    seen: dict[str, Any] = {"entries": 0, "head": GENESIS, "kept": ""}

    def entries() -> Iterator[Chained]:
        for entry in _entries(district):
            seen["entries"], seen["head"] = seen["entries"] + 1, entry.digest
            if expect is not None and entry.number == expect[0]:
                seen["kept"] = entry.digest
            yield entry

    broken = first_break(entries())
    number, why = (broken.number, broken.why) if broken is not None else (None, "")
    if broken is None and expect is not None and seen["kept"] != expect[1]:
        is_short = seen["entries"] < expect[0]
        number = seen["entries"] + 1 if is_short else expect[0]
        why = f"entry {number} is missing" if is_short else f"entry {number} is not the one that was noted down"
    return ChainTold(
        district=district.slug if district is not None else "",
        entries=seen["entries"],
        head=seen["head"],
        broken=number,
        why=why,
    )


def verify_all() -> list[ChainTold]:
    """Every chain: the installation's own, then those of the districts by name."""
    return [verify(None), *(verify(district) for district in District.objects.order_by("slug"))]


def expected(word: str) -> tuple[int, str]:
    """``NUMBER:DIGEST`` as its two parts. Raises ConfigError."""
    number, _, digest = word.partition(":")
    if not number.isdecimal() or len(number) > 18 or len(digest) != len(GENESIS):
        raise ConfigError(
            f"{word!r} names no entry.", hint="Write NUMBER:DIGEST, as an earlier rollbook audit verify told it."
        )
    return int(number), digest


def _insert(
    statement: str,
    deed: Deed,
    by: str,
    district: int | None,
    subject: str,
    subject_id: int | None,
    detail: Mapping[str, Value] | None,
) -> None:
    with database.cursor() as cursor:
        cursor.execute(statement, [district, deed.value, subject, subject_id, _text(detail), by, _stranger(by)])


def _text(detail: Mapping[str, Value] | None) -> str:
    return json.dumps(dict(detail or {}), sort_keys=True)


def _stranger(by: str) -> str:
    """How someone is noted who has no account here: never by an address."""
    return "account:?" if "@" in by else by


def _entries(district: District | None) -> Iterator[Chained]:
    rows = AuditEntry.objects.filter(district=district) if district else AuditEntry.objects.filter(district=None)
    for row in rows.order_by("number").iterator(chunk_size=_PIECE):
        yield Chained(
            district=row.district_id or 0,
            number=row.number,
            at=row.at,
            actor=row.actor,
            deed=row.deed,
            subject=row.subject,
            subject_id=row.subject_id or 0,
            detail=row.detail,
            previous=row.previous,
            digest=row.digest,
        )
