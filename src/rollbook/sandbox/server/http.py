"""Real HTTP on loopback: requests and responses as values, one threading server a vendor, faults applied on the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl

from rollbook.sandbox.server.faults import Fault

__all__ = ["App", "Host", "Request", "Response", "as_json", "html", "redirect"]

LOOPBACK = "127.0.0.1"
_LARGEST_BODY = 64 * 1024
_LOGIN_PAGE = "<!DOCTYPE html><title>Sign in</title><h1>Sign in</h1><p>This is a web page, not data.</p>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``path``: raw, percent-encoded, without the query. ``query``: decoded pairs in their order. ``page_fault``: the
    page fault that the vendor has to act out. ``origin``: scheme, host and port as the client addressed them."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    origin: str
    page_fault: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """Query parameters, the last of equal names."""
        return dict(self.query)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form, or as a flat JSON object."""
        if self.headers.get("content-type", "").startswith("application/json"):
            try:
                sent = json.loads(self.body)
            except ValueError:
                return {}
            return {str(name): str(value) for name, value in sent.items()} if isinstance(sent, dict) else {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def bearer(self) -> str:
        """The bearer token; empty when there is none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The value as a JSON answer."""
    return Response(status=status, body=json.dumps(value, ensure_ascii=False).encode(), headers=headers or {})


def html(page: str, *, status: int = 200) -> Response:
    """A web page that loads nothing from elsewhere and runs no script."""
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action *"}
    return Response(status=status, body=page.encode(), content_type="text/html; charset=utf-8", headers=policy)


def redirect(target: str) -> Response:
    """Go there, with GET."""
    return Response(status=303, headers={"Location": target})


class App(Protocol):
    """One vendor."""

    def handle(self, request: Request) -> Response:
        """The answer to a request."""

    def error(self, status: int) -> Response:
        """An error in the vendor's own shape."""


class Host:
    """One vendor on one port of loopback, answering in threads from ``start`` to ``stop``."""

    def __init__(
        self,
        app: App,
        *,
        port: int,
        due: Callable[[str], Fault | None],
        act: Callable[[Fault], None],
        asked: Callable[[str, str, int], None],
    ) -> None:
        """``due``: path → the fault of this request. ``act``: carries out a fault that changes the world. ``asked``:
        told of every request: method, path, status (0 when it got no answer)."""
        self.app = app
        self.due, self.act, self.asked = due, act, asked
        self.closing = threading.Event()
        host = self

        class Handler(_Handler):
            owner = host

        self._server = _Server((LOOPBACK, port), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        """Requests are answered."""
        self._thread.start()

    def stop(self) -> None:
        """The port is free again; requests that hang are let go."""
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self.close()

    def close(self) -> None:
        """The port of a host that is not answering is free again."""
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error of ours; anything else is shown by the standard handler."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    owner: Host
    protocol_version = "HTTP/1.1"
    server_version = "RollbookSandbox"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the base class's
        """Nothing is logged: addresses hold ids. The console counts requests instead."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def _serve(self) -> None:
        request = self._request()
        if request is None:
            self._send(Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, body=b"too large"))
            self.close_connection = True
            return
        fault = self.owner.due(request.path)
        status = self._faulty(request, fault) if fault else self._send(self.owner.app.handle(request))
        self.owner.asked(request.method, request.path, status)

    def _request(self) -> Request | None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST_BODY:
            return None
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(
            method=self.command,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            body=self.rfile.read(length) if length else b"",
            origin=f"http://{headers.get('host', '')}",
        )

    def _faulty(self, request: Request, fault: Fault) -> int:
        app, kind = self.owner.app, fault.kind
        if kind in ("401", "403", "404", "500", "429"):
            return self._send(app.error(int(kind)))
        if kind == "429-retry-after":
            answer = app.error(429)
            seconds = str(max(1, round(fault.seconds))) if fault.seconds else "0"
            return self._send(replace(answer, headers={**answer.headers, "Retry-After": seconds}))
        if kind == "html":
            return self._send(html(_LOGIN_PAGE))
        if kind == "timeout":
            self.owner.closing.wait(fault.seconds)
            self.close_connection = True
            return 0
        if kind == "cut":
            return self._cut(app.handle(request))
        if kind == "slow":
            self.owner.closing.wait(fault.seconds)
            return self._send(app.handle(request))
        if kind in ("duplicate-page", "missing-page"):
            return self._send(app.handle(replace(request, page_fault=kind)))
        self.owner.act(fault)
        return self._send(app.handle(request))

    def _send(self, response: Response) -> int:
        self._head(response)
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()
        return response.status

    def _cut(self, response: Response) -> int:
        self._head(response)
        self.wfile.write(response.body[: len(response.body) // 2])
        self.wfile.flush()
        self.close_connection = True
        return 0

    def _head(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
