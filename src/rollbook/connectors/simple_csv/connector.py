"""Reading students.csv: all of it, or an error that says what to mend (S-2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import polars as pl

from rollbook.connectors.kit.csv import Table, read_table
from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.kit.single import read_single
from rollbook.connectors.simple_csv.config import Config
from rollbook.connectors.simple_csv.header import FILE, reader
from rollbook.connectors.simple_csv.mapping import map_rows
from rollbook.core import findings
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE, FileInfo, Mode, Snapshot, Stream
from rollbook.transport import folder

__all__ = ["check", "read"]


def read(config: Config, policy: Policy, *, progress: Callable[[str, int, int], None] | None = None) -> Snapshot:
    """The file as it is now: schools, students and their guardians, each once; classes, staff and enrollments are not
    spoken of. Who is not in the file stays, or with ``missing_leave`` has left.

    Raises ConfigError when there is nothing to read, DataError with all findings when the file cannot be used.
    """
    is_known, interpret = reader(config.mapping)
    data = read_single(folder.resolve(config.path), FILE)
    table = read_table(data, stream=FILE, known=is_known, interpret=interpret)
    if progress is not None:
        progress("read", table.rows, table.rows)
    mapped = map_rows(table.frame, policy)
    told = [table.findings, mapped.remarks]
    if not table.rows:
        told.append(findings.make("FIL-020", stream=FILE))
    digest = hashlib.sha256(data).hexdigest()
    mode = Mode.BULK if config.missing_leave else Mode.DELTA
    nothing = mapped.refused.clear()
    streams = {
        "orgs": _stream("orgs", mapped.orgs, mode, nothing),
        "users": _stream("users", mapped.users, mode, pl.concat([table.refused, mapped.refused])),
    }
    if policy.keep_birth_dates and "birth_date" in table.frame.columns:
        streams["demographics"] = _stream("demographics", mapped.births, mode, nothing)
    return Snapshot(
        version="1.1",
        streams=streams,
        files=(_info(data, digest, table),),
        findings=findings.merge(told),
        fingerprint=hashlib.sha256(f"students {mode.value} {config.columns} {digest}".encode()).hexdigest(),
    )


def check(config: Config, policy: Policy) -> SharingReceipt:
    """Read the file and say what is in it (S-5). Never raises for one that cannot be read."""
    try:
        return receipt_of(read(config, policy), speaks=FILE)
    except RollbookError as error:
        return refusal_of(error)


def _stream(name: str, frame: pl.DataFrame, mode: Mode, refused: pl.DataFrame) -> Stream:
    columns = frozenset(frame.columns) - {LINE}
    return Stream(name=name, frame=frame, mode=mode, origin=FILE, columns=columns, refused=refused)


def _info(data: bytes, digest: str, table: Table) -> FileInfo:
    return FileInfo(
        name=FILE, size=len(data), rows=table.rows, sha256=digest, encoding=table.encoding, separator=table.separator
    )
