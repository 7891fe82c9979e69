"""What a write to the directory did, and how long each step took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rollbook.engine.spans import stage

__all__ = ["Progress", "Receipt", "Stopwatch"]

Progress = Callable[[str, int, int], None]
"""(stage, rows done, rows in all): told as a write goes on. What it raises ends the write, and nothing is changed. It
must not use the database: the connection is in the middle of a COPY."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was done by ``run``: table → number of rows, by operation; ``seconds`` by step. ``excluded``: records that
    an undo left as they are, since something later stands on them."""

    run: int
    inserted: Mapping[str, int]
    updated: Mapping[str, int]
    deleted: Mapping[str, int]
    seconds: Mapping[str, float]
    excluded: int = 0

    @property
    def rows(self) -> int:
        """All rows written."""
        return sum(sum(part.values()) for part in (self.inserted, self.updated, self.deleted))

    def as_dict(self) -> dict[str, Any]:
        """The receipt as JSON values, as a run keeps it."""
        return {
            "inserted": dict(self.inserted),
            "updated": dict(self.updated),
            "deleted": dict(self.deleted),
            "seconds": {step: round(value, 4) for step, value in self.seconds.items()},
            "excluded": self.excluded,
        }


@dataclass(slots=True)
class Stopwatch:
    """Seconds by step; a step that comes twice adds up."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The time inside the block counts for ``name``; it is a stage, and tells so (``engine.spans``)."""
        start = time.perf_counter()
        try:
            with stage(name):
                yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
