"""Any OpenID Connect provider: addresses from its discovery document, identity from a signed id_token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jwt

from rollbook.core.errors import AuthError
from rollbook.sso.claim import App, Claim
from rollbook.sso.exchange import ask, token

__all__ = ["address", "extra", "identify"]

_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures by the provider's own key; a shared secret (HS256) is none."""


def address(app: App) -> str:
    """Where the browser is sent, by the provider's word."""
    return _place(app, "authorization_endpoint")


def extra(app: App) -> Mapping[str, str]:
    """What is asked for."""
    return {"scope": "openid profile"}


def identify(app: App, code: str, redirect: str, nonce: str, verifier: str) -> Claim:
    """The issuer, and the claim that holds the sourcedId, of a token that is signed, ours, current and for this very
    sign-in."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    got = token(_place(app, "token_endpoint"), form, basic=(app.client_id, app.client_secret))
    claims = _claims(app, str(got.get("id_token") or ""), nonce)
    return Claim(tenant=app.base, subject=str(claims.get(app.claim) or ""))


def _claims(app: App, signed: str, nonce: str) -> dict[str, Any]:
    try:
        keys = jwt.PyJWKSet.from_dict(ask(_place(app, "jwks_uri")))
        header = jwt.get_unverified_header(signed)
        key = next((one for one in keys.keys if header.get("kid") in (None, one.key_id)), None)
        if key is None:
            raise _doubtful()
        claims: dict[str, Any] = jwt.decode(
            signed,
            key=key,
            algorithms=_ALGORITHMS,
            audience=app.client_id,
            issuer=app.base,
            leeway=60,
            options={"require": ["exp", "iat", "aud", "iss", "nonce"]},
        )
    except jwt.PyJWTError:
        raise _doubtful() from None
    if claims["nonce"] != nonce:
        raise _doubtful()
    return claims


def _place(app: App, name: str) -> str:
    told = ask(f"{app.base}/.well-known/openid-configuration")
    place = told.get(name)
    if told.get("issuer") != app.base or not isinstance(place, str) or not _is_safe(place):
        raise _doubtful()
    return place


def _is_safe(place: str) -> bool:
    return place.startswith(("https://", "http://127.0.0.1:", "http://localhost:"))


def _doubtful() -> AuthError:
    return AuthError(
        "The provider's answer cannot be trusted, so nobody was signed in.",
        hint="Try again. If it stays so, ask your district to check the issuer and the client id.",
    )
