"""Secrets of sources at rest: sealed with the key that is outside the database, opened only to build a Config (T-3)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rollbook.core.errors import ConfigError
from rollbook.engine.key import load_key
from rollbook.store.home import home_directory

__all__ = ["is_sealed", "seal", "unseal"]

_MARK: Final = "sealed"
_NONCE: Final = 12


def seal(value: str, *, connection_id: int, field: str) -> dict[str, str]:
    """``{"sealed": …}``: ``value`` as it may be stored, to be opened only for this field of this connection.

    Sealing the same value twice gives two different texts.
    """
    nonce = secrets.token_bytes(_NONCE)
    sealed = _cipher().encrypt(nonce, value.encode(), _place(connection_id, field))
    return {_MARK: base64.b64encode(nonce + sealed).decode("ascii")}


def unseal(sealed: Mapping[str, str], *, connection_id: int, field: str) -> str:
    """The value that ``seal`` was given. Raises ConfigError when the key is another one, or the text was changed or
    belongs to another field or connection."""
    try:
        data = base64.b64decode(sealed[_MARK], validate=True)
        return _cipher().decrypt(data[:_NONCE], data[_NONCE:], _place(connection_id, field)).decode()
    except (InvalidTag, binascii.Error, KeyError, ValueError) as error:
        raise ConfigError(
            f"The secret {field!r} of this source cannot be opened: it was sealed with another key, or it is damaged.",
            hint="Put back the key that was in use when it was stored (ROLLBOOK_KEY or rollbook.key), or set it anew.",
            detail={"connection": connection_id, "field": field},
        ) from error


def is_sealed(value: Any) -> TypeGuard[dict[str, str]]:
    """Whether a stored setting is a sealed secret."""
    return isinstance(value, dict) and set(value) == {_MARK} and isinstance(value[_MARK], str)


def _cipher() -> AESGCM:
    return AESGCM(load_key(home_directory()))


def _place(connection_id: int, field: str) -> bytes:
    """What binds a secret to where it is stored, and keeps it apart from everything else that the key seals."""
    return f"rollbook secret|{connection_id}|{field}".encode()
