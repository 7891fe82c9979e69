"""Threads that know what they work for."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

__all__ = ["Pool"]

P = ParamSpec("P")
T = TypeVar("T")


class Pool(ThreadPoolExecutor):
    """A pool whose threads work in the context of whoever gave them the work: log lines of a page that is fetched there
    carry the ids of the run, and its spans belong to the run's."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As ``ThreadPoolExecutor.submit``, in a copy of the context of this moment."""
        context = contextvars.copy_context()

        def work() -> Any:
            return context.run(fn, *args, **kwargs)

        return super().submit(work)
