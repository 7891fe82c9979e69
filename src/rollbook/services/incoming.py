"""Where a source's files arrive, and that they do not stay."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from rollbook.store.home import INCOMING, home_directory
from rollbook.store.models import SourceConnection
from rollbook.transport.arrival import sweep_older

__all__ = ["folder_of", "purge", "with_folder"]

_UNFINISHED_KEPT: Final = dt.timedelta(days=2)
"""How long half a download waits to be gone on with."""

Config = TypeVar("Config")


def folder_of(connection: SourceConnection) -> Path:
    """The folder of ROLLBOOK_HOME where the files of this source arrive. It need not exist yet."""
    return home_directory() / INCOMING / str(connection.pk)


def with_folder(config: Config, connection: SourceConnection) -> Config:
    """``config``, which knows its folder now if its kind of source receives files (a field ``incoming``)."""
    if not is_dataclass(config) or "incoming" not in {item.name for item in fields(config)}:
        return config
    placed: Any = replace(config, incoming=folder_of(connection))  # type: ignore[type-var]
    return placed  # type: ignore[no-any-return]


def purge(connection: SourceConnection, now: dt.datetime) -> list[str]:
    """Nothing that arrived and was not finished is older than two days; what was removed, a sentence each.

    Whole deliveries are removed as soon as they are read, by the connector.
    """
    if not sweep_older(folder_of(connection), now - _UNFINISHED_KEPT):
        return []
    return [f"An unfinished download of source {connection.name} is older than two days and was removed."]
