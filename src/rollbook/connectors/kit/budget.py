"""How much one source is asked at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Budget"]


class Budget:
    """At most ``requests`` requests to one vendor at once, and none before a pause that it asked for has passed.

    Shared by everything that reads from that vendor, whatever thread it is in.
    """

    def __init__(
        self,
        requests: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.requests = requests
        self._slots = threading.BoundedSemaphore(requests)
        self._lock = threading.Lock()
        self._until = 0.0
        self._clock, self._sleep = clock, sleep

    @contextmanager
    def slot(self) -> Iterator[None]:
        """The right to send one request, once it is ours and no pause is on."""
        with self._slots:
            while (wait := self._wait()) > 0:
                self._sleep(wait)
            yield

    def pause(self, seconds: float) -> None:
        """Nobody sends anything for ``seconds``."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)

    def _wait(self) -> float:
        with self._lock:
            return self._until - self._clock()
