"""ClassLink: OAuth 2, and ``my/info`` for tenant and sourcedId (the id_token has neither)."""

from __future__ import annotations

from collections.abc import Mapping

from rollbook.sso.claim import App, Claim
from rollbook.sso.exchange import ask, token

__all__ = ["address", "extra", "identify"]


def address(app: App) -> str:
    """Where the browser is sent."""
    return f"{app.base}/oauth2/v2/auth"


def extra(app: App) -> Mapping[str, str]:
    """What ClassLink is asked beside the usual."""
    return {"scope": "profile"}


def identify(app: App, code: str, redirect: str, nonce: str, verifier: str) -> Claim:
    """``TenantId`` and ``SourcedId``; the latter is blank in a district without OneRoster."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    got = token(f"{app.base}/oauth2/v2/token", form)
    info = ask(f"{app.api}/v2/my/info", bearer=got["access_token"])
    return Claim(tenant=str(info.get("TenantId") or ""), subject=str(info.get("SourcedId") or ""))
