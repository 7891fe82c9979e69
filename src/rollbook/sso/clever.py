"""Clever: OAuth 2 without PKCE (Clever has none), and ``/me`` for the user's and the district's Clever id."""

from __future__ import annotations

from collections.abc import Mapping

from rollbook.core.errors import AuthError
from rollbook.sso.claim import App, Claim
from rollbook.sso.exchange import ask, token

__all__ = ["address", "extra", "identify"]


def address(app: App) -> str:
    """Where the browser is sent."""
    return f"{app.base}/oauth/authorize"


def extra(app: App) -> Mapping[str, str]:
    """The district, so that nobody has to pick it."""
    return {"district_id": app.tenant}


def identify(app: App, code: str, redirect: str, nonce: str, verifier: str) -> Claim:
    """The Clever ids of district and user."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    got = token(f"{app.base}/oauth/tokens", form, basic=(app.client_id, app.client_secret))
    told = ask(f"{app.api}/v3.1/me", bearer=got["access_token"]).get("data")
    if not isinstance(told, dict):
        raise AuthError("Clever did not say who signed in.", hint="Try again.")
    return Claim(tenant=str(told.get("district") or ""), subject=str(told.get("id") or ""))
