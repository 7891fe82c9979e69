"""manifest.csv: which version, and how each file is to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rollbook.connectors.kit.csv import Heading, Table, read_table
from rollbook.connectors.kit.refusal import refuse
from rollbook.connectors.oneroster.header import plain
from rollbook.connectors.oneroster.spec import TABLES, VERSIONS
from rollbook.core import findings
from rollbook.core.snapshot import LINE, Mode

__all__ = ["MANIFEST", "Manifest", "read_manifest"]

MANIFEST = "manifest.csv"

_COLUMNS = ("propertyName", "value")
_FILES = sorted({name for tables in TABLES.values() for name in tables})
_PROPERTIES = {
    name.casefold(): name
    for name in (
        "manifest.version",
        "oneroster.version",
        "source.systemName",
        "source.systemCode",
        *(f"file.{file}" for file in _FILES),
    )
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """``version``: one of ``VERSIONS`` or None when it names none of them; ``modes``: file → declared mode."""

    version: str | None
    modes: Mapping[str, Mode]
    table: Table
    remarks: pl.DataFrame


def read_manifest(data: bytes) -> Manifest:
    """Read manifest.csv. Raises ``DataError`` (MAN-002, MAN-003, MAN-008, CSV codes) when its meaning is not clear."""
    table = read_table(
        data, stream=MANIFEST, known=lambda heading: plain(heading) in _plain_columns(), interpret=_columns
    )
    if table.refused.height:
        line = int(table.refused[LINE][0])
        raise refuse("MAN-002", stream=MANIFEST, line=line, detail=f"line {line} does not have two cells")
    remarks = [table.findings]
    values: dict[str, str] = {}
    # A manifest has at most some thirty lines, so a plain loop is clearest.
    for line, raw_name, raw_value in table.frame.select(LINE, *_COLUMNS).iter_rows():
        name = _PROPERTIES.get(raw_name.strip().rstrip("*").strip().casefold())
        if name is None:
            remarks.append(findings.make("MAN-010", stream=MANIFEST, line=line))
            continue
        value = raw_value.strip()
        if raw_name != name:
            remarks.append(findings.make("MAN-012", stream=MANIFEST, line=line, column=name))
        if name in values:
            if values[name].casefold() != value.casefold():
                raise refuse("MAN-008", stream=MANIFEST, line=line, column=name)
            remarks.append(findings.make("MAN-009", stream=MANIFEST, line=line, column=name))
        elif name.startswith("file."):
            remarks.append(_mode_remark(name, raw_value, line))
        values[name] = value
    if values.get("manifest.version") != "1.0":
        remarks.append(findings.make("MAN-013", stream=MANIFEST))
    modes = {
        name.removeprefix("file."): Mode(value.casefold()) for name, value in values.items() if name[:5] == "file."
    }
    return Manifest(_version(values.get("oneroster.version", "")), modes, table, findings.merge(remarks))


def _plain_columns() -> set[str]:
    return {plain(column) for column in _COLUMNS}


def _columns(raw: list[str]) -> Heading:
    remarks = []
    keep: dict[int, str] = {}
    by_letters = {plain(column): column for column in _COLUMNS}
    for position, heading in enumerate(raw):
        column = by_letters.get(plain(heading))
        if column and column not in keep.values():
            keep[position] = column
            if heading != column:
                remarks.append(findings.make("HDR-004", stream=MANIFEST, line=1, column=column, detail=heading.strip()))
    if len(keep) < len(_COLUMNS):
        raise refuse("MAN-002", stream=MANIFEST, line=1, detail="its first line is not propertyName,value")
    return Heading(keep, None, findings.merge(remarks))


def _mode_remark(name: str, value: str, line: int) -> pl.DataFrame:
    """A remark when the mode is spelled differently; raises when it is no mode at all."""
    if value.strip().casefold() not in {mode.value for mode in Mode}:
        raise refuse("MAN-003", stream=MANIFEST, line=line, column=name, detail=value.strip()[:40] or "nothing")
    if value not in {mode.value for mode in Mode}:
        return findings.make("MAN-012", stream=MANIFEST, line=line, column=name)
    return findings.empty()


def _version(label: str) -> str | None:
    """``1.1`` or ``1.2`` of labels like 1.1, 1.1.1, 1.2.1, v1.2, 1p2; None of anything else."""
    digits = label.casefold().removeprefix("v").replace("p", ".").split(".")
    short = ".".join(digits[:2])
    return short if short in VERSIONS else None
