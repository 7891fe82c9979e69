"""What the commands share: JSON out, tables, who is asking, and bars for what takes longer than a second."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

__all__ = ["AsJson", "Source", "Told", "console", "day_of", "me", "now", "print_json", "table", "working"]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Source = Annotated[
    str | None, typer.Option("--source", help="Which source, when the district has several.", show_default=False)
]
On = Annotated[
    dt.datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="Plan as of that day (default: today).", show_default=False),
]

Told = Callable[[str, int, int], None]
"""(stage, done, in all): told as the work goes on."""

WIDE = 160
_PATIENCE = 1.0
_WORDS = {
    "read": "Reading the files",
    "clean": "Cleaning the rows",
    "scope": "Choosing what takes part",
    "match": "Recognising who is who",
    "diff": "Comparing with the directory",
    "plan": "Planning",
    "keep": "Keeping the plan",
    "ids": "Numbering new rows",
    "log": "Writing the change log",
    "edits": "Changing rows",
    "commit": "Making it last",
    "verify": "Planning again: it must be empty",
}


def console() -> Console:
    """Where results go: stdout, numbers uncoloured; wide where no terminal says how wide."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=WIDE)


def print_json(value: Any) -> None:
    """One JSON value on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def now() -> dt.datetime:
    """This moment, with its zone."""
    return dt.datetime.now(dt.UTC)


def me() -> str:
    """Who is asking, for the log: the account of the operating system."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # an account without a name
        return "cli"


def day_of(value: dt.datetime | None) -> dt.date | None:
    """The day that --on names."""
    return None if value is None else value.date()


def table(headings: Sequence[str | tuple[str, str]], rows: Iterable[Sequence[str | Text]]) -> Table:
    """A plain table; a heading may be (heading, ``right``)."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        name, justify = (heading, "left") if isinstance(heading, str) else heading
        made.add_column(name, justify="right" if justify == "right" else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


@contextmanager
def working(title: str) -> Iterator[Told | None]:
    """Tells on stderr what is going on, with rate and time left, once it takes longer than a second; on a terminal
    only (None elsewhere)."""
    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=screen, transient=True)
    task = progress.add_task(title, total=None, rate="")
    timer = threading.Timer(_PATIENCE, progress.start)
    timer.daemon = True

    def told(stage: str, done: int, total: int) -> None:
        words = _WORDS.get(stage, stage.replace("insert ", "Adding to ").replace("_", " ").capitalize())
        seen = progress.tasks[0]
        counts_rows = total > len(_WORDS) or done > len(_WORDS)  # else stages are counted
        rate = f"{done:,} of {total:,} rows" if counts_rows and total else f"{done:,} rows" if counts_rows else ""
        if seen.speed and counts_rows:
            rate += f", {seen.speed:,.0f}/s"
        progress.update(task, description=words, completed=done, total=total or None, rate=rate)

    timer.start()
    try:
        yield told
    finally:
        timer.cancel()
        timer.join()
        progress.stop()
