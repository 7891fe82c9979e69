"""Pins: what may be written in the setting, and what is refused."""

from __future__ import annotations

import asyncssh
import pytest

from rollbook.core.errors import ConfigError
from rollbook.transport.host_key import parse_pins, refusal

KEYS = [asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")]
PUBLIC = [key.export_public_key().decode().strip() for key in KEYS]
PRINTS = [key.get_fingerprint() for key in KEYS]


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        pytest.param("", [], id="none"),
        pytest.param(f" {PRINTS[0]} ", PRINTS[:1], id="fingerprint"),
        pytest.param(f"{PRINTS[0]}=", PRINTS[:1], id="padded, as some tools print it"),
        pytest.param(f"{PRINTS[0]}, {PRINTS[2]}", [PRINTS[0], PRINTS[2]], id="two, for a change of key"),
        pytest.param(PUBLIC[0], PRINTS[:1], id="public key"),
        pytest.param(f"sftp.example.org {PUBLIC[2]} comment", PRINTS[2:], id="line of known_hosts"),
        pytest.param("\n".join(f"[h]:22 {key}" for key in PUBLIC), PRINTS, id="answer of ssh-keyscan"),
        pytest.param(f"# h:22 SSH-2.0-x\nh {PUBLIC[1]}", PRINTS[1:2], id="with its remark"),
    ],
)
def test_a_pin_is_a_fingerprint_or_a_public_key(text: str, pins: list[str]) -> None:
    assert parse_pins(text) == frozenset(pins)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("MD5:" + ":".join(["aa"] * 16), id="MD5"),
        pytest.param("SHA256:tooshort", id="cut fingerprint"),
        pytest.param("ssh-ed25519 " + "A" * 60, id="no key"),
        pytest.param("trust it", id="words"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_pins(text)


def test_the_refusal_shows_what_was_seen_and_what_to_do() -> None:
    seen = f"ssh-ed25519 {PRINTS[0]}"
    first = refusal("h", 22, frozenset(), [seen])
    other = refusal("h", 22, frozenset(PRINTS[1:2]), [seen])
    assert all(PRINTS[0] in error.message and "No login was sent" in error.message for error in (first, other))
    assert "not known yet" in first.message
    assert "another host key" in other.message
