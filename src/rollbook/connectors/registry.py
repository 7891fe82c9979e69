"""The connectors there are: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from rollbook.connectors.oneroster_csv import connector as oneroster_csv
from rollbook.core.errors import ConfigError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot

__all__ = ["FILE_CONNECTORS", "file_reader"]

FileReader = Callable[[Path, Policy], Snapshot]

FILE_CONNECTORS: Mapping[str, FileReader] = MappingProxyType({"oneroster_csv": oneroster_csv.read})
"""kind → how to read the delivery (folder or zip) that a transport brought: a whole snapshot or an error (S-2)."""


def file_reader(kind: str) -> FileReader:
    """The reader of a kind of source. Raises ConfigError for a kind that does not exist."""
    if kind not in FILE_CONNECTORS:
        kinds = ", ".join(sorted(FILE_CONNECTORS))
        raise ConfigError(f"There is no kind of source {kind!r}.", hint=f"There are: {kinds}.")
    return FILE_CONNECTORS[kind]
