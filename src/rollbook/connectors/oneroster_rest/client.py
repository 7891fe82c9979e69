"""Finding the server's endpoints and getting a token for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

from rollbook.connectors.kit.auth import ClientCredentials, OAuth1
from rollbook.connectors.kit.budget import Budget
from rollbook.connectors.kit.http import Bounds, Reply, Server
from rollbook.connectors.kit.settings import is_loopback
from rollbook.connectors.oneroster.status_info import reason_of
from rollbook.connectors.oneroster_rest.config import OneRosterRestConfig
from rollbook.core.errors import ConfigError, RollbookError
from rollbook.core.policy import Policy

__all__ = ["VENDOR", "connect"]

VENDOR = "The OneRoster server"

_ROOTS = {"1.2": "/ims/oneroster/rostering/v1p2", "1.1": "/ims/oneroster/v1p1"}
_MARK = "/ims/oneroster/"
_DISCOVERY = (
    "/discovery/onerosterv1p2rostersservice_openapi3_v1p0.json",
    "/discovery/imsorv1p2_rostering_openapi3_v1p0.json",
)
_SCOPES = {
    "1.2": "https://purl.imsglobal.org/spec/or/v1p2/scope/",
    "1.1": "https://purl.imsglobal.org/spec/or/v1p1/scope/",
}
_NOT_THERE = (400, 401, 403, 404, 405, 406, 410)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the server says of itself (B.8)."""

    token_url: str = ""
    scopes: frozenset[str] = frozenset()


@contextmanager
def connect(
    config: OneRosterRestConfig, policy: Policy, *, transport: httpx2.BaseTransport | None = None
) -> Iterator[Server]:
    """A server to ask, at the root of its rostering endpoints. With ``version`` auto, 1.2 is looked for before 1.1.

    Raises AuthError, ConfigError, RateLimited or TransientError.
    """
    budget = Budget(config.workers)
    tried: RollbookError | None = None
    for version, root in _candidates(config):
        server = _server(config, policy, version, root, budget, transport)
        try:
            if config.version == "auto" and _MARK not in config.base_url:
                server.get("/orgs", {"limit": "1", "offset": "0"})
        except ConfigError as error:
            server.close()
            if error.detail.get("status") not in (404, 405, 410):
                raise
            tried = tried or error
            continue
        except RollbookError:
            server.close()
            raise
        try:
            yield server
        finally:
            server.close()
        return
    assert tried is not None
    raise ConfigError(
        f"{VENDOR} has no OneRoster at the given address: neither {' nor '.join(_ROOTS.values())} is there.",
        hint="Ask its administrator for the full address of the endpoints and set base_url to it.",
        detail=tried.detail,
    )


def _candidates(config: OneRosterRestConfig) -> list[tuple[str, str]]:
    base = config.base_url
    if _MARK in base:
        return [("1.2" if "v1p2" in base else "1.1", base)]
    versions: tuple[str, ...] = ("1.2", "1.1") if config.version == "auto" else (config.version,)
    if config.auth == "oauth1":
        versions = tuple(sorted(versions))  # 1.2 has no signatures any more, but nobody keeps a server from it
    return [(version, base + _ROOTS[version]) for version in versions]


def _server(
    config: OneRosterRestConfig,
    policy: Policy,
    version: str,
    root: str,
    budget: Budget,
    transport: httpx2.BaseTransport | None,
) -> Server:
    common: dict[str, Any] = {
        "vendor": VENDOR,
        "budget": budget,
        "ca_file": config.ca_file,
        "explain": reason_of,
        "transport": transport,
    }
    if config.auth == "oauth1":
        signing = OAuth1(config.client_id, config.client_secret, signature=config.signature)
        return Server(root, auth=signing, **common)
    found = _discover(config, root, budget, transport) if version == "1.2" else _Found()
    token_url = config.token_url or found.token_url or _token_url(config.base_url)
    auth = ClientCredentials(
        token_url,
        config.client_id,
        config.client_secret,
        scope=_scope(config, policy, version, found),
        style=config.token_style,
        extra=dict(parse_qsl(config.token_params, keep_blank_values=True)),
    )
    return Server(root, auth=auth, token_url=token_url, **common)


def _token_url(base: str) -> str:
    before, mark, _ = base.partition(_MARK)
    return f"{before if mark else base}/token"


def _scope(config: OneRosterRestConfig, policy: Policy, version: str, found: _Found) -> str:
    if config.scope == "none":
        return ""
    if config.scope != "auto":
        return config.scope
    names = ["roster-core.readonly"]
    if policy.keep_birth_dates:
        names.append("roster-demographics.readonly")
    scopes = [_SCOPES[version] + name for name in names]
    offered = [scope for scope in scopes if scope in found.scopes]
    return " ".join(offered or scopes)


def _discover(config: OneRosterRestConfig, root: str, budget: Budget, transport: httpx2.BaseTransport | None) -> _Found:
    """What the server's discovery file says, asked without credentials; nothing where there is none."""
    if config.token_url:
        return _Found()
    quick = replace(Bounds(), attempts=1, read=15.0, answer=30.0, body=8 * 1024 * 1024)
    with Server(
        root, vendor=VENDOR, budget=budget, bounds=quick, ca_file=config.ca_file, transport=_Lent.of(transport)
    ) as server:
        for path in _DISCOVERY:
            try:
                reply = server.get(path, accept=_NOT_THERE)
            except RollbookError:
                continue  # a server without discovery may answer anything; the token URL by convention is tried next
            if found := _read_discovery(reply, root):
                return found
    return _Found()


def _read_discovery(reply: Reply, root: str) -> _Found | None:
    if reply.status != 200:
        return None
    try:
        schemes = json.loads(reply.body)["components"]["securitySchemes"].values()
        flows: list[Mapping[str, Any]] = [
            scheme["flows"]["clientCredentials"] for scheme in schemes if "flows" in scheme
        ]
        address, scopes = str(flows[0]["tokenUrl"]), frozenset(map(str, flows[0].get("scopes", {})))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
    address = urljoin(root + "/", address)
    parts = urlsplit(address)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        return None
    return _Found(address, scopes)


class _Lent(httpx2.BaseTransport):
    """A transport that outlives the client that borrows it."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    @classmethod
    def of(cls, inner: httpx2.BaseTransport | None) -> _Lent | None:
        return None if inner is None else cls(inner)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._inner.handle_request(request)
