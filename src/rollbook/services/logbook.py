"""Work on a run that can be followed: ids in its log lines, a span around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from rollbook.engine import spans
from rollbook.store.models import SourceConnection, SyncRun

__all__ = ["followed"]

P = ParamSpec("P")
T = TypeVar("T")


def followed(work: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """While the function works, every log line carries the ids of the district, the connection and the run, and with
    tracing on it is one span called ``work``. They are those of its arguments ``connection``, and ``run`` or ``into``."""

    def follow(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def told(*args: P.args, **kwargs: P.kwargs) -> T:
            run = kwargs.get("run") or kwargs.get("into")
            number = run.pk if isinstance(run, SyncRun) else None
            connection = run.connection if isinstance(run, SyncRun) else kwargs["connection"]
            assert isinstance(connection, SourceConnection)
            with spans.about(work, district=connection.district.slug, connection=connection.pk, run=number):
                return function(*args, **kwargs)

        return told

    return follow
