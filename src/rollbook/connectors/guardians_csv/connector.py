"""Reading guardians.csv: all of it, or an error that says what to mend (S-2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import polars as pl

from rollbook.connectors.guardians_csv.config import Config
from rollbook.connectors.guardians_csv.header import FILE, is_known, read_heading
from rollbook.connectors.guardians_csv.mapping import map_lines
from rollbook.connectors.kit.csv import read_table
from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.kit.single import read_single
from rollbook.core import findings
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE, FileInfo, Mode, Snapshot, Stream
from rollbook.transport import folder

__all__ = ["check", "read"]


def read(config: Config, policy: Policy, *, progress: Callable[[str, int, int], None] | None = None) -> Snapshot:
    """The file as it is now: guardians alone, each once, with the students' ids as the file writes them; schools,
    classes, enrollments and students are not spoken of.

    Raises ConfigError when there is nothing to read, DataError with all findings when the file cannot be used.
    """
    data = read_single(folder.resolve(config.path), FILE)
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
