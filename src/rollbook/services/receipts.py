"""The sharing receipt of Test connection (S-5), as it is kept: numbers and the names of schools, nobody's data."""

from __future__ import annotations

from typing import Any

from rollbook.connectors.kit.receipt import SharingReceipt
from rollbook.services import sources
from rollbook.store.models import Examination

__all__ = ["as_kept", "take"]


def take(examination: Examination) -> tuple[dict[str, Any], str]:
    """The receipt of the examination's source as it is now. Raises ConfigError when its settings cannot be used."""
    return as_kept(sources.examine(examination.connection)), ""


def as_kept(receipt: SharingReceipt) -> dict[str, Any]:
    """The receipt as JSON. ``findings``: code → rows."""
    return {
        "works": receipt.works,
        "problem": receipt.problem,
        "hint": receipt.hint,
        "exit_code": receipt.exit_code,
        "speaks": receipt.speaks,
        "version": receipt.version,
        "rows": dict(receipt.rows),
        "roles": dict(receipt.roles),
        "schools": receipt.schools.to_dicts(),
        "classes_without_students": receipt.classes_without_students,
        "dropped": list(receipt.dropped),
        "over_shared": list(receipt.over_shared),
        "missing": list(receipt.missing),
        "findings": dict(receipt.findings["code"].value_counts(sort=True).iter_rows()),
    }
