"""What was delivered: which files of the bundle are read, as which version, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rollbook.connectors.kit.archive import Archive
from rollbook.connectors.kit.csv import peek_headings
from rollbook.connectors.kit.refusal import gather, refuse
from rollbook.connectors.oneroster.header import is_known, plain
from rollbook.connectors.oneroster.manifest import MANIFEST, Manifest, read_manifest
from rollbook.connectors.oneroster.needs import ESSENTIAL_FILES, used_files
from rollbook.connectors.oneroster.spec import TABLES
from rollbook.connectors.oneroster.strangers import recognise
from rollbook.core import findings
from rollbook.core.errors import DataError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode

__all__ = ["Delivery", "take_stock"]

_FILES = sorted({name for tables in TABLES.values() for name in tables})


@dataclass(frozen=True, slots=True)
class Delivery:
    """``modes``: every file that Rollbook uses → how it is read, in reading order."""

    version: str
    modes: Mapping[str, Mode]
    manifest: Manifest | None
    manifest_bytes: bytes
    remarks: pl.DataFrame


def take_stock(archive: Archive, policy: Policy) -> Delivery:
    """Decide how to read the bundle. Raises ``DataError`` when a file is missing or this is no OneRoster."""
    files = set(archive.members)
    stranger = recognise(files, lambda name: _headings(archive, name))
    if stranger:
        raise refuse("FIL-014", stream=archive.name, detail=stranger)
    manifest_bytes = archive.read(MANIFEST) if MANIFEST in files else b""
    manifest = read_manifest(manifest_bytes) if MANIFEST in files else None
    present = {name for name in _FILES if f"{name}.csv".casefold() in files}
    version = _version(archive, manifest, present)

    remarks = [archive.findings, *_name_remarks(archive, present)]
    modes, told = _modes(manifest, present)
    remarks.extend(told)
    if manifest is None:
        remarks.append(findings.make("MAN-001", stream=MANIFEST))
    else:
        remarks.append(manifest.remarks)
        if manifest.version != version:
            remarks.append(findings.make("MAN-011", stream=MANIFEST, detail=version))
        unmentioned = [name for name in TABLES[version] if name not in manifest.modes and name not in present]
        if unmentioned:
            remarks.append(findings.make("MAN-007", stream=MANIFEST, detail=", ".join(unmentioned)))
    used = used_files(version, policy)
    remarks.extend(_unused_remarks(present, modes, used))
    errors = [*_promised(manifest, present), *_essential(used, modes, present, version)]
    if errors:
        raise gather(errors, remarks)
    remarks.extend(
        findings.make("FIL-028", stream=f"{name}.csv")
        for name in used
        if modes[name] is Mode.ABSENT and name not in present and not _is_delta(modes)
    )
    return Delivery(version, {name: modes[name] for name in used}, manifest, manifest_bytes, findings.merge(remarks))


def _headings(archive: Archive, name: str) -> list[str]:
    return peek_headings(archive.head(f"{name}.csv".casefold()), known=lambda heading: is_known(name, heading))


def _version(archive: Archive, manifest: Manifest | None, present: set[str]) -> str:
    """By shape, not by label (oneroster.md E.6): roles.csv makes it 1.2, a role beside every user 1.1."""
    if "roles" in present and not (manifest and manifest.modes.get("roles") is Mode.ABSENT):
        return "1.2"
    label = manifest.version if manifest else None
    if label == "1.2" and "users" in present:
        letters = {plain(heading) for heading in _headings(archive, "users")}
        return "1.1" if {"role", "orgsourcedids"} <= letters else "1.2"
    return label or "1.1"


def _modes(manifest: Manifest | None, present: set[str]) -> tuple[dict[str, Mode], list[pl.DataFrame]]:
    """How each file is read: as declared; undeclared files that are there count as complete."""
    modes, remarks = {}, []
    for name in _FILES:
        declared = manifest.modes.get(name) if manifest else None
        if declared is None:
            modes[name] = Mode.BULK if name in present else Mode.ABSENT
            if manifest and name in present:
                remarks.append(findings.make("MAN-006", stream=f"{name}.csv", detail=name))
        else:
            modes[name] = declared
            if declared is Mode.ABSENT and name in present:
                remarks.append(findings.make("MAN-005", stream=f"{name}.csv"))
    return modes, remarks


def _promised(manifest: Manifest | None, present: set[str]) -> list[DataError]:
    declared = manifest.modes if manifest else {}
    return [
        refuse("MAN-004", stream=f"{name}.csv", detail=mode.value)
        for name, mode in declared.items()
        if mode is not Mode.ABSENT and name not in present
    ]


def _is_delta(modes: Mapping[str, Mode]) -> bool:
    return Mode.DELTA in modes.values()


def _essential(used: tuple[str, ...], modes: Mapping[str, Mode], present: set[str], version: str) -> list[DataError]:
    """Files without which a complete delivery says nothing; a delivery of changes may leave any of them out."""
    if _is_delta(modes):
        return []
    essential = (*ESSENTIAL_FILES, "roles") if version == "1.2" else ESSENTIAL_FILES
    return [
        refuse("FIL-012", stream=f"{name}.csv", detail="declared absent" if name in present else "")
        for name in used
        if name in essential and modes[name] is Mode.ABSENT
    ]


def _name_remarks(archive: Archive, present: set[str]) -> list[pl.DataFrame]:
    """Names in other capitals, and files that no version of OneRoster knows."""
    proper = {f"{name}.csv".casefold(): f"{name}.csv" for name in _FILES} | {MANIFEST: MANIFEST}
    remarks = []
    for key, member in archive.members.items():
        if key not in proper:
            remarks.append(findings.make("FIL-027", stream=member.name))
        elif member.name != proper[key]:
            remarks.append(findings.make("FIL-024", stream=proper[key], detail=member.name))
    return remarks


def _unused_remarks(present: set[str], modes: Mapping[str, Mode], used: tuple[str, ...]) -> list[pl.DataFrame]:
    return [
        findings.make("FIL-029" if name == "demographics" else "FIL-026", stream=f"{name}.csv")
        for name in _FILES
        if name in present and name not in used and modes[name] is not Mode.ABSENT
    ]
