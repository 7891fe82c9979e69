"""A session with an SFTP server: the pinned host key first, then the login, time-outs everywhere (S-1)."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from rollbook.core.errors import AuthError, ConfigError, RollbookError, TransientError
from rollbook.transport.host_key import FAMILIES, HostKeyWatch, parse_pins, refusal

__all__ = ["SftpSite", "session"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpSite:
    """Where to log in and how. Secrets are in no ``repr``. Times are in seconds.

    ``host_key``: what ``parse_pins`` reads; empty until a person has compared the fingerprint. ``key``: a private key
    as text (OpenSSH or PEM); with it the password is not sent.
    """

    host: str
    login: str
    port: int = 22
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    host_key: str = ""
    connect_timeout: float = 20.0
    idle_timeout: float = 60.0


@asynccontextmanager
async def session(site: SftpSite) -> AsyncIterator[asyncssh.SFTPClient]:
    """A logged-in SFTP client; closed afterwards, whatever happens.

    Raises ConfigError when the host key is not pinned or a setting cannot be used, AuthError when the login is refused,
    TransientError when the server cannot be reached or goes away.
    """
    credentials = _credentials(site)
    pins = parse_pins(site.host_key)
    with telling(site):
        connection = await _connect(site, pins, credentials)
    try:
        with telling(site):
            async with asyncio.timeout(site.idle_timeout):
                client = await connection.start_sftp_client(path_encoding="utf-8", path_errors="surrogateescape")
        with telling(site):
            yield client
    finally:
        connection.abort()


@contextmanager
def telling(site: SftpSite) -> Iterator[None]:
    """What SSH and the network raise becomes one of our errors, without a word that the server chose."""
    where = f"{site.host}:{site.port}"
    try:
        yield
    except RollbookError:
        raise
    except asyncssh.PermissionDenied as error:
        raise AuthError(
            f"The server {site.host} does not accept the login {site.login!r} with this "
            f"{'key' if site.key else 'password'}.",
            hint="Check the login and the password or key of this source; a key has to be known to the server.",
            detail={"host": site.host, "port": site.port},
        ) from error
    except (asyncssh.KeyExchangeFailed, asyncssh.ProtocolNotSupported) as error:
        raise ConfigError(
            f"The server {site.host} and Rollbook have no safe way of encryption in common.",
            hint="The server is too old: ask its owner to update it (host keys: ed25519, ECDSA or RSA with SHA-2).",
            detail={"host": site.host, "port": site.port},
        ) from error
    except TimeoutError as error:
        raise TransientError(
            f"The server {site.host} did not answer in time.",
            hint="Try again later. If it stays so, check host and port, and whether a firewall lets us through.",
            detail={"host": site.host, "port": site.port},
        ) from error
    except socket.gaierror as error:
        raise TransientError(
            f"The name {site.host} leads to no server.",
            hint="Check the spelling of the host; if it is right, name resolution is out of order: try again later.",
            detail={"host": site.host},
        ) from error
    except (asyncssh.Error, OSError) as error:
        raise TransientError(
            f"The connection to {where} failed ({type(error).__name__}).",
            hint="Try again later. If it stays so, check host and port with the owner of the server.",
            detail={"host": site.host, "port": site.port, "error": type(error).__name__},
        ) from error


def _credentials(site: SftpSite) -> dict[str, Any]:
    if not site.key and not site.password:
        raise ConfigError("This source has neither a password nor a key.", hint="Set one of the two.")
    if not site.key:
        return {
            "password": site.password,
            "client_keys": None,
            "preferred_auth": "password,keyboard-interactive",
        }
    try:
        key = asyncssh.import_private_key(site.key.strip() + "\n", site.passphrase or None)
    except asyncssh.KeyEncryptionError as error:
        raise ConfigError(
            "The private key of this source cannot be opened with this passphrase.",
            hint="Set the passphrase that belongs to the key, or use a key without one.",
        ) from error
    except (asyncssh.KeyImportError, ValueError) as error:
        raise ConfigError(
            "The private key of this source cannot be read.",
            hint="Set the whole private key, from its BEGIN line to its END line (OpenSSH or PEM; not the .pub file).",
        ) from error
    return {"client_keys": [key], "password": None, "preferred_auth": "publickey"}


async def _connect(site: SftpSite, pins: frozenset[str], credentials: dict[str, Any]) -> asyncssh.SSHClientConnection:
    """A connection with a pinned host key. A server has several keys and shows the one it is asked for, so that a pin
    of another kind than the first is found too; the login is sent only once a pinned key answered."""
    watch = HostKeyWatch(pins)
    try:
        return await _greet(site, sum(FAMILIES, ()), watch, credentials)
    except asyncssh.HostKeyNotVerifiable:
        presented = [watch.presented]
    others = [family for family in FAMILIES if presented[0].split()[0] not in _kinds(family)]
    for family in (*others, *others) if pins else ():  # twice: a server without such a key may say so or just hang up
        watch = HostKeyWatch(pins)
        try:
            return await _greet(site, family, watch, credentials)
        except asyncssh.HostKeyNotVerifiable:
            presented.append(watch.presented)
        except (asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost, ConnectionError) as error:
            if watch.is_known:
                raise
            _log.debug("no host key of the kind %s: %s", family[0], type(error).__name__)
    raise refusal(site.host, site.port, pins, sorted(set(presented)))


async def _greet(
    site: SftpSite, family: tuple[str, ...], watch: HostKeyWatch, credentials: dict[str, Any]
) -> asyncssh.SSHClientConnection:
    connection, _ = await asyncssh.create_connection(
        lambda: watch,
        site.host,
        site.port,
        username=site.login,
        known_hosts=([], [], []),  # trust in a key is asked of the watch
        server_host_key_algs=list(family),
        connect_timeout=site.connect_timeout,
        login_timeout=site.connect_timeout,
        keepalive_interval=15,
        keepalive_count_max=3,
        config=None,
        agent_path=None,
        agent_forwarding=False,
        x509_trusted_certs=None,
        gss_host=None,
        gss_kex=False,
        gss_auth=False,
        compression_algs=None,
        **credentials,
    )
    return connection


def _kinds(family: tuple[str, ...]) -> tuple[str, ...]:
    """The algorithm names that keys of a family have themselves (an RSA key is an ``ssh-rsa`` key whatever signs)."""
    return ("ssh-rsa",) if family[0].startswith("rsa") else family
