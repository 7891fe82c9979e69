"""Running the real commands in a test: in this process, on the suite's own database."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.leaks import HEARD

from rollbook.cli import main as front

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "maple_valley"
DAY1, DAY2 = "2026-09-01", "2026-09-02"


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """A person at a terminal, in a folder of their own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Said:
        """Run `rollbook WORDS`."""
        self.capture.readouterr()
        code = front.main(list(words))
        captured = self.capture.readouterr()
        HEARD.note("stderr", captured.err)
        return Said(code, captured.out, captured.err)

    def ok(self, *words: str) -> Said:
        """Run a command that has to succeed."""
        said = self(*words)
        assert said.code == 0, said.err
        return said

    def json(self, *words: str) -> Any:
        """Run a command that has to succeed, with --json."""
        return self.ok(*words, "--json").json

    @property
    def incoming(self) -> Path:
        """Where the files of the district arrive."""
        return self.folder / "incoming"

    def receive(self, day: int) -> None:
        """The files of Maple Valley of that day have arrived."""
        if self.incoming.exists():
            shutil.rmtree(self.incoming)
        shutil.copytree(EXAMPLE / f"day{day}", self.incoming)

    def begin(self, slug: str = "maple") -> None:
        """A district with its source, its schools and the first morning applied."""
        self.receive(1)
        self.ok("district", "add", slug, "--name", "Maple Valley", "--timezone", "America/Los_Angeles")
        self.ok("source", "add", slug, "--kind", "oneroster_csv", "--path", str(self.incoming))
        self.ok("schools", slug, "--create-missing")
        self.ok("sync", slug, "--on", DAY1)
