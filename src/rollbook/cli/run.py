"""`rollbook run` and `rollbook cancel`: runs that workers carry out."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, Source, console, me, now, print_json, working
from rollbook.core import errors

if TYPE_CHECKING:
    from rollbook.services.progress import Progress

_LOOK = 0.5
"""Seconds between two looks at the run."""


def run(
    slug: Annotated[str, typer.Argument(help="The district.")],
    source: Source = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Ask for it, and do not follow it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run now: a worker reads the source, plans, and applies what waits for nobody.

    It takes the place of a daily run that waits. Ctrl+C ends following it, not the run.
    """
    boot()
    from rollbook.services import access, scheduling

    connection = access.connection(access.district(slug), source)
    asked = scheduling.request_run(connection, by=me(), now=now())
    found = _look(asked.pk) if no_wait else _follow(asked.pk)
    if as_json:
        print_json(dataclasses.asdict(found))
    elif no_wait:
        console().print(f"Run {found.run} waits for a worker ({found.ahead} before it). rollbook runs {slug} shows it.")
    else:
        _say(found)
    if found.is_over and found.state not in ("applied", "undone"):
        raise typer.Exit(_code(found))


def cancel(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's number, or a plan's id.")], as_json: AsJson = False
) -> None:
    """End a run before anything is applied. A run that is applied can be undone instead."""
    boot()
    from rollbook.services import access, scheduling

    found = access.run(run)
    is_over = scheduling.cancel(found, by=me(), now=now())
    if as_json:
        print_json({"run": found.pk, "cancelled": is_over})
        return
    console().print(
        f"Run {found.pk} is cancelled."
        if is_over
        else f"Run {found.pk} will end between two steps; nothing is applied."
    )


def _look(run_id: int) -> Progress:
    from rollbook.services.progress import progress_of

    return progress_of(run_id, now=now())


def _follow(run_id: int) -> Progress:
    """The run, or the one that took its place, until it ends."""
    with working("Waiting for a worker") as told:
        while True:
            found = _look(run_id)
            if told is not None:
                told(found.stage or "wait", found.done, found.total)
            if found.successor is not None:
                run_id = found.successor
            elif found.is_over:
                return found
            time.sleep(_LOOK)


def _code(found: Progress) -> int:
    """What the command ends with: as if it had done the work itself. A run that was cancelled, or that the directory moved
    under, has to be asked for again."""
    kind = getattr(errors, found.failure, errors.PlanStale if not found.failure else errors.RollbookError)
    return int(kind.exit_code)


def _say(found: Progress) -> None:
    for sentence in found.notes:
        console().print(f"! {sentence}", style="yellow", markup=False)
    console().print(f"Run {found.run} is {found.state}.", markup=False)
    if found.error:
        console().print(found.error, markup=False)
    if found.state == "applied":
        console().print(f"Its report: rollbook report {found.run} --out FOLDER", markup=False)
        console().print(f"To take it back: rollbook undo {found.run}", markup=False)
