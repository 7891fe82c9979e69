"""Files that a person hands over once: a folder, a zip or a stream, copied within limits before anything reads them."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from rollbook.core import findings
from rollbook.core.errors import ConfigError, DataError, TransientError
from rollbook.transport.remote import is_usable_name

__all__ = ["UploadLimits", "uploaded", "uploaded_stream"]

_BLOCK = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much a person may hand over."""

    files: int = 500
    total_bytes: int = 8 * 1024**3


@contextmanager
def uploaded(path: Path, into: Path, *, limits: UploadLimits | None = None) -> Iterator[Path]:
    """A copy of ``path`` (a file, or a folder's CSV files) under ``into``, for its owner only, while the context is
    open; what happens to the original meanwhile changes nothing.

    Links are not followed, and sub-folders are not entered. Raises ConfigError (nothing there, not readable), DataError
    (FIL-005 a link, FIL-006, FIL-007) and TransientError (it changed while it was copied).
    """
    limits = limits or UploadLimits()
    with _place(into) as place:
        try:
            if path.is_dir():
                target = place / (path.name or "upload")
                target.mkdir(mode=0o700)
                files = sorted(file for file in path.iterdir() if file.suffix.casefold() == ".csv")
                _hold_to_count(path.name, len(files), limits)
                left = limits.total_bytes
                for file in files:
                    left -= _copied(file, target / file.name, left, limits)
            else:
                target = place / path.name
                _copied(path, target, limits.total_bytes, limits)
        except FileNotFoundError as error:
            raise ConfigError(f"There is nothing at {path}.", hint="Check the path.") from error
        except PermissionError as error:
            raise ConfigError(
                f"Rollbook may not read {path}.",
                hint="Let the account that runs Rollbook read the folder and its files.",
            ) from error
        yield target


@contextmanager
def uploaded_stream(stream: BinaryIO, name: str, into: Path, *, limits: UploadLimits | None = None) -> Iterator[Path]:
    """What comes from ``stream`` (a form's file) as a file called ``name`` under ``into``, while the context is open.

    Raises ConfigError for a name that leads elsewhere, DataError (FIL-007) when it is too large.
    """
    limits = limits or UploadLimits()
    if not is_usable_name(name):
        raise ConfigError(f"A file called {name!r} cannot be taken.", hint="Give it a plain name.")
    with _place(into) as place:
        target = place / name
        with target.open("xb") as copy:
            _pour(stream, copy, name, limits.total_bytes, limits)
        yield target


@contextmanager
def _place(into: Path) -> Iterator[Path]:
    try:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = Path(mkdtemp(prefix="upload-", dir=into))
    except OSError as error:
        raise ConfigError(
            f"{into} cannot be written: {error.strerror}.", hint="Set ROLLBOOK_HOME to a directory that you may write."
        ) from error
    try:
        yield place
    finally:
        shutil.rmtree(place)


def _copied(file: Path, target: Path, left: int, limits: UploadLimits) -> int:
    """The bytes of ``file`` stand in ``target``; how many they are."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if file.is_symlink():
            raise _no_file(file.name) from error
        raise
    with os.fdopen(handle, "rb") as source:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise _no_file(file.name)
        with target.open("xb") as copy:
            count = _pour(source, copy, file.name, left, limits)
        after = os.fstat(handle)
    if (before.st_size, before.st_mtime_ns, count) != (after.st_size, after.st_mtime_ns, after.st_size):
        raise TransientError(
            f"{file.name} changed while it was copied.", hint="It is probably still being written. Try again later."
        )
    return count


def _pour(source: BinaryIO, copy: BinaryIO, name: str, left: int, limits: UploadLimits) -> int:
    count = 0
    while block := source.read(_BLOCK):
        count += len(block)
        if count > left:
            raise DataError(
                f"With {name} there are more than {limits.total_bytes:,} bytes, which is the most that is taken.",
                findings=findings.make("FIL-007", stream=name, detail=f"more than {limits.total_bytes:,} bytes"),
                hint="If the district really is that large, ask the person who runs this server to raise the limit.",
            )
        copy.write(block)
    return count


def _hold_to_count(name: str, count: int, limits: UploadLimits) -> None:
    if count > limits.files:
        raise DataError(
            f"{name} holds {count:,} files, more than a roster ever has.",
            findings=findings.make("FIL-006", stream=name, detail=f"{count:,}"),
            hint="Hand over only the roster's files.",
        )


def _no_file(name: str) -> DataError:
    return DataError(
        f"{name} is a link to another place, or no ordinary file, so it was not taken.",
        findings=findings.make("FIL-005", stream=name),
        hint="Hand over the file itself, not a link to it.",
    )
