"""Asking the sandbox with nothing but the standard library, so that no test leans on the connectors."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from rollbook.sandbox.server import Sandbox

__all__ = ["Answer", "Stays", "basic", "classlink", "clever", "get", "post"]


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Stays(urllib.request.HTTPRedirectHandler):
    """Redirects are looked at, not followed."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(Stays)


def _ask(request: urllib.request.Request) -> Answer:
    try:
        with _OPENER.open(request, timeout=10) as reply:
            return Answer(reply.status, {k.lower(): v for k, v in reply.headers.items()}, reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def get(url: str, query: dict[str, Any] | None = None, *, bearer: str = "", authorization: str = "") -> Answer:
    headers = {"Authorization": authorization or f"Bearer {bearer}"} if authorization or bearer else {}
    return _ask(urllib.request.Request(url + (f"?{urlencode(query)}" if query else ""), headers=headers))


def post(url: str, form: dict[str, str] | None = None, *, body: Any = None, authorization: str = "") -> Answer:
    headers = {"Authorization": authorization} if authorization else {}
    data = urlencode(form or {}).encode() if body is None else json.dumps(body).encode()
    if body is not None:
        headers["Content-Type"] = "application/json"
    return _ask(urllib.request.Request(url, data=data, headers=headers, method="POST"))


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def classlink(sandbox: Sandbox, path: str, **query: Any) -> Answer:
    """An answer of the district behind ClassLink's proxy."""
    keys = sandbox.credentials
    root = f"{sandbox.urls.classlink}/{keys.classlink_application_id}/ims/oneroster/v1p1"
    return get(root + path, query, bearer=keys.classlink_bearer)


def clever(sandbox: Sandbox, path: str, **query: Any) -> Answer:
    """An answer of Clever's data API."""
    return get(sandbox.urls.clever + path, query, bearer=sandbox.credentials.clever_token)
