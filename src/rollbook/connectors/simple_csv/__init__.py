"""students.csv: one row a student with their guardians, for a district without a roster server."""

from __future__ import annotations

from rollbook.connectors.simple_csv.config import Config
from rollbook.connectors.simple_csv.connector import check, read

__all__ = ["Config", "check", "read"]
