"""What a measurement is: seconds, by stage, and the most memory that its process ever held."""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Measured", "Watch", "peak_mb"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``seconds``: from the first file opened to the last byte committed. ``cpu``: of our process alone. ``told``: what
    was counted on the way."""

    seconds: float
    cpu: float
    stages: Mapping[str, float]
    peak_mb: float
    told: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "seconds": round(self.seconds, 3),
            "cpu": round(self.cpu, 3),
            "stages": {name: round(value, 3) for name, value in self.stages.items()},
            "peak_mb": round(self.peak_mb, 1),
            "told": dict(self.told),
        }


class Watch:
    """Starts when it is made. Imports are done by then: they are no part of the work."""

    def __init__(self) -> None:
        self._start, self._cpu = time.perf_counter(), time.process_time()
        self.stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """The time inside counts for ``name``."""
        start = time.perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - start

    def finished(self, **told: Any) -> Measured:
        """All of it."""
        seconds = time.perf_counter() - self._start
        return Measured(
            seconds=seconds,
            cpu=time.process_time() - self._cpu,
            stages=self.stages,
            peak_mb=peak_mb(),
            told=told,
        )


def peak_mb() -> float:
    """The most memory this process ever held, in MB of 2^20 bytes.

    Linux carries the parent's maximum into ``ru_maxrss`` across vfork and exec; ``VmHWM`` is our own alone.
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)):
        return int(found[1]) / 1024
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1024**2 if sys.platform == "darwin" else size / 1024
