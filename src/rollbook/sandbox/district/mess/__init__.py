"""Mess: every deviation from OneRoster that is met in the wild and that a CSV bundle can show, planted by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district.mess.draft import Draft
from rollbook.sandbox.district.mess.files import FILES
from rollbook.sandbox.district.mess.headers import HEADERS
from rollbook.sandbox.district.mess.kinds import Category, Mess, Planted
from rollbook.sandbox.district.mess.package import PACKAGE
from rollbook.sandbox.district.mess.people import PEOPLE
from rollbook.sandbox.district.mess.records import RECORDS
from rollbook.sandbox.district.mess.references import REFERENCES
from rollbook.sandbox.district.mess.values import VALUES

__all__ = ["ALL", "MESS", "Category", "Mess", "Planted", "chosen", "make_mess"]

ALL = "all"
_EVERY = (*RECORDS, *REFERENCES, *VALUES, *PEOPLE, *HEADERS, *FILES, *PACKAGE)
MESS: Mapping[str, Mess] = MappingProxyType({mess.code: mess for mess in _EVERY})
"""code → mess, in the order of the facts they come from; a bundle is spoilt in this order too."""


def chosen(codes: Sequence[str], *, oneroster: str, zipped: bool) -> tuple[tuple[Mess, ...], dict[str, str]]:
    """The mess of these codes in planting order, and code → reason for what "all" leaves out.

    Raises ConfigError for a code that is unknown or impossible here, and for two that exclude each other.
    """
    if ALL in codes:
        return _all(oneroster=oneroster, zipped=zipped)
    if unknown := sorted(set(codes) - MESS.keys()):
        raise ConfigError(
            f"No such mess: {', '.join(unknown)}.", hint="rollbook generate --list-mess shows every code."
        )
    wanted = tuple(mess for mess in MESS.values() if mess.code in codes)
    groups: dict[str, str] = {}
    for mess in wanted:
        if reason := _impossible(mess, oneroster=oneroster, zipped=zipped):
            raise ConfigError(f"{mess.code} cannot be planted here: {reason}.", hint="Choose another code, or add it.")
        if mess.group and mess.group in groups:
            raise ConfigError(
                f"{groups[mess.group]} and {mess.code} exclude each other.", hint="Plant them in two bundles."
            )
        groups[mess.group] = mess.code
    return wanted, {}


def make_mess(folder: Path, wanted: Sequence[Mess], *, oneroster: str, seed: int) -> tuple[Planted, ...]:
    """The plain bundle in the folder is spoilt by every mess of ``wanted``; what was planted, and where it stands."""
    draft = Draft(folder, oneroster=oneroster, seed=seed)
    for mess in wanted:
        draft.begin(mess)
        mess.plant(draft)
    return draft.finish()


def _all(*, oneroster: str, zipped: bool) -> tuple[tuple[Mess, ...], dict[str, str]]:
    wanted: list[Mess] = []
    left_out: dict[str, str] = {}
    groups: dict[str, str] = {}
    for mess in MESS.values():
        reason = mess.alone or _impossible(mess, oneroster=oneroster, zipped=zipped)
        if not reason and mess.group in groups:
            reason = f"it excludes {groups[mess.group]}"
        if reason:
            left_out[mess.code] = reason
            continue
        if mess.group:
            groups[mess.group] = mess.code
        wanted.append(mess)
    return tuple(wanted), left_out


def _impossible(mess: Mess, *, oneroster: str, zipped: bool) -> str:
    if oneroster not in mess.versions:
        return f"it belongs to OneRoster {' and '.join(mess.versions)}"
    if mess.needs_zip and not zipped:
        return "it needs a zip (--zip)"
    return ""
