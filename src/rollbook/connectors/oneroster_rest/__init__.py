"""OneRoster servers, REST 1.1 and 1.2, of any make."""

from __future__ import annotations

from rollbook.connectors.oneroster_rest.config import OneRosterRestConfig as Config
from rollbook.connectors.oneroster_rest.connector import check, read

__all__ = ["Config", "check", "read"]
