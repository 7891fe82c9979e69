"""Clever's sign-in: OAuth 2 and OpenID Connect with a user picker, Instant Login, ``/me`` (clever.md §9).

Portal and Instant Login come back without a state, as at Clever. Unconfirmed: fields of ``/me`` beside type, id, district.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from rollbook.sandbox.server.credentials import Credentials, object_id
from rollbook.sandbox.server.http import Request, Response, as_json, html, redirect
from rollbook.sandbox.server.idtoken import Signer
from rollbook.sandbox.server.page import page, pick_page, with_query
from rollbook.sandbox.server.people import find, for_sign_in
from rollbook.sandbox.server.tokens import Grant, Tokens, client_of
from rollbook.sandbox.server.world import World

__all__ = ["CleverSso"]

_CODE, _ACCESS = 60, 24 * 3600
_KEPT = ("client_id", "redirect_uri", "scope", "state", "nonce")
_TYPES = {"student": "student", "teacher": "teacher", "parent": "contact", "guardian": "contact", "relative": "contact"}


class CleverSso:
    """Sign-in addresses of Clever."""

    def __init__(self, world: World, keys: Credentials) -> None:
        self._world, self._keys = world, keys
        self._codes, self._tokens, self._signer = Tokens(), Tokens(), Signer()

    def handle(self, request: Request) -> Response | None:
        """The answer; None for a path that is not one of these, and for data asked with a district's token."""
        path = request.path
        match path:
            case "/oauth/authorize" | "/oauth/instant-login":
                return self._choose(request)
            case "/oauth/chosen":
                return self._chosen(request)
            case "/oauth/tokens":
                return self._token(request)
            case "/oauth/jwks":
                return as_json(self._signer.keys())
            case "/.well-known/openid-configuration":
                return self._discovery(request)
        grant = self._tokens.grant(request.bearer)
        if grant is None:
            return as_json({"message": "bad token"}, status=401) if path == "/userinfo" else None
        if path == "/userinfo":
            return as_json(self._claims(grant))
        version, _, rest = path.strip("/").partition("/")
        if rest == "me":
            return self._me(version, grant)
        return None

    def user_of(self, token: str) -> str:
        """Clever id of whoever a sign-in token belongs to; empty for none."""
        grant = self._tokens.grant(token)
        return object_id("user", grant.subject) if grant else ""

    def _choose(self, request: Request) -> Response:
        asked = request.parameters
        if request.path == "/oauth/instant-login":
            asked.pop("state", None)
        if problem := self._problem(asked):
            return html(page("Clever cannot sign you in", f"<p>{problem}</p>"), status=400)
        kept = {name: asked[name] for name in _KEPT if name in asked}
        return html(pick_page("Clever (sandbox)", "/oauth/chosen", kept, for_sign_in(self._world.frames()[0])))

    def _problem(self, asked: dict[str, str]) -> str:
        if asked.get("client_id") != self._keys.clever_client_id:
            return "The client_id is not the one of this sandbox."
        if urlsplit(asked.get("redirect_uri", "")).scheme not in ("http", "https"):
            return "The redirect_uri is missing."
        return ""

    def _chosen(self, request: Request) -> Response:
        sent = request.form
        if request.method != "POST" or self._problem(sent):
            return html(page("Clever cannot sign you in", "<p>Start again.</p>"), status=400)
        state = {"state": sent["state"]} if "state" in sent else {}
        if not sent.get("user"):
            return redirect(with_query(sent["redirect_uri"], {"error": "access_denied", **state}))
        grant = Grant(
            scopes=frozenset(sent.get("scope", "").split()),
            subject=sent["user"],
            client=sent["client_id"],
            redirect=sent["redirect_uri"],
            nonce=sent.get("nonce", ""),
        )
        code = self._codes.give(grant, seconds=_CODE)
        scope = sent.get("scope", "read:user_id read:sis")
        return redirect(with_query(sent["redirect_uri"], {"code": code, "scope": scope, **state}))

    def _token(self, request: Request) -> Response:
        sent = request.form
        if client_of(request) != (self._keys.clever_client_id, self._keys.clever_client_secret):
            return as_json({"error": "invalid_client"}, status=401)
        grant = self._codes.use(sent.get("code", ""))
        if grant is None or sent.get("redirect_uri") != grant.redirect:
            problem = {"error": "invalid_grant", "error_description": "invalid grant: invalid code"}
            return as_json(problem, status=400)
        answer = {"access_token": self._tokens.give(grant, seconds=_ACCESS, prefix="il"), "token_type": "bearer"}
        if "openid" in grant.scopes:
            answer["id_token"] = self._signer.sign(
                issuer=request.origin, audience=grant.client, claims=self._claims(grant)
            )
        return as_json(answer, headers={"Cache-Control": "no-store"})

    def _claims(self, grant: Grant) -> dict[str, Any]:
        person = find(self._world.frames()[0], grant.subject) or {}
        user = object_id("user", grant.subject)
        claims = {
            "sub": user,
            "user_id": user,
            "multi_role_user_id": user,
            "user_type": _TYPES.get(str(person.get("kind")), "staff"),
            "district": self._keys.clever_district_id,
            "email": person.get("email") or "",
            "email_verified": False,
            "given_name": person.get("givenName", ""),
            "family_name": person.get("familyName", ""),
        }
        return {**claims, "nonce": grant.nonce} if grant.nonce else claims

    def _me(self, version: str, grant: Grant) -> Response:
        user = object_id("user", grant.subject)
        links = [
            {"rel": "self", "uri": "/me"},
            {"rel": "canonical", "uri": f"/{version}/users/{user}"},
            {"rel": "district", "uri": f"/{version}/districts/{self._keys.clever_district_id}"},
        ]
        data = {"id": user, "district": self._keys.clever_district_id, "type": "user", "authorized_by": "district"}
        return as_json({"type": "user", "data": data, "links": links})

    def _discovery(self, request: Request) -> Response:
        origin = request.origin
        return as_json(
            {
                "issuer": origin,
                "authorization_endpoint": f"{origin}/oauth/authorize",
                "token_endpoint": f"{origin}/oauth/tokens",
                "userinfo_endpoint": f"{origin}/userinfo",
                "jwks_uri": f"{origin}/oauth/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid"],
            }
        )
