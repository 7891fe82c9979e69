"""One file of a known name: itself, or in a folder or zip."""

from __future__ import annotations

from pathlib import Path

from rollbook.connectors.kit.archive import Limits, open_archive
from rollbook.connectors.kit.refusal import refuse
from rollbook.core.errors import ConfigError

__all__ = ["read_single"]

_LARGEST = 1024**3


def read_single(found: Path, name: str) -> bytes:
    """The bytes of the CSV file ``found``, or of ``name`` in the folder or zip ``found``; other files beside it are not
    opened. Raises DataError for what is not there or too large, ConfigError for what may not be read."""
    if found.is_file() and found.suffix.casefold() == ".csv":
        return _whole(found)
    with open_archive(found, Limits()) as archive:
        if name not in archive.members:
            raise refuse("FIL-012", stream=name)
        return archive.read(name)


def _whole(file: Path) -> bytes:
    try:
        if file.is_symlink() or file.stat().st_size > _LARGEST:
            raise refuse("FIL-005" if file.is_symlink() else "FIL-007", stream=file.name, detail="more than 1 GB")
        return file.read_bytes()
    except PermissionError as error:
        raise ConfigError(
            f"Rollbook may not read {file}.", hint="Let the account that runs Rollbook read the file."
        ) from error
