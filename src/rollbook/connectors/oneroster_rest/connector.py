"""Reading a OneRoster server; testing the connection."""

from __future__ import annotations

import datetime as dt

import httpx2

from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.oneroster.pull import Progress, Pull
from rollbook.connectors.oneroster.sharing import look
from rollbook.connectors.oneroster_rest.client import connect
from rollbook.connectors.oneroster_rest.config import OneRosterRestConfig
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot

__all__ = ["check", "read"]


def read(
    config: OneRosterRestConfig,
    policy: Policy,
    *,
    progress: Progress | None = None,
    since: dt.datetime | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> Snapshot:
    """The server's roster, whole and consistent (S-2); with ``since``, what changed after that moment.

    Raises AuthError, ConfigError, DataError or TransientError; then nothing is known and nothing changes.
    """
    with connect(config, policy, transport=transport) as server:
        return Pull(
            server=server,
            policy=policy,
            page_size=config.page_size,
            fields=config.only_needed_fields,
            since=since,
            progress=progress,
        ).snapshot()


def check(
    config: OneRosterRestConfig, policy: Policy, *, transport: httpx2.BaseTransport | None = None
) -> SharingReceipt:
    """Read the server and say what it shares. Never raises for a server that cannot be read."""
    try:
        with connect(config, policy, transport=transport) as server:
            pull = Pull(server=server, policy=policy, page_size=config.page_size, fields=config.only_needed_fields)
            return receipt_of(look(server, policy, pull.snapshot()))
    except RollbookError as error:
        return refusal_of(error)
