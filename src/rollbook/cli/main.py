"""`rollbook`: the command line's front door.

Each command lives in a module named by its noun and is registered here by one line of `COMMANDS`. A module is imported
only when its command is called, so `rollbook --help` is quick and `rollbook validate` never loads Django.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from rollbook import __version__
from rollbook.core.errors import RollbookError, TransientError

BUG = 1
COMPLETION = "_ROLLBOOK_COMPLETE"


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the front door: a name, where its function (or group of functions) lives, and what it does."""

    name: str
    target: str  # "module:attribute"; the attribute is a typed function, or a typer.Typer for a group
    sentence: str
    panel: str

    def load(self) -> Callable[..., Any] | typer.Typer:
        """The function or group itself."""
        module, _, attribute = self.target.partition(":")
        found: Callable[..., Any] | typer.Typer = getattr(import_module(module), attribute)
        return found


RUNS = "The daily work"
SETUP = "Setting up"
INSTALLATION = "This installation"
PLAYGROUND = "Trying out and measuring"

# In the order of `rollbook --help`. To add a command: write rollbook/cli/NOUN.py and add its line.
COMMANDS: tuple[Command, ...] = (
    Command("demo", "rollbook.cli.demo:demo", "Show the main job on a made-up district, in a minute.", PLAYGROUND),
    Command("generate", "rollbook.cli.generate:generate", "Make a believable district's OneRoster files.", PLAYGROUND),
    Command("sandbox", "rollbook.cli.sandbox:sandbox", "Open make-believe vendors to practise on.", PLAYGROUND),
    Command("bench", "rollbook.cli.bench:bench", "Measure Rollbook against the floor.", PLAYGROUND),
    Command("validate", "rollbook.cli.validate:validate", "Say what is in a bundle, and what is wrong with it.", SETUP),
    Command("district", "rollbook.cli.district:district", "Add a district.", SETUP),
    Command("source", "rollbook.cli.source:source", "Say where a district's roster comes from.", SETUP),
    Command("schools", "rollbook.cli.schools:schools", "Match the source's schools with Rollbook's.", SETUP),
    Command("classrooms", "rollbook.cli.classrooms:classrooms", "Say what becomes of existing classrooms.", SETUP),
    Command("sso", "rollbook.cli.sso:sso", "Say where a district's people sign in.", SETUP),
    Command("settings", "rollbook.cli.settings:settings", "List or change how a source is synced.", SETUP),
    Command("check", "rollbook.cli.check:check", "Say what should be looked at before a run.", SETUP),
    Command("notify", "rollbook.cli.notify:notify", "Say who is told by mail, and of what.", SETUP),
    Command("plan", "rollbook.cli.plan:plan", "Plan: every change before it happens.", RUNS),
    Command("show", "rollbook.cli.plan:show", "Show the records of a plan: who, what, why.", RUNS),
    Command("apply", "rollbook.cli.apply:apply", "Apply a plan, as it was shown.", RUNS),
    Command("sync", "rollbook.cli.apply:sync", "Plan, and apply what waits for nobody.", RUNS),
    Command("holds", "rollbook.cli.holds:holds", "List what waits for a person.", RUNS),
    Command("approve", "rollbook.cli.holds:approve", "Let what waits in a hold happen, once.", RUNS),
    Command("reject", "rollbook.cli.holds:reject", "Keep what a hold would remove or change.", RUNS),
    Command("wait", "rollbook.cli.holds:wait", "Wait for new data before deciding about a hold.", RUNS),
    Command("run", "rollbook.cli.run:run", "Run now: ask the workers for a run, and follow it.", RUNS),
    Command("cancel", "rollbook.cli.run:cancel", "End a run before anything is applied.", RUNS),
    Command("alarms", "rollbook.cli.notify:alarms", "Look what somebody has to know.", RUNS),
    Command("runs", "rollbook.cli.runs:runs", "List the runs of a district.", RUNS),
    Command("trends", "rollbook.cli.trends:trends", "Tell what the runs of the last days did.", RUNS),
    Command("report", "rollbook.cli.runs:report", "Write the report of a run.", RUNS),
    Command("undo", "rollbook.cli.undo:undo", "Take a run back, exactly.", RUNS),
    Command("archive", "rollbook.cli.archive:archive", "Archive students or classrooms by hand.", RUNS),
    Command("restore", "rollbook.cli.archive:restore", "Restore archived students or classrooms.", RUNS),
    Command("acts", "rollbook.cli.archive:acts", "List what people did by hand, and undo it.", RUNS),
    Command("duplicates", "rollbook.cli.duplicates:duplicates", "Look for records that may be one human.", RUNS),
    Command("merge", "rollbook.cli.duplicates:merge", "Make several records one.", RUNS),
    Command("unmerge", "rollbook.cli.duplicates:unmerge", "Take a merge back.", RUNS),
    Command("explain", "rollbook.cli.explain:explain", "Tell why a record is as it is.", RUNS),
    Command("announce", "rollbook.cli.family:announce", "Write to families.", RUNS),
    Command("attributes", "rollbook.cli.family:attributes", "Keep what is known of students beyond the roster.", RUNS),
    Command("export", "rollbook.cli.export:export", "Write the directory as OneRoster 1.1.", RUNS),
    Command("serve", "rollbook.cli.serve:serve", "Serve the pages in a browser.", INSTALLATION),
    Command("user", "rollbook.cli.user:user", "Say who may sign in.", INSTALLATION),
    Command(
        "audit", "rollbook.cli.audit:audit", "Say who did what, and check that nothing of it was changed.", INSTALLATION
    ),
    Command("worker", "rollbook.cli.worker:worker", "Carry out the runs that wait.", INSTALLATION),
    Command("status", "rollbook.cli.status:status", "Say how everything is, on one screen.", INSTALLATION),
    Command("doctor", "rollbook.cli.server:doctor", "Say what is in use here and what is wrong with it.", INSTALLATION),
    Command("migrate", "rollbook.cli.server:migrate", "Bring the database's tables up to date.", INSTALLATION),
    Command("stop", "rollbook.cli.server:stop", "Stop the embedded PostgreSQL server.", INSTALLATION),
)


