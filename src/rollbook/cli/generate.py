"""`rollbook generate`: a believable district as OneRoster files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district import MESS, PLANTED_FILE, Generated, delta
from rollbook.sandbox.district import generate as generate_bundle
from rollbook.sandbox.district.bundle import OnRows

ROWS_PER_STUDENT = 11
"""What the bar expects; close enough for a time left."""


def generate(
    out: Annotated[Path | None, typer.Argument(help="Folder, or file that ends in .zip.", show_default=False)] = None,
    students: Annotated[int, typer.Option("--students", "-n", min=1, help="Students on the first day.")] = 600,
    seed: Annotated[int, typer.Option(help="Another seed, another district; the same seed, the same bytes.")] = 1,
    day: Annotated[int, typer.Option(min=1, help="Day of the year; 1 is 2026-09-01, each later one a night on.")] = 1,
    oneroster: Annotated[str, typer.Option(help="Version of the standard: 1.1 or 1.2.")] = "1.1",
    is_zipped: Annotated[bool, typer.Option("--zip", help="Write OUT.zip in place of a folder.")] = False,
    is_delta: Annotated[bool, typer.Option("--delta", help="Only what changed last night, as delta files.")] = False,
    mess: Annotated[str, typer.Option(help="What to plant: codes separated by commas, or all.")] = "",
    list_mess: Annotated[bool, typer.Option("--list-mess", help="List what can be planted, and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")] = False,
) -> None:
    """Make a believable district's OneRoster files.

    Schools, terms, courses, classes, staff, students, brothers and sisters, guardians: all invented, and the same for
    the same numbers on any machine. What --mess plants is listed in planted.json beside OUT.
    """
    if list_mess:
        _list(as_json=as_json)
        return
    if out is None:
        raise ConfigError("Where to?", hint="rollbook generate OUT, a new folder or a file that ends in .zip.")
    codes = tuple(filter(None, (code.strip() for code in mess.split(","))))
    if is_delta and codes:
        raise ConfigError("A delta cannot be spoilt.", hint="Leave out --mess, or --delta.")
    with _progress(students) as on_rows:
        if is_delta:
            done = delta(
                out, students=students, seed=seed, day=day, oneroster=oneroster, zipped=is_zipped, on_rows=on_rows
            )
        else:
            done = generate_bundle(
                out,
                students=students,
                seed=seed,
                day=day,
                oneroster=oneroster,
                zipped=is_zipped,
                mess=codes,
                on_rows=on_rows,
            )
    if as_json:
        typer.echo(json.dumps(_as_json(done), ensure_ascii=False))
    else:
        _say(done)


@contextmanager
def _progress(students: int) -> Iterator[OnRows | None]:
    """A bar on stderr while rows are written, on a terminal only."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description:<16}"),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        TextColumn("{task.completed:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("people", total=students * ROWS_PER_STUDENT)
        yield lambda file, rows: progress.update(task, description=file, advance=rows)


def _as_json(done: Generated) -> dict[str, object]:
    codes = [planted.code for planted in done.planted]
    return {
        "path": str(done.path),
        "counts": done.counts,
        "planted": {code: codes.count(code) for code in dict.fromkeys(codes)},
        "planted_file": str(done.path.with_name(PLANTED_FILE)) if codes else None,
        "left_out": done.left_out,
    }


def _say(done: Generated) -> None:
    console = Console(soft_wrap=True, highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    for file, rows in done.counts.items():
        table.add_row(f"{rows:,}", file)
    console.print(f"Wrote {done.path}", markup=False)
    console.print(table)
    if done.planted:
        console.print(
            f"Planted {len(done.planted)} deviations; they are listed in {done.path.with_name(PLANTED_FILE)}",
            markup=False,
        )
    for code, reason in done.left_out.items():
        console.print(f"Left out {code}: {reason}.", markup=False)


def _list(*, as_json: bool) -> None:
    if as_json:
        listed = [
            {
                "code": mess.code,
                "sentence": mess.sentence,
                "severity": mess.severity.value,
                "category": mess.category.value,
                "effect": mess.effect,
                "versions": list(mess.versions),
                "needs_zip": mess.needs_zip,
                "alone": mess.alone,
            }
            for mess in MESS.values()
        ]
        typer.echo(json.dumps({"mess": listed}, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("code", "what is planted", "a reader should say"):
        table.add_column(heading)
    for mess in MESS.values():
        table.add_row(mess.code, mess.sentence, mess.severity.value)
    Console(highlight=False).print(table)
