"""Clever: tokens, the v3.0 and v3.1 data API, events, and single sign-on (clever.md §2 to §6).

Unconfirmed, and therefore the plainer choice: the default page size (100), ``count`` at the top level, the order of
events within a night, the rate-limit headers beside Reset. Sharing changes make events as new days do.
"""

from __future__ import annotations

import time
from threading import Lock
from urllib.parse import urlencode

import polars as pl

from rollbook.sandbox.district.calendar import date_of
from rollbook.sandbox.district.users import district_name
from rollbook.sandbox.server.clever_events import EVENTS_SCHEMA, events_between
from rollbook.sandbox.server.clever_sso import CleverSso
from rollbook.sandbox.server.clever_views import view
from rollbook.sandbox.server.credentials import Credentials
from rollbook.sandbox.server.http import Request, Response, as_json
from rollbook.sandbox.server.json_text import joined
from rollbook.sandbox.server.tokens import client_of
from rollbook.sandbox.server.wire_clever import clever_sets
from rollbook.sandbox.server.world import World

__all__ = ["CleverApp"]

_VERSIONS = ("v3.0", "v3.1")
_DEFAULT_LIMIT, _LARGEST_PAGE, _PER_MINUTE = 100, 10_000, 1200
_SCOPES = ["read:sis", "read:district_admins", "read:school_admins", "read:user_id"]


