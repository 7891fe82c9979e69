"""Files from an SFTP server: the newest complete delivery, brought here whole, or an error that says why not (S-2).

Nothing is ever written, moved or deleted on the server (S-1).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import polars as pl
import stamina

from rollbook.core import findings
from rollbook.core.errors import ConfigError, DataError, TransientError
from rollbook.transport.arrival import Arrival, sweep
from rollbook.transport.remote import Entry, Look, Offer, Place, RemoteFile, offers, place_of, single
from rollbook.transport.ssh import SftpSite, session
from rollbook.transport.zip_tail import TAIL, ends_like_a_zip

__all__ = ["Fetched", "SftpLimits", "Telling", "fetch"]

Telling = Callable[[str, int, int], None]
"""Told while bytes arrive: the file, how many of its bytes are here, how many there are."""

_WINDOW = 4 * 1024**2
"""Bytes asked for at once, as many requests in flight; two windows overlap."""
_FOLDERS = 60
"""Of so many sub-folders, the newest, the files are listed."""
_ONE_DELIVERY = 12 * 3600
"""Files that changed within so many seconds were sent together."""
_FILES_AND_FOLDERS = (
    asyncssh.FILEXFER_TYPE_DIRECTORY,
    asyncssh.FILEXFER_TYPE_REGULAR,
    asyncssh.FILEXFER_TYPE_UNKNOWN,  # servers that tell no types: the name decides
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpLimits:
    """How much a server may make us take, and how patient we are. Times are in seconds.

    ``settle``: between the two looks that must be equal; ``patience``: how long to wait for an upload to end;
    ``total``: the longest that one attempt may take; ``attempts``: how often to connect when the connection breaks.
    """

    files: int = 500
    total_bytes: int = 8 * 1024**3
    entries: int = 20_000
    settle: float = 10.0
    patience: float = 60.0
    total: float = 2 * 3600.0
    attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A delivery that is here whole. ``path``: the zip, the file or the folder; ``offer``: what it was on the server.

    ``received``: bytes that came over the network now; less than its size when a broken download was gone on with.
    """

    path: Path
    offer: Offer
    received: int
    findings: pl.DataFrame


@contextmanager
def fetch(
    site: SftpSite,
    path: str,
    into: Path,
    *,
    limits: SftpLimits | None = None,
    marks: frozenset[str] = frozenset(),
    each_file: bool = False,
    progress: Telling | None = None,
) -> Iterator[Fetched]:
    """The newest complete delivery at ``path`` stands in ``into`` while the context is open; then it is removed.

    ``path``: a folder, a file, or a pattern of names in a folder. ``marks``: lower-case names of which a set of loose
    CSV files must hold one to count as a delivery while others do. ``each_file``: every CSV file is a delivery.
    What a broken connection left is gone on with, now and the next time. One process at a time may fetch into a folder.

    Raises ConfigError (nothing there, host key, settings), AuthError, DataError (FIL-001, FIL-015: no delivery, or none
    is complete; FIL-006, FIL-007: too much) and TransientError (still being uploaded, changed or cut off meanwhile).
    """
    limits = limits or SftpLimits()
    place = place_of(path, each_file=each_file)
    with _alone(into):
        for attempt in stamina.retry_context(on=_is_broken, attempts=limits.attempts, timeout=None, wait_initial=1.0):
            with attempt:
                fetched = asyncio.run(_fetch(site, place, into, limits, marks, progress))
        try:
            yield fetched
        finally:
            sweep(into)


def _is_broken(error: Exception) -> bool:
    """Whether the connection went away, which a new one may mend at once; a silent server and a growing file need more
    time than that."""
    cause = error.__cause__
    is_silent = isinstance(cause, TimeoutError)
    return isinstance(error, TransientError) and isinstance(cause, (asyncssh.Error, OSError)) and not is_silent


async def _fetch(
    site: SftpSite, place: Place, into: Path, limits: SftpLimits, marks: frozenset[str], progress: Telling | None
) -> Fetched:
    asyncio.get_running_loop().set_exception_handler(_said_already)
    try:
        async with asyncio.timeout(limits.total), session(site) as client:
            server = _Server(client, site, limits)
            look = await _settled(server, place, limits)
            offer, remarks = await _newest(server, _that_count(look.offers, marks), place)
            _hold_to_limits(offer, into, limits)
            target, received = await _download(server, offer, into, progress)
            await _same_still(server, offer)
    except TimeoutError as error:
        raise TransientError(
            f"Fetching from {site.host} took longer than {limits.total:,.0f} seconds.",
            hint="What arrived is kept; the next attempt goes on from there.",
        ) from error
    return Fetched(path=target, offer=offer, received=received, findings=remarks)


