"""OneRoster CSV from a folder of this machine as a source: the newest complete delivery in it."""

from __future__ import annotations

from collections.abc import Callable

from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.oneroster_csv import connector as bundle
from rollbook.connectors.oneroster_csv.config import OneRosterCsvConfig as Config
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot
from rollbook.transport import folder

__all__ = ["Config", "check", "fingerprint", "read"]


def read(config: Config, policy: Policy, *, progress: Callable[[str, int, int], None] | None = None) -> Snapshot:
    """The newest complete delivery at ``config.path``, whole (S-2). Raises what ``folder.resolve`` and the reader do."""
    return bundle.read(folder.resolve(config.path), policy, limits=config.limits)


def fingerprint(config: Config, policy: Policy) -> str:
    """The fingerprint that ``read`` would give the newest delivery; its files are hashed, not parsed."""
    return bundle.fingerprint(folder.resolve(config.path), policy, limits=config.limits)


def check(config: Config, policy: Policy) -> SharingReceipt:
    """Read the newest delivery and say what it shares. Never raises for a delivery that cannot be read."""
    try:
        return receipt_of(read(config, policy))
    except RollbookError as error:
        return refusal_of(error)
