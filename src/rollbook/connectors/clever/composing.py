"""Mapped frames → a Snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath

import polars as pl

from rollbook.connectors.clever.mapping import ORIGINS, Mapped
from rollbook.connectors.kit.csv import REFUSED_SCHEMA
from rollbook.core.snapshot import LINE, FileInfo, Mode, Snapshot, Stream

__all__ = ["compose"]

_SLICE = 100_000
_DELTA = "delta:"
"""How the fingerprint of a reading of changes begins, for every kind of source."""


def compose(mapped: Mapped, sizes: Mapping[str, int], mode: Mode) -> Snapshot:
    """The snapshot. A column that no row fills was not received, so that nothing is blanked because of it."""
    streams, files = {}, []
    digest = hashlib.sha256(f"clever {mode.value}\n".encode())
    for name, frame in mapped.frames.items():
        cells = [column for column in frame.columns if column != LINE]
        columns = [column for column in cells if frame[column].null_count() < frame.height]
        kept = frame.select(LINE, pl.col(sorted(columns)).fill_null("")) if columns else frame.select(LINE)
        streams[name] = Stream(
            name=name,
            frame=kept,
            mode=mode,
            origin=ORIGINS[name],
            columns=frozenset(columns),
            refused=pl.DataFrame(schema=REFUSED_SCHEMA),
        )
        sha256 = _digest(kept)
        digest.update(f"{name} {sha256}\n".encode())
        endpoint = PurePosixPath(ORIGINS[name]).name
        files.append(
            FileInfo(
                name=f"{ORIGINS[name]} ({name})",
                size=sizes.get(endpoint, 0),
                rows=kept.height,
                sha256=sha256,
                encoding="utf-8",
                separator="",
            )
        )
    prefix = _DELTA if mode is Mode.DELTA else ""
    return Snapshot(
        version="1.2",
        streams=streams,
        files=tuple(files),
        findings=mapped.remarks.clear(),
        fingerprint=prefix + digest.hexdigest(),
    )


def _digest(frame: pl.DataFrame) -> str:
    """Of the rows in the order of Clever's ids, however the pages were cut."""
    digest = hashlib.sha256()
    for part in frame.drop(LINE).iter_slices(_SLICE):
        digest.update(part.write_csv().encode())
    return digest.hexdigest()
