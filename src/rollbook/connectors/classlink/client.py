"""ClassLink's endpoints: the applications listing, a district's server, a revision that must not change."""

from __future__ import annotations

import threading
from typing import Any

import httpx2

from rollbook.connectors.classlink.config import ClassLinkConfig
from rollbook.connectors.classlink.wire import Application, DirectAccess, read_applications, read_server
from rollbook.connectors.kit.auth import Bearer, OAuth1
from rollbook.connectors.kit.budget import Budget
from rollbook.connectors.kit.http import Reply, Server
from rollbook.connectors.kit.settings import web_address
from rollbook.connectors.oneroster.status_info import reason_of
from rollbook.core.errors import ConfigError, DataError, TransientError

__all__ = ["VENDOR", "Revised", "Revision", "application_of", "direct_server", "proxy_server"]

VENDOR = "ClassLink"

_LISTED = 100
_MOST = 10_000
_SUSPENDED = {
    "absent": (
        "The district does not have this app any more in ClassLink.",
        "Ask the district to add it in Roster Server, Apps, and to turn on Enabled.",
    ),
    "disabled": (
        "The district has turned this app off in ClassLink.",
        "Ask the district to turn on Enabled in Roster Server, Apps.",
    ),
    "no_bearer": (
        "ClassLink gives no bearer for this district.",
        "Ask the district to turn the app off and on again, or ask ClassLink.",
    ),
    "tenant_not_active": ("ClassLink says that this district is not active.", "Ask ClassLink about the tenant."),
}


def application_of(config: ClassLinkConfig, *, transport: httpx2.BaseTransport | None = None) -> Application:
    """The district's application, usable now, from the partner's listing.

    Raises ConfigError with ``detail['suspended']`` when the district is not there, turned off or without bearer:
    nothing may be concluded from that about anybody (S-2).
    """
    found = [item for item in _listing(config, transport) if item.tenant_id == config.tenant_id]
    if config.application_id:
        found = [item for item in found if item.path_id == config.application_id]
    usable = [item for item in found if not item.suspended]
    if len(usable) > 1:
        raise ConfigError(
            f"The district has added this app {len(usable)} times in ClassLink (production and test?).",
            hint="Set application_id to the one that is meant.",
        )
    if not usable:
        reason = found[0].suspended if found else "absent"
        said, hint = _SUSPENDED[reason]
        raise ConfigError(f"{said} Everything stays as it is.", hint=hint, detail={"suspended": reason})
    return usable[0]


def proxy_server(
    config: ClassLinkConfig, application_id: str, bearer: str, *, transport: httpx2.BaseTransport | None = None
) -> Server:
    """The district behind ClassLink's proxy; the application id goes into the path byte for byte."""
    root = config.host + config.path.replace("{application}", application_id).rstrip("/")
    return Server(root, auth=Bearer(bearer), **_common(config, transport))


def direct_server(config: ClassLinkConfig, *, transport: httpx2.BaseTransport | None = None) -> Server:
    """The district's own Roster Server, by its own credentials or those that ClassLink gives a partner."""
    access = DirectAccess(endpoint=config.endpoint, client_id=config.client_id, client_secret=config.client_secret)
    if not (access.endpoint and access.client_id and access.client_secret):
        application = application_of(config, transport=transport)
        with _partner(config, transport) as server:
            access = read_server(server.get(f"/applications/{application.path_id}/server"))
    root = web_address(access.endpoint, "endpoint")
    if "/ims/oneroster" not in root:
        root += "/ims/oneroster/v1p1"
    signing = OAuth1(access.client_id, access.client_secret, signature=config.signature)
    return Server(root, auth=signing, **_common(config, transport))


class Revised(Exception):  # what happened
    """The revision of data and permissions changed while we read."""


class Revision:
    """Watches ``x-perm-rev``: it must be the same in all answers of a reading. ``masked``: some values are."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = ""
        self.masked = False

    def watch(self, reply: Reply) -> None:
        """Take note of an answer. Raises Revised when it is of another revision than those before."""
        seen = reply.headers.get("x-perm-rev", "")
        with self._lock:
            self.masked |= reply.headers.get("x-obfuscated", "").casefold() in ("true", "1", "yes")
            if seen and self.value and seen != self.value:
                raise Revised
            self.value = self.value or seen


def _listing(config: ClassLinkConfig, transport: httpx2.BaseTransport | None) -> list[Application]:
    """All districts that have the app. The listing has no total: it ends with an empty page, asked for twice."""
    found: list[Application] = []
    with _partner(config, transport) as server:
        while len(found) < _MOST:
            asked = {"limit": str(_LISTED), "offset": str(len(found))}
            page = read_applications(server.get("/applications", asked))
            if not page:
                if read_applications(server.get("/applications", asked)):
                    raise TransientError(
                        "ClassLink's listing of applications broke off.", hint="Try again in a moment."
                    )
                return found
            if page[-1] in found:
                return found  # a server that knows no offset gives everything each time
            found.extend(page)
    raise DataError("ClassLink's listing of applications has no end.", hint="Check the setting host.")


def _partner(config: ClassLinkConfig, transport: httpx2.BaseTransport | None) -> Server:
    return Server(config.host, auth=Bearer(config.api_key), **_common(config, transport))


def _common(config: ClassLinkConfig, transport: httpx2.BaseTransport | None) -> dict[str, Any]:
    lent = None if transport is None else _Lent(transport)
    return {"vendor": VENDOR, "budget": Budget(config.workers), "explain": reason_of, "transport": lent}


class _Lent(httpx2.BaseTransport):
    """A transport that outlives the clients that borrow it."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._inner.handle_request(request)
