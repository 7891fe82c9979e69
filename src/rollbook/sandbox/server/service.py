"""One OneRoster service over the tables: collections, single objects, nested lists; paging, sorting, filters, fields."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from urllib.parse import unquote, urlencode

import polars as pl

from rollbook.sandbox.server.filters import BadFilter, matching
from rollbook.sandbox.server.http import Request, Response
from rollbook.sandbox.server.json_text import Members, joined, objects
from rollbook.sandbox.server.nested import nested
from rollbook.sandbox.server.tables import Frames
from rollbook.sandbox.server.wire_oneroster11 import COLLECTIONS

__all__ = ["Dialect", "Service"]

DEFAULT_LIMIT = 100
_KEPT_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a provider speaks. ``members``: (table, root of hrefs) → members of an object. ``error``: (status, minor code)
    → an answer in its shape. ``total`` and ``count``: header names; empty means it sends none. ``warns``: an unknown
    ``sort`` or ``fields`` gives a warning beside the data (1.1). ``hrefs``: root that every href begins with."""

    members: Callable[[str, str], Members]
    error: Callable[[int, str], Response]
    hrefs: str
    largest_page: int = 10_000
    total: str = "X-Total-Count"
    count: str = ""
    links: bool = True
    warns: bool = False


class Service:
    """Answers for one root path. ``frames``: the tables as the caller may see them, and a stamp that is equal while
    they are: pages already rendered are kept for that long."""

    def __init__(self, dialect: Dialect, frames: Callable[[], tuple[Frames, str]]) -> None:
        self.dialect = dialect
        self._frames = frames
        self._views: OrderedDict[tuple[str, ...], pl.DataFrame] = OrderedDict()
        self._pages: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._kept = 0
        self._lock = Lock()

    def respond(self, request: Request, path: str) -> Response:
        """The answer for a raw path below the root, such as ``/users`` or ``/classes/ID/students``."""
        segments = [unquote(segment) for segment in path.strip("/").split("/")]
        collection = COLLECTIONS.get(segments[0])
        if collection is None or len(segments) > 5:
            return self.dialect.error(404, "unknownobject")
        frames, stamp = self._frames()
        table, key, single, rows = collection
        if len(segments) == 2:
            return self._one(request, frames[table], rows, table, single, segments[1])
        if len(segments) > 2:
            found = nested(frames, segments)
            if found is None:
                return self.dialect.error(404, "unknownobject")
            collection_name, frame = found
            table, key, _, _ = COLLECTIONS[collection_name]
            return self._list(request, frame, table, key, stamp, path)
        frame = frames[table]
        return self._list(request, frame if rows is None else frame.filter(rows), table, key, stamp, path)

    def _one(
        self, request: Request, frame: pl.DataFrame, rows: pl.Expr | None, table: str, key: str, sourced_id: str
    ) -> Response:
        found = frame.filter(pl.col("sourcedId") == sourced_id)
        found = found if rows is None else found.filter(rows)
        if found.is_empty():
            return self.dialect.error(404, "unknownobject")
        members = self.dialect.members(table, self.dialect.hrefs)
        text = joined(objects(found, members, only=_fields(request)))
        return Response(body=f'{{"{key}":{text}}}'.encode())

    def _list(self, request: Request, frame: pl.DataFrame, table: str, key: str, stamp: str, path: str) -> Response:
        asked = request.parameters
        try:
            limit, offset = int(asked.get("limit", DEFAULT_LIMIT)), int(asked.get("offset", 0))
            if limit < 1 or offset < 0:
                raise ValueError
        except ValueError:
            return self.dialect.error(400, "invaliddata")
        limit = min(limit, self.dialect.largest_page)
        try:
            view = self._view(frame, asked, stamp, path)
        except BadFilter:
            return self.dialect.error(400, "invalid_filter_field")
        shown = _page(offset, limit, view.height, request.page_fault)
        members = self.dialect.members(table, self.dialect.hrefs)
        only, warned = _known(_fields(request), {*members, *_NEVER_FILLED[table], "metadata"}, asked, frame)
        if warned == "invalid_blank_selection_field" or (warned and not self.dialect.warns and "sort" not in warned):
            return self.dialect.error(400, "invalid_selection_field")
        body = self._body(view, members, only, key, shown, (stamp, path, _tag(asked), *map(str, shown)))
        if warned and self.dialect.warns:
            body = body[:-1] + _WARNING.replace("CODE", warned).encode() + b"}"
        return Response(body=body, headers=self._headers(request, offset, limit, view.height, shown))

    def _view(self, frame: pl.DataFrame, asked: dict[str, str], stamp: str, path: str) -> pl.DataFrame:
        """The filtered, sorted rows; kept for the pages that follow."""
        wanted, sort = asked.get("filter", ""), asked.get("sort", "")
        descending = asked.get("orderBy", "").lower() == "desc"
        if not wanted and sort in ("", "sourcedId") and not descending:
            return frame
        key = (stamp, path, wanted, sort, str(descending))
        with self._lock:
            if key in self._views:
                return self._views[key]
        view = frame.filter(matching(wanted, frame.columns)) if wanted else frame
        if sort in frame.columns:
            view = view.sort(sort, "sourcedId", descending=[descending, False])
        with self._lock:
            self._views[key] = view
            while len(self._views) > 8:
                self._views.popitem(last=False)
        return view

    def _body(
        self,
        view: pl.DataFrame,
        members: Members,
        only: tuple[str, ...],
        key: str,
        shown: tuple[int, int],
        tag: tuple[str, ...],
    ) -> bytes:
        with self._lock:
            if tag in self._pages:
                self._pages.move_to_end(tag)
                return self._pages[tag]
        rows = objects(view.slice(*shown), members, only=only)
        body = f'{{"{key}":[{joined(rows)}]}}'.encode()
        with self._lock:
            if tag in self._pages:
                return body
            self._pages[tag] = body
            self._kept += len(body)
            while self._kept > _KEPT_BYTES:
                self._kept -= len(self._pages.popitem(last=False)[1])
        return body

    def _headers(self, request: Request, offset: int, limit: int, total: int, shown: tuple[int, int]) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self.dialect.total:
            headers[self.dialect.total] = str(total)
        if self.dialect.count:
            headers[self.dialect.count] = str(max(0, min(shown[1], total - shown[0])))
        if self.dialect.links:
            last = (total - 1) // limit * limit if total else 0
            places = {"first": 0, "last": last}
            if offset + limit < total:
                places["next"] = offset + limit
            if offset:
                places["prev"] = max(0, offset - limit)
            headers["Link"] = ", ".join(
                f'<{request.origin}{request.path}?{_moved(request, limit, place)}>; rel="{relation}"'
                for relation, place in places.items()
            )
        return headers


