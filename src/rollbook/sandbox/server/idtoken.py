"""Signed id tokens (OpenID Connect, RS256) and the keys to check them with."""

from __future__ import annotations

import base64
import json
import time
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

__all__ = ["Signer"]

_KEY_ID = "sandbox-1"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Signer:
    """One issuer with a key of its own, made when first used and forgotten with the sandbox."""

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, *, issuer: str, audience: str, claims: dict[str, Any], seconds: int = 3600) -> str:
        """The claims as a signed token."""
        now = int(time.time())
        payload = {"iss": issuer, "aud": audience, "iat": now, "exp": now + seconds, "auth_time": now, **claims}
        head = {"alg": "RS256", "typ": "JWT", "kid": _KEY_ID}
        text = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, payload))
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_encoded(signature)}"

    def keys(self) -> dict[str, Any]:
        """The public key as a JSON Web Key set."""
        public = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KEY_ID}
        return {"keys": [{**key, "n": _number(public.n), "e": _number(public.e)}]}