def build(wanted: str | None = None) -> typer.Typer:
    """The application, with only the command `wanted` loaded; the others are named but not imported.

    Without `wanted` every command is loaded (shell completion, tests, generated documentation).
    """
    application = typer.Typer(
        name="rollbook",
        help="A school directory that stays true to a district's roster: every change shown, explained and undoable.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @application.callback()
    def root(
        version: Annotated[
            bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
        ] = False,
    ) -> None:
        pass

    for command in COMMANDS:
        target = command.load() if wanted in (None, command.name) else _named_only
        if isinstance(target, typer.Typer):
            application.add_typer(target, name=command.name, short_help=command.sentence, rich_help_panel=command.panel)
        else:
            application.command(
                command.name,
                short_help=command.sentence,
                rich_help_panel=command.panel,
                help=command.sentence if target is _named_only else None,
            )(target)
    return application


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (house.md, section 6).

    An error that a person can act on becomes a sentence on stderr; with `--json` also `{"error": {…}}` on stdout.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    is_json = "--json" in words
    try:
        build(None if COMPLETION in os.environ else _wanted(words))(args=words, prog_name="rollbook")
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    except KeyboardInterrupt:
        return 130
    except RollbookError as error:
        return _report(error, is_json=is_json)
    except Exception as error:  # noqa: BLE001  # the last stop before the shell: every error gets an exit code
        if _is_lost_database(error):
            return _report(
                TransientError(
                    "The database stopped answering.",
                    hint="Nothing half-applied is visible. Look with rollbook doctor.",
                ),
                is_json=is_json,
            )
        traceback.print_exc()
        if is_json:
            _print_json({"error": {"code": "Unexpected", "message": type(error).__name__, "exit_code": BUG}})
        return BUG
    return 0


def _wanted(words: Sequence[str]) -> str:
    """The command that is called; empty when none is (`rollbook --help`)."""
    return next((word for word in words if not word.startswith("-")), "")


def _named_only() -> None:
    """Stands for a command that was not called."""


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"rollbook {__version__}")
        raise typer.Exit


def _report(error: RollbookError, *, is_json: bool) -> int:
    from rich.console import Console
    from rich.text import Text

    if is_json:
        _print_json({"error": error.as_dict()})
    console = Console(stderr=True, soft_wrap=True)
    console.print(Text.assemble((f"{error.code}: ", "bold red"), error.message))
    if error.hint:
        console.print(Text.assemble(("What to do: ", "bold"), error.hint))
    return error.exit_code


def _print_json(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def _is_lost_database(error: Exception) -> bool:
    """The driver's own error for a connection that is gone, whichever layer raised it; imports nothing."""
    names = ("django.db.utils", "psycopg")
    classes = [getattr(sys.modules[name], "OperationalError", None) for name in names if name in sys.modules]
    return isinstance(error, tuple(kind for kind in classes if kind is not None))


if __name__ == "__main__":
    sys.exit(main())
