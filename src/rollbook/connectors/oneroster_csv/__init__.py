"""OneRoster CSV bundles, 1.1 and 1.2(.1), from a folder or a zip."""

from __future__ import annotations

from rollbook.connectors.oneroster_csv.check import SharingReceipt, check
from rollbook.connectors.oneroster_csv.config import OneRosterCsvConfig
from rollbook.connectors.oneroster_csv.connector import read

__all__ = ["OneRosterCsvConfig", "SharingReceipt", "check", "read"]