def _said_already(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """One lost connection fails every request that is in flight; the first one speaks for all, the others are still."""
    if not isinstance(context.get("exception"), asyncssh.Error):
        loop.default_exception_handler(context)


class _Server:
    """The few questions that are asked of the server, each with a time-out and an answer in our words."""

    def __init__(self, client: asyncssh.SFTPClient, site: SftpSite, limits: SftpLimits) -> None:
        self._client = client
        self._site = site
        self._limits = limits

    async def look(self, place: Place) -> Look:
        with _of_path(place.folder):
            async with self._in_time():
                top = await self._client.stat(place.folder)
            if top.type != asyncssh.FILEXFER_TYPE_DIRECTORY:
                return Look((single(place.folder, top.size or 0, top.mtime or 0),))
            entries = await self._entries(place.folder)
            folders = sorted(
                (entry for entry in entries if entry.is_folder and place.matches(entry.name)),
                key=lambda entry: entry.modified,
            )[-_FOLDERS:]
            inside = {entry.name: await self._entries(f"{place.folder}/{entry.name}") for entry in folders}
        return offers(place, entries, lambda name: inside.get(name, ()))

    async def _entries(self, folder: str) -> list[Entry]:
        """The folder's files and folders; links and devices are passed over."""
        found: list[Entry] = []
        async with self._in_time():
            async for item in self._client.scandir(folder):
                if len(found) >= self._limits.entries:
                    raise DataError(
                        f"The folder {folder} on the server holds more than {self._limits.entries:,} files.",
                        findings=findings.make("FIL-006", stream=folder, detail=f"more than {self._limits.entries:,}"),
                        hint="Use a folder of its own for the roster, and clear old deliveries away.",
                    )
                if item.attrs.type in _FILES_AND_FOLDERS:
                    is_folder = item.attrs.type == asyncssh.FILEXFER_TYPE_DIRECTORY
                    found.append(Entry(str(item.filename), is_folder, item.attrs.size or 0, item.attrs.mtime or 0))
        return found

    async def again(self, file: RemoteFile) -> RemoteFile:
        with _of_path(file.path):
            async with self._in_time():
                now = await self._client.stat(file.path)
        return RemoteFile(file.name, file.path, now.size or 0, now.mtime or 0)

    async def tail(self, file: RemoteFile) -> bytes:
        start = max(0, file.size - TAIL)
        async with aclosing(self.pieces(file, start)) as pieces:
            return b"".join([piece async for piece in pieces])

    async def pieces(self, file: RemoteFile, start: int) -> AsyncGenerator[bytes]:
        """The bytes of a file from ``start``, in order, the next window under way while one is used."""
        with _of_path(file.path):
            async with self._in_time():
                stream = await self._client.open(file.path, asyncssh.FXF_READ, encoding=None)
            places = list(range(start, file.size, _WINDOW))
            coming = [asyncio.ensure_future(self._window(stream, file, place)) for place in places[:1]]
            try:
                for following in (*places[1:], None):
                    if not coming:
                        break
                    current = coming.pop()
                    if following is not None:
                        coming.append(asyncio.ensure_future(self._window(stream, file, following)))
                    yield await current
            finally:
                for task in coming:
                    task.cancel()
                await asyncio.gather(*coming, return_exceptions=True)
            # Only after all went well: a server that is silent would be silent here again, and the end of the session
            # closes everything anyway.
            async with self._in_time():
                await stream.close()

    async def _window(self, stream: asyncssh.SFTPClientFile, file: RemoteFile, start: int) -> bytes:
        wanted = min(_WINDOW, file.size - start)
        async with self._in_time():
            data: bytes = await stream.read(wanted, start)
        if len(data) != wanted:
            raise _changed(file)
        return data

    def _in_time(self) -> asyncio.Timeout:
        return asyncio.timeout(self._site.idle_timeout)


async def _settled(server: _Server, place: Place, limits: SftpLimits) -> Look:
    """Two equal looks, ``settle`` seconds apart. Raises TransientError when it does not come to rest in time."""
    look = await server.look(place)
    waited = 0.0
    while look.offers or look.arriving:
        await asyncio.sleep(limits.settle)
        waited += limits.settle
        before, look = look, await server.look(place)
        if look == before:
            break
        if waited >= limits.patience:
            growing = _difference(before, look)
            raise TransientError(
                f"{growing} is still being uploaded.",
                hint="Nothing was read. Try again when the upload is over, or plan the sync for a later hour.",
                detail={"file": growing},
            )
    return look


def _difference(before: Look, after: Look) -> str:
    """The name of something that changed between two looks."""
    files = [{file for offer in look.offers for file in offer.files} | look.arriving for look in (before, after)]
    changed = sorted(file.name for file in files[0] ^ files[1])
    return changed[-1] if changed else after.offers[-1].name


def _that_count(found: Sequence[Offer], marks: frozenset[str]) -> list[Offer]:
    """Without sets of CSV files that hold none of the ``marks``, when anything else is there."""
    counting = [
        offer for offer in found if offer.is_zip or not marks or marks & {file.name.casefold() for file in offer.files}
    ]
    return counting or list(found)


async def _newest(server: _Server, found: Sequence[Offer], place: Place) -> tuple[Offer, pl.DataFrame]:
    """The newest complete delivery, and the finding that newer ones are not whole. Raises DataError."""
    if not found:
        raise DataError(
            f"There are no roster files at {place.folder} on the server.",
            findings=findings.make("FIL-001", stream=place.folder),
            hint="It should hold CSV files, a zip, or one zip or folder for each day. Check the path of this source.",
        )
    broken: list[str] = []
    for offer in reversed(found):
        if await _is_whole(server, offer):
            remarks = [findings.make("FIL-031", stream=offer.name, detail=name) for name in broken]
            if apart := offer.apart(_ONE_DELIVERY):
                remarks.append(findings.make("FIL-032", stream=offer.name, detail=apart))
            return offer, findings.merge(remarks)
        broken.append(offer.name)
    raise DataError(
        f"No delivery at {place.folder} is complete; the newest is {broken[0]}.",
        findings=findings.make("FIL-015", stream=place.folder, detail=broken[0]),
        hint="The upload broke off. Send it again.",
    )


async def _is_whole(server: _Server, offer: Offer) -> bool:
    """A zip whose directory is at its end, where it is written last; loose files that all hold something."""
    if offer.is_zip:
        return ends_like_a_zip(await server.tail(offer.files[0]), offer.size)
    return all(file.size for file in offer.files)


def _hold_to_limits(offer: Offer, into: Path, limits: SftpLimits) -> None:
    if len(offer.files) > limits.files:
        raise DataError(
            f"{offer.name} holds {len(offer.files):,} files, more than a roster ever has.",
            findings=findings.make("FIL-006", stream=offer.name, detail=f"{len(offer.files):,}"),
            hint="Send only the roster's files, in a folder of their own.",
        )
    if offer.size > limits.total_bytes:
        raise DataError(
            f"{offer.name} has {offer.size:,} bytes, more than this server allows ({limits.total_bytes:,}).",
            findings=findings.make("FIL-007", stream=offer.name, detail=f"{offer.size:,} bytes"),
            hint="If the district really is that large, raise the limit of this source.",
        )
    free = shutil.disk_usage(into).free
    if offer.size > free:
        raise ConfigError(
            f"There is no room for {offer.name}: {offer.size:,} bytes, and {free:,} are free at {into}.",
            hint="Make room on the disk of ROLLBOOK_HOME.",
        )


async def _download(server: _Server, offer: Offer, into: Path, progress: Telling | None) -> tuple[Path, int]:
    """The delivery's files stand under ``into``; how many bytes came now."""
    received = 0
    arrival = Arrival(into, offer)
    for file in offer.files:
        start = arrival.begin(file)
        if progress is not None:
            progress(file.name, start, file.size)
        async with aclosing(server.pieces(file, start)) as pieces:
            async for piece in pieces:
                arrival.write(file, piece)
                received += len(piece)
                start += len(piece)
                if progress is not None:
                    progress(file.name, start, file.size)
        arrival.finish(file)
    return arrival.path, received


async def _same_still(server: _Server, offer: Offer) -> None:
    """Raises TransientError when a file is not any more what it was before it was fetched."""
    for file in offer.files:
        if await server.again(file) != file:
            raise _changed(file)


def _changed(file: RemoteFile) -> TransientError:
    return TransientError(
        f"{file.name} changed on the server while it was fetched.",
        hint="It is probably being uploaded again. Nothing was read; try again later.",
        detail={"file": file.name},
    )


@contextmanager
def _of_path(path: str) -> Iterator[None]:
    """What a server says about a path, in our words."""
    try:
        yield
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPNotADirectory) as error:
        raise ConfigError(
            f"There is nothing at {path} on the server.",
            hint="Check the path of this source. It starts where the login starts: a leading / is the server's root.",
        ) from error
    except asyncssh.SFTPPermissionDenied as error:
        raise ConfigError(
            f"The server does not let this login read {path}.",
            hint="Ask the owner of the server for the right to read.",
        ) from error


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    """``into`` exists, for its owner only, and nobody else fetches into it meanwhile. Raises TransientError."""
    try:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(into / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigError(
            f"{into} cannot be written: {error.strerror}.", hint="Set ROLLBOOK_HOME to a directory that you may write."
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TransientError(
                "Another process is fetching from this source now.", hint="Try again when it is done."
            ) from error
        yield
    finally:
        os.close(handle)
