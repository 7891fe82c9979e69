"""The documentation is true: its links lead somewhere, its commands exist, its words are the glossary's."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from typer.main import get_command

from rollbook.cli.main import build
from rollbook.cli.source_settings import kinds_sheet

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for place in (ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md"), (ROOT / "examples").rglob("*.md"))
    for path in place
)
ADRS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
SHELL = re.compile(r"```(?:sh|bash|console)\n(.*?)```", re.DOTALL)
TARGET = re.compile(r"^([a-z0-9-]+):", re.MULTILINE)
LONG_OPTION = re.compile(r"^--[a-z]")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """The fragments that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+\s+(.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for plain, image in LINK.findall(text):
        link = plain or image
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        if not target.exists() or (fragment and target.suffix == ".md" and fragment not in anchors(target)):
            broken.append(link)
    assert broken == []


@cache
def application() -> Any:
    return get_command(build())


def command_of(words: list[str]) -> Any:
    """The command that the words call; None when there is none."""
    found = application()
    for word in words:
        commands = getattr(found, "commands", None)
        if commands is None:
            break
        if word.startswith("-"):
            continue
        if word not in commands:
            return None
        found = commands[word]
    return found


def shell_lines(page: Path) -> list[list[str]]:
    """The commands in a page's shell blocks, as words; comments and prompts taken off, continued lines joined."""
    lines: list[list[str]] = []
    for block in SHELL.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words:
                lines.append(words)
    return lines


def calls(page: Path) -> list[list[str]]:
    """The words after `rollbook` of every call in a page's shell blocks."""
    found = []
    for words in shell_lines(page):
        start = next((n + 1 for n, word in enumerate(words) if re.fullmatch(r"(\S*/)?rollbook", word)), None)
        if start and all("=" in word or word in {"sudo", "env", "exec"} for word in words[: start - 1]):
            found.append(words[start:])
    return found


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_rollbook_command_in_a_shell_block_exists_with_its_options(page: Path) -> None:
    unknown = []
    for words in calls(page):
        command = command_of(words)
        if command is None:
            unknown.append(" ".join(words))
            continue
        options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        options |= {"--help", "-h"}
        if command.context_settings.get("ignore_unknown_options"):  # the settings of a source, by its kind
            sheets = kinds_sheet(None).values()
            options |= {f"--{setting['name'].replace('_', '-')}" for sheet in sheets for setting in sheet}
        unknown += [
            f"{' '.join(words)}: {word}"
            for word in (word.partition("=")[0] for word in words)
            if LONG_OPTION.match(word) and word not in options
        ]
    assert unknown == []


def test_the_readme_shows_the_first_five_minutes() -> None:
    assert len({words[0] for words in calls(ROOT / "README.md")}) >= 5


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_make_target_in_a_shell_block_exists(page: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    called = {words[1] for words in shell_lines(page) if words[0] == "make" and len(words) > 1}
    assert called <= targets


@pytest.mark.parametrize("page", ADRS, ids=ids)
def test_every_decision_has_its_four_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "What lost"]
    assert re.match(rf"# {int(page.name[:4])}\. ", text)
    assert f"({page.name})" in (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in ADRS] == list(range(1, len(ADRS) + 1))


def test_every_page_of_the_docs_is_reached_from_an_index() -> None:
    linked = set()
    for page in PAGES:
        for plain, image in LINK.findall(page.read_text(encoding="utf-8")):
            linked.add((page.parent / unquote((plain or image).partition("#")[0])).resolve())
    lost = [ids(page) for page in PAGES if page not in linked and page.name != "README.md"]
    assert lost == []


def test_the_search_for_commands_tells_real_ones_from_others() -> None:
    assert command_of(["nonsense"]) is None
    assert command_of(["doctor", "--json"]).name == "doctor"
