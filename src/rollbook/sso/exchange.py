"""One question to a vendor's sign-in server. No error ever holds a code, a token, a secret or an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx2

from rollbook import __version__
from rollbook.core.errors import AuthError, TransientError

__all__ = ["ask", "token"]

_LARGEST: Final = 1024 * 1024
_TIMEOUT: Final = httpx2.Timeout(15.0, connect=5.0)


def token(address: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> dict[str, Any]:
    """The answer to a code. Raises AuthError when the vendor does not take it, TransientError when it does not answer."""
    told = _json(httpx2.Request("POST", address, data=dict(form)), basic)
    if not isinstance(told.get("access_token"), str):
        raise _refused()
    return told


def ask(address: str, *, bearer: str = "") -> dict[str, Any]:
    """What the vendor says at ``address``. Raises AuthError and TransientError."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return _json(httpx2.Request("GET", address, headers=headers), None)


def _json(request: httpx2.Request, basic: tuple[str, str] | None) -> dict[str, Any]:
    request.headers["Accept"] = "application/json"
    request.headers["User-Agent"] = f"rollbook/{__version__}"
    try:
        with httpx2.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
            answer = client.send(request, auth=basic, stream=True)
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _LARGEST:
                    raise _silent()
            answer.close()
    except httpx2.HTTPError:
        raise _silent() from None
    if answer.status_code in (429, *range(500, 600)):
        raise _silent()
    if answer.status_code != 200:
        raise _refused()
    try:
        told = json.loads(body)
    except ValueError:
        raise _refused() from None
    if not isinstance(told, dict):
        raise _refused()
    return told


def _refused() -> AuthError:
    return AuthError(
        "The sign-in service did not accept this sign-in.",
        hint="Try again. If it stays so, ask your district: the client id, the secret or the redirect address is wrong.",
    )


def _silent() -> TransientError:
    return TransientError("The sign-in service does not answer.", hint="Try again in a minute.")
