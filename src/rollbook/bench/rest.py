"""How fast a OneRoster server is read: beside fetching the same pages with the bare client and decoding them.

``python -m rollbook.bench.rest serve|read|floor …`` is one process of the measurement; ``measure`` starts them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from rollbook.bench.processes import MeasurementFailed
from rollbook.bench.watch import Measured, Watch
from rollbook.core.errors import ConfigError

__all__ = ["BUDGET", "RestResult", "measure"]

BUDGET: Final = 2.0
"""Reading may take this many times what fetching and decoding the same pages takes (issue 3)."""
WORKERS: Final = 4
_SEED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RestResult:
    """The best of ``rounds`` of each; ``ratio`` of the two."""

    students: int
    rows: int
    requests: int
    megabytes: float
    read: Measured
    floor: Measured
    half_peak_mb: float

    @property
    def ratio(self) -> float:
        """Reading over the floor."""
        return self.read.seconds / self.floor.seconds

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "students": self.students,
            "rows": self.rows,
            "requests": self.requests,
            "megabytes": round(self.megabytes, 1),
            "workers": WORKERS,
            "read": self.read.as_dict(),
            "floor": self.floor.as_dict(),
            "ratio": round(self.ratio, 2),
            "budget": BUDGET,
            "bytes_a_row": round((self.read.peak_mb - self.half_peak_mb) * 2**20 / (self.rows / 2)),
        }


def measure(*, students: int, rounds: int, tell: Callable[[str], None]) -> RestResult:
    """Serve a generated district on loopback from a process of its own, read it, and fetch the same pages barely, in
    turns and each in a fresh process. Half the district is read as well, to see what memory a row takes.

    Raises ConfigError where the floor's JSON reader is not installed.
    """
    if find_spec("orjson") is None:
        raise ConfigError(
            "The floor of this measurement needs the package orjson.",
            hint="Install the development packages: make setup",
        )
    with tempfile.TemporaryDirectory(prefix="rollbook-bench-") as folder, _served(students, tell) as access:
        pages = Path(folder) / "pages.json"
        reads, floors = [], []
        for number in range(1, rounds + 1):
            tell(f"Reading over REST, round {number} of {rounds}")
            reads.append(_call("read", json.dumps(access), str(pages)))
            tell(f"Fetching the same pages, round {number} of {rounds}")
            floors.append(_call("floor", str(pages)))
    with tempfile.TemporaryDirectory(prefix="rollbook-bench-") as folder, _served(students // 2, tell) as access:
        half = _call("read", json.dumps(access), str(Path(folder) / "pages.json"))
    read, floor = (min(taken, key=lambda one: one.seconds) for taken in (reads, floors))
    return RestResult(
        students=students,
        rows=read.told["rows"],
        requests=floor.told["requests"],
        megabytes=floor.told["bytes"] / 2**20,
        read=read,
        floor=floor,
        half_peak_mb=half.peak_mb,
    )


@contextmanager
def _served(students: int, tell: Callable[[str], None]) -> Iterator[dict[str, str]]:
    """A sandbox in a process of its own, until the end of it: how to reach it."""
    tell(f"Making a district of {students:,} students and serving it")
    command = [sys.executable, "-m", "rollbook.bench.rest", "serve", str(students)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            if not line:
                raise MeasurementFailed("The sandbox did not start.")
            yield json.loads(line)
        finally:
            server.stdin.close()  # its sign to stop
            server.wait(timeout=60)


def _call(*words: str) -> Measured:
    done = subprocess.run(
        [sys.executable, "-m", "rollbook.bench.rest", *words],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MeasurementFailed(f"Measuring {words[0]} ended early:\n{done.stderr[-2000:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _serve(students: int) -> None:
    from rollbook.sandbox.server import Sandbox

    with Sandbox(students=students, seed=_SEED) as sandbox:
        access = {
            "host": sandbox.urls.classlink,
            "tenant_id": str(sandbox.credentials.classlink_tenant_id),
            "api_key": sandbox.credentials.classlink_partner_key,
        }
        sys.stdout.write(json.dumps(access) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def _read(access: dict[str, str], pages: Path) -> Measured:
    """The connector's own reading; what it asked for is written to ``pages`` for the floor."""
    from rollbook.connectors.classlink import Config, read
    from rollbook.connectors.kit.settings import build
    from rollbook.core.policy import Policy

    config = build(Config, {**access, "workers": WORKERS})
    recorder = _recorder(WORKERS)
    watch = Watch()
    snapshot = read(config, Policy(), transport=recorder)
    told = watch.finished(rows=sum(stream.frame.height for stream in snapshot.streams.values()))
    pages.write_text(json.dumps(recorder.asked), encoding="utf-8")
    return told


def _floor(pages: Path) -> Measured:
    """The same pages, fetched by the bare client at the same concurrency and decoded; nothing is kept."""
    import httpx2
    import orjson

    asked = json.loads(pages.read_text(encoding="utf-8"))
    with httpx2.Client(timeout=90) as client, ThreadPoolExecutor(WORKERS) as pool:

        def one(page: dict[str, str]) -> int:
            answer = client.get(page["url"], headers={"Authorization": page["authorization"]})
            orjson.loads(answer.content)
            return len(answer.content)

        watch = Watch()
        size = sum(pool.map(one, asked))
        return watch.finished(requests=len(asked), bytes=size)


def _recorder(workers: int) -> Any:
    import httpx2

    class Recorder(httpx2.HTTPTransport):
        """The network, noting what is asked."""

        def __init__(self) -> None:
            super().__init__(limits=httpx2.Limits(max_connections=workers, max_keepalive_connections=workers))
            self.asked: list[dict[str, str]] = []

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            self.asked.append({"url": str(request.url), "authorization": request.headers["Authorization"]})
            return super().handle_request(request)

    return Recorder()


def main(words: list[str]) -> None:
    """One process of the measurement; its result is the last line of stdout."""
    match words:
        case ["serve", students]:
            _serve(int(students))
        case ["read", access, pages]:
            _print(_read(json.loads(access), Path(pages)))
        case ["floor", pages]:
            _print(_floor(Path(pages)))
        case _:
            raise SystemExit("serve STUDENTS | read ACCESS PAGES | floor PAGES")


def _print(measured: Measured) -> None:
    told = {
        "seconds": measured.seconds,
        "cpu": measured.cpu,
        "stages": dict(measured.stages),
        "peak_mb": measured.peak_mb,
        "told": dict(measured.told),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
