"""The settings of a source on the command line; secrets from a file, the environment or a prompt, never typed in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from rollbook.core.errors import ConfigError

__all__ = ["SecretFiles", "gather", "kinds_sheet"]

SecretFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--secret-file",
        metavar="NAME=PATH",
        help="Take the secret NAME from a file (may be repeated); - is standard input.",
        show_default=False,
    ),
]

ENVIRONMENT = "ROLLBOOK_SOURCE_"


def gather(kind: str, words: Sequence[str], secret_files: Sequence[str], *, ask: bool) -> dict[str, str]:
    """Setting → value, from ``--name value`` words, files and the environment; with ``ask``, a secret that the kind
    must have is prompted for on a terminal.

    Raises ConfigError for words that are no settings, a secret on the command line, and a file that cannot be read.
    """
    from rollbook.connectors.kit.redaction import secret_fields
    from rollbook.connectors.registry import connector

    config = connector(kind).config
    secret = secret_fields(config)
    values = _options(words)
    if told := sorted(secret & set(values)):
        raise ConfigError(
            f"{told[0]} is a secret, and what is on the command line can be read by others.",
            hint=f"Use --secret-file {told[0]}=PATH or the environment variable {ENVIRONMENT}{told[0].upper()}; "
            "and replace this one at the vendor.",
        )
    for item in secret_files:
        name, mark, path = item.partition("=")
        name = name.replace("-", "_")
        if not mark or name not in secret:
            raise ConfigError(
                f"--secret-file names no secret of {kind}.",
                hint=f"Write NAME=PATH; its secrets are: {', '.join(sorted(secret)) or 'none'}.",
            )
        values[name] = _content(path, name)
    for name in sorted(secret - set(values)):
        if given := os.environ.get(f"{ENVIRONMENT}{name.upper()}"):
            values[name] = given
    if ask and sys.stdin.isatty():
        for field in fields(config):
            other = field.metadata.get("unless")
            is_needed = field.default is MISSING or (other is not None and other not in values)
            if field.name in secret and is_needed and field.name not in values:
                values[field.name] = typer.prompt(field.metadata.get("help", field.name), hide_input=True)
    return values


def kinds_sheet(kind: str | None) -> dict[str, list[dict[str, str]]]:
    """Kind → its settings: name, default, help, choices. Raises ConfigError for a kind that does not exist."""
    from rollbook.connectors.registry import KINDS, connector

    return {
        name: [_line(field) for field in fields(connector(name).config) if not field.metadata.get("internal")]
        for name in ([kind] if kind else KINDS)
    }


def _line(field: Any) -> dict[str, str]:
    choices = field.metadata.get("choices")
    is_secret = field.metadata.get("secret")
    default = "" if field.default is MISSING else str(field.default)
    return {
        "name": field.name,
        "default": "secret" if is_secret else "required" if field.default is MISSING else default,
        "help": field.metadata.get("help", ""),
        "choices": f" One of: {', '.join(map(str, choices))}." if choices else "",
    }


def _options(words: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or len(word) < 3:
            raise ConfigError("A setting is written --name value.", hint="See them with: rollbook source kinds KIND")
        name, mark, value = word[2:].partition("=")
        if not mark:
            if not rest:
                raise ConfigError(f"--{name} has no value.", hint=f"Write --{name} VALUE.")
            value = rest.pop(0)
        values[name.replace("-", "_")] = value
    return values


def _content(path: str, name: str) -> str:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"The file for the secret {name} cannot be read.", hint="Check its path.") from None
    if not text.strip():
        raise ConfigError(f"The file for the secret {name} is empty.")
    return text.strip("\r\n")
