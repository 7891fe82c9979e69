"""Checking OAuth 1.0a signatures (RFC 5849, two-legged), with nothing but the standard library: an independent witness."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from threading import Lock
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from rollbook.sandbox.server.http import Request

__all__ = ["Signatures"]

_METHODS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_PARAMETER = re.compile(r'\s*([\w.]+)="([^"]*)"\s*')
_WINDOW = 300


class Signatures:
    """The signed requests of one consumer. A nonce is accepted once, a timestamp for five minutes."""

    def __init__(self, key: str, secret: str) -> None:
        self._key, self._secret = key, secret
        self._nonces: dict[str, float] = {}
        self._lock = Lock()

    def accept(self, request: Request) -> bool:
        """Whether the request carries a fresh, correct signature of the consumer."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "oauth":
            return False
        sent = {name: unquote(value) for name, value in _PARAMETER.findall(rest)}
        digest = _METHODS.get(sent.get("oauth_signature_method", ""))
        if digest is None or sent.get("oauth_consumer_key") != self._key or not self._is_fresh(sent):
            return False
        signature = sent.pop("oauth_signature", "")
        sent.pop("realm", None)
        base = _base_string(request, sent)
        expected = hmac.new(f"{quote(self._secret, safe='~')}&".encode(), base.encode(), digest).digest()
        return hmac.compare_digest(base64.b64encode(expected).decode(), signature)

    def _is_fresh(self, sent: dict[str, str]) -> bool:
        now, nonce = time.time(), sent.get("oauth_nonce", "")
        stamp = sent.get("oauth_timestamp", "")
        if not nonce or not stamp.isdigit() or abs(now - int(stamp)) > _WINDOW:
            return False
        with self._lock:
            if len(self._nonces) > 10_000:
                self._nonces = {known: at for known, at in self._nonces.items() if now - at < _WINDOW}
            return self._nonces.setdefault(f"{stamp} {nonce}", now) == now


def _base_string(request: Request, oauth: dict[str, str]) -> str:
    parts = urlsplit(request.origin)
    port = "" if parts.port in (None, 80) else f":{parts.port}"
    url = f"{parts.scheme}://{(parts.hostname or '').lower()}{port}{request.path}"
    pairs = [*request.query, *oauth.items()]
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    escaped = sorted((_escaped(name), _escaped(value)) for name, value in pairs)
    normal = "&".join(f"{name}={value}" for name, value in escaped)
    return "&".join((request.method, _escaped(url), _escaped(normal)))


def _escaped(text: str) -> str:
    return quote(text, safe="~")
