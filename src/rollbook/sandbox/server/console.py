"""The console: which day it is, what is granted, which faults are set; the same by form and by JSON at /control."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from typing import Any

from rollbook.core.errors import ConfigError
from rollbook.sandbox.server.console_page import TICKS, Keys, console_page
from rollbook.sandbox.server.credentials import Credentials
from rollbook.sandbox.server.faults import Fault
from rollbook.sandbox.server.http import Request, Response, as_json, html, redirect
from rollbook.sandbox.server.page import page
from rollbook.sandbox.server.world import World

__all__ = ["UNCONFIRMED", "ConsoleApp"]

UNCONFIRMED = tuple(
    """
ClassLink: which proxy path form is canonical (both answer); tenant statuses other than Active; rate limits, Retry-After
ClassLink: whether every Roster Server sends x-perm-rev (here all do); which switch shares guardians
ClassLink sign-in: whether a launch carries a state (here it never does); roles beyond Student, Teacher and Tenant Administrator
ClassLink sign-in: the full list of claims; an address to sign out (here there is none)
Clever: the default page size (here 100); count at the top level; the order of events within a night
Clever: the rate-limit headers beside Reset; fields of /me beyond type, id and district
OneRoster 1.1: the spelling of minor error codes; whether HMAC-SHA256 is within the standard (both methods are accepted)
OneRoster: how a quote inside a filter is escaped (here doubled); any largest page (here 10,000, clamped silently)
""".strip().splitlines()
)
"""What the facts pages could not confirm, and what the sandbox does instead."""


class ConsoleApp:
    """The page and the control endpoint. ``urls``: where everything answers, by name. ``keys``: what to type into the
    form of a source, by vendor."""

    def __init__(self, world: World, keys: Credentials) -> None:
        self._world, self._credentials = world, keys
        self.urls: Mapping[str, str] = {}
        self.keys: Keys = {}

    def error(self, status: int) -> Response:
        """A plain message."""
        return as_json({"error": f"HTTP {status}"}, status=status)

    def handle(self, request: Request) -> Response:
        """``GET /``: the page. ``POST /``: a form of it. ``GET`` and ``POST /control``: the same as JSON."""
        if request.headers.get("host", "").rpartition(":")[0] not in ("127.0.0.1", "localhost"):
            return self.error(403)
        if request.path == "/control":
            return self._control(request)
        if request.path != "/":
            return self.error(404)
        if request.method == "GET":
            return html(console_page(self._world, self.keys, UNCONFIRMED))
        try:
            self._submitted(request.form)
        except (ConfigError, ValueError) as error:
            said = error.message if isinstance(error, ConfigError) else "That is no number."
            return html(page("That did not work", f'<p>{escape(said)}</p><p><a href="/">Back</a></p>'), status=422)
        return redirect("/")

    def state(self) -> dict[str, Any]:
        """Everything that can be turned, as it stands."""
        world = self._world
        return {
            "day": world.day,
            "revision": world.revision,
            "students": world.students,
            "seed": world.seed,
            "switches": asdict(world.switches),
            "sharing": {vendor: asdict(world.sharing(vendor)) for vendor in ("classlink", "clever")},
            "faults": world.faults.as_list(),
            "requests": dict(world.requests),
            "urls": dict(self.urls),
            "credentials": asdict(self._credentials),
            "unconfirmed": list(UNCONFIRMED),
        }

    def _control(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self._commanded(json.loads(request.body or b"{}"))
            except ConfigError as error:
                return as_json({"error": error.as_dict()}, status=422)
            except (TypeError, ValueError, AttributeError):
                return as_json({"error": "not understood"}, status=400)
        return as_json(self.state())

    def _commanded(self, command: Mapping[str, Any]) -> None:
        """``{"clear_faults": true, "day": 2, "fault": {…}, "switches": {…}, "sharing": {"classlink": {…}}}``."""
        if command.get("clear_faults"):
            self._world.faults.clear()
        if "day" in command:
            self._world.set_day(int(command["day"]))
        if "fault" in command:
            self._world.faults.set(Fault(**command["fault"]))
        if "switches" in command:
            self._world.set_switches(**command["switches"])
        for vendor, grants in command.get("sharing", {}).items():
            tuples = {name: tuple(value) if isinstance(value, list) else value for name, value in grants.items()}
            self._world.set_sharing(vendor, **tuples)

    def _submitted(self, sent: Mapping[str, str]) -> None:
        match sent.get("do"):
            case "day":
                self._world.set_day(int(sent["day"]))
            case "fault":
                self._world.faults.set(
                    Fault(
                        kind=sent.get("kind", ""),
                        at=int(sent.get("at") or 1),
                        times=int(sent.get("times") or 0),
                        vendor=sent.get("vendor", ""),
                        path=sent.get("path", ""),
                        seconds=float(sent.get("seconds") or 1),
                    )
                )
            case "clear":
                self._world.faults.clear()
            case "switches":
                ticks = {name: name in sent for name in TICKS}
                self._world.set_switches(**ticks, clever_state=sent.get("clever_state", ""))
            case "sharing":
                lists = {
                    name: tuple(sent.get(name, "").replace(",", " ").split())
                    for name in ("schools", "classes", "hidden_fields")
                }
                ticks = {name: name in sent for name in ("unenrolled", "demographics")}
                self._world.set_sharing(sent.get("vendor", ""), **lists, **ticks)
            case _:
                raise ConfigError("That form is not known.")
