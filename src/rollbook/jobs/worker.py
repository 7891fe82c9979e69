"""A worker: one process that carries out the runs of the queue, as many at a time as it is told.

Any number of workers on any number of machines work on the same database. Each also looks, every few seconds, for runs
whose worker has died, and once a minute for what is due.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from procrastinate import App, exceptions
from procrastinate.contrib.django import app as _app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from rollbook.core.errors import RollbookError
from rollbook.jobs.tasks import CHORES, DONE, STOPPING
from rollbook.services import recovery
from rollbook.services.examining import QUEUE as EXAMINATIONS
from rollbook.services.scheduling import QUEUE

__all__ = ["PARENT", "run", "run_beside"]

PARENT: Final = "ROLLBOOK_WORKER_PARENT"
"""The process that this worker lives and dies with; set by ``run_beside``."""
_POLL: Final = 5.0
_WAITS: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between tries to reach a database that has gone."""
_CALM: Final = 30.0
"""Seconds after which a connection counts as one that held."""

_log = structlog.get_logger(__name__)


def run(
    *,
    concurrency: int = 1,
    until_idle: bool = False,
    before_connecting: Callable[[], object] | None = None,
) -> int:
    """Work until the process is told to end (SIGTERM, SIGINT), or, ``until_idle``, until nothing waits any more.

    Then no new run is begun, and those at work are handed back between two steps, with what they have received: another
    worker goes on with them. What is being applied is finished. A database that goes away is waited for;
    ``before_connecting`` is called before every try to reach it. Returns how many runs it had in hand.
    """
    STOPPING.clear()
    before = DONE.total()
    asyncio.run(_Worker(concurrency, until_idle, before_connecting).work())
    return DONE.total() - before


@contextmanager
def run_beside(*, concurrency: int = 1, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """While the block lasts, one worker works beside this process, as a process of its own. It is begun again when it
    ends, and ends with the block, or with this process however that ends."""
    words = [sys.executable, "-m", "rollbook.cli.main", "worker", "--concurrency", str(concurrency)]
    given = {**os.environ, **(environment or {}), PARENT: str(os.getpid())}
    ending = threading.Event()
    children: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        tries = 0
        while not ending.is_set():
            child = subprocess.Popen(words, env=given, process_group=0)  # Ctrl+C is for this process: the block ends it
            children[:] = [child]
            if ending.is_set():
                child.terminate()
            code = child.wait()
            if not ending.is_set():
                _log.warning("worker.ended", code=code)
                ending.wait(_WAITS[min(tries, len(_WAITS) - 1)])
                tries += 1

    keeper = threading.Thread(target=keep, name="worker beside", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        for child in children:
            child.terminate()
        keeper.join()


class _Worker:
    """One process: three queues, a sweeper, and the patience to wait for the database."""

    def __init__(self, concurrency: int, until_idle: bool, before_connecting: Callable[[], object] | None) -> None:
        self.concurrency = concurrency
        self.until_idle = until_idle
        self.before_connecting = before_connecting
        self.lease = float(settings.ROLLBOOK_LEASE_SECONDS)
        self.parent = int(os.environ.get(PARENT, "0"))
        self.stop = asyncio.Event()

    async def work(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max_workers=self.concurrency + 4, thread_name_prefix="worker"))
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # not in the main thread
                loop.add_signal_handler(number, self._end)
        side = [asyncio.create_task(self._sweep()), asyncio.create_task(self._watch_parent())]
        _log.info("worker.begins", concurrency=self.concurrency, lease=self.lease)
        try:
            await self._until_told()
        finally:
            self._end()
            for task in side:
                task.cancel()
            await asyncio.gather(*side, return_exceptions=True)
            _log.info("worker.ends")

    def _end(self) -> None:
        STOPPING.set()
        self.stop.set()

    async def _until_told(self) -> None:
        """Connected, and connected again whenever the database has gone."""
        loop = asyncio.get_running_loop()
        tries = 0
        while not self.stop.is_set():
            began = loop.time()
            try:
                await self._connected()
                if self.until_idle:
                    return
            except (exceptions.ConnectorException, psycopg.Error, OSError, RollbookError) as error:
                _log.warning("worker.database", error=type(error).__name__)
            tries = 1 if loop.time() - began > _CALM else tries + 1
            await self._pause(_WAITS[min(tries, len(_WAITS)) - 1])

    async def _connected(self) -> None:
        """Works until told to end, or, if so wanted, until nothing waits. Raises what the database raises when it goes."""
        if self.before_connecting is not None:
            await asyncio.to_thread(self.before_connecting)
        params = await asyncio.to_thread(connector_params)
        app: App = _app
        with app.replace_connector(PsycopgConnector(kwargs=params, min_size=1, max_size=4, timeout=10)):
            async with app.open_async():
                queues = [
                    asyncio.create_task(self._queue(app, QUEUE, self.concurrency)),
                    asyncio.create_task(self._queue(app, EXAMINATIONS, 1)),
                    asyncio.create_task(self._queue(app, CHORES, 1)),
                ]
                stop = asyncio.create_task(self.stop.wait())
                while not stop.done() and not all(queue.done() for queue in queues):
                    await asyncio.wait(
                        [task for task in (*queues, stop) if not task.done()], return_when=asyncio.FIRST_COMPLETED
                    )
                    if not self.until_idle or any(queue.done() and queue.exception() for queue in queues):
                        break
                for task in (*queues, stop):
                    task.cancel()
                ended = await asyncio.gather(*queues, stop, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _queue(self, app: App, queue: str, concurrency: int) -> None:
        await app.run_worker_async(
            queues=[queue],
            concurrency=concurrency,
            wait=not self.until_idle,
            fetch_job_polling_interval=_POLL,
            install_signal_handlers=False,
            update_heartbeat_interval=self.lease / 6,
            stalled_worker_timeout=self.lease * 4,
            name=queue,
        )

    async def _sweep(self) -> None:
        """Runs whose worker has died are put back into the queue."""
        while not self.stop.is_set():
            await asyncio.to_thread(_swept)
            await self._pause(self.lease / 3)

    async def _pause(self, seconds: float) -> None:
        """So long, or until told to end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)

    async def _watch_parent(self) -> None:
        while self.parent:
            if os.getppid() != self.parent:
                self._end()
                return
            await asyncio.sleep(1.0)


def _swept() -> None:
    try:
        close_old_connections()
        for sentence in recovery.sweep(now=dt.datetime.now(dt.UTC)):
            _log.warning("sweep.found", what=sentence)
    except (DatabaseError, InterfaceError) as error:
        _log.warning("sweep.failed", error=type(error).__name__)
    finally:
        connections.close_all()
