"""Who the server is: the fingerprint that a person compared once, and what is said when another one answers."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

import asyncssh

from rollbook.core.errors import ConfigError

__all__ = ["FAMILIES", "HostKeyWatch", "parse_pins", "refusal"]

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-512", "rsa-sha2-256"),
)
"""The kinds of host key that are accepted, the best first. Without certificates, and without SHA-1."""

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_PUBLIC_KEY = re.compile(r"\b((?:ssh|ecdsa)-\S+) +([A-Za-z0-9+/]{40,}={0,2})")


def parse_pins(text: str) -> frozenset[str]:
    """The fingerprints (``SHA256:…``) in a setting: as such, or as public keys, as in a known_hosts file; several are
    split by commas or lines, so that a server can change its key without a night lost. Empty text pins none.

    Raises ConfigError for anything else.
    """
    pins = set()
    for part in (part.strip() for part in re.split(r"[,\n]", text)):
        if not part or part.startswith("#"):
            continue
        if found := _PUBLIC_KEY.search(part):
            pins.add(_fingerprint(*found.groups()))
        elif _FINGERPRINT.fullmatch(part.rstrip("=")):
            pins.add(part.rstrip("="))
        else:
            raise ConfigError(
                "The host key of this source is neither a SHA256 fingerprint nor a public key.",
                hint="It looks like SHA256:… (43 characters), or like ssh-ed25519 AAAA…. An MD5 fingerprint (aa:bb:…) "
                "is too weak to trust: ask for the SHA256 one.",
                detail={"settings": ["host_key"]},
            )
    return frozenset(pins)


def _fingerprint(algorithm: str, data: str) -> str:
    try:
        base64.b64decode(data, validate=True)
        return asyncssh.import_public_key(f"{algorithm} {data}").get_fingerprint()
    except (asyncssh.KeyImportError, binascii.Error, ValueError) as error:
        raise ConfigError(
            f"The host key of this source starts like a public key ({algorithm}) but is none.",
            hint="Copy the whole line, or pin the SHA256 fingerprint instead.",
            detail={"settings": ["host_key"]},
        ) from error


class HostKeyWatch(asyncssh.SSHClient):
    """Lets a connection go on only with a pinned host key, before anything about us was sent. Remembers what it saw."""

    def __init__(self, pins: frozenset[str]) -> None:
        self._pins = pins
        self.presented = ""
        self.is_known = False

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Whether the key that the server proves to hold is pinned."""
        fingerprint = key.get_fingerprint()
        self.presented = f"{key.get_algorithm()} {fingerprint}"
        self.is_known = fingerprint in self._pins
        return self.is_known


def refusal(host: str, port: int, pins: frozenset[str], presented: Sequence[str]) -> ConfigError:
    """What to say when no presented key (``algorithm fingerprint``) is pinned, or none is pinned at all."""
    shown = ", ".join(presented)
    detail = {"host": host, "port": port, "presented": list(presented), "pinned": sorted(pins)}
    if not pins:
        return ConfigError(
            f"The server {host} is not known yet. It shows the host key {shown}. No login was sent.",
            hint="Compare this fingerprint with the one that the owner of the server gives you by another way (telephone, "
            "their web page). If they are equal, set it as the host key of this source.",
            detail=detail,
        )
    return ConfigError(
        f"The server {host} shows another host key than the one that is pinned: {shown}. No login was sent.",
        hint="Either the owner of the server changed its key, or somebody stands between. Ask the owner, and pin the new "
        "fingerprint only when they confirm it.",
        detail=detail,
    )
