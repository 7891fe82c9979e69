"""The headings of a file → the columns of the specification: exact, spelled differently, guessed, or dropped."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from rollbook.connectors.kit.csv import Heading
from rollbook.connectors.kit.refusal import gather, refuse
from rollbook.connectors.oneroster.needs import needed_columns, used_columns
from rollbook.connectors.oneroster.spec import ALL_COLUMNS, TABLES, columns_of
from rollbook.core import findings
from rollbook.core.errors import DataError
from rollbook.core.policy import Policy

__all__ = ["ReadHeader", "is_known", "plain", "read_header"]

_ALIASES: dict[str, dict[str, str]] = {
    "": {
        "sourceid": "sourcedId",
        "datelastmodifed": "dateLastModified",
        "lastmodified": "dateLastModified",
        "grade": "grades",
    },
    "academicSessions": {"begindate": "startDate", "parent": "parentSourcedId", "year": "schoolYear"},
    "orgs": {
        "parent": "parentSourcedId",
        "parentorgsourcedid": "parentSourcedId",
        "orgname": "name",
        "orgtype": "type",
    },
    "courses": {"orgsourcedids": "orgSourcedId", "schoolsourcedid": "orgSourcedId", "code": "courseCode"},
    "classes": {
        "orgsourcedid": "schoolSourcedId",
        "termsourcedid": "termSourcedIds",
        "subject": "subjects",
        "period": "periods",
        "name": "title",
        "code": "classCode",
        "type": "classType",
    },
    "users": {
        "agents": "agentSourcedIds",
        "agentsourcedid": "agentSourcedIds",
        "orgsourcedid": "orgSourcedIds",
        "orgs": "orgSourcedIds",
        "roles": "role",
        "userid": "userIds",
        "enabled": "enabledUser",
        "firstname": "givenName",
        "lastname": "familyName",
        "preferredfirstname": "preferredGivenName",
        "preferredlastname": "preferredFamilyName",
        "emailaddress": "email",
    },
    "roles": {"userid": "userSourcedId", "orgsourcedids": "orgSourcedId", "startdate": "beginDate"},
    "enrollments": {
        "classid": "classSourcedId",
        "userid": "userSourcedId",
        "orgsourcedid": "schoolSourcedId",
        "schoolid": "schoolSourcedId",
        "startdate": "beginDate",
        "isprimary": "primary",
    },
    "demographics": {"usersourcedid": "sourcedId", "dateofbirth": "birthDate"},
}
"""File ("" = all) → heading in plain letters → column; met in the wild (oneroster.md E.4)."""

_CUSTODY = "The setting custody_column names it: it says which guardians have no rights."
_ALIKE = 0.8
_HARMLESS = re.compile(r"^[\w .*\-/]{1,40}$")


@dataclass(frozen=True, slots=True)
class ReadHeader:
    """``heading`` for the CSV reader; ``columns``: specification columns present in the file, used or not."""

    heading: Heading
    columns: frozenset[str]


@dataclass(slots=True)
class _Reading:
    """Work in progress on one header: position → column found, and what was said about it."""

    name: str
    stream: str
    raw: list[str]
    found: dict[int, str] = field(default_factory=dict)
    remarks: list[pl.DataFrame] = field(default_factory=list)

    def take(self, position: int, column: str, code: str | None) -> None:
        self.found[position] = column
        if code:
            told = _shown(self.raw[position])
            self.remarks.append(findings.make(code, stream=self.stream, line=1, column=column, detail=told))

    def missing(self) -> set[str]:
        return set(columns_of(self.name)) - set(self.found.values())

    def open(self) -> list[int]:
        return [position for position in range(len(self.raw)) if position not in self.found]


def plain(heading: str) -> str:
    """A heading without case, blanks, underscores, hyphens, quotes and the asterisk that printed tables leave."""
    return re.sub(r"[\s_\-*\"'\ufeff\u200b\u00a0]", "", heading).casefold()


def is_known(name: str, heading: str) -> bool:
    """Whether ``heading`` is, in some spelling, a column of the file ``name``."""
    letters = plain(heading)
    return letters in {plain(column) for column in columns_of(name)} or letters in _aliases(name)


def read_header(raw: Sequence[str], *, name: str, version: str, policy: Policy) -> ReadHeader:
    """Find the columns of ``name`` among the headings ``raw``.

    Raises ``DataError``: HDR-001 no headings at all, HDR-002 a column twice, HDR-003 a needed column missing.
    """
    stream = f"{name}.csv"
    reading = _Reading(name, stream, list(raw))
    if not any(is_known(name, heading) for heading in raw):
        raise refuse(
            "HDR-001", stream=stream, line=1, detail=",".join(TABLES[version].get(name, TABLES["1.2"][name]).names[:4])
        )
    _find_exact(reading)
    _find_respelled(reading)
    _find_aliases(reading)
    _find_alike(reading)
    custody = _find_custody(reading, policy)
    _check_complete(reading, version, policy)
    _tell_dropped(reading, custody)
    _tell_order(reading, version)

    used = used_columns(name, policy)
    keep = {position: column for position, column in sorted({**reading.found, **custody}.items()) if column in used}
    key = next((position for position, column in reading.found.items() if column == "sourcedId"), None)
    secret = {position: column for position, column in reading.found.items() if column == "password"}
    columns = frozenset(reading.found.values()) | frozenset(custody.values())
    return ReadHeader(Heading(keep, key, findings.merge(reading.remarks), secret), columns)


def _aliases(name: str) -> dict[str, str]:
    own = {**_ALIASES[""], **_ALIASES.get(name, {})}
    return {letters: column for letters, column in own.items() if column in columns_of(name)}


def _find_exact(reading: _Reading) -> None:
    for position, heading in enumerate(reading.raw):
        if heading in columns_of(reading.name):
            if heading in reading.found.values():
                raise refuse("HDR-002", stream=reading.stream, line=1, column=heading)
            reading.take(position, heading, None)


def _find_respelled(reading: _Reading) -> None:
    by_letters = {plain(column): column for column in columns_of(reading.name)}
    for position in reading.open():
        column = by_letters.get(plain(reading.raw[position]))
        if column is None:
            continue
        if column in reading.found.values():
            raise refuse("HDR-002", stream=reading.stream, line=1, column=column)
        reading.take(position, column, "HDR-004")


def _find_aliases(reading: _Reading) -> None:
    aliases = _aliases(reading.name)
    for position in reading.open():
        column = aliases.get(plain(reading.raw[position]))
        if column is not None and column in reading.missing():
            reading.take(position, column, "HDR-004")


def _find_alike(reading: _Reading) -> None:
    """Typing errors: taken only when one heading resembles one missing column, and is no column of OneRoster itself."""
    elsewhere = {plain(column) for column in ALL_COLUMNS}
    pairs = [
        (position, column)
        for position in reading.open()
        for column in reading.missing()
        if plain(reading.raw[position]) not in elsewhere and _are_alike(plain(reading.raw[position]), plain(column))
    ]
    for position, column in pairs:
        if sum(other == position for other, _ in pairs) == 1 and sum(other == column for _, other in pairs) == 1:
            reading.take(position, column, "HDR-005")


def _are_alike(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 2 and difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _find_custody(reading: _Reading, policy: Policy) -> dict[int, str]:
    """The column that the policy names for guardians without rights, wherever it stands."""
    if reading.name != "users" or not policy.custody_column:
        return {}
    wanted = policy.custody_column.strip().casefold()
    hits = [position for position in reading.open() if reading.raw[position].strip().casefold() == wanted]
    if len(hits) > 1:
        raise refuse("HDR-002", stream=reading.stream, line=1, column=policy.custody_column)
    if not hits and policy.custody_column not in columns_of("users"):
        # Reading on would give back rights that the source takes away.
        raise refuse("HDR-003", stream=reading.stream, line=1, column=policy.custody_column, detail=_CUSTODY)
    return dict.fromkeys(hits, policy.custody_column)


def _check_complete(reading: _Reading, version: str, policy: Policy) -> None:
    """Raise for columns that cannot be missing; remark on those that were used and are gone."""
    missing = reading.missing()
    needed = needed_columns(reading.name, version)
    errors: list[DataError] = []
    for column in needed:
        if column in missing:
            nearest = _nearest(reading, column)
            detail = f"The nearest heading found is {nearest}." if nearest else ""
            errors.append(refuse("HDR-003", stream=reading.stream, line=1, column=column, detail=detail))
    if errors:
        raise gather(errors, reading.remarks)
    table = TABLES[version].get(reading.name) or TABLES["1.2"][reading.name]
    expected = table.names if policy.strict else tuple(set(table.names) & used_columns(reading.name, policy))
    reading.remarks.extend(
        findings.make("HDR-007", stream=reading.stream, line=1, column=column)
        for column in table.names
        if column in missing and column in expected
    )
    for column in sorted(set(reading.found.values()) - set(table.names)):
        detail = "It was used all the same." if column in used_columns(reading.name, policy) else "It was dropped."
        reading.remarks.append(findings.make("HDR-011", stream=reading.stream, line=1, column=column, detail=detail))


def _nearest(reading: _Reading, column: str) -> str:
    """The unclaimed heading that resembles ``column`` most, when one does and it can be shown."""
    shown = [heading for heading in (reading.raw[position] for position in reading.open()) if _HARMLESS.match(heading)]
    close = difflib.get_close_matches(plain(column), [plain(heading) for heading in shown], n=1, cutoff=0.5)
    return next((heading for heading in shown if close and plain(heading) == close[0]), "")


def _tell_dropped(reading: _Reading, custody: dict[int, str]) -> None:
    rest = [reading.raw[position].strip() for position in reading.open() if position not in custody]
    extra = [heading for heading in rest if heading.casefold().startswith("metadata.")]
    unknown = [heading for heading in rest if not heading.casefold().startswith("metadata.")]
    for code, headings in (("HDR-009", extra), ("HDR-006", unknown)):
        if headings:
            told = ", ".join(_shown(heading) for heading in headings)
            reading.remarks.append(findings.make(code, stream=reading.stream, line=1, detail=told))


def _tell_order(reading: _Reading, version: str) -> None:
    """By the letter: the columns of the version in order, then ``metadata.`` columns."""
    table = TABLES[version].get(reading.name) or TABLES["1.2"][reading.name]
    present = [column for _, column in sorted(reading.found.items()) if column in table.names]
    in_order = [column for column in table.names if column in present]
    last = max(reading.found, default=0)
    early = any(position < last for position in reading.open())
    if present != in_order or early:
        reading.remarks.append(findings.make("HDR-008", stream=reading.stream, line=1))


def _shown(heading: str) -> str:
    """A heading as it may be repeated: a file without headings could have a person in its first line."""
    return heading if _HARMLESS.match(heading) else ("(no name)" if not heading.strip() else "(a column)")
