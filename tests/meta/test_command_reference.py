"""The pages of commands, settings and the lifecycle of a run are what the code says today."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollbook.cli.main import COMMANDS
from rollbook.cli.reference import commands, lifecycle, settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize(("page", "render"), [("commands", commands), ("settings", settings), ("lifecycle", lifecycle)])
def test_the_page_is_current(page: str, render: object) -> None:
    assert callable(render)
    assert (REFERENCE / f"{page}.md").read_text(encoding="utf-8") == render(), (
        f"run: python -m rollbook.cli.reference {page} > docs/reference/{page}.md"
    )


def test_every_command_is_on_the_page() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    assert [command.name for command in COMMANDS if f"### rollbook {command.name}" not in page] == []
