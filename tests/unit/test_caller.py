"""Behind a proxy, attempts to sign in are counted by who made them, and nobody can pretend to be another."""

from __future__ import annotations

import pytest

from rollbook.web.sign_in.caller import caller

PROXY = ("10.0.0.0/8", "::1/128")


@pytest.mark.parametrize(
    ("remote", "forwarded", "trusted", "expected"),
    [
        ("192.0.2.1", "", (), "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", (), "192.0.2.1"),  # nobody is trusted
        ("192.0.2.1", "198.51.100.7", PROXY, "192.0.2.1"),  # not from the proxy
        ("10.0.0.2", "198.51.100.7", PROXY, "198.51.100.7"),
        ("10.0.0.2", "203.0.113.9, 198.51.100.7", PROXY, "198.51.100.7"),  # the first is what the caller wrote
        ("10.0.0.2", "198.51.100.7, 10.0.0.9", PROXY, "198.51.100.7"),  # two proxies
        ("::1", "2001:db8::5", PROXY, "2001:db8::5"),
        ("10.0.0.2", "", PROXY, "10.0.0.2"),
        ("10.0.0.2", "10.0.0.9", PROXY, "10.0.0.2"),
        ("10.0.0.2", "198.51.100.7, unknown", PROXY, "10.0.0.2"),
        ("", "198.51.100.7", PROXY, ""),  # a socket
    ],
)
def test_where_a_request_comes_from(remote: str, forwarded: str, trusted: tuple[str, ...], expected: str) -> None:
    assert caller(remote, forwarded, trusted) == expected
