"""What a person sets for a source of OneRoster CSV files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rollbook.connectors.kit.archive import Limits

__all__ = ["OneRosterCsvConfig"]

_DEFAULT = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRosterCsvConfig:
    """Settings of one source; nothing here is secret. ``metadata['help']`` is what the form shows."""

    path: Path = field(
        metadata={
            "on_server": True,
            "help": "The folder or the zip with the CSV files, or a folder of dated zips or folders.",
        }
    )
    max_files: int = field(
        default=_DEFAULT.members, metadata={"seldom": True, "help": "The most files that a bundle may hold."}
    )
    max_bytes: int = field(
        default=_DEFAULT.total_bytes, metadata={"seldom": True, "help": "The most bytes that a bundle may unpack to."}
    )
    max_ratio: int = field(
        default=_DEFAULT.ratio,
        metadata={"seldom": True, "help": "How many times its packed size a file may unpack to, at most."},
    )

    @property
    def limits(self) -> Limits:
        """The settings as the archive reader takes them."""
        return Limits(members=self.max_files, total_bytes=self.max_bytes, ratio=self.max_ratio)
