"""Reading guardians.csv: all of it, or an error that says what to mend (S-2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl

from rollbook.connectors.guardians_csv.config import Config
from rollbook.connectors.guardians_csv.header import FILE, is_known, read_heading
from rollbook.connectors.guardians_csv.mapping import map_lines
from rollbook.connectors.kit.archive import Limits, open_archive
from rollbook.connectors.kit.csv import read_table
from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.kit.refusal import refuse
from rollbook.core import findings
from rollbook.core.errors import ConfigError, RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE, FileInfo, Mode, Snapshot, Stream
from rollbook.transport import folder

__all__ = ["check", "read"]

_LARGEST = 1024**3


def read(config: Config, policy: Policy, *, progress: Callable[[str, int, int], None] | None = None) -> Snapshot:
    """The file as it is now: guardians alone, each once, with the students' ids as the file writes them; schools,
    classes, enrollments and students are not spoken of.

    Raises ConfigError when there is nothing to read, DataError with all findings when the file cannot be used.
    """
    data = _bytes_of(config.path)
    table = read_table(data, stream=FILE, known=is_known, interpret=read_heading)
    if progress is not None:
        progress("read", table.rows, table.rows)
    mapped = map_lines(table.frame, policy)
    told = [table.findings, mapped.remarks]
    if not table.rows:
        told.append(findings.make("FIL-020", stream=FILE))
    digest = hashlib.sha256(data).hexdigest()
    mode = Mode.BULK if config.abandon else Mode.DELTA
    users = Stream(
        name="users",
        frame=mapped.users,
        mode=mode,
        origin=FILE,
        columns=frozenset(mapped.users.columns) - {LINE},
        refused=pl.concat([table.refused, mapped.refused]),
    )
    info = FileInfo(
        name=FILE, size=len(data), rows=table.rows, sha256=digest, encoding=table.encoding, separator=table.separator
    )
    return Snapshot(
        version="1.1",
        streams={"users": users},
        files=(info,),
        findings=findings.merge(told),
        fingerprint=hashlib.sha256(f"guardians {mode.value} {digest}".encode()).hexdigest(),
    )


def check(config: Config, policy: Policy) -> SharingReceipt:
    """Read the file and say what is in it (S-5). Never raises for one that cannot be read."""
    try:
        return receipt_of(read(config, policy), speaks=FILE)
    except RollbookError as error:
        return refusal_of(error)


def _bytes_of(path: Path) -> bytes:
    """The file itself, or ``guardians.csv`` in the newest complete delivery; other files beside it are not opened."""
    found = folder.resolve(path)
    if found.is_file() and found.suffix.casefold() == ".csv":
        return _whole(found)
    with open_archive(found, Limits()) as archive:
        if FILE not in archive.members:
            raise refuse("FIL-012", stream=FILE)
        return archive.read(FILE)


def _whole(file: Path) -> bytes:
    try:
        if file.is_symlink() or file.stat().st_size > _LARGEST:
            raise refuse("FIL-005" if file.is_symlink() else "FIL-007", stream=file.name, detail="more than 1 GB")
        return file.read_bytes()
    except PermissionError as error:
        raise ConfigError(
            f"Rollbook may not read {file}.", hint="Let the account that runs Rollbook read the file."
        ) from error
