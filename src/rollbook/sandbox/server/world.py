"""The state that all vendors share: which day it is, what the district grants, which switches are on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import polars as pl

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district.calendar import date_of
from rollbook.sandbox.server.faults import Fault, Faults
from rollbook.sandbox.server.sharing import Sharing, shared
from rollbook.sandbox.server.tables import Days, Frames

__all__ = ["STATES", "Switches", "World"]

STATES = ("running", "pending", "error", "paused", "success", "")
"""What Clever's district ``state`` may say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What a district or a vendor can turn. ``classlink_listed``: the application is in the listing at all;
    ``classlink_bearer``: it has a token; ``classlink_status``: values other than Active are unconfirmed.
    ``clever_events``: the app's owner has enabled events; ``clever_authorised``: the district's token works."""

    classlink_enabled: bool = True
    classlink_listed: bool = True
    classlink_bearer: bool = True
    classlink_status: str = "Active"
    clever_state: str = "success"
    clever_events: bool = True
    clever_authorised: bool = True


class World:
    """One district on one day, with its grants and the faults that are set. Safe to use from every server's threads.

    ``revision`` grows with every change of the day or of a grant: ClassLink's ``x-perm-rev``. ``day_watchers`` are told
    of every new day.
    """

    def __init__(self, *, students: int, seed: int) -> None:
        self.students, self.seed = students, seed
        self.days = Days(students=students, seed=seed)
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        self.day_watchers: list[Callable[[int], None]] = []
        self._lock = threading.RLock()
        self._day, self._revision = 1, 1
        self._switches = Switches()
        self._sharing = {"classlink": Sharing(), "clever": Sharing()}
        self._shared: dict[str, tuple[str, Frames]] = {}

    @property
    def day(self) -> int:
        """The day number, from 1."""
        return self._day

    @property
    def revision(self) -> int:
        """Grows with every change of what a reader would see."""
        return self._revision

    @property
    def switches(self) -> Switches:
        """The switches as they stand."""
        return self._switches

    def sharing(self, vendor: str) -> Sharing:
        """What the district grants to the app at ``classlink`` or ``clever``."""
        return self._sharing[vendor]

    def set_day(self, day: int) -> None:
        """All vendors serve that day's district. Raises ConfigError outside the school year."""
        date_of(day)
        self.days.on(day)
        with self._lock:
            self._day = day
            self._revision += 1
        for watcher in self.day_watchers:
            watcher(day)

    def set_sharing(self, vendor: str, **changes: Any) -> None:
        """The grants of one vendor are changed. Raises ConfigError for an unknown vendor or grant."""
        if vendor not in self._sharing or not set(changes) <= {item.name for item in fields(Sharing)}:
            raise ConfigError("There is no such grant.", hint="Vendors are classlink and clever.")
        with self._lock:
            self._sharing[vendor] = replace(self._sharing[vendor], **changes)
            self._revision += 1

    def set_switches(self, **changes: Any) -> None:
        """Switches are turned. Raises ConfigError for an unknown one."""
        if not set(changes) <= {item.name for item in fields(Switches)}:
            raise ConfigError("There is no such switch.")
        with self._lock:
            self._switches = replace(self._switches, **changes)

    def act(self, fault: Fault) -> None:
        """Carry out a fault that changes the world: one school less is shared, or a night passes."""
        if fault.kind == "day-change":
            self.set_day(self.day + 1)
            return
        schools = self.frames()[0]["orgs"].filter(pl.col("type") == "school").get_column("sourcedId").to_list()
        for vendor, sharing in list(self._sharing.items()):
            kept = [school for school in sharing.schools or schools if school in schools]
            self.set_sharing(vendor, schools=tuple(kept[:-1] or kept))

    def asked(self, vendor: str, method: str, status: int) -> None:
        """A request was answered (0: it was not); counted in ``requests`` as "vendor METHOD status"."""
        with self._lock:
            self.requests[f"{vendor} {method} {status}"] += 1

    def frames(self, vendor: str = "") -> tuple[Frames, str]:
        """The tables as a vendor's app may see them, all of them without ``vendor``; and a stamp that is equal while
        they are."""
        with self._lock:
            day, revision, sharing = self._day, self._revision, self._sharing.get(vendor)
        frames = self.days.on(day)
        if sharing is None:
            return frames, f"day {day}"
        stamp = f"day {day} revision {revision}"
        with self._lock:
            known = self._shared.get(vendor)
            if known is None or known[0] != stamp:
                known = self._shared[vendor] = (stamp, shared(frames, sharing))
        return known[1], stamp
