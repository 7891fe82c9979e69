"""guardians.csv from an SFTP server, beside the source that brings the students."""

from __future__ import annotations

from rollbook.connectors.guardians_sftp.config import Config
from rollbook.connectors.guardians_sftp.connector import check, read

__all__ = ["Config", "check", "read"]
