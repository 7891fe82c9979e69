"""What deploy/ says is true of the code: its commands exist, its variables are documented, its files are where it looks."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.meta.test_docs import command_of

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SCRIPTS = [DEPLOY / name for name in ("backup", "restore", "make-role.sh")]
OTHERS = {"PGPASSFILE", "OTEL_EXPORTER_OTLP_ENDPOINT", "DATABASE_PASSWORD", "PG_BIN"}
"""Variables of libpq, OpenTelemetry, compose and the scripts themselves."""


def docker() -> str:
    return (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def compose() -> str:
    return (DEPLOY / "compose.yaml").read_text(encoding="utf-8")


def is_known(words: list[str]) -> bool:
    """Whether the words call a command of ours, with options that it has."""
    command = command_of(words)
    if command is None or words[0].startswith("-"):
        return False
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return all(word in options for word in words if word.startswith("--"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_call_commands_that_exist_as_a_user_of_their_own(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    [line] = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    words = shlex.split(line)
    if words[0].endswith("/rollbook"):
        assert is_known(words[1:]), line
    else:
        assert "/usr/local/lib/rollbook/deploy/backup" in line
    assert "User=rollbook" in text
    assert "NoNewPrivileges=yes" in text
    assert "EnvironmentFile=/etc/rollbook/rollbook.env" in text


def test_systemd_takes_the_units() -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        return  # not a machine with systemd: the units are text here
    for unit in UNITS:
        said = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True, check=False)
        wrong = [line for line in said.stderr.splitlines() if line and "is not executable" not in line]
        assert [line for line in wrong if unit.stem.rstrip("@") in line] == []


def test_the_image_is_made_of_files_that_are_there() -> None:
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    copied = [line.split()[1:-1] for line in docker().splitlines() if line.startswith("COPY ") and "--from" not in line]
    names = {name for line in copied for name in line}
    assert names == {name.removeprefix("!") for name in allowed if name.startswith("!")}
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_image_runs_as_nobody_in_particular_what_the_project_asks_for() -> None:
    [python] = re.findall(r"^ARG PYTHON=python:(\d+\.\d+)", docker(), re.MULTILINE)
    assert f'requires-python = ">={python}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r"^USER 10001", docker(), re.MULTILINE)
    assert "latest" not in docker() + compose()
    [words] = re.findall(r"^CMD \[(.*)\]$", docker(), re.MULTILINE)
    assert is_known([word.strip(' "') for word in words.split(",")])


def test_what_builds_the_image_is_pinned() -> None:
    pinned = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    assert re.search(r"^setuptools==", pinned, re.MULTILINE)
    assert re.search(r"^wheel==", pinned, re.MULTILINE)


def test_compose_calls_commands_that_exist() -> None:
    calls = re.findall(r"^    command: \[(.*)\]$", compose(), re.MULTILINE)
    ours = [[word.strip() for word in call.split(",")] for call in calls if not call.startswith("postgres")]
    assert sorted(ours) == [["migrate"], ["worker"]]
    assert all(is_known(words) for words in ours)
    assert "- 127.0.0.1:8000:8000" in compose(), "only this machine: a proxy speaks HTTPS"


def test_every_variable_is_documented() -> None:
    told = set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/reference/environment.md").read_text("utf-8"), re.MULTILINE)
    )
    examples = "\n".join(path.read_text(encoding="utf-8") for path in DEPLOY.glob("*.example"))
    named = set(re.findall(r"^#?([A-Z][A-Z_]+)=", examples, re.MULTILINE))
    in_compose = set(re.findall(r"^    ([A-Z_]+): ", compose(), re.MULTILINE))
    assert (named | in_compose) - told - OTHERS == set()
    needed = set(re.findall(r"\$\{([A-Z_]+)", compose()))
    given = re.findall(r"^([A-Z_]+)=", (DEPLOY / "compose.env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert needed - {"ROLLBOOK_LOG"} == set(given)
    assert all(
        not line.partition("=")[2] for line in examples.splitlines() if re.match(r"[A-Z_]*(KEY|PASSWORD)=", line)
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_can_be_run_and_stop_at_the_first_error(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert re.search(r"^set -eu$", script.read_text(encoding="utf-8"), re.MULTILINE)
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
