"""What a person sets for a source of OneRoster CSV files on an SFTP server."""

from __future__ import annotations

from dataclasses import dataclass, field

from rollbook.connectors.kit.archive import Limits
from rollbook.connectors.kit.sftp import SftpSettings

__all__ = ["OneRosterSftpConfig"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OneRosterSftpConfig(SftpSettings):
    """Settings of one source: those of its server, and how far a zip may unpack."""

    max_ratio: int = field(
        default=Limits().ratio,
        metadata={"seldom": True, "help": "How many times its packed size a file may unpack to, at most."},
    )

    @property
    def archive_limits(self) -> Limits:
        """The settings as the archive reader takes them."""
        return Limits(members=self.max_files, total_bytes=self.max_bytes, ratio=self.max_ratio)
