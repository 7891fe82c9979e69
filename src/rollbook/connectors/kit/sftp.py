"""What every source of files on an SFTP server has in common: its settings, and the delivery while it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from rollbook.connectors.kit.archive import Limits
from rollbook.connectors.kit.redaction import Settings, hush_wire_logs
from rollbook.core import findings
from rollbook.core.errors import ConfigError
from rollbook.transport.host_key import parse_pins
from rollbook.transport.ledger import LEDGER, Ledger
from rollbook.transport.remote import place_of
from rollbook.transport.sftp import Fetched, SftpLimits, Telling, fetch
from rollbook.transport.ssh import SftpSite

__all__ = ["SftpSettings", "Visit", "visit"]

_ARCHIVE = Limits()
_SFTP = SftpLimits()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SftpSettings(Settings):
    """Settings of one source on an SFTP server. ``metadata['help']`` is what the form shows; ``secret`` ones are shown
    as ``***``.

    ``incoming`` is not set by a person: it is the folder of this installation where the source's files arrive. Without
    one, nothing is remembered from one reading to the next. Raises ConfigError when a setting contradicts itself.
    """

    host: str = field(metadata={"help": "The name of the SFTP server, without sftp://."})
    login: str = field(metadata={"help": "The login (user name) on the server."})
    path: str = field(
        default=".",
        metadata={"help": "The folder on the server, or a file or pattern of names in it, like /out/roster-*.zip."},
    )
    port: int = field(default=22, metadata={"help": "The port of the server."})
    password: str = field(
        default="", metadata={"secret": True, "unless": "key", "help": "The password, unless a key is used."}
    )
    key: str = field(
        default="",
        metadata={
            "lines": True,
            "secret": True,
            "help": "The private key as text (OpenSSH or PEM), unless a password is used.",
        },
    )
    passphrase: str = field(default="", metadata={"secret": True, "help": "The passphrase of the private key."})
    host_key: str = field(
        default="",
        metadata={
            "help": "The server's host key as SHA256:… or as a public key; several are split by commas. "
            "Test the connection without it: the answer shows the fingerprint to compare."
        },
    )
    settle: float = field(
        default=_SFTP.settle,
        metadata={
            "seldom": True,
            "help": "Seconds between the two looks that must be equal: what changes is still being uploaded.",
        },
    )
    max_files: int = field(
        default=_ARCHIVE.members, metadata={"seldom": True, "help": "The most files that a delivery may hold."}
    )
    max_bytes: int = field(
        default=_ARCHIVE.total_bytes,
        metadata={"seldom": True, "help": "The most bytes that a delivery may have, packed or unpacked."},
    )
    incoming: Path | None = field(default=None, metadata={"internal": True})

    def __post_init__(self) -> None:
        if "://" in self.host or "/" in self.host or "@" in self.host or not self.host.strip():
            raise ConfigError(
                "The host of this source is not the name of a server.",
                hint="Write the name alone, like sftp.example.org; login, port and path have settings of their own.",
                detail={"settings": ["host"]},
            )
        if not 0 < self.port < 65_536:
            raise ConfigError(
                "The port of this source is no port.",
                hint="SFTP servers mostly listen on 22.",
                detail={"settings": ["port"]},
            )
        if not self.password and not self.key:
            raise ConfigError(
                "This source has neither a password nor a key.",
                hint="Give one of the two: the password of the login, or its private key.",
                detail={"settings": ["password"]},
            )
        place_of(self.path)
        parse_pins(self.host_key)

    @property
    def site(self) -> SftpSite:
        """Where to log in and how."""
        return SftpSite(
            host=self.host,
            port=self.port,
            login=self.login,
            password=self.password,
            key=self.key,
            passphrase=self.passphrase,
            host_key=self.host_key,
        )

    @property
    def sftp_limits(self) -> SftpLimits:
        """The settings as the transport takes them."""
        return SftpLimits(
            files=self.max_files, total_bytes=self.max_bytes, settle=self.settle, patience=6 * self.settle
        )


class Visit:
    """A delivery that is here, as long as the visit lasts. ``path``: the file or folder."""

    def __init__(self, fetched: Fetched, ledger: Ledger) -> None:
        self.path = fetched.path
        self._fetched = fetched
        self._ledger = ledger

    @property
    def findings(self) -> pl.DataFrame:
        """What was remarkable about the delivery: FIL-031, FIL-032."""
        return self._fetched.findings

    def noted(self, fingerprint: str) -> pl.DataFrame:
        """It was read, and its content has this ``fingerprint``: from now on it is remembered. FIL-030 when it, or
        another with the same content, was read before."""
        offer = self._fetched.offer
        earlier = self._ledger.earlier(offer, fingerprint)
        self._ledger.note(offer, fingerprint, at=dt.datetime.now(dt.UTC))
        if earlier is None:
            return findings.empty()
        when = f"{dt.datetime.fromisoformat(earlier.at):%Y-%m-%d %H:%M} UTC"
        what = "it was" if earlier.name == offer.name else f"its content is that of {earlier.name}, which was"
        return findings.make("FIL-030", stream=offer.name, detail=f"{what} read on {when}")


@contextmanager
def visit(
    config: SftpSettings, *, marks: frozenset[str], each_file: bool = False, progress: Telling | None = None
) -> Iterator[Visit]:
    """The newest complete delivery on the server; its files are gone from here afterwards.

    ``marks``: lower-case names of which loose files must hold one to be preferred; ``each_file``: every CSV file is a
    delivery by itself. Raises what ``transport.sftp.fetch`` raises.
    """
    hush_wire_logs()
    with _folder(config) as into:
        fetching = fetch(
            config.site,
            config.path,
            into,
            limits=config.sftp_limits,
            marks=marks,
            each_file=each_file,
            progress=progress,
        )
        with fetching as fetched:
            yield Visit(fetched, Ledger(into / LEDGER))


@contextmanager
def _folder(config: SftpSettings) -> Iterator[Path]:
    if config.incoming is not None:
        yield config.incoming
        return
    with TemporaryDirectory(prefix="rollbook-incoming-") as name:
        yield Path(name)
