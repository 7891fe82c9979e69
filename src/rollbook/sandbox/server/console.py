"""The console: which day it is, what is granted, which faults are set; the same by form and by JSON at /control."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from typing import Any

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district.calendar import date_of
from rollbook.sandbox.district.users import district_name
from rollbook.sandbox.server.credentials import Credentials
from rollbook.sandbox.server.faults import KINDS, Fault
from rollbook.sandbox.server.http import Request, Response, as_json, html, redirect
from rollbook.sandbox.server.page import button, page
from rollbook.sandbox.server.world import STATES, World

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

_TICKS = {
    "classlink_enabled": "Enabled at ClassLink",
    "classlink_listed": "Listed at ClassLink",
    "classlink_bearer": "ClassLink gave a bearer",
    "clever_events": "Clever events on",
    "clever_authorised": "Clever district authorised",
}


class ConsoleApp:
    """The page and the control endpoint. ``urls``: what to show under which name."""

    def __init__(self, world: World, keys: Credentials) -> None:
        self._world, self._keys = world, keys
        self.urls: Mapping[str, str] = {}

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
            return html(self._page())
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
            "credentials": asdict(self._keys),
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
                ticks = {name: name in sent for name in _TICKS}
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

    def _page(self) -> str:
        world = self._world
        return page(
            f"{district_name(world.seed)}: the sandbox",
            '<p class="notice">Everybody here is invented, and the keys open nothing else.</p>'
            f"<p>{world.students:,} students on day 1. Revision {world.revision}.</p>"
            + self._day_form()
            + self._addresses()
            + self._switch_form()
            + "".join(self._sharing_form(vendor) for vendor in ("classlink", "clever"))
            + self._fault_form()
            + "<h2>Requests so far</h2><table>"
            + "".join(f"<tr><td>{escape(what)}</td><td>{n:,}</td></tr>" for what, n in sorted(world.requests.items()))
            + "</table><h2>Not confirmed by any vendor's own page</h2><ul>"
            + "".join(f"<li>{escape(fact)}</li>" for fact in UNCONFIRMED)
            + "</ul>",
        )

    def _day_form(self) -> str:
        day = self._world.day
        return (
            f"<h2>Day {day}, {date_of(day).isoformat()}</h2>"
            '<form method="post"><input type="hidden" name="do" value="day">'
            f'<label>Go to day <input type="number" name="day" min="1" value="{day + 1}"></label>'
            f"{button('Go')}</form>"
        )

    def _addresses(self) -> str:
        shown = {**self.urls, **{name.replace("_", " "): str(value) for name, value in asdict(self._keys).items()}}
        return (
            "<h2>Addresses and keys</h2><table>"
            + "".join(f"<tr><td>{escape(k)}</td><td><code>{escape(v)}</code></td></tr>" for k, v in shown.items())
            + "</table>"
        )

    def _switch_form(self) -> str:
        switches = asdict(self._world.switches)
        states = "".join(
            f"<option{' selected' if state == switches['clever_state'] else ''}>{state}</option>" for state in STATES
        )
        return (
            '<h2>Switches</h2><form method="post"><input type="hidden" name="do" value="switches">'
            + "".join(_tick(name, text, bool(switches[name])) for name, text in _TICKS.items())
            + f'<label>State at Clever <select name="clever_state">{states}</select></label>{button("Set")}</form>'
        )

    def _sharing_form(self, vendor: str) -> str:
        grants = asdict(self._world.sharing(vendor))
        fields = {
            "schools": "Schools (sourcedIds; none means all)",
            "classes": "Classes (sourcedIds; none means all)",
            "hidden_fields": "Fields withheld (email, sms …)",
        }
        return (
            f'<h2>Shared by {vendor}</h2><form method="post"><input type="hidden" name="do" value="sharing">'
            f'<input type="hidden" name="vendor" value="{vendor}">'
            + "".join(
                f'<label>{text} <input name="{name}" value="{escape(" ".join(grants[name]))}"></label>'
                for name, text in fields.items()
            )
            + _tick("unenrolled", "Users without enrollment", grants["unenrolled"])
            + _tick("demographics", "Demographics", grants["demographics"])
            + button("Set")
            + "</form>"
        )

    def _fault_form(self) -> str:
        kinds = "".join(f'<option value="{kind}">{kind}: {escape(text)}</option>' for kind, text in KINDS.items())
        vendors = "".join(
            f"<option>{name}</option>" for name in ("", "classlink", "classlink_direct", "clever", "oneroster")
        )
        now = "".join(
            f"<tr><td>{escape(str(fault['kind']))}</td><td>{escape(str(fault['vendor'] or 'any vendor'))}</td>"
            f"<td>request {fault['at']}, {fault['times'] or 'all'} times</td><td>{fault['seen']} seen</td></tr>"
            for fault in self._world.faults.as_list()
        )
        return (
            f"<h2>Faults</h2><table>{now}</table>"
            '<form method="post"><input type="hidden" name="do" value="fault">'
            f'<label>What <select name="kind">{kinds}</select></label>'
            f'<label>Vendor (blank: any) <select name="vendor">{vendors}</select></label>'
            '<label>At request <input type="number" name="at" min="1" value="1"></label>'
            '<label>Times (0: until cleared) <input type="number" name="times" min="0" value="1"></label>'
            '<label>Path contains <input name="path"></label>'
            '<label>Seconds <input type="number" name="seconds" min="0" step="0.1" value="1"></label>'
            f"{button('Set fault')}</form>"
            f'<form method="post"><input type="hidden" name="do" value="clear">{button("Clear all faults", plain=True)}'
            "</form>"
        )


def _tick(name: str, text: str, is_on: bool) -> str:
    checked = " checked" if is_on else ""
    return f'<label class="tick"><input type="checkbox" name="{name}"{checked}> {escape(text)}</label>'
