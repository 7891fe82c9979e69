"""Each measurement as a fresh process, so that its memory and its caches are its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from rollbook.bench.watch import Measured

__all__ = ["MeasurementFailed", "call"]

_LAST_LINES: Final = 15


class MeasurementFailed(RuntimeError):
    """A measurement ended early; figures of a run that did not do its work are not shown."""


def call(measure: str, folder: Path, url: str, home: Path) -> Measured:
    """``measure`` of ``rollbook.bench.child`` on the files in ``folder`` and the database at ``url``. Artifacts and
    their key go to ``home``."""
    done = subprocess.run(
        [sys.executable, "-m", "rollbook.bench.child", measure, str(folder)],
        env={**os.environ, "DATABASE_URL": url, "ROLLBOOK_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stderr.splitlines()[-_LAST_LINES:])
        raise MeasurementFailed(f"Measuring {measure} ended early (exit code {done.returncode}):\n{tail}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Measured(**result)
