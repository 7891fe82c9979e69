"""ClassLink Roster Server: OneRoster 1.1 behind ClassLink's proxy, or a district's own server."""

from __future__ import annotations

from rollbook.connectors.classlink.config import ClassLinkConfig as Config
from rollbook.connectors.classlink.connector import check, is_unchanged, read

__all__ = ["Config", "check", "is_unchanged", "read"]
