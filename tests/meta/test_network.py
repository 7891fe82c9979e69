"""No test reaches the network: a forgotten call fails loudly instead of leaving this machine."""

from __future__ import annotations

import socket

import pytest
import pytest_socket


def test_no_address_but_loopback_can_be_reached() -> None:
    # The plugin warns before it raises; a warning is an error here, so either may come first.
    refusals = (pytest_socket.SocketConnectBlockedError, UserWarning)
    with socket.socket() as reached, pytest.raises(refusals, match="192\\.0\\.2\\.1"):
        reached.connect(("192.0.2.1", 443))  # reserved for documentation: nobody answers there


def test_loopback_can_be_reached() -> None:
    with socket.socket() as listening, socket.socket() as reached:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        reached.connect(listening.getsockname())
