"""One whole reading of a OneRoster server, whoever runs it: all collections, consistent with each other, or an error (S-2)."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

import polars as pl

from rollbook.connectors.kit.csv import REFUSED_SCHEMA
from rollbook.connectors.kit.http import Reply, Server
from rollbook.connectors.kit.paging import Collected, OffsetPages, total_of
from rollbook.connectors.kit.pool import Pool
from rollbook.connectors.kit.refusal import gather, refuse
from rollbook.connectors.oneroster.needs import ESSENTIAL_FILES, needed_columns, used_columns, used_files
from rollbook.connectors.oneroster.rest import CHANGED, COLLECTIONS, ODD, ROLES, Collection, Wire, roles_of
from rollbook.core import findings
from rollbook.core.errors import AuthError, ConfigError, DataError, RollbookError, TransientError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import CHANGES_ONLY, LINE, FileInfo, Mode, Snapshot, Stream

__all__ = ["Progress", "Pull"]

Progress = Callable[[str, int, int], None]
"""(stage, rows so far, rows announced so far)."""

_BAD_REQUEST = frozenset({400, 422})
_NOT_OURS = frozenset({403, 404})
_SLICE = 100_000


@dataclass(slots=True, kw_only=True)
class Pull:
    """What is asked of the server. ``fields``: ask only for the fields that are used (a server that cannot is read
    whole). ``since``: only what changed after that moment (Mode.DELTA). ``watch`` sees every answer as it comes and
    may raise."""

    server: Server
    policy: Policy
    page_size: int
    fields: bool = True
    since: dt.datetime | None = None
    watch: Callable[[Reply], None] = lambda reply: None
    progress: Progress | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _rows: int = 0
    _is_over: bool = False

    def snapshot(self) -> Snapshot:
        """The reading. Every essential collection was read to its end, and none changed while others were read.

        Raises AuthError, ConfigError, DataError or TransientError; then nothing is known.
        """
        wanted = [COLLECTIONS[name] for name in used_files("1.1", self.policy)]
        taken = self._all(wanted)
        if self.since is not None and any(item.refuses_filter for item in taken.values()):
            self.since = None  # a mixture of all and some says nothing about absence
            told = [findings.make("SRC-009", stream=item.collection.path) for item in taken.values()]
            return self._compose(self._all(wanted), told)
        return self._compose(taken, [])

    def _all(self, wanted: list[Collection]) -> dict[str, _Taken]:
        with (
            Pool(self.server.budget.requests, thread_name_prefix="page") as pool,
            Pool(len(wanted), thread_name_prefix="collection") as collections,
        ):
            readers = {item.stream: collections.submit(self._take, item, pool) for item in wanted}
            try:
                for job in as_completed(readers.values()):
                    job.result()  # the first one to fail ends the reading
                taken = {name: job.result() for name, job in readers.items()}
                if not any(item.refuses_filter for item in taken.values()):
                    self._settle(taken, pool)
            except BaseException:
                self._is_over = True
                raise
            return taken

    def _seen(self, reply: Reply) -> None:
        if self._is_over:
            raise TransientError("Another collection failed.")
        self.watch(reply)

    def _take(self, collection: Collection, pool: ThreadPoolExecutor) -> _Taken:
        """One collection, whole; or the word that it is not offered, if Rollbook can do without it."""
        try:
            return self._collect(collection, pool)
        except (AuthError, ConfigError) as error:
            if not _is_dispensable(collection, error):
                raise
        try:
            return self._collect(collection, pool)  # asked twice: one odd answer is not a word about a whole kind
        except (AuthError, ConfigError) as error:
            if not _is_dispensable(collection, error):
                raise
            return _Taken(collection, None, status=error.detail["status"])

    def _collect(self, collection: Collection, pool: ThreadPoolExecutor) -> _Taken:
        wire = Wire(collection, self.policy)
        pages = OffsetPages(server=self.server, pool=pool, size=self.page_size, watch=self._seen, told=self._told)
        params: dict[str, str] = {}
        if self.since is not None:
            stamp = self.since.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            params["filter"] = f"dateLastModified>'{stamp}'"

        def read(asked: Mapping[str, str]) -> Collected:
            return pages.read(
                collection.path, asked, lambda reply: wire.parse(reply, self.server.vendor), counts=self.since is None
            )

        if self.fields:
            try:
                collected = read({**params, "fields": wire.fields})
            except ConfigError as error:
                if error.detail.get("status") not in _BAD_REQUEST:
                    raise
            else:
                if not self._lacks(collection, collected.frame):
                    return _Taken(collection, collected)
        try:
            return _Taken(collection, read(params))
        except ConfigError as error:
            if self.since is None or error.detail.get("status") not in _BAD_REQUEST:
                raise
            return _Taken(collection, None, refuses_filter=True)

    def _lacks(self, collection: Collection, frame: pl.DataFrame) -> list[str]:
        """Columns without which the collection is of no use, and which no row has."""
        if not frame.height:
            return []
        needed = needed_columns(collection.stream, "1.2" if ROLES in frame.columns and _has_roles(frame) else "1.1")
        return [column for column in needed if frame[column].null_count() == frame.height]

    def _settle(self, taken: dict[str, _Taken], pool: ThreadPoolExecutor) -> None:
        """Look again whether a collection changed after it was read; read it again once if so."""
        for again in (True, False):
            asked = {name: pool.submit(self._is_steady, item) for name, item in taken.items() if item.collected}
            moved = [name for name, job in asked.items() if not job.result()]
            if not moved:
                return
            if not again:
                raise TransientError(
                    f"{self.server.vendor} kept changing {', '.join(moved)} while we read.",
                    hint="Try again when the vendor's own refresh is over.",
                )
            # In this thread, not in the pool: collecting waits for pages that the pool fetches.
            for name in moved:
                taken[name] = self._collect(taken[name].collection, pool)

    def _is_steady(self, item: _Taken) -> bool:
        """Whether the total is what it was and nothing changed later than what we have."""
        assert item.collected is not None
        path, known = item.collection.path, item.collected
        newest = {"sort": "dateLastModified", "orderBy": "desc", "limit": "1", "offset": "0"}
        reply = self.server.get(path, newest, accept=_BAD_REQUEST)
        if reply.status in _BAD_REQUEST:
            reply = self.server.get(path, {"limit": "1", "offset": "0"})
        self._seen(reply)
        row = Wire(item.collection, self.policy).parse(reply, self.server.vendor)
        total = total_of(reply)
        if self.since is None and None not in (total, known.total) and total != known.total:
            return False
        if not known.frame.height:
            return not row.height or self.since is not None
        seen, now = known.frame[CHANGED].max(), row[CHANGED].max()
        return not (isinstance(seen, str) and isinstance(now, str) and self.since is None and now > seen)

    def _told(self, rows: int) -> None:
        if self.progress is None:
            return
        with self._lock:
            self._rows += rows
            self.progress("read", self._rows, 0)

    def _compose(self, taken: Mapping[str, _Taken], told: list[pl.DataFrame]) -> Snapshot:
        mode = Mode.BULK if self.since is None else Mode.DELTA
        users = taken["users"].collected
        version = "1.2" if users is not None and _has_roles(users.frame) else "1.1"
        streams: dict[str, Stream] = {}
        files: list[FileInfo] = []
        errors: list[DataError] = []
        for name, item in taken.items():
            path = item.collection.path
            if item.collected is None:
                told.append(findings.make("SRC-001", stream=path, detail=str(item.status)))
                streams[name] = _absent(name, path, self.policy)
                continue
            frame = item.collected.frame.with_row_index(LINE, offset=1).with_columns(pl.col(LINE).cast(pl.UInt32))
            lacking = self._lacks(item.collection, frame) if mode is Mode.BULK else []
            errors.extend(refuse("SRC-008", stream=path, column=column) for column in lacking)
            told.append(_remarks(item, frame, mode))
            if name == "users" and version == "1.2":
                roles = roles_of(frame)
                streams["roles"] = _stream("roles", path, roles, mode)
                files.append(_info("roles", path, streams["roles"], 0))
            streams[name] = _stream(name, path, frame.drop(CHANGED, ODD, ROLES, strict=False), mode)
            files.append(_info(name, path, streams[name], item.collected.size))
        if errors:
            raise gather(errors, told)
        digest = hashlib.sha256(f"oneroster {version}\n".encode())
        for info in sorted(files, key=lambda info: info.name):
            digest.update(f"{info.name} {mode.value} {info.sha256}\n".encode())
        ordered = {name: streams[name] for name in used_files(version, self.policy) if name in streams}
        return Snapshot(
            version=version,
            streams=ordered,
            files=tuple(files),
            findings=findings.merge(told),
            fingerprint=("" if mode is Mode.BULK else CHANGES_ONLY) + digest.hexdigest(),
        )


@dataclass(slots=True)
class _Taken:
    collection: Collection
    collected: Collected | None
    status: int = 0
    refuses_filter: bool = False


def _is_dispensable(collection: Collection, error: RollbookError) -> bool:
    return collection.stream not in ESSENTIAL_FILES and error.detail.get("status") in _NOT_OURS


def _has_roles(users: pl.DataFrame) -> bool:
    return bool((users[ROLES].list.len() > 0).any())


def _remarks(item: _Taken, frame: pl.DataFrame, mode: Mode) -> pl.DataFrame:
    assert item.collected is not None
    path = item.collection.path
    told = []
    if not frame.height and mode is Mode.BULK:
        told.append(findings.make("SRC-002" if item.collection.stream in ESSENTIAL_FILES else "SRC-003", stream=path))
    if item.collected.total is None:
        told.append(findings.make("SRC-007", stream=path))
    if frame[ODD].any():
        told.append(findings.make("SRC-006", stream=path, detail="Some"))
    return findings.merge(told)


def _stream(name: str, path: str, frame: pl.DataFrame, mode: Mode) -> Stream:
    """A stream of text cells; a column that no row fills was not received."""
    cells = [column for column in frame.columns if column != LINE]
    columns = frozenset(column for column in cells if frame[column].null_count() < frame.height)
    received = frame.select(LINE, pl.col(sorted(columns)).fill_null("")) if columns else frame.select(LINE)
    return Stream(
        name=name,
        frame=received,
        mode=mode,
        origin=path,
        columns=columns,
        refused=pl.DataFrame(schema=REFUSED_SCHEMA),
    )


def _absent(name: str, path: str, policy: Policy) -> Stream:
    schema = {LINE: pl.UInt32(), **dict.fromkeys(sorted(used_columns(name, policy)), pl.String())}
    return Stream(
        name=name,
        frame=pl.DataFrame(schema=schema),
        mode=Mode.ABSENT,
        origin=path,
        columns=frozenset(),
        refused=pl.DataFrame(schema=REFUSED_SCHEMA),
    )


def _info(name: str, path: str, stream: Stream, size: int) -> FileInfo:
    """What a report shows of a collection. ``sha256``: of its rows in the order of their ids, however they came."""
    digest = hashlib.sha256()
    rows = stream.frame.drop(LINE)
    rows = rows.select(sorted(rows.columns))
    if rows.width:
        order = [column for column in ("sourcedId", "userSourcedId", "orgSourcedId", "role") if column in rows.columns]
        rows = rows.sort(order or rows.columns, maintain_order=True)
    for part in rows.iter_slices(_SLICE):
        digest.update(part.write_csv().encode())
    shown = path if name in path else f"{path} ({name})"
    return FileInfo(
        name=shown, size=size, rows=stream.frame.height, sha256=digest.hexdigest(), encoding="utf-8", separator=""
    )
