"""Test connection (S-5) for files: read the bundle, say what it shares. Changes nothing."""

from __future__ import annotations

from pathlib import Path

from rollbook.connectors.kit.archive import Limits
from rollbook.connectors.kit.receipt import SharingReceipt, receipt_of, refusal_of
from rollbook.connectors.oneroster_csv.connector import read
from rollbook.core.errors import RollbookError
from rollbook.core.policy import Policy

__all__ = ["SharingReceipt", "check"]


def check(source: Path, policy: Policy, *, limits: Limits | None = None) -> SharingReceipt:
    """Read the bundle at ``source`` and say what it shares. Never raises for a bundle that cannot be read."""
    try:
        return receipt_of(read(source, policy, limits=limits))
    except RollbookError as error:
        return refusal_of(error)
