"""Reading a collection page by page: all of it, each row once, or an error (S-2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import polars as pl

from rollbook.connectors.kit.http import Reply, Server
from rollbook.core.errors import ConfigError, RateLimited, TransientError

__all__ = ["Collected", "Moved", "OffsetPages", "next_link", "total_of"]

_BAD_REQUEST = frozenset({400, 422})
_SMALLEST = 100
_MOST_PAGES = 100_000


Parse = Callable[[Reply], pl.DataFrame]


class Moved(Exception):  # what happened: the collection moved under the reader
    """The pages do not fit together: the collection changed while it was read, or a page is missing or came twice."""


@dataclass(slots=True, kw_only=True)
class Collected:
    """One collection: its rows in order of the pages. ``total``: as the server counts, None where it does not say.
    ``size``: bytes received. ``sorted_by_id``: whether the server took our order."""

    frame: pl.DataFrame
    total: int | None
    size: int
    pages: int
    sorted_by_id: bool = True


@dataclass(slots=True, kw_only=True)
class OffsetPages:
    """Reads collections by limit and offset, several pages at once.

    Pages overlap by one row: the first row of a page must be the last of the page before. So a page that came twice,
    is missing or moved is seen even where the total stays the same. A server that cannot begin just anywhere is read
    without the overlap the second time. ``parse``: answer → frame with ``key``; ``watch`` sees every answer as it
    comes; ``told(rows)`` hears of rows as they arrive.
    """

    server: Server
    pool: ThreadPoolExecutor
    size: int
    key: str = "sourcedId"
    watch: Callable[[Reply], None] = lambda reply: None
    told: Callable[[int], None] = lambda rows: None
    sorting: Mapping[str, str] = field(default_factory=lambda: {"sort": "sourcedId", "orderBy": "asc"})

    def read(self, path: str, params: Mapping[str, str], parse: Parse, *, counts: bool = True) -> Collected:
        """Every row of the collection at ``path``. ``counts=False``: the total may count rows that a filter hides.

        A collection whose pages do not fit is read again once, then TransientError. Pages that a server cannot deliver
        in time are asked for in smaller ones. Nothing shorter than the whole is ever returned.
        """
        size, overlap, sorting = self.size, 1, dict(self.sorting)
        while True:
            work = _Work(self, path, {**params, **sorting}, parse, size, overlap, counts)
            try:
                return work.all()
            except Moved as error:
                if not overlap:
                    raise TransientError(
                        f"{self.server.vendor} gave {path} in pages that do not fit together, twice ({error}).",
                        hint="It was being changed while we read. Try again when the vendor's own refresh is over.",
                    ) from None
                overlap = 0
            except _Unsorted:
                sorting = {}
            except RateLimited:
                raise
            except TransientError as error:
                if size <= _SMALLEST or error.detail.get("cause") == "ConnectError":
                    raise
                size = max(size // 4, _SMALLEST)


class _Unsorted(Exception):  # a signal between two functions of this module
    """The server refuses our order."""


@dataclass(slots=True)
class _Page:
    frame: pl.DataFrame
    total: int | None
    size: int
    next: Mapping[str, str] | None
    last: str | None


@dataclass(slots=True)
class _Work:
    """One attempt at one collection."""

    reader: OffsetPages
    path: str
    params: Mapping[str, str]
    parse: Parse
    size: int
    overlap: int
    counts: bool

    def all(self) -> Collected:
        """The whole collection, each row once. Raises Moved."""
        first = self.page(self.size, 0)
        pages = self.rest(first)
        key = self.reader.key
        ids = pl.concat([page.frame[key] for page in pages]).drop_nulls()
        if ids.n_unique() != sum(page.frame[key].drop_nulls().n_unique() for page in pages):
            raise Moved("the same row on two pages")
        rows = sum(page.frame.height for page in pages)
        if self.counts and first.total is not None and rows != first.total:
            raise Moved(f"{rows:,} rows where {first.total:,} were announced")
        return Collected(
            frame=pl.concat([page.frame for page in pages], how="vertical"),
            total=first.total,
            size=sum(page.size for page in pages),
            pages=len(pages),
            sorted_by_id="sort" in self.params,
        )

    def rest(self, first: _Page) -> list[_Page]:
        """All pages: with a total, those after the first at once; else one after the other to the end."""
        total, height = first.total, first.frame.height
        if first.next is not None and "offset" not in first.next:
            return self.follow(first)
        if height > self.size:
            return [first]  # a server that knows no paging gives everything at once
        if total is not None and self.counts:
            if height == total and 0 < height < self.size:
                return [first]
            if self.overlap < height < total:
                return self.at_once(first, total)
        return self.walk(first)

    def at_once(self, first: _Page, total: int) -> list[_Page]:
        """The pages of a collection whose size is known. The server may have clamped our limit: its first page shows
        how far one page reaches."""
        height = first.frame.height
        step = height - self.overlap
        offsets = range(step, total - self.overlap, step)
        jobs = [self.reader.pool.submit(self.page, height, offset) for offset in offsets]
        try:
            pages = [first]
            for job, offset in zip(jobs, offsets, strict=True):
                page = job.result()
                if page.total != total:
                    raise Moved(f"{total:,} rows announced, then {page.total or 0:,}")
                if page.frame.height != min(height, total - offset):
                    raise Moved(f"a page of {page.frame.height:,} rows where {min(height, total - offset):,} were due")
                pages.append(self.after(pages[-1], page))
            return pages
        finally:
            for job in jobs:
                job.cancel()

    def walk(self, first: _Page) -> list[_Page]:
        """Page after page to the end. An end must be seen twice: the first time it may be a page that went missing."""
        pages, offset = [first], first.frame.height
        while True:
            page = self.page(self.size, max(offset - self.overlap, 0))
            fresh = self.after(pages[-1], page) if offset else page
            if fresh.frame.height == 0:
                again = self.page(self.size, max(offset - self.overlap, 0))
                if again.frame.height != page.frame.height:
                    raise Moved("an end that was none")
                return pages
            if not offset:
                raise Moved("an empty collection that was none")
            pages.append(fresh)
            offset += fresh.frame.height
            self.stop_at(len(pages))

    def follow(self, first: _Page) -> list[_Page]:
        """Along links that carry a cursor instead of an offset."""
        pages = [first]
        while (link := pages[-1].next) is not None:
            pages.append(self.ask({**self.params, **link}))
            self.stop_at(len(pages))
        return pages

    def after(self, before: _Page, page: _Page) -> _Page:
        """``page`` without the row that it shares with ``before``, once it is sure that they fit."""
        if not self.overlap:
            if page.frame.height and page.last == before.last:
                raise Moved("the same page twice")
            return page
        if page.frame.height == 0 or page.frame[self.reader.key][0] != before.last:
            raise Moved("a page that does not begin where the one before ends")
        return _Page(page.frame.slice(1), page.total, page.size, page.next, page.last)

    def page(self, size: int, offset: int) -> _Page:
        """One page by its place."""
        return self.ask({**self.params, "limit": str(size), "offset": str(offset)})

    def ask(self, params: Mapping[str, str]) -> _Page:
        """One page by its query."""
        can_unsort = "sort" in params and params.get("offset") == "0"
        reply = self.reader.server.get(self.path, params, accept=_BAD_REQUEST if can_unsort else ())
        if reply.status in _BAD_REQUEST:
            raise _Unsorted
        self.reader.watch(reply)
        frame = self.parse(reply)
        self.reader.told(frame.height)
        last = frame[self.reader.key][-1] if frame.height else None
        return _Page(frame, total_of(reply), len(reply.body), next_link(reply), last)

    def stop_at(self, pages: int) -> None:
        """Raise when a server has no end."""
        if pages > _MOST_PAGES:
            raise ConfigError(
                f"{self.reader.server.vendor} gives {self.path} without end.", hint="Check the address of this source."
            )


def total_of(reply: Reply) -> int | None:
    """The number of rows that the server says there are, None where it says nothing usable."""
    text = reply.headers.get("x-total-count", "").strip()
    return int(text) if text.isdecimal() else None


def next_link(reply: Reply) -> Mapping[str, str] | None:
    """The query of the ``Link`` with rel ``next``; its host and path are not looked at, so it can lead nowhere else."""
    for target, rest in re.findall(r"<([^>]*)>([^<]*)", reply.headers.get("link", "")):
        if re.search(r"""rel\s*=\s*["']?[^"';,]*\bnext\b""", rest):
            return {name: values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
    return None
