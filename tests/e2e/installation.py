"""An installation as somebody has it who begins: an empty database, a server with its worker, and the sandbox beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollbook.store import server as embedded

__all__ = ["ANA", "PATIENCE", "ROLLBOOK", "ROOT", "SEED", "STUDENTS", "Installation", "running"]

ROOT = Path(__file__).resolve().parents[2]
ROLLBOOK = (sys.executable, "-m", "rollbook.cli.main")
ANA = "ana@example.org"
STUDENTS, SEED = 60, 7
PATIENCE = 180.0
"""Seconds for what takes a few: the machine may have other things to do."""
_SEVERAL = """
import json, sys
from rollbook.cli.main import main
for words in json.loads(sys.argv[1]):
    code = main(words)
    if code:
        sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """``url``: where the pages are. ``sandbox``: addresses and keys, as `rollbook sandbox --json` prints them."""

    home: Path
    url: str
    environment: dict[str, str]
    sandbox: dict[str, Any]

    def run(self, *commands: tuple[str, ...]) -> str:
        """`rollbook …`, one command after another, as at this installation's terminal; what they print. Each has to
        succeed."""
        words = [sys.executable, "-c", _SEVERAL, json.dumps(commands)]
        done = subprocess.run(words, env=self.environment, cwd=self.home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def link(self) -> str:
        """An address that signs Ana in, once."""
        return str(json.loads(self.run(("user", "link", ANA, "--json")))["url"])

    def control(self, **command: Any) -> dict[str, Any]:
        """The sandbox's world after ``command``: see its console."""
        asked = urllib.request.Request(
            self.sandbox["urls"]["console"] + "/control", data=json.dumps(command).encode(), method="POST"
        )
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            told: dict[str, Any] = json.load(answer)
        return told


@contextmanager
def running(home: Path, *, students: int = STUDENTS, seed: int = SEED) -> Iterator[Installation]:
    """Everything runs and answers; at the end it is stopped, in whatever way the block ended."""
    home.chmod(0o755)  # as root, PostgreSQL runs as another user, who has to pass
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "ROLLBOOK_HOME": str(home),
        "ROLLBOOK_URL": url,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }
    log = home / "serve.log"
    with log.open("wb") as said:
        words = [*ROLLBOOK, "sandbox", "--students", str(students), "--seed", str(seed), "--port", "0", "--json"]
        sandbox = subprocess.Popen(words, env=environment, cwd=home, stdout=subprocess.PIPE, stderr=said)
        served = subprocess.Popen(
            [*ROLLBOOK, "serve", "--port", str(port)], env=environment, cwd=home, stdout=said, stderr=said
        )
        try:
            assert sandbox.stdout is not None
            keys = json.loads(sandbox.stdout.readline())
            _await(url + "/readyz", served, log)
            yield Installation(home=home, url=url, environment=environment, sandbox=keys)
        finally:
            for process in (served, sandbox):
                process.send_signal(signal.SIGINT)
            for process in (served, sandbox):
                process.wait(timeout=PATIENCE)
            if sandbox.stdout is not None:
                sandbox.stdout.close()
            embedded.stop(home)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except OSError:  # nobody listens yet, or answers
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
