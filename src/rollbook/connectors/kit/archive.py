"""A folder or a zip of CSV files, opened without trusting it.

What is refused, whatever is inside: more members, more bytes or a higher ratio than ``Limits`` allow, an archive inside
a zip, names that are absolute or climb, links that leave the folder, locked members. What is repaired with a finding:
an outer folder, leftovers of macOS and Windows, backslashes in names.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

import polars as pl

from rollbook.connectors.kit.refusal import refuse
from rollbook.core import findings
from rollbook.core.errors import ConfigError, TransientError

__all__ = ["Archive", "Limits", "Member", "open_archive"]

_LEFTOVERS = re.compile(r"(^|/)(__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_TOLD = 20
"""Of files that are none of ours, at most so many are named."""
_PACKED = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an archive may hold. A ratio is judged only of members larger than ``ratio_from`` bytes."""

    members: int = 500
    total_bytes: int = 8 * 1024**3
    ratio: int = 100
    ratio_from: int = 1024**2


@dataclass(frozen=True, slots=True)
class Member:
    """One file: ``name`` as spelled in the archive (without folders), ``path`` as the archive knows it."""

    name: str
    path: str
    size: int


class Archive:
    """Open files by lower-case name. A context manager; closing it closes the zip."""

    def __init__(
        self,
        name: str,
        members: Mapping[str, Member],
        remarks: pl.DataFrame,
        read: Callable[[Member, int | None], bytes],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.members = members
        self.findings = remarks
        self._read = read
        self._close = close

    def read(self, key: str) -> bytes:
        """The whole content of the member with this lower-case name.

        Raises ``DataError`` (FIL-002) when it is damaged, ``TransientError`` when it changed while it was read.
        """
        return self._read(self.members[key], None)

    def head(self, key: str, size: int = 1 << 16) -> bytes:
        """The first ``size`` bytes at most: enough for the headings."""
        return self._read(self.members[key], size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()


def open_archive(path: Path, limits: Limits | None = None) -> Archive:
    """Open ``path`` (folder or zip) within ``limits``.

    Raises ``ConfigError`` when there is nothing at ``path`` or it may not be read, ``DataError`` with a FIL finding
    when what is there is refused.
    """
    limits = limits or Limits()
    try:
        if path.is_dir():
            return _open_folder(path, limits)
        if path.is_file():
            return _open_zip(path, limits)
    except PermissionError as error:
        raise ConfigError(
            f"Rollbook may not read {path}.", hint="Let the account that runs Rollbook read the folder and its files."
        ) from error
    raise ConfigError(f"There is nothing at {path}.", hint="Check the path of the source.")


def _open_zip(path: Path, limits: Limits) -> Archive:
    if path.suffix.casefold() == ".csv":
        raise ConfigError(
            f"{path.name} is a single file; a roster is several.",
            hint="Name the folder or the zip that holds all files.",
        )
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        if isinstance(error, PermissionError):
            raise
        raise refuse("FIL-002", stream=path.name, detail="it is not a whole zip file") from error
    try:
        members, remarks = _arrange(path.name, _judged_entries(path.name, opened.infolist(), limits), single_layer=True)
    except BaseException:
        opened.close()
        raise
    infos = {info.filename: info for info in opened.infolist()}

    def read(member: Member, limit: int | None) -> bytes:
        try:
            with opened.open(infos[member.path]) as stream:
                data = stream.read(member.size + 1 if limit is None else limit)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise refuse("FIL-002", stream=member.name, detail="its packed content is damaged") from error
        if limit is None and len(data) != member.size:
            raise refuse("FIL-002", stream=member.name, detail="it is shorter than the zip says")
        return data

    return Archive(path.name, members, remarks, read, opened.close)


def _judged_entries(name: str, infos: list[zipfile.ZipInfo], limits: Limits) -> list[tuple[str, str, int]]:
    """(safe path, path in the zip, size) of every file of a zip that broke no limit."""
    files = [info for info in infos if not info.is_dir()]
    if len(files) > limits.members:
        raise refuse("FIL-006", stream=name, detail=f"{len(files):,}")
    total = sum(info.file_size for info in files)
    if total > limits.total_bytes:
        raise refuse("FIL-007", stream=name, detail=_readable(total))
    entries = []
    for info in files:
        safe = info.filename.replace("\\", "/")
        parts = PurePosixPath(safe).parts
        if safe.startswith("/") or ".." in parts or re.match(r"^[A-Za-z]:", safe):
            raise refuse("FIL-004", stream=name)
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise refuse("FIL-005", stream=parts[-1])
        if info.flag_bits & 0x1:
            raise refuse("FIL-003", stream=name)
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > limits.ratio_from and ratio >= limits.ratio:
            raise refuse("FIL-008", stream=parts[-1], detail=f"{ratio:,.0f}")
        entries.append((safe, info.filename, info.file_size))
    return entries


def _open_folder(path: Path, limits: Limits) -> Archive:
    root = path.resolve()
    entries: list[tuple[str, str, int]] = []
    for place, folders, names in os.walk(root):
        here = Path(place).relative_to(root)
        if here.parts:
            folders.clear()  # one outer folder is met in practice, never two
        for name in names:
            relative = here / name
            is_csv = relative.suffix.casefold() == ".csv"
            # A folder may hold anything else (logs, done-markers, yesterday's zip): it is named, never opened.
            size = _size_of_own_file(root, relative) if is_csv else 0
            entries.append((relative.as_posix(), relative.as_posix(), size))
    if sum(entry[0].casefold().endswith(".csv") for entry in entries) > limits.members:
        raise refuse("FIL-006", stream=path.name, detail=f"more than {limits.members:,}")
    members, remarks = _arrange(path.name, entries, single_layer=False)
    total = sum(member.size for member in members.values())
    if total > limits.total_bytes:
        raise refuse("FIL-007", stream=path.name, detail=_readable(total))

    def read(member: Member, limit: int | None) -> bytes:
        file = root / member.path
        if limit is not None:
            with file.open("rb") as stream:
                return stream.read(limit)
        before = file.stat()
        data = file.read_bytes()
        after = file.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
            raise TransientError(
                f"{member.name} changed while it was read.",
                hint="It is probably still being uploaded. Try again later.",
            )
        return data

    return Archive(path.name, members, remarks, read)


def _size_of_own_file(root: Path, relative: Path) -> int:
    """Size of a file of the folder; refused when it is a link that leaves the folder, or no regular file."""
    file = root / relative
    if not file.resolve().is_relative_to(root) or not file.is_file():
        raise refuse("FIL-005", stream=relative.name)
    return file.stat().st_size


def _arrange(
    name: str, entries: list[tuple[str, str, int]], *, single_layer: bool
) -> tuple[dict[str, Member], pl.DataFrame]:
    """The CSV files of the one folder that holds them, by lower-case name, with what was remarkable about them."""
    remarks = []
    wanted = [entry for entry in entries if not _LEFTOVERS.search(entry[0])]
    if len(wanted) < len(entries):
        remarks.append(findings.make("FIL-023", stream=name, detail=str(len(entries) - len(wanted))))
    packed = [entry[0] for entry in wanted if entry[0].casefold().endswith(_PACKED)]
    if single_layer and packed:
        raise refuse("FIL-009", stream=name, detail=PurePosixPath(packed[0]).name)
    if any("\\" in original for _, original, _ in wanted) and single_layer:
        remarks.append(findings.make("FIL-025", stream=name))

    folders: dict[str, list[Member]] = {}
    for safe, original, size in wanted:
        place = PurePosixPath(safe)
        if place.suffix.casefold() == ".csv":
            folders.setdefault(str(place.parent), []).append(Member(place.name, original, size))
    if not folders:
        raise refuse("FIL-001", stream=name)
    if "." not in folders and len(folders) > 1:
        raise refuse("FIL-010", stream=name)
    chosen = "." if "." in folders else next(iter(folders))
    if chosen != ".":
        remarks.append(findings.make("FIL-022", stream=name, detail=chosen))

    others = sorted(PurePosixPath(safe).name for safe, _, _ in wanted if str(PurePosixPath(safe).parent) == chosen)
    unknown = [other for other in others if not other.casefold().endswith(".csv")]
    remarks.extend(findings.make("FIL-027", stream=other) for other in unknown[:_TOLD])
    members: dict[str, Member] = {}
    for member in sorted(folders[chosen], key=lambda item: item.name):
        key = member.name.casefold()
        if key in members:
            raise refuse("FIL-011", stream=key)
        members[key] = member
    return members, findings.merge(remarks)


def _readable(size: int) -> str:
    return f"{size / 1024**3:,.1f} GiB" if size >= 1024**3 else f"{size / 1024**2:,.1f} MiB"
