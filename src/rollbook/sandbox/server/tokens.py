"""OAuth 2 tokens that the sandbox gave out: client credentials and login codes, each with an end."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from dataclasses import dataclass, field
from threading import Lock

from rollbook.sandbox.server.http import Request

__all__ = ["Grant", "Tokens", "client_of"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token or code stands for. ``subject``: sourcedId of the user who signed in; empty for a machine."""

    scopes: frozenset[str] = frozenset()
    subject: str = ""
    client: str = ""
    redirect: str = ""
    nonce: str = ""
    ends: float = field(default=0.0)


class Tokens:
    """Random tokens and what they grant."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}
        self._lock = Lock()

    def give(self, grant: Grant, *, seconds: float, prefix: str = "") -> str:
        """A new token that ends after ``seconds``."""
        token = prefix + secrets.token_urlsafe(24)
        with self._lock:
            self._grants[token] = Grant(
                grant.scopes, grant.subject, grant.client, grant.redirect, grant.nonce, time.monotonic() + seconds
            )
        return token

    def grant(self, token: str) -> Grant | None:
        """What the token grants; None when it is unknown or over."""
        with self._lock:
            found = self._grants.get(token)
        return found if found is not None and found.ends > time.monotonic() else None

    def use(self, code: str) -> Grant | None:
        """What the code grants, once."""
        found = self.grant(code)
        with self._lock:
            self._grants.pop(code, None)
        return found


def client_of(request: Request) -> tuple[str, str]:
    """(client id, secret) from HTTP Basic, or from the form or query, as providers differ (oneroster.md B.7)."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return name, secret
    sent = {**request.parameters, **request.form}
    return sent.get("client_id", ""), sent.get("client_secret", "")
