"""Reading OneRoster CSV files from an SFTP server: the newest complete delivery, whole, or an error (S-2)."""

from __future__ import annotations

from dataclasses import replace

from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.kit.sftp import visit
from rollbook.connectors.oneroster import spec
from rollbook.connectors.oneroster_csv import read as read_bundle
from rollbook.connectors.oneroster_sftp.config import OneRosterSftpConfig
from rollbook.core import findings
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot
from rollbook.transport.sftp import Telling

__all__ = ["check", "read"]

_MARKS = frozenset(f"{name}.csv".casefold() for tables in spec.TABLES.values() for name in ("manifest", *tables))
"""A set of loose files without any of these is no roster, and a zip beside it is preferred."""


def read(config: OneRosterSftpConfig, policy: Policy, *, progress: Telling | None = None) -> Snapshot:
    """The newest complete delivery on the server, read as ``oneroster_csv`` reads a bundle; its files are gone from
    here afterwards. A delivery that was read before, or another one with the same content, is told as FIL-030.

    Raises what ``transport.sftp.fetch`` and ``oneroster_csv.read`` raise.
    """
    with visit(config, marks=_MARKS, progress=progress) as delivery:
        snapshot = read_bundle(delivery.path, policy, limits=config.archive_limits)
        told = [snapshot.findings, delivery.findings, delivery.noted(snapshot.fingerprint)]
    return replace(snapshot, findings=findings.merge(told))


def check(config: OneRosterSftpConfig, policy: Policy) -> SharingReceipt:
    """Log in, fetch and say what is shared (S-5). Changes nothing, and never raises for a server or files that cannot
    be read: without a pinned host key ``problem`` shows the fingerprint to compare."""
    try:
        with visit(config, marks=_MARKS) as delivery:
            snapshot = read_bundle(delivery.path, policy, limits=config.archive_limits)
    except RollbookError as error:
        return refusal_of(error)
    return receipt_of(replace(snapshot, findings=findings.merge([snapshot.findings, delivery.findings])))
