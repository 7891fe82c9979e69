"""What a person sets for a source of OneRoster CSV files on an SFTP server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rollbook.connectors.kit.archive import Limits
from rollbook.connectors.kit.redaction import Settings
from rollbook.core.errors import ConfigError
from rollbook.transport.host_key import parse_pins
from rollbook.transport.remote import place_of
from rollbook.transport.sftp import SftpLimits
from rollbook.transport.ssh import SftpSite

__all__ = ["OneRosterSftpConfig"]

_ARCHIVE = Limits()
_SFTP = SftpLimits()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OneRosterSftpConfig(Settings):
    """Settings of one source. ``metadata['help']`` is what the form shows; ``secret`` ones are shown as ``***``.

    ``incoming`` is not set by a person: it is the folder of this installation where the source's files arrive. Without
    one, nothing is remembered from one reading to the next. Raises ConfigError when a setting contradicts itself.
    """

    host: str = field(metadata={"help": "The name of the SFTP server, without sftp://."})
    login: str = field(metadata={"help": "The login (user name) on the server."})
    path: str = field(
        default=".",
        metadata={"help": "The folder on the server, or a pattern of names in it, like /out/roster-*.zip."},
    )
    port: int = field(default=22, metadata={"help": "The port of the server."})
    password: str = field(
        default="", metadata={"secret": True, "unless": "key", "help": "The password, unless a key is used."}
    )
    key: str = field(
        default="",
        metadata={"secret": True, "help": "The private key as text (OpenSSH or PEM), unless a password is used."},
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
        metadata={"help": "Seconds between the two looks that must be equal: what changes is still being uploaded."},
    )
    max_files: int = field(default=_ARCHIVE.members, metadata={"help": "The most files that a bundle may hold."})
    max_bytes: int = field(
        default=_ARCHIVE.total_bytes, metadata={"help": "The most bytes that a bundle may have, packed or unpacked."}
    )
    max_ratio: int = field(
        default=_ARCHIVE.ratio, metadata={"help": "How many times its packed size a file may unpack to, at most."}
    )
    incoming: Path | None = field(default=None, metadata={"internal": True})

    def __post_init__(self) -> None:
        if "://" in self.host or "/" in self.host or "@" in self.host or not self.host.strip():
            raise ConfigError(
                "The host of this source is not the name of a server.",
                hint="Write the name alone, like sftp.example.org; login, port and path have settings of their own.",
            )
        if not 0 < self.port < 65_536:
            raise ConfigError("The port of this source is no port.", hint="SFTP servers mostly listen on 22.")
        if not self.password and not self.key:
            raise ConfigError(
                "This source has neither a password nor a key.",
                hint="Give one of the two: --secret-file password=PATH, or --secret-file key=PATH.",
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
            files=self.max_files,
            total_bytes=self.max_bytes,
            settle=self.settle,
            patience=6 * self.settle,
        )

    @property
    def archive_limits(self) -> Limits:
        """The settings as the archive reader takes them."""
        return Limits(members=self.max_files, total_bytes=self.max_bytes, ratio=self.max_ratio)
