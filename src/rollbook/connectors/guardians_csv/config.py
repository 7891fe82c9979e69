"""What a person sets for a guardians.csv."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rollbook.connectors.kit.redaction import Settings

__all__ = ["Config"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Config(Settings):
    """Settings of one source; nothing here is secret. ``metadata['help']`` is what the form shows."""

    path: Path = field(
        metadata={
            "on_server": True,
            "help": "guardians.csv itself, or the folder or zip that holds it, or a folder of dated ones.",
        }
    )
    abandon: bool = field(
        default=True,
        metadata={
            "help": "Guardians whom this file linked, and who are not in it any more, are no guardians any more."
        },
    )
