"""guardians.csv: the guardians of a district's students, beside the source that brings the students."""

from __future__ import annotations

from rollbook.connectors.guardians_csv.config import Config
from rollbook.connectors.guardians_csv.connector import check, read

__all__ = ["Config", "check", "read"]
