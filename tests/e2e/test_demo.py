"""`rollbook demo` as a person sees it who types it at a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.installation import PATIENCE, ROLLBOOK, ROOT
from tests.e2e.keyboard import Keyboard
from tests.e2e.look import Lookout

SOON = 20.0
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A terminal with one command running in it."""

    def __init__(self, home: Path, *words: str) -> None:
        mine, its = pty.openpty()
        environment = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "ROLLBOOK_URL")
        }
        self.process = subprocess.Popen(
            [*ROLLBOOK, *words],
            stdin=its,
            stdout=its,
            stderr=its,
            cwd=home,
            start_new_session=True,
            env={**environment, "ROLLBOOK_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "300"},
        )
        os.close(its)
        self._screen, self.said, self.home = mine, "", home

    def wait_for(self, words: str) -> None:
        """It says that, soon."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.said:
            assert time.monotonic() < deadline, self.said
            assert self._read(), self.said

    def press_control_c(self) -> int:
        """The key; the exit code of what was running, which does not make a person wait. Every process of it is told, as
        by a real terminal."""
        os.killpg(self.process.pid, signal.SIGINT)
        deadline = time.monotonic() + SOON
        while self._read():
            assert time.monotonic() < deadline, self.said
        return self.process.wait(SOON)

    def _read(self) -> bool:
        """Something more was said, or a second has passed; False: nobody is there any more."""
        if not select.select([self._screen], [], [], 1.0)[0]:
            return self.process.poll() is None
        try:
            said = os.read(self._screen, 65536)
        except OSError:  # the terminal is closed on the other side
            return False
        self.said += CODES.sub("", said.decode(errors="replace"))
        return bool(said)

    def close(self) -> None:
        """Nothing of it runs any more."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)
        os.close(self._screen)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    home = Path(tempfile.mkdtemp(prefix="rollbook-demo-"))
    home.chmod(0o755)
    found = Terminal(home, "demo", "--port", "18471")
    yield found
    found.close()
    shutil.rmtree(home)


def test_at_a_terminal_the_demo_ends_by_inviting_to_the_nine_steps(terminal: Terminal, lookout: Lookout) -> None:
    terminal.wait_for("Ctrl+C stops everything.")
    address = re.search(r"http://\S+/sign-in/\S+", terminal.said)
    console = re.search(r"Sandbox\s+(http://\S+)", terminal.said)
    assert address
    assert console
    page, keys = lookout.page, Keyboard(lookout.page)
    page.goto(address.group())
    keys.push("Sign in")
    assert page.url.endswith("/d/lake-willow/set-up/")
    assert page.get_by_text("Try it yourself.").is_visible()
    assert page.locator(f"a[href='{console.group(1)}']").is_visible()
    lookout.look()
    page.goto(console.group(1))
    key = re.search(r"api_key\s+(\S+)", terminal.said)
    assert key
    assert page.get_by_text(key.group(1)).is_visible()
    lookout.look()
    keys.push("Go on to the next day")
    assert page.get_by_role("heading", name="Day 2").is_visible()

    assert terminal.press_control_c() == 0
    assert "Stopped." in terminal.said
    assert "Traceback" not in terminal.said
    for gone in (address.group(), console.group(1)):
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            urllib.request.urlopen(gone, timeout=5)
