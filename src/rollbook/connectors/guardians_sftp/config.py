"""What a person sets for a guardians.csv on an SFTP server."""

from __future__ import annotations

from dataclasses import dataclass, field

from rollbook.connectors.kit.sftp import SftpSettings

__all__ = ["Config"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Config(SftpSettings):
    """Settings of one source: those of its server, and what an absent guardian means."""

    path: str = field(
        default="guardians.csv",
        metadata={"help": "The file on the server, or the folder or a pattern of names, like /out/guardians-*.csv."},
    )
    abandon: bool = field(
        default=True,
        metadata={
            "help": "Guardians whom this file linked, and who are not in it any more, are no guardians any more."
        },
    )
