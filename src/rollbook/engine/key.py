"""The key that seals artifacts: outside the database, so that neither is any use without the other (T-3, ADR 0009)."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import Final

from rollbook.core.errors import ConfigError
from rollbook.store.home import KEY_ENVIRONMENT, KEY_FILE, secret_from

__all__ = ["load_key"]

_SIZE: Final = 32


def load_key(home: Path) -> bytes:
    """The 32 bytes of ROLLBOOK_KEY (base64), or else of the key file in ``home``, which is made on first use (0600).

    Raises ConfigError when what is there is no such key.
    """
    given = os.environ.get(KEY_ENVIRONMENT)
    place = KEY_ENVIRONMENT if given else str(home / KEY_FILE)
    text = given or secret_from(home / KEY_FILE, _random_key)
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _SIZE:
        raise ConfigError(
            f"{place} holds no key: it must be {_SIZE} bytes, written as base64.",
            hint="Put the key back that sealed your artifacts. Only a new installation may make one: "
            'python -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"',
        )
    return key


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(_SIZE)).decode("ascii")
