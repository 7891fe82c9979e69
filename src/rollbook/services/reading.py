"""A source → a snapshot → a roster. Nothing is written."""

from __future__ import annotations

from pathlib import Path

from rollbook.connectors.registry import file_reader
from rollbook.core.clean import clean
from rollbook.core.errors import ConfigError
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Snapshot
from rollbook.store.models import SourceConnection
from rollbook.transport import folder

__all__ = ["clean_of", "read"]


def read(connection: SourceConnection, policy: Policy) -> Snapshot:
    """What the source says now, whole (S-2). Raises ConfigError, DataError or TransientError, and then nothing is
    known and nothing changes."""
    path = connection.config.get("path")
    if not path:
        raise ConfigError(
            f"Source {connection.name} has no path.", hint="Set one with: rollbook source add … --path PATH"
        )
    return file_reader(connection.kind)(folder.resolve(Path(path)), policy)


def clean_of(snapshot: Snapshot, policy: Policy) -> Roster:
    """The snapshot as a typed roster, with a finding for every repair."""
    return clean(snapshot, policy)
