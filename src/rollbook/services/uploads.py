"""Sources whose files a person hands over: where they lie, and how they get there."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from rollbook.core.errors import ConfigError
from rollbook.services import source_form, sources
from rollbook.services.changelog import note_values
from rollbook.services.source_form import Judged
from rollbook.store.home import UPLOADS, home_directory
from rollbook.store.models import District, SourceConnection
from rollbook.transport.folder import drops
from rollbook.transport.upload import UploadLimits, uploaded_stream

__all__ = ["KINDS", "Received", "add", "forget", "is_upload", "judge", "newest", "receive"]

KINDS: Final = ("oneroster_csv", "simple_csv", "guardians_csv")
"""Kinds of source that read files of a folder, and so can be fed by hand."""
_KEPT: Final = 2
"""The delivery that is read, and the one before it, which a run may be reading at this moment."""
_SINGLE: Final = {"guardians_csv": "guardians.csv", "simple_csv": "students.csv"}
"""Kinds that are one file, and what it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One delivery: the names of its files, their bytes, when it came."""

    files: tuple[str, ...]
    size: int
    at: dt.datetime


def add(
    *, district: District, kind: str, config: Mapping[str, str] | None = None, name: str = "main", by: str
) -> SourceConnection:
    """A new source whose files are handed over, as ``sources.add`` makes it, with an empty folder of its own.

    Raises ConfigError for a kind that reads no files, and a name that is taken; then there is no folder either.
    """
    if kind not in KINDS:
        raise ConfigError(
            f"A source of kind {kind} does not read files that are handed over.", hint=f"These do: {', '.join(KINDS)}."
        )
    folder = _home() / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    try:
        return sources.add(
            district=district, kind=kind, config={**(config or {}), "path": str(folder)}, name=name, by=by
        )
    except ConfigError:
        folder.rmdir()
        raise


def judge(kind: str, typed: Mapping[str, str]) -> Judged:
    """What is wrong with what was typed for a new source whose files are handed over; its folder is not typed."""
    return source_form.judge(kind, {**typed, "path": str(home_directory())})


def is_upload(connection: SourceConnection) -> bool:
    """Whether the source reads what is handed over here."""
    return connection.kind in KINDS and _folder(connection).parent == _home()


def newest(connection: SourceConnection) -> Received | None:
    """What was handed over last, and is read next; None when nothing was yet."""
    folder = _folder(connection)
    found = drops(folder) if folder.is_dir() else []
    if not found:
        return None
    path = found[-1].path
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return Received(
        files=tuple(file.name for file in files),
        size=sum(file.stat().st_size for file in files),
        at=dt.datetime.fromtimestamp(found[-1].modified, dt.UTC),
    )


def receive(
    connection: SourceConnection, files: Sequence[tuple[str, BinaryIO]], *, by: str, now: dt.datetime
) -> Received:
    """The files (name, content) are the source's newest delivery: one zip, or CSV files. They are whole, or nothing of
    them is there. What was handed over before the last time is gone. Nothing is read yet.

    Raises ConfigError for a source that takes no files, and files that are neither; DataError when there is too much.
    """
    if not is_upload(connection):
        raise ConfigError(
            f"Source {connection.name} fetches its files itself.", hint="Files can be handed to a source made for it."
        )
    names = [Path(name).name for name, _ in files]
    _look_at(names)
    folder = _folder(connection)
    draft = folder / f".draft-{secrets.token_hex(4)}"
    draft.mkdir(parents=True, mode=0o700)
    try:
        left = UploadLimits().total_bytes
        for name, (_, stream) in zip(names, files, strict=True):
            with uploaded_stream(stream, name, draft, limits=UploadLimits(total_bytes=left)) as file:
                left -= file.stat().st_size
                file.rename(draft / _called(connection.kind, name))
        _settle(draft, folder / f"{now:%Y-%m-%d-%H%M}-{secrets.token_hex(3)}")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    for old in drops(folder)[:-_KEPT]:
        shutil.rmtree(old.path) if old.path.is_dir() else old.path.unlink()
    received = Received(files=tuple(sorted(names)), size=UploadLimits().total_bytes - left, at=now)
    note_values(
        district_id=connection.district_id,
        table="source_connection",
        row_id=connection.pk,
        old={},
        new={"received": list(received.files), "bytes": received.size},
        by=by,
    )
    return received


def forget(connection: SourceConnection) -> None:
    """Nothing that was handed over to the source is kept."""
    if is_upload(connection):
        shutil.rmtree(_folder(connection), ignore_errors=True)


def _look_at(names: Sequence[str]) -> None:
    kinds = sorted({Path(name).suffix.casefold() for name in names})
    if not names:
        raise ConfigError("No file was chosen.", hint="Choose the CSV files, or one zip of them.", detail=_HERE)
    if kinds == [".zip"] and len(names) > 1:
        raise ConfigError("These are several zips.", hint="Hand over one zip, with all files in it.", detail=_HERE)
    if kinds not in ([".zip"], [".csv"]):
        raise ConfigError(
            "These are not CSV files, or one zip of them.",
            hint="A roster's files end in .csv; pack them in one .zip, or choose them all.",
            detail=_HERE,
        )
    if len({name.casefold() for name in names}) < len(names):
        raise ConfigError("Two files have the same name.", hint="Choose each file once.", detail=_HERE)


_HERE: Final = {"settings": ["files"]}


def _settle(draft: Path, target: Path) -> None:
    """What was drafted stands in its place, in one step."""
    files = [file for file in draft.iterdir() if file.is_file()]
    if files[0].suffix.casefold() != ".zip":
        draft.rename(target)
        return
    if not zipfile.is_zipfile(files[0]):
        raise ConfigError(f"{files[0].name} is no zip, or not a whole one.", hint="Pack it again.", detail=_HERE)
    files[0].rename(target.with_suffix(".zip"))


def _called(kind: str, name: str) -> str:
    return _SINGLE[kind] if kind in _SINGLE and name.casefold().endswith(".csv") else name


def _folder(connection: SourceConnection) -> Path:
    return Path(str(connection.config.get("path", "")))


def _home() -> Path:
    return home_directory() / UPLOADS
