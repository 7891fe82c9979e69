"""OneRoster CSV bundles, 1.1 and 1.2(.1), from an SFTP server."""

from __future__ import annotations

from rollbook.connectors.oneroster_sftp.config import OneRosterSftpConfig as Config
from rollbook.connectors.oneroster_sftp.connector import check, read

__all__ = ["Config", "check", "read"]
