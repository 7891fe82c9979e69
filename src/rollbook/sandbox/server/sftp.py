"""An SFTP server on loopback with a district's files, and the bad days that such servers have.

It is asyncssh's own server half over real sockets. Nothing can be written to it by a client: attempts are refused, and
counted in ``writes_attempted``.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import secrets
import threading
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import asyncssh

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district import generate

__all__ = ["SftpFault", "SftpSandbox", "put_bundle"]

_HOST = "127.0.0.1"
_LOGIN = "rollbook"


class SftpFault(StrEnum):
    """What can be wrong with the server."""

    REFUSED_LOGIN = "refused_login"
    """No login is accepted."""
    DROPPED = "dropped"
    """The connection is cut once so many bytes were sent; the next one is good again."""
    SLOW = "slow"
    """Every read takes so many milliseconds longer."""
    HALF_UPLOADED = "half_uploaded"
    """The newest file is cut after half of its bytes, and stays so."""
    STILL_UPLOADING = "still_uploading"
    """The newest file grows, and is whole after so many milliseconds."""
    OTHER_HOST_KEY = "other_host_key"
    """Another server answers."""


_AMOUNTS = {SftpFault.DROPPED: 100_000, SftpFault.SLOW: 50, SftpFault.STILL_UPLOADING: 2_000}


def put_bundle(
    root: Path, *, students: int, seed: int, day: int = 1, oneroster: str = "1.1", zipped: bool = True
) -> Path:
    """The district of that day lies in ``root``, as a zip named by the day or as loose files; of all that lies there a
    zip is the newest, by whole seconds, which is what SFTP tells."""
    target = root / f"roster-day{day:03}.zip" if zipped else root
    path = generate(target, students=students, seed=seed, day=day, oneroster=oneroster, zipped=zipped).path
    if path.is_file():
        others = [int(other.stat().st_mtime) + 1 for other in root.iterdir() if other != path]
        newest = max([int(path.stat().st_mtime), *others])
        os.utime(path, (newest, newest))
    return path


class SftpSandbox:
    """A running server over the files in ``root``; a context manager. Login, password, keys and port are of this one
    start. ``password`` and ``client_key`` both work; ``host_key`` is what a client pins."""

    def __init__(self, root: Path, *, port: int = 0) -> None:
        self.root = root
        self.host = _HOST
        self.port = port
        self.login = _LOGIN
        self.password = secrets.token_urlsafe(12)
        self.writes_attempted = 0
        self.bytes_sent = 0
        self.logins = 0
        self.opened: list[Any] = []
        """Every file that a client opened; one that went away without a word does not close its own."""
        self.fault: SftpFault | None = None
        self.amount = 0
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._other_key = asyncssh.generate_private_key("ssh-ed25519")
        self._client_key = asyncssh.generate_private_key("ssh-ed25519")
        self._whole: tuple[Path, bytes] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sandbox-sftp", daemon=True)
        self._listener: asyncssh.SSHAcceptor | None = None

    @property
    def host_key(self) -> str:
        """The fingerprint of the server's own key (not of the stranger's in OTHER_HOST_KEY)."""
        return self._key.get_fingerprint()

    @property
    def client_key(self) -> str:
        """A private key that may log in, as text."""
        return self._client_key.export_private_key().decode("ascii")

    def set_fault(self, fault: SftpFault | None, amount: int | None = None) -> None:
        """From now on the server has this fault and no other; ``amount`` is bytes or milliseconds, as the fault says.
        None: everything is well, and whole, again."""
        self._mend()
        self.fault = fault
        self.amount = _AMOUNTS.get(fault, 0) if amount is None and fault else amount or 0
        self.bytes_sent = 0
        if fault in (SftpFault.HALF_UPLOADED, SftpFault.STILL_UPLOADING):
            self._cut()
        if fault is SftpFault.STILL_UPLOADING:
            self._loop.call_soon_threadsafe(lambda: self._loop.create_task(self._grow(self.amount / 1000)))
        self._run(self._use_key(self._other_key if fault is SftpFault.OTHER_HOST_KEY else self._key))

    def is_whole_again(self) -> bool:
        """Whether the file that was cut has all of its bytes."""
        return self._whole is None or self._whole[0].read_bytes() == self._whole[1]

    def __enter__(self) -> Self:
        self._thread.start()
        self._listener = self._run(self._listen())
        self.port = self._listener.get_port()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=30)

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            self.host,
            self.port,
            server_factory=lambda: _Door(self, self._client_key.convert_to_public()),
            server_host_keys=[self._key],
            sftp_factory=lambda channel: _Files(channel, self),
            gss_host=None,
            allow_scp=False,
            agent_forwarding=False,
        )

    async def _use_key(self, key: asyncssh.SSHKey) -> None:
        if self._listener is not None:
            self._listener.update(server_host_keys=[key])

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for file in self.opened:
            file.close()

    def _cut(self) -> None:
        files = sorted((path for path in self.root.rglob("*") if path.is_file()), key=lambda path: path.name)
        files.sort(key=lambda path: path.stat().st_mtime_ns)
        if not files:
            raise ConfigError("There is no file to cut.", hint="Put a bundle there first.")
        whole = files[-1].read_bytes()
        self._whole = (files[-1], whole)
        files[-1].write_bytes(whole[: len(whole) // 2])

    def _mend(self) -> None:
        if self._whole is not None:
            path, content = self._whole
            path.write_bytes(content)
            self._whole = None

    async def _grow(self, seconds: float, pause: float = 0.02) -> None:
        """The cut file gets its other half within that time, a little at every moment."""
        while (whole := self._whole) is not None:
            path, content = whole
            here = path.stat().st_size
            if here >= len(content):
                return
            with path.open("ab") as stream:
                stream.write(content[here : here + int(len(content) * pause / seconds) // 2 + 1])
            await asyncio.sleep(pause)


class _Door(asyncssh.SSHServer):
    """Who may come in."""

    def __init__(self, sandbox: SftpSandbox, key: asyncssh.SSHKey) -> None:
        self._sandbox = sandbox
        self._key = key

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return self._welcome(username, is_known=secrets.compare_digest(password, self._sandbox.password))

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._welcome(username, is_known=key == self._key)

    def _welcome(self, username: str, *, is_known: bool) -> bool:
        welcome = is_known and username == _LOGIN and self._sandbox.fault is not SftpFault.REFUSED_LOGIN
        self._sandbox.logins += welcome
        return welcome


class _Files(asyncssh.SFTPServer):
    """The files, to read only, with the fault of the hour."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], sandbox: SftpSandbox) -> None:
        super().__init__(channel, chroot=str(sandbox.root).encode())
        self._sandbox = sandbox

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if pflags != asyncssh.FXF_READ:
            self._refuse()
        opened = super().open(path, pflags, attrs)
        self._sandbox.opened.append(opened)
        return opened

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        sandbox = self._sandbox
        if sandbox.fault is SftpFault.SLOW:
            await asyncio.sleep(sandbox.amount / 1000)
        data = super().read(file_obj, offset, size)
        data = await data if inspect.isawaitable(data) else data
        sandbox.bytes_sent += len(data)
        if sandbox.fault is SftpFault.DROPPED and sandbox.bytes_sent > sandbox.amount:
            sandbox.fault = None
            self.channel.get_connection().abort()
        return data

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        self._refuse()

    def remove(self, path: bytes) -> None:
        self._refuse()

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        self._refuse()

    def rmdir(self, path: bytes) -> None:
        self._refuse()

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._refuse()

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._refuse()

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs, follow_symlinks: bool = True) -> None:
        self._refuse()

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        self._refuse()

    def _refuse(self) -> NoReturn:
        self._sandbox.writes_attempted += 1
        raise asyncssh.SFTPPermissionDenied("this server is read only")