class CleverApp:
    """The API host and the sign-in host in one."""

    def __init__(self, world: World, keys: Credentials) -> None:
        self._world, self._keys = world, keys
        self._sso = CleverSso(world, keys)
        self._lock = Lock()
        self._sets: dict[str, tuple[str, dict[str, pl.DataFrame]]] = {}
        self._events = pl.DataFrame(schema=EVENTS_SCHEMA)
        self._told: tuple[str, dict[str, pl.DataFrame]] | None = None

    def error(self, status: int) -> Response:
        """A message, and for 429 when the minute is over."""
        headers = {"X-RateLimit-Reset": str(int(time.time()) + 1)} if status == 429 else {}
        return as_json({"message": f"HTTP {status}"}, status=status, headers=headers)

    def handle(self, request: Request) -> Response:
        """Tokens, sign-in, or data below /v3.0 and /v3.1."""
        if request.path == "/oauth/tokens" and request.method == "GET":
            return self._tokens(request)
        signed_in = self._sso.handle(request)
        if signed_in is not None:
            return signed_in
        version, _, path = request.path.strip("/").partition("/")
        if version not in _VERSIONS:
            return self.error(404)
        if request.method != "GET":
            return self.error(501)
        if request.bearer != self._keys.clever_token or not self._world.switches.clever_authorised:
            return self.error(401)
        return self._data(request, version, path.split("/"))

    def _tokens(self, request: Request) -> Response:
        if client_of(request) != (self._keys.clever_client_id, self._keys.clever_client_secret):
            return self.error(401)
        asked = request.parameters
        district = self._keys.clever_district_id
        mine = asked.get("district", district) == district and self._world.switches.clever_authorised
        token = {
            "id": district[::-1],
            "created": "2026-08-01T00:00:00.000Z",
            "owner": {"type": "district", "id": district},
            "access_token": self._keys.clever_token,
            "scopes": _SCOPES,
        }
        links = [{"rel": "self", "uri": f"/oauth/tokens?{urlencode(asked)}"}]
        return as_json({"data": [token] if mine else [], "links": links})

    def _data(self, request: Request, version: str, segments: list[str]) -> Response:
        if segments[0] == "districts":
            return self._districts(request, version, segments)
        sets = self._current(version)
        if segments[0] == "events":
            return self._event_list(request, version, segments)
        if len(segments) == 2 and segments[0] in sets:
            found = sets[segments[0]].filter(pl.col("id") == segments[1])
            if found.is_empty():
                return self.error(404)
            body = f'{{"data":{found["json"][0]},"links":[{{"rel":"self","uri":"{request.path}"}}]}}'
            return Response(body=body.encode(), headers=_rate())
        if len(segments) == 3 and segments[2] == "district":
            return self._districts(request, version, ["districts", self._keys.clever_district_id])
        rows = view(sets, segments, request.parameters)
        return self.error(404) if rows is None else self._page(request, rows)

    def _districts(self, request: Request, version: str, segments: list[str]) -> Response:
        district = {
            "id": self._keys.clever_district_id,
            "name": f"{district_name(self._world.seed)} School District",
            "state": self._world.switches.clever_state,
            "sis_type": "sftp",
            "login_methods": ["Clever Passwords"],
            "launch_date": "2026-08-17",
            "last_sync": f"{date_of(self._world.day).isoformat()}T02:30:00.000Z",
            "portal_url": "https://clever.example.org/in/sandbox",
            "nces_id": "5300100",
            "district_contact": {
                "id": self._keys.clever_district_id[::-1],
                "district": self._keys.clever_district_id,
                "name": {},
                "title": "",
            },
            **({"pause_start": None, "pause_end": None} if version == "v3.1" else {}),
        }
        links = [{"rel": "self", "uri": request.path}]
        if len(segments) == 1:
            return as_json({"data": [{"data": district, "uri": request.path}], "links": links}, headers=_rate())
        if segments[1] != district["id"] or len(segments) > 2:
            return self.error(404)
        return as_json({"data": district, "links": links}, headers=_rate())

    def _current(self, version: str) -> dict[str, pl.DataFrame]:
        """The collections as they stand; what changed since they were last looked at is told as events."""
        frames, stamp = self._world.frames("clever")
        with self._lock:
            known = self._sets.get(version)
            if known is None or known[0] != stamp:
                known = (stamp, dict(clever_sets(frames, self._keys.clever_district_id, version)))
                self._sets[version] = known
            self._note_events(version, known)
        return known[1]

    def _note_events(self, version: str, known: tuple[str, dict[str, pl.DataFrame]]) -> None:
        if version != _VERSIONS[-1]:
            return
        if self._told is not None and self._told[0] != known[0] and self._world.switches.clever_events:
            new = events_between(
                self._told[1],
                known[1],
                first=self._world.day * 1_000_000_000 + self._events.height,
            )
            self._events = pl.concat([self._events, new])
        self._told = known

    def _event_list(self, request: Request, version: str, segments: list[str]) -> Response:
        self._current(_VERSIONS[-1])
        events = self._events
        if len(segments) == 2:
            found = events.filter(pl.col("id") == segments[1])
            return self.error(404) if found.is_empty() else Response(body=f'{{"data":{found["json"][0]}}}'.encode())
        kinds = [value for name, value in request.query if name == "record_type"]
        if kinds:
            events = events.filter(pl.col("set").is_in(kinds))
        if school := request.parameters.get("school"):
            events = events.filter(pl.col("school") == school)
        return self._page(request, events)

    def _page(self, request: Request, rows: pl.DataFrame) -> Response:
        asked = request.parameters
        try:
            limit = int(asked.get("limit", _DEFAULT_LIMIT))
        except ValueError:
            return self.error(400)
        if limit < 1 or limit > _LARGEST_PAGE:
            return self.error(413 if limit > _LARGEST_PAGE else 400)
        after, before = asked.get("starting_after"), asked.get("ending_before")
        start = 0
        if after and after != "last":
            start = rows.filter(pl.col("id") <= after).height
        if before:
            end = rows.height if before == "last" else rows.filter(pl.col("id") < before).height
            start = max(0, end - limit)
            limit = end - start
        if request.page_fault == "missing-page":
            start += limit
        elif request.page_fault == "duplicate-page":
            start = max(0, start - limit)
        shown = rows.slice(start, limit)
        # "data":[{"data":{…},"uri":…}]: every item of a list is wrapped once more.
        uri = request.path.rstrip("/")
        items = shown.select(
            pl.concat_str(pl.lit('{"data":'), "json", pl.lit(f',"uri":"{uri}/'), "id", pl.lit('"}')).alias("json")
        ).to_series()
        links = _links(request, rows, shown, start)
        count = f',"count":{rows.height}' if asked.get("count") == "true" else ""
        body = f'{{"data":[{joined(items)}],"links":[{links}]{count}}}'
        return Response(body=body.encode(), headers=_rate())


def _links(request: Request, rows: pl.DataFrame, shown: pl.DataFrame, start: int) -> str:
    kept = [(name, value) for name, value in request.query if name not in ("starting_after", "ending_before")]

    def link(relation: str, *moved: tuple[str, str]) -> str:
        query = urlencode([*kept, *moved])
        return f'{{"rel":"{relation}","uri":"{request.path}{"?" if query else ""}{query}"}}'

    links = [f'{{"rel":"self","uri":"{request.path}{"?" if request.query else ""}{urlencode(request.query)}"}}']
    if shown.height and start + shown.height < rows.height:
        links.append(link("next", ("starting_after", shown["id"][-1])))
    if start and shown.height:
        links.append(link("prev", ("ending_before", shown["id"][0])))
    return ",".join(links)


def _rate() -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(_PER_MINUTE),
        "X-RateLimit-Remaining": str(_PER_MINUTE - 1),
        "X-RateLimit-Reset": str(int(time.time()) + 60),
    }
