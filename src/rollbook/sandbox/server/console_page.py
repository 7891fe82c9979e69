"""What the console shows: what to type where, the next day, things to break; plain forms, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from html import escape

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district.calendar import date_of
from rollbook.sandbox.district.users import district_name
from rollbook.sandbox.server.faults import KINDS
from rollbook.sandbox.server.page import button, hidden, page
from rollbook.sandbox.server.world import STATES, World

__all__ = ["TICKS", "Keys", "console_page", "label"]

Keys = Mapping[str, Mapping[str, str]]
"""Vendor → the fields of its form → what to type there."""

TICKS = {
    "classlink_enabled": "Enabled at ClassLink",
    "classlink_listed": "Listed at ClassLink",
    "classlink_bearer": "ClassLink gave a bearer",
    "clever_events": "Clever events on",
    "clever_authorised": "Clever district authorised",
}

_LABELS = {
    "host": "Server",
    "api_key": "Partner API key",
    "endpoint": "Endpoint URL",
    "base_url": "Base URL",
    "token_url": "Token URL",
}

_BREAKS = {
    "The next request fails (500)": {"kind": "500", "times": "1"},
    "Nothing answers any more (500, until cleared)": {"kind": "500", "times": "0"},
    "The credentials are withdrawn (401, until cleared)": {"kind": "401", "times": "0"},
    "The next answer is cut short": {"kind": "cut", "times": "1"},
    "A web page in place of data": {"kind": "html", "times": "1"},
    "One school less is shared, in the middle of the next reading": {"kind": "permission-change", "at": "3"},
}
"""Ready to press."""


def console_page(world: World, keys: Keys, unconfirmed: Iterable[str]) -> str:
    """The page. ``unconfirmed``: sentences for its foot."""
    name = district_name(world.seed)
    return page(
        f"{name}: the sandbox",
        '<p class="notice">Everybody here is invented, and the keys open nothing else.</p>'
        f"<p>{world.students:,} students on day 1. Revision {world.revision}.</p>"
        + _day(world)
        + "<h2>What to type into Rollbook</h2>"
        "<p>The set-up page of a district leads through the nine steps; its first one asks for these. "
        "A press on a value marks all of it.</p>"
        + "".join(_keys(vendor, fields, is_open=number == 0) for number, (vendor, fields) in enumerate(keys.items()))
        + _breaks(world)
        + _switches(world)
        + "".join(_sharing(world, vendor) for vendor in ("classlink", "clever"))
        + "<h2>Requests so far</h2><table>"
        + "".join(f"<tr><td>{escape(what)}</td><td>{n:,}</td></tr>" for what, n in sorted(world.requests.items()))
        + "</table><h2>Not confirmed by any vendor's own page</h2><ul>"
        + "".join(f"<li>{escape(fact)}</li>" for fact in unconfirmed)
        + "</ul>",
    )


def _day(world: World) -> str:
    day = world.day
    return (
        f"<h2>Day {day}, {date_of(day).isoformat()}</h2>"
        "<p>Each day a few leave, come, move or get a new number. Go on, then run the sync again.</p>"
        + _next_day(day)
        + '<form method="post"><input type="hidden" name="do" value="day">'
        f'<label>Or to day <input type="number" name="day" min="1" value="{day}"></label>'
        f"{button('Go', plain=True)}</form>"
    )


def _next_day(day: int) -> str:
    try:
        date_of(day + 1)
    except ConfigError:
        return "<p>It is the last day of the school year.</p>"
    return f'<form method="post">{hidden({"do": "day", "day": str(day + 1)})}{button("Go on to the next day")}</form>'


def label(name: str) -> str:
    """What the form of a source calls that setting."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _keys(vendor: str, fields: Mapping[str, str], *, is_open: bool) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(label(name))} <small>{escape(name)}</small></th>'
        f'<td><code class="copy">{escape(value)}</code></td></tr>'
        for name, value in fields.items()
    )
    return f"<details{' open' if is_open else ''}><summary>{escape(vendor)}</summary><table>{rows}</table></details>"


def _breaks(world: World) -> str:
    now = "".join(
        f"<tr><td>{escape(str(fault['kind']))}</td><td>{escape(str(fault['vendor'] or 'any vendor'))}</td>"
        f"<td>request {fault['at']}, {fault['times'] or 'all'} times</td><td>{fault['seen']} seen</td></tr>"
        for fault in world.faults.as_list()
    )
    buttons = "".join(
        f'<form method="post">{hidden({"do": "fault", **fault})}{button(words, plain=True)}</form>'
        for words, fault in _BREAKS.items()
    )
    kinds = "".join(f'<option value="{kind}">{kind}: {escape(text)}</option>' for kind, text in KINDS.items())
    vendors = "".join(
        f"<option>{name}</option>" for name in ("", "classlink", "classlink_direct", "clever", "oneroster")
    )
    return (
        "<h2>Faults: break something</h2><p>Whatever you press, a run either has the right data or says why not.</p>"
        f'<div class="row">{buttons}</div>'
        + (f"<table>{now}</table>" if now else "<p>No fault is set.</p>")
        + f'<form method="post"><input type="hidden" name="do" value="clear">{button("Clear all faults")}</form>'
        "<details><summary>A fault of your own</summary>"
        '<form method="post"><input type="hidden" name="do" value="fault">'
        f'<label>What <select name="kind">{kinds}</select></label>'
        f'<label>Vendor (blank: any) <select name="vendor">{vendors}</select></label>'
        '<label>At request <input type="number" name="at" min="1" value="1"></label>'
        '<label>Times (0: until cleared) <input type="number" name="times" min="0" value="1"></label>'
        '<label>Path contains <input name="path"></label>'
        '<label>Seconds <input type="number" name="seconds" min="0" step="0.1" value="1"></label>'
        f"{button('Set fault', plain=True)}</form></details>"
    )


def _switches(world: World) -> str:
    switches = asdict(world.switches)
    states = "".join(
        f"<option{' selected' if state == switches['clever_state'] else ''}>{state}</option>" for state in STATES
    )
    return (
        '<h2>Switches</h2><form method="post"><input type="hidden" name="do" value="switches">'
        + "".join(_tick(name, text, bool(switches[name])) for name, text in TICKS.items())
        + f'<label>State at Clever <select name="clever_state">{states}</select></label>{button("Set", plain=True)}</form>'
    )


def _sharing(world: World, vendor: str) -> str:
    grants = asdict(world.sharing(vendor))
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
        + button("Set", plain=True)
        + "</form>"
    )


def _tick(name: str, text: str, is_on: bool) -> str:
    checked = " checked" if is_on else ""
    return f'<label class="tick"><input type="checkbox" name="{name}"{checked}> {escape(text)}</label>'