_NEVER_FILLED = {
    "academicSessions": ("children",),
    "orgs": ("children",),
    "courses": ("resources",),
    "classes": ("resources",),
    "users": (
        "password", "resources", "userMasterIdentifier", "preferredMiddleName", "preferredLastName", "pronouns",
        "userProfiles", "role", "orgs", "roles", "primaryOrg", "preferredFirstName",
    ),
    "enrollments": (),
    "demographics": (
        "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican", "nativeHawaiianOrOtherPacificIslander",
        "white", "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity", "countryOfBirthCode",
        "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus",
    ),
}  # fmt: skip
"""Fields of either version that a generated district leaves blank, or that only the other version has: they may be
asked for."""

_WARNING = (
    ',"statusInfoSet":[{"imsx_codeMajor":"success","imsx_severity":"warning","imsx_description":"CODE",'
    '"imsx_codeMinor":"CODE"}]'
)


def _moved(request: Request, limit: int, offset: int) -> str:
    kept = [(name, value) for name, value in request.query if name not in ("limit", "offset")]
    return urlencode([*kept, ("limit", str(limit)), ("offset", str(offset))])


def _tag(asked: dict[str, str]) -> str:
    return urlencode(sorted((name, value) for name, value in asked.items() if name not in ("limit", "offset")))


def _page(offset: int, limit: int, total: int, fault: str) -> tuple[int, int]:
    """(first row, rows) of the page, or of what a fault sends in its place."""
    if fault == "missing-page":
        return total, 0
    if fault == "duplicate-page":
        before = offset - limit if offset >= limit else (total - 1) // limit * limit
        return max(0, before), limit
    return offset, limit


def _fields(request: Request) -> tuple[str, ...]:
    named = [value for name, value in request.query if name == "fields"]
    return tuple(item for value in named for item in (value.split(",") if value else [""]))


def _known(
    wanted: tuple[str, ...], fields: set[str], asked: dict[str, str], frame: pl.DataFrame
) -> tuple[tuple[str, ...], str]:
    """(fields to send, code of the warning): an unknown field gives all fields and a warning, as 1.1 has it."""
    if wanted and not any(wanted):
        return (), "invalid_blank_selection_field"
    if any(name not in fields for name in wanted):
        return (), "invalid_selection_field"
    if asked.get("sort") and asked["sort"] not in frame.columns:
        return wanted, "invalid_sort_field"
    return wanted, ""
