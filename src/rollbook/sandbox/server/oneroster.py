"""A generic OneRoster provider: 1.1 (OAuth 1.0a or bearer) and 1.2 (OAuth 2 client credentials, scopes, discovery)."""

from __future__ import annotations

from rollbook.sandbox.server import wire_oneroster11, wire_oneroster12
from rollbook.sandbox.server.credentials import Credentials
from rollbook.sandbox.server.http import Request, Response, as_json
from rollbook.sandbox.server.oauth1 import Signatures
from rollbook.sandbox.server.service import Dialect, Service
from rollbook.sandbox.server.tokens import Grant, Tokens, client_of
from rollbook.sandbox.server.world import World

__all__ = ["ROOT_1_1", "ROOT_1_2", "OneRosterApp", "error_1_1", "error_1_2"]

ROOT_1_1 = "/ims/oneroster/v1p1"
ROOT_1_2 = "/ims/oneroster/rostering/v1p2"
TOKEN_PATH = "/token"
_SCOPES = ("roster-core.readonly", "roster.readonly", "roster-demographics.readonly")
_DISCOVERY = (
    "/discovery/onerosterv1p2rostersservice_openapi3_v1p0.json",
    "/discovery/imsorv1p2_rostering_openapi3_v1p0.json",
)
_MINOR = {
    400: "invaliddata",
    401: "unauthorisedrequest",
    403: "forbidden",
    404: "unknownobject",
    429: "server_busy",
    500: "internal_server_error",
}
_MINOR_1_1 = {
    "invaliddata": "invalid data",
    "unauthorisedrequest": "unauthorized",
    "unknownobject": "unknown object",
}
LARGEST_PAGE = 10_000
_HOUR = 3600


def error_1_1(status: int, minor: str = "") -> Response:
    """A 1.1 error: an array of status objects (the spelling of the minor codes is unconfirmed)."""
    minor = minor or _MINOR.get(status, "internal_server_error")
    minor = _MINOR_1_1.get(minor, minor)
    info = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": f"HTTP {status}",
        "imsx_codeMinor": minor,
    }
    return as_json({"statusInfoSet": [info]}, status=status)


def error_1_2(status: int, minor: str = "") -> Response:
    """A 1.2 error: one status object."""
    value = minor or _MINOR.get(status, "internal_server_error")
    field = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": value}
    info = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": f"HTTP {status}",
        "imsx_CodeMinor": {"imsx_codeMinorField": [field]},
    }
    return as_json(info, status=status)


class OneRosterApp:
    """Both versions on one host, and the token endpoint."""

    def __init__(self, world: World, keys: Credentials) -> None:
        self._keys = keys
        self._signatures = Signatures(keys.oneroster_key, keys.oneroster_secret)
        self._tokens = Tokens()
        self._services = {
            ROOT_1_1: Service(
                Dialect(
                    wire_oneroster11.members, error_1_1, f"https://sis.example.org{ROOT_1_1}", LARGEST_PAGE, warns=True
                ),
                world.frames,
            ),
            ROOT_1_2: Service(
                Dialect(wire_oneroster12.members, error_1_2, f"https://sis.example.org{ROOT_1_2}", LARGEST_PAGE),
                world.frames,
            ),
        }

    def error(self, status: int) -> Response:
        """An error as 1.2 has it; 1.1's readers have to cope with any body."""
        return error_1_2(status)

    def handle(self, request: Request) -> Response:
        """Tokens, discovery, and GET below the two roots."""
        if request.path == TOKEN_PATH:
            return self._token(request)
        for root, service in self._services.items():
            if not request.path.startswith(f"{root}/"):
                continue
            error = service.dialect.error
            if request.method != "GET":
                return error(405, "forbidden")
            path = request.path.removeprefix(root)
            if root == ROOT_1_2 and path in _DISCOVERY:
                return self._discovery(request)
            allowed = self._allowed(request, path, root)
            return service.respond(request, path) if allowed == 200 else error(allowed, "")
        return error_1_2(404)

    def _token(self, request: Request) -> Response:
        sent = {**request.parameters, **request.form}
        if request.method != "POST" or sent.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"}, status=400)
        if client_of(request) != (self._keys.oneroster_key, self._keys.oneroster_secret):
            return as_json({"error": "invalid_client"}, status=401)
        asked = sent.get("scope", "").split()
        known = [scope for scope in asked if scope.rpartition("/")[2] in _SCOPES]
        if asked and not known:
            return as_json({"error": "invalid_scope"}, status=400)
        granted = frozenset(scope.rpartition("/")[2] for scope in known) or frozenset({"roster-core.readonly"})
        token = self._tokens.give(Grant(granted), seconds=_HOUR)
        answer = {"access_token": token, "token_type": "bearer", "expires_in": _HOUR, "scope": " ".join(known)}
        return as_json(answer, headers={"Cache-Control": "no-store"})

    def _allowed(self, request: Request, path: str, root: str) -> int:
        """200, 401 or 403. Demographics have a scope of their own; nested lists need more than the core."""
        if root == ROOT_1_1 and not request.bearer:
            return 200 if self._signatures.accept(request) else 401
        grant = self._tokens.grant(request.bearer)
        if grant is None:
            return 401
        segments = path.strip("/").split("/")
        if segments[0] == "demographics":
            return 200 if "roster-demographics.readonly" in grant.scopes else 403
        if len(segments) > 2:
            return 200 if "roster.readonly" in grant.scopes else 403
        return 200 if grant.scopes & {"roster-core.readonly", "roster.readonly"} else 403

    def _discovery(self, request: Request) -> Response:
        scope = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
        flow = {
            "tokenUrl": request.origin + TOKEN_PATH,
            "scopes": {scope + name: name for name in _SCOPES},
        }
        paths: dict[str, dict[str, dict[str, str]]] = {f"/{name}": {"get": {}} for name in wire_oneroster11.COLLECTIONS}
        return as_json(
            {
                "openapi": "3.0.1",
                "info": {"title": "OneRoster Rostering Service", "version": "1.2"},
                "servers": [{"url": request.origin + ROOT_1_2}],
                "paths": paths,
                "components": {
                    "securitySchemes": {"OAuth2CC": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
                },
            }
        )
