"""A delivery as it arrives: unfinished files have a name of their own, and what broke off is gone on with."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from rollbook.core.errors import ConfigError
from rollbook.transport.ledger import identity
from rollbook.transport.remote import Offer, RemoteFile

__all__ = ["Arrival", "sweep", "sweep_older"]

_PLACE = "delivery"
_NOTE = ".arriving"
_UNFINISHED = ".part"


class Arrival:
    """The local side of one download into ``root``. A note beside the files tells which delivery they belong to, so that
    bytes of an older one are never continued with bytes of a newer one.

    Making one leaves nothing of any other delivery; what of this one arrived before, stays. ``path``: where the whole
    delivery will stand, a folder or a file.
    """

    def __init__(self, root: Path, offer: Offer) -> None:
        place = root / _PLACE
        note = place / _NOTE
        mine = identity(offer)
        self.path = place / offer.name
        self._folder = self.path if offer.is_folder else place
        try:
            if not note.is_file() or note.read_text(encoding="utf-8") != mine:
                sweep(root)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            note.write_text(mine, encoding="utf-8")
        except OSError as error:
            raise _unwritable(root, error) from error

    def begin(self, file: RemoteFile) -> int:
        """How many bytes of the file are here already."""
        path = self._unfinished(file)
        done = self._folder / file.name
        try:
            if done.is_file() and done.stat().st_size == file.size:
                done.replace(path)
            path.touch(mode=0o600)
            here = path.stat().st_size
            if here > file.size:
                path.write_bytes(b"")
                return 0
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        return here

    def write(self, file: RemoteFile, data: bytes) -> None:
        """``data`` follows what is here."""
        try:
            with self._unfinished(file).open("ab") as stream:
                stream.write(data)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def finish(self, file: RemoteFile) -> None:
        """The file stands under its own name."""
        self._unfinished(file).replace(self._folder / file.name)

    def _unfinished(self, file: RemoteFile) -> Path:
        return self._folder / f"{file.name}{_UNFINISHED}"


def sweep(root: Path) -> None:
    """No downloaded file is left in ``root``; the ledger and the lock stay."""
    if (root / _PLACE).exists():
        shutil.rmtree(root / _PLACE)


def sweep_older(root: Path, oldest: dt.datetime) -> bool:
    """As ``sweep``, unless something arrived after ``oldest``. Whether there was anything to remove."""
    place = root / _PLACE
    if not place.is_dir():
        return False
    newest = max(path.stat().st_mtime for path in (place, *place.rglob("*")))
    if dt.datetime.fromtimestamp(newest, dt.UTC) >= oldest:
        return False
    sweep(root)
    return True


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"{folder} cannot be written: {error.strerror}.",
        hint="Look for room on the disk, and at the rights of the folder.",
    )
