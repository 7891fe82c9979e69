"""What a person sets for a students.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rollbook.connectors.kit.redaction import Settings
from rollbook.core.errors import ConfigError

__all__ = ["Config"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Config(Settings):
    """Settings of one source; nothing here is secret. ``metadata['help']`` is what the form shows."""

    path: Path = field(
        metadata={
            "on_server": True,
            "help": "students.csv itself, or the folder or zip that holds it, or a folder of dated ones.",
        }
    )
    missing_leave: bool = field(
        default=False,
        metadata={
            "help": "Students and guardians of this source who are not in the file any more have left. Off: they stay."
        },
    )
    columns: str = field(
        default="",
        metadata={
            "help": "What the file calls a column that is not understood by itself: heading = column, with semicolons "
            "between, such as: Rufname = first_name; Klasse = grade."
        },
    )

    def __post_init__(self) -> None:
        """Raises ConfigError for a mapping that cannot be read."""
        _ = self.mapping

    @property
    def mapping(self) -> Mapping[str, str]:
        """Heading as the file writes it → column, as ``columns`` says."""
        found: dict[str, str] = {}
        for part in filter(str.strip, self.columns.split(";")):
            heading, sign, column = (word.strip() for word in part.rpartition("="))
            if not sign or not heading or not column:
                raise ConfigError(
                    "The setting columns is written: heading = column; heading = column.",
                    hint="Such as: Rufname = first_name",
                    detail={"settings": ["columns"]},
                )
            found[heading] = column
        return found
