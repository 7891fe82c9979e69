"""The heart of a run: a thread that says every few seconds that its worker lives, and hears what others want of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

import structlog
from django.db import DatabaseError, InterfaceError
from django.db import connection as database

from rollbook.core.errors import LeaseLost
from rollbook.engine import leases
from rollbook.store.models import SyncRun

__all__ = ["Cancelled", "Heart", "Stopped"]

_log = structlog.get_logger(__name__)


class Cancelled(Exception):
    """Somebody wants the run to end before it is applied. ``by`` whom, the message says."""


class Stopped(Exception):
    """The worker has to go; another goes on with the run."""


class Heart:
    """Beats for one run while the block lasts. The run's work calls it with its progress; what it raises there ends the
    work between two steps: LeaseLost always, Cancelled and Stopped only before anything is being applied."""

    def __init__(
        self, run: SyncRun, *, lease: float, limit: float, is_stopping: Callable[[], bool], every: float | None = None
    ) -> None:
        self.run = run
        self.worker = run.worker
        self.lease = lease
        self.limit = limit
        self.every = every or lease / 6
        self.is_stopping = is_stopping
        self.stage, self.done, self.total = "", 0, 0
        self.cancel_by = ""
        self.is_lost = False
        self.is_applying = False
        self._begun = self._told = time.monotonic()
        self._wake = threading.Event()  # a new stage is told at once
        self._is_over = False
        self._thread = threading.Thread(target=self._beat, name=f"heart of run {run.pk}", daemon=True)

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._wake.set()
        self._thread.join()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """How far the work is. Raises what ends it."""
        is_new = stage != self.stage
        self.stage, self.done, self.total = stage, done, total
        if is_new:
            self._wake.set()
        self.check()

    def check(self) -> None:
        """Nothing stands against going on. Raises LeaseLost, Cancelled or Stopped."""
        if self.is_lost:
            raise LeaseLost(
                f"Run {self.run.pk} has gone on without this worker.",
                hint="Nothing to do: another worker has it.",
                detail={"run": self.run.pk},
            )
        if self.is_overdue:
            raise LeaseLost(
                f"The run took longer than {self.limit / 3600:g} hours and was stopped. Nothing was applied.",
                hint="Look where the time went with rollbook runs; raise ROLLBOOK_RUN_HOURS if that is its size.",
                detail={"run": self.run.pk, "stage": self.stage},
            )
        if self.is_applying:
            return
        if self.cancel_by:
            raise Cancelled(self.cancel_by)
        if self.is_stopping():
            raise Stopped

    @property
    def is_overdue(self) -> bool:
        """The run has had all the time that a run may take."""
        return time.monotonic() - self._begun > self.limit

    def _beat(self) -> None:
        try:
            while True:
                self._wake.wait(self.every)
                self._wake.clear()
                if self._is_over:
                    return
                if self.is_overdue and time.monotonic() - self._begun > self.limit + self.lease:
                    _log.warning("run.overdue", run=self.run.pk, stage=self.stage)
                    return  # the work does not come back from its stage: silence lets another worker end it
                self._tell()
        finally:
            database.close()

    def _tell(self) -> None:
        try:
            with database.cursor() as cursor:
                said = leases.beat(cursor, self.run.pk, self.worker, stage=self.stage, done=self.done, total=self.total)
        except (DatabaseError, InterfaceError) as error:
            database.close()
            if time.monotonic() - self._told > self.lease:
                self.is_lost = True
            _log.warning("heartbeat.failed", run=self.run.pk, error=type(error).__name__)
            return
        self._told = time.monotonic()
        self.is_lost = self.is_lost or not said.is_ours
        self.cancel_by = said.cancel_by
