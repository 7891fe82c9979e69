"""ClassLink: the applications listing, the proxy with its bearer, and a district's own Roster Server (classlink.md §1).

Unconfirmed, and therefore switches or the plainer choice: which of the two path forms is canonical (both answer), other
tenant statuses than Active, whether x-perm-rev comes from every Roster Server (here it does), Retry-After.
"""

from __future__ import annotations

from dataclasses import replace

from rollbook.sandbox.district.users import district_name
from rollbook.sandbox.server import wire_oneroster11
from rollbook.sandbox.server.credentials import Credentials
from rollbook.sandbox.server.http import Request, Response, as_json
from rollbook.sandbox.server.launchpad import LaunchPad
from rollbook.sandbox.server.oauth1 import Signatures
from rollbook.sandbox.server.oneroster import ROOT_1_1, error_1_1
from rollbook.sandbox.server.service import Dialect, Service
from rollbook.sandbox.server.world import World

__all__ = ["ClassLinkApp", "ClassLinkDirectApp"]

_FOREIGN = "https://certs-example.rosterserver.example.org"
"""Where every href points: elsewhere, as ClassLink's do. Nobody must ever follow one."""


def _service(world: World) -> Service:
    dialect = Dialect(
        wire_oneroster11.members,
        error_1_1,
        _FOREIGN + ROOT_1_1,
        largest_page=10_000,
        total="x-total-count",
        count="x-count",
        links=False,
    )
    return Service(dialect, lambda: world.frames("classlink"))


def _with_revision(response: Response, revision: int) -> Response:
    return replace(response, headers={**response.headers, "x-perm-rev": str(revision), "x-obfuscated": "false"})


class ClassLinkApp:
    """The vendor's hosts in one: proxy and applications listing, LaunchPad, user info. ``direct_url``: where the
    district's own Roster Server is."""

    def __init__(self, world: World, keys: Credentials) -> None:
        self._world, self._keys = world, keys
        self.direct_url = ""
        self._service = _service(world)
        self._launchpad = LaunchPad(world, keys)
        self._roots = tuple(f"{before}{keys.classlink_application_id}{ROOT_1_1}" for before in ("/", "/proxy/v1p0/"))

    def error(self, status: int) -> Response:
        """An error in OneRoster 1.1's shape."""
        return error_1_1(status)

    def handle(self, request: Request) -> Response:
        """The listing, the proxied Roster Server by its verbatim application id, or single sign-on."""
        if request.path == "/applications":
            return self._applications(request)
        if request.path == f"/applications/{self._keys.classlink_application_id}/server":
            return self._direct_access(request)
        for root in self._roots:
            if request.path.startswith(f"{root}/"):
                return self._proxied(request, request.path.removeprefix(root))
        return self._launchpad.handle(request) or error_1_1(404)

    def _applications(self, request: Request) -> Response:
        if request.bearer != self._keys.classlink_partner_key:
            return error_1_1(401)
        switches = self._world.switches
        mine = {
            "id": 1,
            "application_id": 4711,
            "oneroster_application_id": self._keys.classlink_application_id,
            "tenant_id": self._keys.classlink_tenant_id,
            "tenant_name": f"{district_name(self._world.seed)} School District",
            "tenant_status": switches.classlink_status,
            "enabled": str(switches.classlink_enabled).lower(),
            "bearer": self._keys.classlink_bearer if switches.classlink_bearer else None,
            "name": "Rollbook",
            "version": "",
        }
        neighbour = {
            **mine,
            "id": 2,
            "application_id": 4712,
            "oneroster_application_id": "bmVpZ2hib3Vy%2Fapp%3D",
            "tenant_id": self._keys.classlink_tenant_id + 1,
            "tenant_name": "Neighbour School District",
            "enabled": "false",
            "bearer": None,
        }
        listed = [*([mine] if switches.classlink_listed else []), neighbour]
        asked = request.parameters
        try:
            offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 100))
        except ValueError:
            return error_1_1(400)
        return as_json({"status": 1, "applications": listed[offset : offset + limit]})

    def _direct_access(self, request: Request) -> Response:
        if request.bearer != self._keys.classlink_partner_key:
            return error_1_1(401)
        server = {
            "client_id": self._keys.classlink_key,
            "client_secret": self._keys.classlink_secret,
            "endpoint_url": self.direct_url,
        }
        return as_json({"status": 1, "server": server, "message": ""})

    def _proxied(self, request: Request, path: str) -> Response:
        switches = self._world.switches
        if request.bearer != self._keys.classlink_bearer or not (
            switches.classlink_bearer and switches.classlink_listed
        ):
            return error_1_1(401)
        if not switches.classlink_enabled:
            return error_1_1(403)
        if request.method != "GET":
            return error_1_1(405, "forbidden")
        return _answer(self._world, self._service, request, path)


class ClassLinkDirectApp:
    """The district's own Roster Server: the same grants, OAuth 1.0a signatures (SHA1 and SHA256)."""

    def __init__(self, world: World, keys: Credentials) -> None:
        self._world = world
        self._service = _service(world)
        self._signatures = Signatures(keys.classlink_key, keys.classlink_secret)

    def error(self, status: int) -> Response:
        """An error in OneRoster 1.1's shape."""
        return error_1_1(status)

    def handle(self, request: Request) -> Response:
        """GET below /ims/oneroster/v1p1, signed."""
        if not request.path.startswith(f"{ROOT_1_1}/"):
            return error_1_1(404)
        if not self._signatures.accept(request):
            return error_1_1(401)
        if request.method != "GET" or not self._world.switches.classlink_enabled:
            return error_1_1(403)
        return _answer(self._world, self._service, request, request.path.removeprefix(ROOT_1_1))


def _answer(world: World, service: Service, request: Request, path: str) -> Response:
    if path.split("/")[1] == "demographics" and not world.sharing("classlink").demographics:
        return error_1_1(403)
    before = world.revision
    return _with_revision(service.respond(request, path), before)
