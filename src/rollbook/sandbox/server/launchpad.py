"""ClassLink's LaunchPad: OAuth 2 and OpenID Connect sign-in with a user picker, ``my/info``, and a tile to launch from.

Shaped by classlink.md §4. Unconfirmed: whether a launch carries a state (here it never does), the roles beyond Student,
Teacher and Tenant Administrator, the full list of claims, an end-session address (there is none here).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from rollbook.sandbox.district.users import district_name
from rollbook.sandbox.server.credentials import Credentials
from rollbook.sandbox.server.http import Request, Response, as_json, html, redirect
from rollbook.sandbox.server.idtoken import Signer
from rollbook.sandbox.server.page import page, pick_page, with_query
from rollbook.sandbox.server.people import find, for_sign_in
from rollbook.sandbox.server.tokens import Grant, Tokens, client_of
from rollbook.sandbox.server.world import World

__all__ = ["LaunchPad"]

_CODE, _ACCESS = 300, 24 * 3600
_KEPT = ("client_id", "redirect_uri", "scope", "state", "nonce")
_ROLES = {
    "student": ("Student", 4),
    "teacher": ("Teacher", 3),
    "districtAdministrator": ("Tenant Administrator", 1),
    "systemAdministrator": ("Tenant Administrator", 1),
}


class LaunchPad:
    """Sign-in addresses of ClassLink."""

    def __init__(self, world: World, keys: Credentials) -> None:
        self._world, self._keys = world, keys
        self._codes, self._tokens, self._signer = Tokens(), Tokens(), Signer()

    def handle(self, request: Request) -> Response | None:
        """The answer; None for a path that is not LaunchPad's."""
        match request.path:
            case "/oauth2/v2/auth" | "/launch":
                return self._choose(request)
            case "/oauth2/v2/chosen":
                return self._chosen(request)
            case "/oauth2/v2/token":
                return self._token(request)
            case "/oauth2/v2/jwks":
                return as_json(self._signer.keys())
            case "/.well-known/openid-configuration":
                return self._discovery(request)
            case "/v2/my/info":
                return self._info(request)
        return None

    def _choose(self, request: Request) -> Response:
        """The picker; ``/launch?redirect_uri=…`` is a press on the tile: a code that the app never asked for."""
        asked = request.parameters
        if request.path == "/launch":
            asked = {"client_id": self._keys.classlink_sso_id, "scope": "profile", **asked}
            asked.pop("state", None)
        problem = self._problem(asked)
        if problem:
            return html(page("LaunchPad cannot sign you in", f"<p>{problem}</p>"), status=400)
        kept = {name: asked[name] for name in _KEPT if name in asked}
        people = for_sign_in(self._world.frames()[0])
        return html(pick_page("ClassLink LaunchPad (sandbox)", "/oauth2/v2/chosen", kept, people))

    def _problem(self, asked: dict[str, str]) -> str:
        if asked.get("client_id") != self._keys.classlink_sso_id:
            return "The client_id is not the one of this sandbox."
        if urlsplit(asked.get("redirect_uri", "")).scheme not in ("http", "https"):
            return "The redirect_uri is missing."
        return ""

    def _chosen(self, request: Request) -> Response:
        sent = request.form
        if request.method != "POST" or self._problem(sent):
            return html(page("LaunchPad cannot sign you in", "<p>Start again.</p>"), status=400)
        state = {"state": sent["state"]} if "state" in sent else {}
        if not sent.get("user"):
            return redirect(with_query(sent["redirect_uri"], {"error": "access_denied", **state}))
        grant = Grant(
            scopes=frozenset(sent.get("scope", "profile").replace(",", " ").split()),
            subject=sent["user"],
            client=sent["client_id"],
            redirect=sent["redirect_uri"],
            nonce=sent.get("nonce", ""),
        )
        code = self._codes.give(grant, seconds=_CODE, prefix="c")
        return redirect(with_query(sent["redirect_uri"], {"code": code, "response_type": "code", **state}))

    def _token(self, request: Request) -> Response:
        sent = request.form
        if request.method != "POST":
            return as_json({"error": "invalid_request"}, status=405)
        if client_of(request) != (self._keys.classlink_sso_id, self._keys.classlink_sso_secret):
            return as_json({"error": "invalid_client"}, status=401)
        grant = self._codes.use(sent.get("code", ""))
        if grant is None or sent.get("redirect_uri", grant.redirect) != grant.redirect:
            return as_json({"error": "invalid_grant"}, status=400)
        token = self._tokens.give(grant, seconds=_ACCESS)
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "response_type": "token"}
        if "openid" in grant.scopes:
            answer["id_token"] = self._signer.sign(
                issuer=request.origin, audience=grant.client, claims=self._claims(grant), seconds=_ACCESS
            )
        return as_json(answer, headers={"Cache-Control": "no-store"})

    def _claims(self, grant: Grant) -> dict[str, Any]:
        info = self._user_info(grant.subject) or {}
        claims = {
            "sub": str(info.get("UserId", "")),
            "login_hint": info.get("LoginId", ""),
            "email": info.get("Email", ""),
            "email_verified": False,
            "name": info.get("DisplayName", ""),
            "given_name": info.get("FirstName", ""),
            "family_name": info.get("LastName", ""),
            "profile": info.get("Profile", ""),
            "address": {"locality": info.get("Tenant", ""), "region": info.get("StateName", "")},
        }
        return {**claims, "nonce": grant.nonce} if grant.nonce else claims

    def _discovery(self, request: Request) -> Response:
        origin = request.origin
        return as_json(
            {
                "issuer": origin,
                "authorization_endpoint": f"{origin}/oauth2/v2/auth",
                "token_endpoint": f"{origin}/oauth2/v2/token",
                "userinfo_endpoint": f"{origin}/v2/my/info",
                "jwks_uri": f"{origin}/oauth2/v2/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email", "oneroster", "full"],
            }
        )

    def _info(self, request: Request) -> Response:
        grant = self._tokens.grant(request.bearer)
        info = self._user_info(grant.subject) if grant else None
        return as_json(info) if info else as_json({"status": 0, "response": "Invalid token"}, status=401)

    def _user_info(self, sourced_id: str) -> dict[str, Any] | None:
        person = find(self._world.frames()[0], sourced_id)
        if person is None:
            return None
        role, level = _ROLES.get(person["kind"], (str(person["kind"]).capitalize(), 5))
        digits = int.from_bytes(sourced_id.encode(), "big") % 10_000_000
        orgs = str(person["orgSourcedIds"] or "").split(",")
        return {
            "UserId": digits,
            "TenantId": self._keys.classlink_tenant_id,
            "StateId": 53,
            "StateName": "Washington",
            "BuildingId": 1,
            "AuthenticationType": 1,
            "DisplayName": f"{person['givenName']} {person['familyName']}",
            "FirstName": person["givenName"],
            "LastName": person["familyName"],
            "Email": person["email"] or "",
            "LoginId": person["username"],
            "ImagePath": "",
            "LanguageId": 1,
            "Language": "en",
            "DefaultTimeFormat": 1,
            "Profile": role,
            "ProfileId": level,
            "Tenant": f"{district_name(self._world.seed)} School District",
            "Building": "",
            "Role": role,
            "Role_Level": level,
            "LastAccessTime": "",
            "OrgId": orgs[0] if len(orgs) == 1 else orgs,
            "SourcedId": sourced_id,
        }
