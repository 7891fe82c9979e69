"""A snapshot as a OneRoster CSV bundle: to look at, to keep, to read again."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from rollbook.connectors.oneroster.manifest import MANIFEST
from rollbook.connectors.oneroster.spec import TABLES
from rollbook.core.errors import ConfigError
from rollbook.core.snapshot import Mode, Snapshot, Stream

__all__ = ["write_bundle"]


def write_bundle(snapshot: Snapshot, out: Path) -> dict[str, int]:
    """Folder ``out`` (made if need be, for its owner only) holds one CSV file a stream and manifest.csv: file → rows.

    A column that was not received is left out, so that reading the bundle again means the same. Streams that no version
    of OneRoster knows are left out too.
    """
    tables = TABLES[snapshot.version]
    written: dict[str, int] = {}
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, stream in snapshot.streams.items():
            if stream.mode is Mode.ABSENT or name not in tables:
                continue
            _cells(stream, tables[name].names).write_csv(out / f"{name}.csv")
            written[f"{name}.csv"] = stream.frame.height
        modes = {name: snapshot.streams[name].mode if f"{name}.csv" in written else Mode.ABSENT for name in tables}
        rows = {
            "manifest.version": "1.0",
            "oneroster.version": snapshot.version,
            **{f"file.{name}": mode.value for name, mode in modes.items()},
        }
        pl.DataFrame({"propertyName": list(rows), "value": list(rows.values())}).write_csv(out / MANIFEST)
    except OSError as error:
        raise ConfigError(f"{out} cannot be written: {error.strerror}.", hint="Name another folder.") from error
    return written


def _cells(stream: Stream, order: tuple[str, ...]) -> pl.DataFrame:
    """The columns that came, as the specification orders them, its extensions last."""
    received = [column for column in order if column in stream.frame.columns]
    extensions = sorted(column for column in stream.frame.columns if column.startswith("metadata."))
    return stream.frame.select(*received, *extensions)
