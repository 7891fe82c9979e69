"""Reading Clever's collections: all of each, every id once, all of one moment, or an error (S-2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from rollbook.connectors.clever.client import Clever, query_of
from rollbook.connectors.clever.wire import COLLECTIONS
from rollbook.connectors.kit.pool import Pool
from rollbook.core.errors import AuthError, ConfigError, TransientError
from rollbook.core.snapshot import LINE

__all__ = ["Collected", "Progress", "Reading", "district_of"]

Progress = Callable[[str, int, int], None]
"""(stage, rows so far, rows announced so far)."""

_ROUNDS = 2
_MOST_PAGES = 100_000


class _Moved(Exception):  # what happened: the collection moved under the reader
    """The pages do not fit together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """``rows``: collection → frame in its shape, with ``_line``; ``districts`` is among them. ``sizes``: bytes."""

    rows: Mapping[str, pl.DataFrame]
    sizes: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class Reading:
    """One whole reading of a district."""

    api: Clever
    progress: Progress | None = None
    _told: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> Collected:
        """All collections. When Clever's data changed meanwhile (a sync of its own, another number of records), all of
        it is read again once; then TransientError."""
        for _ in range(_ROUNDS):
            before = district_of(self.api)
            with Pool(len(COLLECTIONS), thread_name_prefix="clever") as pool:
                jobs = {name: pool.submit(self._collection, name) for name in COLLECTIONS}
                taken = {name: job.result() for name, job in jobs.items()}
            steady = all(self._is_steady(name, item.rows.height) for name, item in taken.items() if item.counted)
            if steady and district_of(self.api)["last_sync"].equals(before["last_sync"], null_equal=True):
                rows = {"districts": _numbered(before), **{name: _numbered(item.rows) for name, item in taken.items()}}
                return Collected(rows=rows, sizes={name: item.size for name, item in taken.items()})
        raise TransientError(
            "Clever's data kept changing while we read. Nothing was changed.",
            hint="Try again when Clever's own sync with the district is over.",
        )

    def _collection(self, name: str) -> _Taken:
        for _ in range(_ROUNDS):
            try:
                return self._walk(name)
            except _Moved:
                continue
        raise TransientError(
            f"The pages of {name} do not fit together: one is missing, came twice, or all of them moved.",
            hint="Try again later; nothing was changed.",
            detail={"collection": name},
        )

    def _walk(self, name: str) -> _Taken:
        """Along the links, each of which must begin where the page before ends; the number of rows must be the announced
        one, or, where none is announced, both ends must be seen."""
        query = {"limit": str(self.api.config.page_size), "count": "true"}
        frames: list[pl.DataFrame] = []
        size, count, last = 0, None, ""
        for number in range(_MOST_PAGES):
            page, length = self.api.page(name, query)
            frames.append(page.rows)
            size += length
            count = page.count if number == 0 else count
            self._tell(page.rows.height)
            last = _last(page.rows) or last
            if not page.next or not page.rows.height:
                break
            query = query_of(page.next, name)
            if query.get("starting_after") != last:
                raise _Moved
        else:
            raise ConfigError(f"Clever gives {name} without end.", hint="Check the address of the API.")
        rows = pl.concat(frames)
        if rows["id"].drop_nulls().is_duplicated().any():
            raise _Moved
        if count is None:
            self._check_ends(name, rows["id"].drop_nulls())
        elif count != rows.height:
            raise _Moved
        return _Taken(rows=rows, size=size, counted=count is not None)

    def _check_ends(self, name: str, ids: pl.Series) -> None:
        """Where no number of rows is announced: nothing may come before the first row, nor after the last."""
        beyond = [{"ending_before": ids[0]}, {"starting_after": ids[-1]}] if ids.len() else [{}]
        for query in beyond:
            if self.api.page(name, {"limit": "1", **query})[0].rows.height:
                raise _Moved

    def _is_steady(self, name: str, height: int) -> bool:
        page, _ = self.api.page(name, {"limit": "1", "count": "true"})
        return page.count is None or page.count == height

    def _tell(self, rows: int) -> None:
        if self.progress is None:
            return
        with self._lock:
            self._told += rows
            self.progress("read", self._told, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    rows: pl.DataFrame
    size: int
    counted: bool


def district_of(api: Clever) -> pl.DataFrame:
    """The one row of ``/districts``. Raises AuthError when the token is for no district any more, ConfigError when it
    is for another one than the settings say."""
    rows = api.district().rows
    if rows.height != 1:
        raise AuthError(
            "Clever shows no district to this token: the district took the app away. Nothing was changed.",
            hint="Ask the district's Clever administrator to add the app again.",
        )
    wanted = api.config.district_id
    if wanted and rows["id"].item() != wanted:
        raise ConfigError(
            "The token is for another district than the one in the settings. Nothing was changed.",
            hint="Correct district_id, or the token.",
        )
    return rows


def _last(rows: pl.DataFrame) -> str | None:
    last = rows["id"][-1] if rows.height else None
    return str(last) if last is not None else None


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_row_index(LINE, offset=1).with_columns(pl.col(LINE).cast(pl.UInt32))
