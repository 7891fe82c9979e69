"""Reading guardians.csv from an SFTP server: the newest complete one, whole, or an error (S-2)."""

from __future__ import annotations

from dataclasses import replace

from rollbook.connectors.guardians_csv import Config as FileConfig
from rollbook.connectors.guardians_csv import read as read_file
from rollbook.connectors.guardians_csv.header import FILE
from rollbook.connectors.guardians_sftp.config import Config
from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.kit.sftp import visit
from rollbook.core import findings
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot
from rollbook.transport.sftp import Telling

__all__ = ["check", "read"]

_MARKS = frozenset({"guardians.csv"})


def read(config: Config, policy: Policy, *, progress: Telling | None = None) -> Snapshot:
    """The newest complete file on the server, read as ``guardians_csv`` reads one; it is gone from here afterwards. One
    that was read before, or another one with the same content, is told as FIL-030.

    Raises what ``transport.sftp.fetch`` and ``guardians_csv.read`` raise.
    """
    with visit(config, marks=_MARKS, each_file=True, progress=progress) as delivery:
        snapshot = read_file(FileConfig(path=delivery.path, abandon=config.abandon), policy)
        told = [snapshot.findings, delivery.findings, delivery.noted(snapshot.fingerprint)]
    return replace(snapshot, findings=findings.merge(told))


def check(config: Config, policy: Policy) -> SharingReceipt:
    """Log in, fetch and say what is in the file (S-5). Changes nothing, and never raises for a server or a file that
    cannot be read."""
    try:
        with visit(config, marks=_MARKS, each_file=True) as delivery:
            snapshot = read_file(FileConfig(path=delivery.path, abandon=config.abandon), policy)
    except RollbookError as error:
        return refusal_of(error)
    told = replace(snapshot, findings=findings.merge([snapshot.findings, delivery.findings]))
    return receipt_of(told, speaks=FILE)
