"""Asking a vendor's server: only GET, bounded in time, size and number, every trouble as an error of the house (S-1, S-2)."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpx2
import stamina

from rollbook import __version__
from rollbook.connectors.kit.budget import Budget
from rollbook.connectors.kit.redaction import hush_wire_logs
from rollbook.core.errors import (
    AuthError,
    ConfigError,
    DataError,
    RateLimited,
    RollbookError,
    TransientError,
)

__all__ = ["Bounds", "Reply", "Server", "is_page"]

_log = logging.getLogger(__name__)
_MEGABYTE = 1024 * 1024
_EXPLAINED = 16 * 1024
"""Error bodies longer than this are not looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long, how much and how often. Times in seconds.

    ``answer``: the longest that one whole answer may take; ``patience``: the longest Retry-After that is waited for;
    ``attempts``: how often one request is sent before it is given up.
    """

    connect: float = 10.0
    read: float = 90.0
    answer: float = 300.0
    body: int = 512 * _MEGABYTE
    attempts: int = 5
    patience: float = 120.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that arrived whole. ``headers``: names in lower case. ``path``: what was asked, without the query."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str


class Server:
    """One server of a vendor, asked by GET and nothing else; threads may share it.

    ``base``: scheme, host and any path before the endpoints; already percent-encoded, sent as it is. ``vendor`` is how
    errors name it. ``token_url``: the only address to which ``auth`` may POST. ``explain``: an error
    body → a harmless word on why, kept in the error's detail. ``transport`` replaces the network.
    """

    def __init__(
        self,
        base: str,
        *,
        vendor: str,
        budget: Budget,
        auth: httpx2.Auth | None = None,
        bounds: Bounds | None = None,
        headers: Mapping[str, str] | None = None,
        token_url: str = "",
        ca_file: str = "",
        explain: Callable[[bytes], str] = lambda body: "",
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        hush_wire_logs()
        self._explain = explain
        self.base = base.rstrip("/")
        self.vendor = vendor
        self.budget = budget
        self.bounds = bounds or Bounds()
        inner = transport or _network(ca_file, budget.requests)
        self._client = httpx2.Client(
            transport=_ReadOnly(inner, token_url),
            auth=auth,
            timeout=httpx2.Timeout(self.bounds.read, connect=self.bounds.connect),
            follow_redirects=False,
            headers={"User-Agent": f"rollbook/{__version__}", "Accept": "application/json", **(headers or {})},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No connection stays open."""
        self._client.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: Collection[int] = (),
        attempts: int | None = None,
    ) -> Reply:
        """The whole answer to GET ``base + path``; 200, or a status of ``accept``.

        Time-outs, 5xx and 429 are tried again a bounded number of times, waiting as Retry-After says. Raises AuthError
        (401, 403), ConfigError (404, 3xx, other 4xx, certificate), RateLimited, TransientError or DataError (too
        large); no error holds a query, a header or a body.
        """
        tries = attempts or self.bounds.attempts
        for attempt in stamina.retry_context(
            on=self._wait, attempts=tries, timeout=None, wait_initial=0.5, wait_max=20.0, wait_jitter=1.0
        ):
            with attempt:
                return self._once(path, params or {}, accept)
        raise AssertionError("stamina returns or raises")  # pragma: no cover

    def _wait(self, error: Exception) -> bool | float:
        """Whether, and after how long, to try again."""
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return False if error.retry_after > self.bounds.patience else error.retry_after
        return isinstance(error, TransientError)

    def _once(self, path: str, params: Mapping[str, str], accept: Collection[int]) -> Reply:
        with self.budget.slot():
            began = time.monotonic()
            reply = self._send(path, params)
            _log.debug("GET %s: %d, %d bytes, %.2f s", path, reply.status, len(reply.body), time.monotonic() - began)
        if reply.status == httpx2.codes.OK or reply.status in accept:
            return reply
        error = _refused(reply, self.vendor)
        if len(reply.body) <= _EXPLAINED and (reason := self._explain(reply.body)):
            error.detail["reason"] = reason
        if isinstance(error, RateLimited) and error.retry_after and error.retry_after <= self.bounds.patience:
            self.budget.pause(error.retry_after)
        raise error

    def _send(self, path: str, params: Mapping[str, str]) -> Reply:
        try:
            with self._client.stream("GET", self.base + path, params=dict(params) or None) as response:
                body = self._read(response, path)
                return Reply(response.status_code, _lower(response.headers), body, path)
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
            raise _failed(error, self.vendor, path) from None

    def _read(self, response: httpx2.Response, path: str) -> bytes:
        """The body, all of it, within its bounds."""
        until = time.monotonic() + self.bounds.answer
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > self.bounds.body:
                raise DataError(
                    f"{self.vendor} answered {path} with more than {self.bounds.body // _MEGABYTE} MB.",
                    hint="Ask for smaller pages with the setting page_size.",
                )
            if time.monotonic() > until:
                raise TransientError(
                    f"{self.vendor} took more than {self.bounds.answer:.0f} s to answer {path}.",
                    hint="Try again later, or ask for smaller pages with the setting page_size.",
                )
        return b"".join(chunks)


