"""The front door: exit codes, sentences, JSON, and how little is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer

from rollbook.cli import main as front
from rollbook.core import errors

EXIT_CODES = [
    (errors.ConfigError, 10),
    (errors.AuthError, 11),
    (errors.TransientError, 12),
    (errors.RateLimited, 12),
    (errors.DataError, 13),
    (errors.HoldRequired, 20),
    (errors.PlanStale, 21),
    (errors.LeaseLost, 22),
    (errors.NotFound, 30),
]


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """`rollbook broken` raises the error."""

    def broken(as_json: bool = typer.Option(False, "--json")) -> None:
        raise error

    monkeypatch.setattr(front.Command, "load", lambda self: broken)
    monkeypatch.setattr(front, "COMMANDS", (front.Command("broken", "", "Fails.", front.INSTALLATION),))


@pytest.mark.parametrize(("kind", "code"), EXIT_CODES)
def test_every_error_has_its_exit_code_and_its_sentence(
    kind: type[errors.RollbookError],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fail_with(monkeypatch, kind("It went [wrong].", hint="Do this."))
    assert front.main(["broken"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [f"{kind.__name__}: It went [wrong].", "What to do: Do this."]


def test_json_tells_the_error_on_stdout(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    findings = [{"code": "CSV-001", "file": "users.csv", "line": 3}]
    fail_with(monkeypatch, errors.DataError("No.", findings=pl.DataFrame(findings), hint="Mend it.", detail={"n": 1}))
    assert front.main(["broken", "--json"]) == 13
    assert json.loads(capsys.readouterr().out) == {
        "error": {
            "code": "DataError",
            "message": "No.",
            "hint": "Mend it.",
            "detail": {"n": 1},
            "exit_code": 13,
            "findings": findings,
        }
    }


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    assert front.main(["broken"]) == 130


def test_a_bug_shows_its_traceback_and_json_still_parses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, ZeroDivisionError())
    assert front.main(["broken", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "Unexpected"
    assert "Traceback" in err


def test_a_lost_database_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import psycopg

    fail_with(monkeypatch, psycopg.OperationalError("server closed the connection unexpectedly"))
    assert front.main(["broken"]) == 12
    assert "rollbook doctor" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"), [(["--help"], 0), (["--version"], 0), (["nonsense"], 2), (["stop", "x"], 2)]
)
def test_help_version_and_misuse_have_the_usual_codes(words: list[str], code: int) -> None:
    assert front.main(words) == code


@pytest.mark.parametrize("command", front.COMMANDS, ids=lambda command: command.name)
def test_every_command_is_where_its_line_says_and_has_help_and_json(
    command: front.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    found: Any = command.load()
    if isinstance(found, typer.Typer):
        names = [info.name or (info.callback and info.callback.__name__) for info in found.registered_commands]
        calls = [[command.name, str(name)] for name in names]
    else:
        calls = [[command.name]]
    for call in calls:
        assert front.main([*call, "--help"]) == 0
        assert "--json" in capsys.readouterr().out, call


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (["--help"], {"django", "psycopg", "polars"}),
        (["stop"], {"django", "psycopg", "polars"}),
        (["validate", "--help"], {"django", "psycopg"}),
    ],
)
def test_what_needs_no_database_loads_no_django(words: list[str], unneeded: set[str], tmp_path: Path) -> None:
    program = (
        "import sys; from rollbook.cli.main import main; main(sys.argv[2:]); "
        "sys.exit(', '.join(set(sys.argv[1].split()) & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, " ".join(unneeded), *words],
        env={**os.environ, "ROLLBOOK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
