"""Faults on demand: what goes wrong, at which request of which vendor."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

from rollbook.core.errors import ConfigError

__all__ = ["KINDS", "Fault", "Faults"]

KINDS = {
    "401": "answer 401, as if the credentials had been withdrawn",
    "403": "answer 403, not permitted",
    "404": "answer 404, no such thing",
    "429": "answer 429 without saying how long to wait",
    "429-retry-after": "answer 429 with Retry-After",
    "500": "answer 500",
    "timeout": "accept the request and never answer",
    "cut": "break off in the middle of the body",
    "html": "answer 200 with a web page in place of JSON",
    "slow": "answer correctly, but slowly",
    "duplicate-page": "answer with the page before once more",
    "missing-page": "answer as if the page had been lost",
    "permission-change": "before answering, share one school less",
    "day-change": "before answering, go one night on",
}
"""Kind of fault → what the vendor does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``kind`` happens at the ``at``-th matching request from now (1 = the next) and ``times`` requests long
    (0 = until cleared). ``vendor``: classlink, classlink_direct, clever, oneroster; empty means any. ``path``: text
    that the path must contain. ``seconds``: how long a time-out hangs, a slow answer takes, or Retry-After asks."""

    kind: str
    at: int = 1
    times: int = 1
    vendor: str = ""
    path: str = ""
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"There is no fault {self.kind}.", hint=f"Choose one of {', '.join(KINDS)}.")
        if self.at < 1 or self.times < 0 or self.seconds < 0:
            raise ConfigError("A fault happens at request 1 or later, zero or more times, for zero or more seconds.")


class Faults:
    """The faults that are set, and how many matching requests each has seen."""

    def __init__(self) -> None:
        self._set: list[tuple[Fault, list[int]]] = []
        self._lock = threading.Lock()

    def set(self, fault: Fault) -> None:
        """From the next request on the fault is counted down."""
        with self._lock:
            self._set.append((fault, [0]))

    def clear(self) -> None:
        """No fault is set."""
        with self._lock:
            self._set.clear()

    def due(self, vendor: str, path: str) -> Fault | None:
        """The fault of this request, the first set one first; every matching fault counts the request."""
        found: Fault | None = None
        with self._lock:
            for fault, seen in self._set:
                if fault.vendor not in ("", vendor) or fault.path not in path:
                    continue
                seen[0] += 1
                is_due = seen[0] >= fault.at and (fault.times == 0 or seen[0] < fault.at + fault.times)
                if is_due and found is None:
                    found = fault
        return found

    def as_list(self) -> list[dict[str, Any]]:
        """For the console and the control endpoint: every set fault with ``seen``, its matching requests so far."""
        with self._lock:
            return [{**asdict(fault), "seen": seen[0]} for fault, seen in self._set]
