"""Reading OneRoster CSV files from an SFTP server: the newest complete delivery, whole, or an error (S-2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.kit.redaction import hush_wire_logs
from rollbook.connectors.oneroster import spec
from rollbook.connectors.oneroster_csv import read as read_bundle
from rollbook.connectors.oneroster_sftp.config import OneRosterSftpConfig
from rollbook.core import findings
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot
from rollbook.transport.ledger import LEDGER, Ledger, Receipt
from rollbook.transport.sftp import Fetched, Telling, fetch

__all__ = ["check", "read"]

_MARKS = frozenset(f"{name}.csv".casefold() for tables in spec.TABLES.values() for name in ("manifest", *tables))
"""A set of loose files without any of these is no roster, and a zip beside it is preferred."""


def read(config: OneRosterSftpConfig, policy: Policy, *, progress: Telling | None = None) -> Snapshot:
    """The newest complete delivery on the server, read as ``oneroster_csv`` reads a bundle; its files are gone from
    here afterwards. A delivery that was read before, or another one with the same content, is told as FIL-030.

    Raises what ``transport.sftp.fetch`` and ``oneroster_csv.read`` raise.
    """
    with _arrived(config, progress) as (fetched, ledger):
        snapshot = read_bundle(fetched.path, policy, limits=config.archive_limits)
        earlier = ledger.earlier(fetched.offer, snapshot.fingerprint)
        ledger.note(fetched.offer, snapshot.fingerprint, at=dt.datetime.now(dt.UTC))
    told = [snapshot.findings, fetched.findings, _nothing_new(fetched, earlier)]
    return replace(snapshot, findings=findings.merge(told))


def check(config: OneRosterSftpConfig, policy: Policy) -> SharingReceipt:
    """Log in, fetch and say what is shared (S-5). Changes nothing, and never raises for a server or files that cannot
    be read: without a pinned host key ``problem`` shows the fingerprint to compare."""
    try:
        with _arrived(config, None) as (fetched, _):
            snapshot = read_bundle(fetched.path, policy, limits=config.archive_limits)
    except RollbookError as error:
        return refusal_of(error)
    return receipt_of(replace(snapshot, findings=findings.merge([snapshot.findings, fetched.findings])))


@contextmanager
def _arrived(config: OneRosterSftpConfig, progress: Telling | None) -> Iterator[tuple[Fetched, Ledger]]:
    hush_wire_logs()
    with _folder(config) as into:
        fetching = fetch(config.site, config.path, into, limits=config.sftp_limits, marks=_MARKS, progress=progress)
        with fetching as fetched:
            yield fetched, Ledger(into / LEDGER)


@contextmanager
def _folder(config: OneRosterSftpConfig) -> Iterator[Path]:
    if config.incoming is not None:
        yield config.incoming
        return
    with TemporaryDirectory(prefix="rollbook-incoming-") as name:
        yield Path(name)


def _nothing_new(fetched: Fetched, earlier: Receipt | None) -> pl.DataFrame:
    if earlier is None:
        return findings.empty()
    when = f"{dt.datetime.fromisoformat(earlier.at):%Y-%m-%d %H:%M} UTC"
    what = "it was" if earlier.name == fetched.offer.name else f"its content is that of {earlier.name}, which was"
    return findings.make("FIL-030", stream=fetched.offer.name, detail=f"{what} read on {when}")
