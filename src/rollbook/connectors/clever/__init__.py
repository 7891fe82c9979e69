"""Clever Secure Sync, v3.1 (v3.0 accepted)."""

from __future__ import annotations

from rollbook.connectors.clever.config import Config
from rollbook.connectors.clever.connector import check, read

__all__ = ["Config", "check", "read"]
