"""Real workers: processes of their own on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection as database

from rollbook.store.address import url_from_settings

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that is to use the test's database."""
    return {
        **os.environ,
        "DATABASE_URL": url_from_settings(database.settings_dict),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        "DJANGO_SETTINGS_MODULE": "rollbook.config.settings",
        "ROLLBOOK_LEASE_SECONDS": "2",
        **more,
    }


def worker(*words: str, **more: str) -> subprocess.Popen[bytes]:
    """`rollbook worker WORDS`, begun."""
    return subprocess.Popen(
        [sys.executable, "-m", "rollbook.cli.main", "worker", *words],
        env=environment(**more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_until(holds: Callable[[], object], seconds: float = 40.0) -> None:
    """``holds`` is true, soon."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)
