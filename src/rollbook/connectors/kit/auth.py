"""Proving who we are: a fixed bearer, OAuth 1.0a signatures, OAuth 2 client credentials."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

import httpx2
from oauthlib import oauth1

from rollbook.core.errors import AuthError, ConfigError, TransientError

__all__ = ["SIGNATURES", "TOKEN_STYLES", "Bearer", "ClientCredentials", "OAuth1"]

SIGNATURES = ("HMAC-SHA256", "HMAC-SHA1")
TOKEN_STYLES = ("basic", "body", "query")
"""Where client id and secret go when a token is asked for: the Authorization header, the form, the address."""

_TOKEN_BYTES = 256 * 1024
_LIFETIME = 300.0
"""Seconds that a token is used when the server does not say how long it lives."""
_MARGIN = 30.0


class Bearer(httpx2.Auth):
    """``Authorization: Bearer`` with a token that somebody gave us."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """The request with the header."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class OAuth1(httpx2.Auth):
    """Two-legged OAuth 1.0a: every request is signed over method, address and every query parameter."""

    def __init__(self, client_id: str, client_secret: str, *, signature: str = SIGNATURES[0]) -> None:
        if signature not in SIGNATURES:
            raise ConfigError(f"The signature method must be one of: {', '.join(SIGNATURES)}.")
        self._client = oauth1.Client(client_id, client_secret=client_secret, signature_method=signature)
        self._lock = threading.Lock()

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """The request with a signature of this moment."""
        with self._lock:
            _, headers, _ = self._client.sign(str(request.url), http_method="GET")
        request.headers["Authorization"] = headers["Authorization"]
        yield request


@dataclass(slots=True)
class _Token:
    value: str = ""
    until: float = 0.0


@dataclass(eq=False)
class ClientCredentials(httpx2.Auth):
    """OAuth 2 client credentials: a token is fetched when first needed, kept in memory, fetched anew before it ends and
    once when the server refuses it.

    ``style``: one of ``TOKEN_STYLES``. ``scope``: empty for servers that refuse one. ``extra``: further parameters,
    such as Infinite Campus's ``appName``; they go where ``style`` puts the credentials (the form, for ``basic``).
    A session cookie that comes with the token is sent back by the client.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    style: str = TOKEN_STYLES[0]
    extra: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    def __post_init__(self) -> None:
        if self.style not in TOKEN_STYLES:
            raise ConfigError(f"The token style must be one of: {', '.join(TOKEN_STYLES)}.")
        self._lock = threading.Lock()
        self._token = _Token()

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """The request with a token that is good, as far as we know; once more with a new one after a 401."""
        with self._lock:
            if self._token.until <= self.clock():
                self._take((yield self.token_request()))
            used = self._token.value
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code != httpx2.codes.UNAUTHORIZED:
            return
        with self._lock:
            if self._token.value == used:
                self._take((yield self.token_request()))
            request.headers["Authorization"] = f"Bearer {self._token.value}"
        yield request

    def token_request(self) -> httpx2.Request:
        """The one POST that is ever sent (S-1)."""
        form = {"grant_type": "client_credentials"}
        if self.scope:
            form["scope"] = self.scope
        headers = {"Accept": "application/json"}
        credentials = {"client_id": self.client_id, "client_secret": self.client_secret}
        url = httpx2.URL(self.token_url)
        if self.style == "query":
            url = url.copy_merge_params({**form, **credentials, **self.extra})
            return httpx2.Request("POST", url, headers=headers)
        form.update(self.extra)
        if self.style == "body":
            return httpx2.Request("POST", url, headers=headers, data={**form, **credentials})
        signed = next(httpx2.BasicAuth(self.client_id, self.client_secret).auth_flow(httpx2.Request("POST", url)))
        headers["Authorization"] = signed.headers["Authorization"]
        return httpx2.Request("POST", url, headers=headers, data=form)

    def _take(self, response: httpx2.Response) -> None:
        status = response.status_code
        if status == httpx2.codes.TOO_MANY_REQUESTS or status >= 500:
            raise TransientError(f"The token server answered {status}.", hint="Try again in a moment.")
        if status in (httpx2.codes.NOT_FOUND, httpx2.codes.METHOD_NOT_ALLOWED) or 300 <= status < 400:
            raise ConfigError(
                f"There is no token server at the given address (answer {status}).",
                hint="Look up the token URL in the vendor's page and set token_url.",
            )
        if status >= 400:
            raise AuthError(
                f"The token server refused the client id and secret (answer {status}).",
                hint="Check client_id and client_secret, then token_style and scope: vendors differ in them.",
            )
        token, lifetime = _read_token(response)
        self._token = _Token(token, self.clock() + max(lifetime - _MARGIN, lifetime / 2))


def _read_token(response: httpx2.Response) -> tuple[str, float]:
    announced = response.headers.get("Content-Length", "")
    too_long = announced.isdigit() and int(announced) > _TOKEN_BYTES
    body = b"" if too_long else response.read()  # by read, as httpx2 reads it once more and only then finds it there
    if too_long or len(body) > _TOKEN_BYTES:
        raise ConfigError("The token server's answer is far too long for a token.", hint="Check token_url.")
    try:
        answer = json.loads(body)
        token, lifetime = answer["access_token"], answer.get("expires_in")
        seconds = _LIFETIME if lifetime in (None, "") else float(lifetime)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(
            "The token server did not answer with a token.", hint="Check token_url: it is not the page of the portal."
        ) from None
    if not isinstance(token, str) or not token:
        raise ConfigError("The token server did not answer with a token.", hint="Check token_url.")
    return token, seconds if seconds > 0 else _LIFETIME
