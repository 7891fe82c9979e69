"""``rollbook bench roster``: a first load, the same again, and one percent changed, each beside its floor."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rollbook.bench import machine
from rollbook.bench.files import Files, make_files
from rollbook.bench.processes import call
from rollbook.bench.scratch import scratch_database, server_url
from rollbook.bench.watch import Measured
from rollbook.store.home import ensure_home, home_directory

__all__ = ["BUDGETS", "PEERS", "PEER_BUDGETS", "SCENARIOS", "Growth", "Result", "Tell", "grow", "measure"]

SCENARIOS: Final = ("first", "unchanged", "one_percent", "rewritten")
BUDGETS: Final[Mapping[str, float]] = {"first": 3.0, "unchanged": 2.0, "one_percent": 2.5}
"""How many times its floor each scenario may take; the same rows in other bytes are shown, and have no budget."""
PEERS: Final[Mapping[str, int]] = {"row_by_row": 10_000, "bulk": 100_000}
"""peer → how many students it is asked to load, at most (row by row takes minutes beyond that)."""
PEER_BUDGETS: Final[Mapping[str, tuple[float, float]]] = {"row_by_row": (15.0, 40.0), "bulk": (4.0, 3.0)}
"""peer → how many times faster Rollbook must be: first load, daily."""
GROWTH: Final = (10_000, 100_000, 1_000_000)

Tell = Callable[[str], None]
"""Hears what is being measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``runs``: scenario → its measurements; ``floors``: the same of its floor, run before each. ``peers``: peer →
    ``students`` and the medians of ``first`` and ``daily``, of the peer and of Rollbook on the same files."""

    students: int
    rows: Mapping[str, int]
    machine: Mapping[str, Any]
    runs: Mapping[str, Sequence[Measured]]
    floors: Mapping[str, Sequence[Measured]]
    peers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def seconds(self, scenario: str) -> float:
        """The median of Rollbook's whole path."""
        return statistics.median(run.seconds for run in self.runs[scenario])

    def floor(self, scenario: str) -> float:
        """The median of the floor."""
        return statistics.median(run.seconds for run in self.floors[scenario])

    def ratio(self, scenario: str) -> float:
        """How many floors Rollbook takes."""
        return self.seconds(scenario) / self.floor(scenario)

    @property
    def peak_mb(self) -> float:
        """The most memory that any of Rollbook's processes held."""
        return max(run.peak_mb for runs in self.runs.values() for run in runs)

    def as_dict(self) -> dict[str, Any]:
        """What ``--json`` prints; docs/explanation/performance.md tells what each figure means."""
        orm = {
            peer: {which: round(told[which] / told[f"rollbook_{which}"], 2) for which in ("first", "daily")}
            for peer, told in self.peers.items()
        }
        return {
            "students": self.students,
            "rows": dict(self.rows),
            "machine": dict(self.machine),
            "ratios": {**{name: round(self.ratio(name), 3) for name in SCENARIOS}, "orm": orm or None},
            "peak_mb": round(self.peak_mb, 1),
            "seconds": {
                name: {
                    "total": round(self.seconds(name), 3),
                    "floor": round(self.floor(name), 3),
                    "stages": _median_stages(self.runs[name]),
                    "floor_stages": _median_stages(self.floors[name]),
                    "cpu": round(statistics.median(run.cpu for run in self.runs[name]), 3),
                    "floor_cpu": round(statistics.median(run.cpu for run in self.floors[name]), 3),
                    "peak_mb": round(max(run.peak_mb for run in self.runs[name]), 1),
                    "floor_peak_mb": round(max(run.peak_mb for run in self.floors[name]), 1),
                    "changes": self.runs[name][0].told["changes"],
                }
                for name in SCENARIOS
            },
            "peers": {peer: {key: round(value, 3) for key, value in told.items()} for peer, told in self.peers.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """``students`` → seconds of a first load, and peak memory."""

    seconds: Mapping[int, float]
    peak_mb: Mapping[int, float]

    @property
    def spread(self) -> float:
        """The seconds a student of the dearest size over those of the cheapest, less one; 0.15 is fifteen percent."""
        each = [seconds / students for students, seconds in self.seconds.items()]
        return max(each) / min(each) - 1

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "sizes": [
                {
                    "students": students,
                    "seconds": round(seconds, 3),
                    "microseconds_per_student": round(seconds / students * 1e6, 1),
                    "peak_mb": round(self.peak_mb[students], 1),
                }
                for students, seconds in self.seconds.items()
            ],
            "spread": round(self.spread, 3),
        }


def measure(*, students: int, rounds: int = 2, peers: bool = False, tell: Tell = lambda _: None) -> Result:
    """Floor and Rollbook in turn, ``rounds`` times, each time on fresh databases; and once each peer, when asked."""
    url = server_url()
    runs: dict[str, list[Measured]] = {name: [] for name in SCENARIOS}
    floors: dict[str, list[Measured]] = {name: [] for name in SCENARIOS}
    with _workshop() as place:
        tell(f"Making the files of {students:,} students")
        files = make_files(Path(place) / "files", students=students)
        for number in range(1, rounds + 1):
            tell(f"Round {number} of {rounds}")
            _round(files, url, Path(place), runs, floors, tell)
        sizes = {name: min(limit, students) for name, limit in PEERS.items()} if peers else {}
        told = {name: _peer(name, size, url, Path(place), tell) for name, size in sizes.items()}
    return Result(students=students, rows=files.rows, machine=machine.facts(url), runs=runs, floors=floors, peers=told)


def grow(*, sizes: Sequence[int] = GROWTH, tell: Tell = lambda _: None) -> Growth:
    """A first load of each size."""
    url = server_url()
    seconds: dict[int, float] = {}
    peaks: dict[int, float] = {}
    for students in sizes:
        with _workshop() as place:
            tell(f"Making the files of {students:,} students")
            files = make_files(Path(place) / "files", students=students)
            with scratch_database(url) as database:
                call("prepare", files.first, database, Path(place))
                tell(f"First load of {students:,} students")
                run = call("rollbook", files.first, database, Path(place))
        seconds[students], peaks[students] = run.seconds, run.peak_mb
    return Growth(seconds=seconds, peak_mb=peaks)


def _workshop() -> TemporaryDirectory[str]:
    """A directory for files and artifacts, on the disk of the installation; gone afterwards."""
    return TemporaryDirectory(prefix="bench-", dir=ensure_home(home_directory()))


def _round(
    files: Files,
    url: str,
    home: Path,
    runs: Mapping[str, list[Measured]],
    floors: Mapping[str, list[Measured]],
    tell: Tell,
) -> None:
    tell("Floor of a first load")
    with scratch_database(url) as database:
        floors["first"].append(call("floor_first", files.first, database, home))
    with scratch_database(url) as database:
        call("prepare", files.first, database, home)
        tell("First load")
        runs["first"].append(call("rollbook", files.first, database, home))
        repeats = {"unchanged": files.first, "one_percent": files.changed, "rewritten": files.rewritten}
        for scenario, folder in repeats.items():
            tell(f"Floor of a repeat, {scenario.replace('_', ' ')}")
            floors[scenario].append(call("floor_repeat", folder, database, home))
            tell(f"Repeat, {scenario.replace('_', ' ')}")
            runs[scenario].append(call("rollbook", folder, database, home))


def _peer(peer: str, students: int, url: str, home: Path, tell: Tell) -> dict[str, float]:
    """Seconds of the peer and of Rollbook for the same two loads."""
    files = make_files(home / peer, students=students)
    told: dict[str, float] = {"students": students}
    for measure_, prefix in (("rollbook", "rollbook_"), (peer, "")):
        with scratch_database(url) as database:
            if measure_ == "rollbook":
                call("prepare", files.first, database, home)
            for which, folder in (("first", files.first), ("daily", files.changed)):
                tell(f"{measure_.replace('_', ' ').capitalize()}, {which} load of {students:,} students")
                told[f"{prefix}{which}"] = call(measure_, folder, database, home).seconds
    return told


def _median_stages(runs: Sequence[Measured]) -> dict[str, float]:
    return {name: round(statistics.median(run.stages.get(name, 0.0) for run in runs), 3) for name in runs[0].stages}
