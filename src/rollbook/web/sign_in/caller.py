"""Where a request comes from, when it came through a proxy that is known."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

__all__ = ["caller"]


def caller(remote: str, forwarded: str, trusted: Sequence[str]) -> str:
    """The address that a request comes from: ``remote``, who speaks to us, unless that is one of the networks ``trusted``;
    then the last of ``forwarded`` (X-Forwarded-For) that is none of these. What a stranger writes into that header
    moves nothing: only what a trusted proxy added behind it counts."""
    networks = [ipaddress.ip_network(network, strict=False) for network in trusted]

    def is_trusted(address: str) -> bool:
        found = _address(address)
        return found is not None and any(found in network for network in networks)

    if not is_trusted(remote):
        return remote
    for hop in reversed([word.strip() for word in forwarded.split(",") if word.strip()]):
        if _address(hop) is None:
            return remote  # not an address: the header says nothing that can be believed
        if not is_trusted(hop):
            return hop
    return remote


def _address(word: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(word)
    except ValueError:
        return None
