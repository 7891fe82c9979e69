"""`rollbook doctor`, `migrate` and `stop`: the installation itself."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from rollbook.cli import logs
from rollbook.core.errors import ConfigError
from rollbook.store import server
from rollbook.store.home import home_directory

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "bold red")}


def doctor(as_json: AsJson = False) -> None:
    """Say what is in use here and what is wrong with it.

    Starts the embedded server when it is the one in use; changes nothing else. Exit code 10 when something must be
    mended.
    """
    from rollbook.store import health  # loads the driver, which the other commands of this module can do without

    logs.configure()
    checks = health.examine()
    is_well = all(check.state != "fail" for check in checks)
    if as_json:
        typer.echo(json.dumps({"ok": is_well, "checks": [dataclasses.asdict(check) for check in checks]}, indent=2))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for check in checks:
            mark, style = MARKS[check.state]
            console.print(Text.assemble((f"{mark} ", style), (f"{check.name:<11}", "bold"), check.sentence))
            if check.remedy:
                console.print(Text(f"  {'':<11}→ {check.remedy}"))
    if not is_well:
        raise typer.Exit(ConfigError.exit_code)


def migrate(as_json: AsJson = False) -> None:
    """Bring the database's tables up to date. The embedded server is brought up to date by itself."""
    from rollbook.cli.boot import boot
    from rollbook.store import schema

    boot(with_migrations=False)

    from django.db import connection

    with connection.cursor() as cursor:
        pending = sorted(schema.brought() - schema.applied(cursor))
    if pending:
        schema.migrate()
    if as_json:
        typer.echo(json.dumps({"applied": pending}))
    else:
        typer.echo(f"Applied {len(pending)}: {', '.join(pending)}." if pending else "Nothing to do: all is up to date.")


def stop(as_json: AsJson = False) -> None:
    """Stop the embedded PostgreSQL server. The next command starts it again."""
    logs.configure()
    home = home_directory()
    was_running = server.stop(home)
    if as_json:
        typer.echo(json.dumps({"stopped": was_running, "home": str(home)}))
    else:
        typer.echo(f"Stopped the server of {home}." if was_running else f"No server was running in {home}.")
