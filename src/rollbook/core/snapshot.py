"""What a source said, before anybody interpreted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

__all__ = ["CHANGES_ONLY", "LINE", "FileInfo", "Mode", "Snapshot", "Stream"]

LINE = "_line"
"""Name of the UInt32 column of every stream frame: the physical line of the file where the row starts (1 = header)."""


CHANGES_ONLY = "delta:"
"""How the fingerprint of a reading that asked a live source for changes only begins."""


class Mode(StrEnum):
    """How a stream is to be read (OneRoster CSV, manifest)."""

    BULK = "bulk"
    """The whole population: what is not here is gone."""
    DELTA = "delta"
    """Only what changed: what is not here is unchanged."""
    ABSENT = "absent"
    """Not delivered: nothing is known, nothing changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """One file as received; what a run report shows. ``sha256`` is of the bytes as they came."""

    name: str
    size: int
    rows: int
    sha256: str
    encoding: str
    separator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One collection as received.

    ``frame``: String columns named as the specification names them (after header repair), kept to the allow-list (S-4),
    plus ``_line`` (UInt32). Empty cells are empty strings. ``columns``: specification columns really present in the
    source; a column that is not among them was *not received*, which is different from received and blank.
    ``refused``: rows that could not be split into cells: columns ``_line`` (UInt32), ``sourcedId`` (String or null).
    """

    name: str
    frame: pl.DataFrame
    mode: Mode
    origin: str
    columns: frozenset[str]
    refused: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A whole reading of a source (S-2): it exists only when every stream was read to its end.

    ``streams``: by OneRoster file name without ``.csv`` (``users``, ``enrollments`` …). ``findings``: what the reader
    repaired or refused (``FINDING_SCHEMA``). ``fingerprint``: digest of all content; equal means received the same.
    """

    version: str
    streams: Mapping[str, Stream]
    files: tuple[FileInfo, ...]
    findings: pl.DataFrame
    fingerprint: str
