"""The ear that listens to the whole suite hears what it must, and then the run fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.leaks import Heard, found

ROOT = Path(__file__).resolve().parents[2]
SECRET = "correct-horse-battery"

INSIDE = """
from __future__ import annotations

import logging

import structlog

from rollbook.cli import logs
from rollbook.connectors.clever import Config


def test_one():
    Config(district_id="d", token="{secret}")


def test_two():
    logs.configure()
    {speak}
"""


@pytest.mark.parametrize(
    ("source", "text", "told"),
    [
        ("rollbook", f"token={SECRET}", "a secret"),
        ("stderr", f"wrong: {SECRET}", "a secret"),
        ("rollbook", "wrote to ada.lind@maple.example.org", "an e-mail address"),
        ("rollbook", "called +12065550142", "a phone number"),
        ("rollbook", "called (206) 555-0142", "a phone number"),
        ("rollbook", "student Zoltán García left", "a name"),
        ("rollbook", "student García, Zoltán left", "a name"),
        ("rollbook", "the guardian Vireo", "a planted value"),
        ("rollbook", "run 12 of maple-valley read 4,711 rows in 0.1235550142 s", ""),
        ("rollbook", "https://api.clever.com/v3.1/users 200", ""),
        ("stderr", "There is nobody ada@example.org to tell.", ""),  # what a person typed is repeated to them
    ],
)
def test_what_is_a_leak(source: str, text: str, told: str) -> None:
    heard = Heard()
    heard.plant([SECRET, "short"])
    heard.note(source, text)
    heard.note(source, "a short line")
    sentences = found(heard)
    assert len(sentences) == bool(told)
    assert all(f"{source} told {told} in tests/meta/test_leaks.py" in sentence for sentence in sentences)
    assert SECRET not in "".join(sentences)


@pytest.mark.parametrize(
    ("speak", "code"),
    [
        pytest.param('logging.getLogger("rollbook.x").info("said %s", "nothing")', 0, id="nothing"),
        pytest.param(f'logging.getLogger("rollbook.x").debug("key %s", "{SECRET}")', 1, id="a library's line"),
        pytest.param(f'structlog.get_logger("rollbook.x").debug("event", key="{SECRET}")', 1, id="one of ours"),
    ],
)
def test_a_run_in_which_a_secret_is_logged_fails(tmp_path: Path, speak: str, code: int) -> None:
    inside = tmp_path / "test_inside.py"
    inside.write_text(INSIDE.format(secret=SECRET, speak=speak), encoding="utf-8")
    settings = tmp_path / "pytest.ini"
    settings.write_text("[pytest]\n", encoding="utf-8")
    words = (
        "-p",
        "tests.support.leaks",
        "-p",
        "no:randomly",
        "-p",
        "no:django",
        "-p",
        "no:cacheprovider",
        "-c",
        str(settings),
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "-n", "1", "-q", str(inside)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert ("rollbook.x told a secret in" in done.stdout) is bool(code)
    assert "2 passed" in done.stdout, "no single test failed: the run did"
