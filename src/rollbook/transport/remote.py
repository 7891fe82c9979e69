"""What lies on a server, as values: deliveries, which of them is the newest, and whether one still grows."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rollbook.core.errors import ConfigError
from rollbook.transport.folder import UNFINISHED, date_of

__all__ = ["LOOSE", "Entry", "Look", "Offer", "Place", "RemoteFile", "is_usable_name", "offers", "place_of", "single"]

LOOSE = "roster-files"
"""The name of the delivery that lies in the folder as loose CSV files."""

_WILD = re.compile(r"[*?\[]")
_SAFE_NAME = re.compile(r"[^/\\\x00-\x1f\x7f\ud800-\udfff]{1,200}")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder on the server and, when only some of its entries count, the pattern of their names. ``each_file``: a CSV
    file is a delivery by itself, not one of a set."""

    folder: str
    pattern: str = "*"
    each_file: bool = False

    def matches(self, name: str) -> bool:
        """Whether an entry of this name counts; capitals do not matter."""
        return fnmatch.fnmatchcase(name.casefold(), self.pattern.casefold())


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder of the server, as the server describes it. ``modified``: seconds, by the server's clock."""

    name: str
    is_folder: bool
    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a delivery: what it is called, where it lies, and what tells that it changed."""

    name: str
    path: str
    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One delivery on the server: a single file (most often a zip), or the CSV files of one folder. ``date``: of its
    name, or ""."""

    name: str
    date: str
    files: tuple[RemoteFile, ...]
    is_folder: bool

    @property
    def is_zip(self) -> bool:
        """Whether it is one packed file."""
        return not self.is_folder and self.name.casefold().endswith(".zip")

    @property
    def size(self) -> int:
        """All bytes of it."""
        return sum(file.size for file in self.files)

    @property
    def modified(self) -> int:
        """When its last file changed."""
        return max(file.modified for file in self.files)

    def apart(self, seconds: int) -> str:
        """Which file is how much older than the newest one, when that is more than ``seconds``; else ""."""
        oldest = min(self.files, key=lambda file: file.modified)
        hours = (self.modified - oldest.modified) // 3600
        return f"{oldest.name} is {hours:,} hours older than the newest" if hours * 3600 >= seconds else ""


@dataclass(frozen=True, slots=True)
class Look:
    """What was there at one moment. ``offers``: oldest first. ``arriving``: uploads under a temporary name. Two equal
    looks, some time apart, mean that nobody is uploading."""

    offers: tuple[Offer, ...]
    arriving: frozenset[RemoteFile] = frozenset()


def place_of(path: str, *, each_file: bool = False) -> Place:
    """What a path setting means: ``/out`` a folder, ``/out/roster-*.zip`` the matching entries of one.

    Raises ConfigError when a folder's name holds a wildcard.
    """
    folder, name = posixpath.split(path.strip() or ".")
    if _WILD.search(folder):
        raise ConfigError(
            "Only the last part of the path may hold *, ? or [.",
            hint="Name the folder in full: /out/roster-*.zip",
            detail={"settings": ["path"]},
        )
    if _WILD.search(name):
        return Place(folder or ".", name, each_file)
    return Place(path.strip().rstrip("/") or ("/" if path.strip() else "."), each_file=each_file)


def single(path: str, size: int, modified: int) -> Offer:
    """The delivery that is the file at ``path`` itself. Raises ConfigError when its name cannot be used here."""
    name = posixpath.basename(path)
    if not is_usable_name(name):
        raise ConfigError(f"A file called {name!r} cannot be fetched.", hint="Give it a plain name on the server.")
    return Offer(name, "", (RemoteFile(name, path, size, modified),), is_folder=False)


def is_usable_name(name: str) -> bool:
    """Whether the name can be used as a local one, and is no leftover of a machine."""
    return (
        _SAFE_NAME.fullmatch(name) is not None and not name.startswith((".", "__MACOSX")) and len(name.encode()) <= 240
    )


def offers(place: Place, entries: Iterable[Entry], inside: Callable[[str], Sequence[Entry]]) -> Look:
    """The deliveries among the ``entries`` of the place; ``inside`` gives the entries of one of its folders.

    By the date in the names when all deliveries have one, else by the time of their last change; a zip of the same age
    comes after loose files.
    """
    found: list[Offer] = []
    loose: list[RemoteFile] = []
    arriving: set[RemoteFile] = set()
    for entry in entries:
        if not is_usable_name(entry.name):
            continue
        path = posixpath.join(place.folder, entry.name)
        suffix = posixpath.splitext(entry.name)[1].casefold()
        if entry.is_folder:
            if place.matches(entry.name) and (files := _csv_files(path, inside(entry.name), arriving)):
                found.append(Offer(entry.name, date_of(entry.name), files, is_folder=True))
        elif suffix in UNFINISHED:
            arriving.add(RemoteFile(entry.name, path, entry.size, entry.modified))
        elif place.matches(entry.name) and (suffix == ".zip" or (suffix == ".csv" and place.each_file)):
            file = RemoteFile(entry.name, path, entry.size, entry.modified)
            found.append(Offer(entry.name, date_of(posixpath.splitext(entry.name)[0]), (file,), is_folder=False))
        elif suffix == ".csv" and place.matches(entry.name):
            loose.append(RemoteFile(entry.name, path, entry.size, entry.modified))
    if loose:
        found.append(Offer(LOOSE, "", tuple(sorted(loose, key=lambda file: file.name)), is_folder=True))
    dated = all(offer.date for offer in found)
    found.sort(key=lambda offer: (offer.date if dated else "", offer.modified, offer.is_zip, offer.name))
    return Look(tuple(found), frozenset(arriving))


def _csv_files(path: str, entries: Sequence[Entry], arriving: set[RemoteFile]) -> tuple[RemoteFile, ...]:
    files = []
    for entry in entries:
        if entry.is_folder or not is_usable_name(entry.name):
            continue
        file = RemoteFile(entry.name, posixpath.join(path, entry.name), entry.size, entry.modified)
        if entry.name.casefold().endswith(UNFINISHED):
            arriving.add(file)
        elif entry.name.casefold().endswith(".csv"):
            files.append(file)
    return tuple(sorted(files, key=lambda file: file.name))
