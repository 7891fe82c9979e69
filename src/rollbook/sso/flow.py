"""Beginning and ending a sign-in, the same for all vendors: state always, nonce and PKCE where there is OpenID Connect.

A code that comes without a state of ours is never used (T-6): whoever carries it is sent through ``begin`` instead.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from rollbook.sso import classlink, clever, oidc
from rollbook.sso.claim import App, Claim, Started

__all__ = ["DEFAULTS", "PROVIDERS", "begin", "finish"]

PROVIDERS: tuple[str, ...] = ("classlink", "clever", "oidc")
DEFAULTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "classlink": ("https://launchpad.classlink.com", "https://nodeapi.classlink.com"),
        "clever": ("https://clever.com", "https://api.clever.com"),
        "oidc": ("", ""),
    }
)
"""provider → where its sign-in is, and where it answers."""

_ADDRESS: Mapping[str, Callable[[App], str]] = MappingProxyType(
    {"classlink": classlink.address, "clever": clever.address, "oidc": oidc.address}
)
_EXTRA: Mapping[str, Callable[[App], Mapping[str, str]]] = MappingProxyType(
    {"classlink": classlink.extra, "clever": clever.extra, "oidc": oidc.extra}
)
_IDENTIFY: Mapping[str, Callable[[App, str, str, str, str], Claim]] = MappingProxyType(
    {"classlink": classlink.identify, "clever": clever.identify, "oidc": oidc.identify}
)


def begin(app: App, *, redirect: str) -> Started:
    """A new sign-in at the vendor, which comes back to ``redirect``. Raises AuthError and TransientError (oidc asks its
    issuer where to go)."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "state": state,
        **_EXTRA[app.provider](app),
    }
    if app.provider == "oidc":
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked |= {"nonce": nonce, "code_challenge": digest, "code_challenge_method": "S256"}
    return Started(
        address=f"{_ADDRESS[app.provider](app)}?{urlencode(asked)}", state=state, nonce=nonce, verifier=verifier
    )


def finish(app: App, *, code: str, redirect: str, nonce: str, verifier: str) -> Claim:
    """Who signed in, by the vendor's word. Raises AuthError and TransientError."""
    return _IDENTIFY[app.provider](app, code, redirect, nonce, verifier)
