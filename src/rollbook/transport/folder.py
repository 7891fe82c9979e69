"""Files that lie in a folder: a bundle itself, or a drop folder in which every night leaves a dated zip or folder."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from rollbook.core import findings
from rollbook.core.errors import ConfigError, DataError

__all__ = ["UNFINISHED", "Drop", "date_of", "drops", "resolve"]

UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".uploading")
"""How names of files end that are still on their way."""
_DATE = re.compile(r"(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?:[-_.T ]?(\d{2})[-_.:]?(\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Drop:
    """One delivery in a drop folder. ``date``: of its name, as sortable digits, or "" when the name has none."""

    path: Path
    date: str
    modified: float
    complete: bool


def resolve(path: Path) -> Path:
    """The folder or zip that holds the CSV files: ``path`` itself, or the newest complete delivery in it.

    By the date in the names when all deliveries have one, else by the time of their last change. Raises ``ConfigError``
    when there is nothing at ``path``, ``DataError`` when no delivery in it is complete.
    """
    try:
        if path.is_file():
            return path
        if not path.is_dir():
            raise ConfigError(f"There is nothing at {path}.", hint="Check the path of the source.")
        if _csv_files(path):
            return path
        found = drops(path)
    except PermissionError as error:
        raise ConfigError(
            f"Rollbook may not read {path}.", hint="Let the account that runs Rollbook read the folder and its files."
        ) from error
    if not found:
        raise DataError(
            f"There are no roster files in {path.name}.",
            findings=findings.make("FIL-001", stream=path.name),
            hint="It should hold CSV files, a zip, or one zip or folder for each day.",
        )
    complete = [drop for drop in found if drop.complete]
    if not complete:
        raise DataError(
            f"No delivery in {path.name} is complete; the newest is {found[-1].path.name}.",
            findings=findings.make("FIL-015", stream=path.name, detail=found[-1].path.name),
            hint="It may still be uploading, or the upload broke off. Send it again.",
        )
    return complete[-1].path


def drops(path: Path) -> list[Drop]:
    """All deliveries in the folder ``path``, oldest first. Links and unfinished uploads are passed over."""
    found = []
    for entry in path.iterdir():
        if entry.is_symlink() or entry.name.startswith((".", "__MACOSX")):
            continue
        if entry.name.casefold().endswith(UNFINISHED):
            continue
        if entry.is_dir():
            files = _csv_files(entry) or [
                file for inner in entry.iterdir() if inner.is_dir() for file in _csv_files(inner)
            ]
            if files:
                modified = max(file.stat().st_mtime for file in files)
                found.append(Drop(entry, date_of(entry.name), modified, all(file.stat().st_size for file in files)))
        elif entry.suffix.casefold() == ".zip":
            found.append(Drop(entry, date_of(entry.stem), entry.stat().st_mtime, _is_whole_zip(entry)))
    dated = all(drop.date for drop in found)
    return sorted(found, key=lambda drop: (drop.date if dated else "", drop.modified, drop.path.name))


def _csv_files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.suffix.casefold() == ".csv" and file.is_file()]


def date_of(name: str) -> str:
    """The date (and the time) in a name, as sortable digits; "" when there is none."""
    match = _DATE.search(name)
    return "".join(part or "00" for part in match.groups()) if match else ""


def _is_whole_zip(file: Path) -> bool:
    """Whether the directory at the end of the zip is there, which is written last."""
    try:
        with zipfile.ZipFile(file) as opened:
            return any(name.casefold().endswith(".csv") for name in opened.namelist())
    except (zipfile.BadZipFile, OSError):
        return False
