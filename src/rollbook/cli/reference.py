"""The reference pages of commands, settings and the lifecycle of a run, made from the code itself.

``python -m rollbook.cli.reference commands > docs/reference/commands.md`` (or ``settings``, ``lifecycle``) writes one; tests
hold the pages equal to what this says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from typer.main import get_command

from rollbook.cli.main import COMMANDS, build
from rollbook.core import errors
from rollbook.core.lifecycle import MOVES, OVER, WHEN
from rollbook.core.retries import MOST_STARTS, verdict
from rollbook.core.settings import SETTINGS, default_of, written

__all__ = ["commands", "lifecycle", "settings"]

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

_LIFECYCLE = f"""# The life of a run

{_NOTE.format(page="lifecycle")}

A run of the queue begins as `queued`; one that a command plans in the foreground begins as `planned`. Every other move is
refused. While a worker has a run, its row also says the stage (read, clean, scope, match, diff, plan, keep, the steps of
applying, verify, report), the rows done, and when the worker last gave a sign of life.
"""


def lifecycle() -> str:
    """The page of the states of a run, their moves, and what is tried again."""
    rows = [
        f"| `{state}` | {WHEN[state]} | {', '.join(f'`{to}`' for to in MOVES if to in MOVES[state]) or 'nothing'} |"
        for state in MOVES
    ]
    over = ", ".join(f"`{state}`" for state in MOVES if state in OVER)
    return "\n".join(
        [
            _LIFECYCLE,
            "| state | what is true | what may follow |",
            "|---|---|---|",
            *rows,
            "",
            f"Nothing follows {over}: plan again. A worker's run goes back to `queued` when its worker",
            "died or was told to end, or when the source asked for patience; what it has received is kept. It is begun",
            f"{MOST_STARTS} times at most.",
            "",
            "## What is tried again",
            "",
            "| a run that ends with | is tried again after | and then |",
            "|---|---|---|",
            *(_tries(name) for name in errors.__all__ if name not in _NEVER_ENDS_A_RUN),
            "",
            "A source that says how long to wait is waited for so long, an hour at most. A database that went away is waited",
            "for a few seconds longer each time.",
            "",
        ]
    )


_NEVER_ENDS_A_RUN = ("RollbookError", "HoldRequired", "NotFound")


def _tries(name: str) -> str:
    """What becomes of a run that ends with this error again and again."""
    error = getattr(errors, name)("x")
    waits = []
    for starts in range(1, MOST_STARTS + 1):
        what = verdict(error, starts)
        if what.after is None:
            break
        waits.append(f"{what.after.total_seconds() / 60:g}")
    then = "fails, and the connection is paused" if what.pauses else "fails"
    return f"| `{name}` | {', '.join(waits) + ' min' if waits else 'not tried again'} | {then} |"


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
    sys.stdout.write({"commands": commands, "lifecycle": lifecycle, "settings": settings}[sys.argv[1]]())
