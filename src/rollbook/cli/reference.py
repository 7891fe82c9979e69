"""The reference pages of commands and settings, made from the code itself.

``python -m rollbook.cli.reference commands > docs/reference/commands.md`` (or ``settings``) writes one; tests hold the
pages equal to what this says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from typer.main import get_command

from rollbook.cli.main import COMMANDS, build
from rollbook.core.settings import SETTINGS, default_of, written

__all__ = ["commands", "settings"]

_NOTE = "<!-- Made by `python -m rollbook.cli.reference {page} > docs/reference/{page}.md`. Do not edit by hand. -->"

_COMMANDS = f"""# Commands

{_NOTE.format(page="commands")}

Every command takes `--help`, and `--json` to print one JSON object for machines. Results go to stdout, progress and errors
to stderr. What an exit code means is in [exit-codes.md](exit-codes.md), the settings are in [settings.md](settings.md).
"""

_SETTINGS = f"""# Sync settings

{_NOTE.format(page="settings")}

Settings belong to a source. `rollbook settings SLUG` lists them, `rollbook settings SLUG KEY=VALUE …` changes some: all that
are given, or none. `KEY=` is the default again. Plans made before a change are stale. The region of phone numbers belongs to
the district (`rollbook district add --region`).
"""


def commands() -> str:
    """The page of all commands, in the order and under the headings of `rollbook --help`."""
    application: Any = get_command(build())
    parts = [_COMMANDS]
    panels = {command.name: command.panel for command in COMMANDS}
    order = list(dict.fromkeys(panels.values()))
    listed = sorted(COMMANDS, key=lambda command: order.index(command.panel))
    for panel, members in groupby(listed, key=lambda command: command.panel):
        parts.append(f"## {panel}\n")
        for member in members:
            parts.extend(_command(application.commands[member.name], f"rollbook {member.name}"))
    return "\n".join(parts)


def settings() -> str:
    """The page of all sync settings, in the order of `Policy`."""
    rows = [
        f"| `{name}` | {_cell(setting.help)} | {_cell(setting.legal)} | {_default(name)} |"
        for name, setting in SETTINGS.items()
    ]
    return "\n".join([_SETTINGS, "| setting | what it does | values | default |", "|---|---|---|---|", *rows, ""])


def _default(name: str) -> str:
    usual = written(default_of(name))
    return f"`{usual}`" if usual else "blank"


def _command(command: Any, name: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for inner, child in command.commands.items():
            yield from _command(child, f"{name} {inner}")
        return
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    options = [item for item in command.params if item.param_type_name == "option" and item.name != "help"]
    words = " ".join(_usage(item) for item in arguments)
    yield f"### {name}\n"
    yield f"`{' '.join(filter(None, (name, words, '[options]')))}`\n"
    yield f"{_flat(command.help or '')}\n"
    rows = [f"| `{_usage(item)}` | {_cell(item.help or '')} | |" for item in arguments]
    rows += [f"| {_names(item)} | {_cell(item.help or '')} | {_usual(item)} |" for item in options]
    yield "\n".join(["| | | default |", "|---|---|---|", *rows, ""])


def _usage(item: Any) -> str:
    name = item.metavar or item.name.upper()
    if item.required or name.startswith("["):
        return str(name)
    return f"[{name}]"


def _names(item: Any) -> str:
    value = "" if item.is_flag else f" {item.metavar or item.name.upper().removeprefix('IS_').removeprefix('AS_')}"
    return ", ".join(f"`{name}{value}`" for name in sorted(item.opts, key=len, reverse=True))


def _usual(item: Any) -> str:
    if item.is_flag or item.default in (None, "", []) or item.required:
        return "required" if item.required else ""
    return f"`{item.default}`"


def _cell(text: str) -> str:
    return _flat(text).replace("|", "\\|")


def _flat(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(re.sub(r"\s+", " ", paragraph) for paragraph in paragraphs)


if __name__ == "__main__":
    sys.stdout.write({"commands": commands, "settings": settings}[sys.argv[1]]())