class _ReadOnly(httpx2.BaseTransport):
    """Lets nothing through that could change something (S-1): GET, and the POST that fetches a token."""

    def __init__(self, inner: httpx2.BaseTransport, token_url: str) -> None:
        self._inner = inner
        self._token = httpx2.URL(token_url) if token_url else None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        is_token = (
            self._token is not None
            and request.method == "POST"
            and request.url.copy_with(query=None) == self._token.copy_with(query=None)
        )
        if request.method != "GET" and not is_token:
            raise AssertionError(f"a source is read-only, and this was a {request.method}")
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def is_page(body: bytes) -> bool:
    """Whether a body is a web page, not data."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _network(ca_file: str, connections: int) -> httpx2.BaseTransport:
    verify: ssl.SSLContext | bool = True
    if ca_file:
        try:
            verify = ssl.create_default_context(cafile=ca_file)
        except (OSError, ssl.SSLError):
            raise ConfigError(
                f"The certificates in {ca_file} cannot be read.", hint="ca_file names a PEM file."
            ) from None
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx2.HTTPTransport(verify=verify, limits=limits)


def _lower(headers: httpx2.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _refused(reply: Reply, vendor: str) -> RollbookError:
    """The error that a status is."""
    status, path = reply.status, reply.path
    detail = {"status": status, "path": path}
    if status == httpx2.codes.UNAUTHORIZED:
        return AuthError(
            f"{vendor} does not accept our credentials (answer 401 to {path}).",
            hint="Check the credentials of this source; they may have been replaced at the vendor.",
            detail=detail,
        )
    if status == httpx2.codes.FORBIDDEN:
        return AuthError(
            f"{vendor} knows us but does not let us read {path} (answer 403).",
            hint="Ask the district to share it with this app, or the vendor to grant the scope.",
            detail=detail,
        )
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        return RateLimited(
            f"{vendor} asks us to slow down (answer 429 to {path}).",
            retry_after=_retry_after(reply.headers.get("retry-after", "")) or _reset(reply.headers, time.time()),
            hint="The run tries again later. Fewer requests at once: the setting workers.",
            detail=detail,
        )
    if status >= 500 or status == httpx2.codes.REQUEST_TIMEOUT:
        return TransientError(
            f"{vendor} has trouble of its own (answer {status} to {path}).",
            hint="The run tries again later. If it stays, tell the vendor.",
            detail=detail,
        )
    if 300 <= status < 400:
        return ConfigError(
            f"{vendor} sends us to another address for {path} (answer {status}), which we do not follow.",
            hint="Set the address of this source to the one that the vendor's page gives.",
            detail=detail,
        )
    if status == httpx2.codes.NOT_FOUND:
        return ConfigError(
            f"{vendor} has nothing at {path} (answer 404).",
            hint="Check the address of this source; the part before the endpoints differs from vendor to vendor.",
            detail=detail,
        )
    return ConfigError(
        f"{vendor} does not understand our request for {path} (answer {status}).",
        hint="Check the address and the version of this source.",
        detail=detail,
    )


def _failed(error: Exception, vendor: str, path: str) -> RollbookError:
    """The error that trouble on the way is. Causes are not chained: their text may hold addresses with secrets."""
    detail = {"path": path, "cause": type(error).__name__}
    if isinstance(error, httpx2.TimeoutException):
        return TransientError(
            f"{vendor} did not answer {path} in time.",
            hint="Try again later. If it is always so, ask for smaller pages with the setting page_size.",
            detail=detail,
        )
    if isinstance(error, httpx2.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return ConfigError(
            f"The certificate of {vendor} is not one that this machine trusts, so nothing was sent.",
            hint="If the server uses certificates of its own, name them with the setting ca_file.",
            detail=detail,
        )
    if isinstance(error, httpx2.ConnectError):
        return TransientError(
            f"{vendor} cannot be reached.",
            hint="Check the address, and whether this machine may reach it; else try again later.",
            detail=detail,
        )
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol):
        return ConfigError("The address of this source is not one that can be called.", detail=detail)
    return TransientError(
        f"The answer of {vendor} to {path} broke off.", hint="Try again later; nothing was changed.", detail=detail
    )


def _retry_after(value: str) -> float | None:
    """Seconds to wait: a number, or a date; None where it says neither."""
    text = value.strip()
    if not text:
        return None
    try:
        return max(float(text), 0.0) if text.replace(".", "", 1).isdigit() else _until(text, datetime.now(UTC))
    except (ValueError, TypeError):
        return None


def _reset(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until ``X-RateLimit-Reset``, a Unix time (Clever); None where it is not said."""
    text = headers.get("x-ratelimit-reset", "").strip()
    return max(float(text) - now, 0.0) if text.isdecimal() else None


def _until(text: str, now: datetime) -> float:
    when = parsedate_to_datetime(text)
    return max((when - (now if when.tzinfo else now.replace(tzinfo=None))).total_seconds(), 0.0)
