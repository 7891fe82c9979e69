"""What is in a bundle of files, and what is wrong with it: without a district, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from rollbook.connectors.registry import file_reader
from rollbook.core.clean import clean
from rollbook.core.errors import DataError
from rollbook.core.findings import Severity, empty
from rollbook.core.findings.sentences import grouped, told
from rollbook.core.policy import Policy
from rollbook.core.snapshot import FileInfo, Mode
from rollbook.transport import folder

__all__ = ["Validation", "validate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """``refused``: why the bundle cannot be used at all, else None. ``files``: what was read, with rows, size and how
    it was written. ``modes``: file → bulk, delta or absent. ``findings``: all of reading and cleaning, as frames."""

    path: Path
    version: str
    files: tuple[FileInfo, ...]
    modes: Mapping[str, str]
    findings: pl.DataFrame
    refused: DataError | None

    @property
    def codes(self) -> pl.DataFrame:
        """Findings by code, the gravest and commonest first, each with its first place and words."""
        return grouped(self.findings)

    def sentences(self, code: str | None = None) -> pl.DataFrame:
        """Every finding (of ``code``) with its sentence and what to do."""
        return told(self.findings if code is None else self.findings.filter(pl.col("code") == code))

    def count(self, severity: Severity) -> int:
        """How many findings there are of a severity."""
        return self.findings.filter(pl.col("severity") == severity.value).height

    def is_good(self, *, strict: bool) -> bool:
        """Nothing refuses the bundle; with ``strict``, no row is refused either."""
        return self.refused is None and not (strict and self.count(Severity.ERROR))


def validate(*, path: Path, kind: str = "oneroster_csv", strict: bool = False, region: str = "US") -> Validation:
    """The bundle at ``path`` (folder, zip, or a folder of dated deliveries) read and cleaned as a sync would.

    ``strict``: by the letter of the standard; what lenient reading repairs is then refused. Raises ConfigError when
    there is nothing to open; what is wrong with the data is in the result.
    """
    policy = Policy(strict=strict, region=region)
    try:
        source = folder.resolve(path)
        snapshot = file_reader(kind)(source, policy)
    except DataError as error:
        found = error.findings if error.findings is not None else empty()
        return Validation(path=path, version="", files=(), modes={}, findings=found, refused=error)
    roster = clean(snapshot, policy)
    modes = {name: str(stream.mode) for name, stream in snapshot.streams.items() if stream.mode is not Mode.ABSENT}
    return Validation(
        path=source,
        version=snapshot.version,
        files=snapshot.files,
        modes=modes,
        findings=roster.findings,
        refused=None,
    )
