"""What a run says of itself while it works: ids in every log line, a line and, when somebody listens, a span a stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars

__all__ = ["about", "stage", "trace_with"]

_log = structlog.get_logger(__name__)

Opener = Callable[[str, dict[str, Any]], AbstractContextManager[object]]
"""(name, attributes) → a span around the block."""

_opener: list[Opener] = []
_IDS: Final = ("district", "connection", "run")


def trace_with(opener: Opener | None) -> None:
    """From now on stages are spans, too; None: no more."""
    _opener[:] = [opener] if opener is not None else []


@contextmanager
def about(work: str, *, district: str, connection: int, run: int | None = None) -> Iterator[None]:
    """Every log line inside the block, of whatever library and in whatever thread of a ``kit.pool``, carries the ids of
    the district (its slug), the connection and the run (once there is one); the block is one span called ``work``."""
    ids: dict[str, Any] = {"district": district, "connection": connection}
    if run is not None:
        ids["run"] = run
    with bound_contextvars(**ids), _span(work):
        yield


@contextmanager
def stage(name: str) -> Iterator[None]:
    """The block is a stage of a run: a span, and a line at level info when it is over. What went wrong in it is told by
    the error's name only: its words may speak of people (T-3)."""
    began = time.perf_counter()
    error = ""
    try:
        with _span(name):
            yield
    except BaseException as wrong:
        error = type(wrong).__name__
        raise
    finally:
        seconds = round(time.perf_counter() - began, 4)
        _log.info("stage", stage=name, seconds=seconds, **({"error": error} if error else {}))


def _span(name: str) -> AbstractContextManager[object]:
    if not _opener:
        return nullcontext()
    bound = get_contextvars()
    return _opener[0](name, {f"rollbook.{key}": bound[key] for key in _IDS if key in bound})
