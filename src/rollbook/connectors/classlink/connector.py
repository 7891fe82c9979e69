"""Reading a district from ClassLink; testing the connection."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import httpx2

from rollbook.connectors.classlink.client import (
    VENDOR,
    Revised,
    Revision,
    application_of,
    direct_server,
    proxy_server,
)
from rollbook.connectors.classlink.config import ClassLinkConfig
from rollbook.connectors.kit.http import Server
from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.oneroster.needs import used_columns, used_files
from rollbook.connectors.oneroster.pull import Progress, Pull
from rollbook.connectors.oneroster.sharing import look
from rollbook.core import findings
from rollbook.core.errors import AuthError, RollbookError, TransientError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import FileInfo, Snapshot

__all__ = ["check", "is_unchanged", "read"]

T = TypeVar("T")

_RESTARTS = 3
_REVISION = "x-perm-rev"
"""The name under which the revision stands among a snapshot's files."""


def read(
    config: ClassLinkConfig,
    policy: Policy,
    *,
    progress: Progress | None = None,
    since: dt.datetime | None = None,
    transport: httpx2.BaseTransport | None = None,
) -> Snapshot:
    """The district's roster, whole and of one revision (S-2); with ``since``, what changed after that moment, unless
    the server counts revisions: another revision may mean another sharing, which no change tells, so all is read (and
    for an equal one, ``is_unchanged`` says that there is nothing to read).

    A reading during which ``x-perm-rev`` changed is discarded and begun again, three times at most. After a 401 the
    listing is looked up once more, in case the bearer was replaced. A district that is turned off raises ConfigError
    with ``detail['suspended']``; nobody is removed for that.
    """
    return _with_district(
        config, transport, lambda server: _consistent(server, config, policy, progress=progress, since=since)
    )


def check(config: ClassLinkConfig, policy: Policy, *, transport: httpx2.BaseTransport | None = None) -> SharingReceipt:
    """Read the district and say what it shares. Never raises for a district that cannot be read."""
    try:
        told = _with_district(
            config, transport, lambda server: look(server, policy, _consistent(server, config, policy))
        )
    except RollbookError as error:
        return refusal_of(error)
    return receipt_of(told)


def is_unchanged(
    config: ClassLinkConfig,
    policy: Policy,
    earlier: Snapshot,
    *,
    transport: httpx2.BaseTransport | None = None,
) -> bool:
    """Whether the revision is that of ``earlier``, and the same fields would be read: then there is nothing to read.

    False where a server counts no revisions. Raises what ``read`` raises for a district that cannot be asked.
    """
    known = next((file.sha256 for file in earlier.files if file.name == _REVISION), "")
    if not known:
        return False

    value = _with_district(config, transport, _revision_of)
    return bool(value) and _revision_file(value, policy).sha256 == known


def _consistent(
    server: Server,
    config: ClassLinkConfig,
    policy: Policy,
    *,
    progress: Progress | None = None,
    since: dt.datetime | None = None,
) -> Snapshot:
    if since is not None and _revision_of(server):
        since = None
    for _ in range(_RESTARTS):
        revision = Revision()
        pull = Pull(
            server=server,
            policy=policy,
            page_size=config.page_size,
            fields=config.only_needed_fields,
            since=since,
            watch=revision.watch,
            progress=progress,
        )
        try:
            snapshot = pull.snapshot()
        except Revised:
            continue
        if revision.value and since is None:
            snapshot = replace(snapshot, files=(*snapshot.files, _revision_file(revision.value, policy)))
        if not revision.masked:
            return snapshot
        masked = findings.make("SRC-010", stream=server.base.rpartition("/")[2])
        return replace(snapshot, findings=findings.merge([snapshot.findings, masked]))
    raise TransientError(
        f"The district's data or sharing in {VENDOR} kept changing while we read ({_RESTARTS} times).",
        hint="Try again when the district has finished its changes; nothing was changed here.",
    )


def _revision_of(server: Server) -> str:
    """The revision now, by one small answer; blank where the server counts none."""
    revision = Revision()
    revision.watch(server.get("/orgs", {"limit": "1", "offset": "0"}))
    return revision.value


def _revision_file(value: str, policy: Policy) -> FileInfo:
    """The revision, and which fields were read at it, as a line among the files."""
    fields = [f"{name} {sorted(used_columns(name, policy))}" for name in used_files("1.2", policy)]
    digest = hashlib.sha256("\n".join([value, *fields]).encode()).hexdigest()
    return FileInfo(name=_REVISION, size=0, rows=0, sha256=digest, encoding="", separator="")


def _with_district(config: ClassLinkConfig, transport: httpx2.BaseTransport | None, work: Callable[[Server], T]) -> T:
    """Do ``work`` with the district's server; once more with what the listing says now when a bearer is refused."""
    if config.mode == "direct":
        with direct_server(config, transport=transport) as server:
            return work(server)
    application_id, bearer = _proxy_access(config, transport)
    try:
        with proxy_server(config, application_id, bearer, transport=transport) as server:
            return work(server)
    except AuthError as error:
        if not config.api_key or error.detail.get("status") != httpx2.codes.UNAUTHORIZED:
            raise
        refused = error
    application_id, renewed = _proxy_access(config, transport)
    if renewed == bearer:
        raise refused
    with proxy_server(config, application_id, renewed, transport=transport) as server:
        return work(server)


def _proxy_access(config: ClassLinkConfig, transport: httpx2.BaseTransport | None) -> tuple[str, str]:
    if not config.api_key:
        return config.application_id, config.bearer
    application = application_of(config, transport=transport)
    return application.path_id, application.bearer
