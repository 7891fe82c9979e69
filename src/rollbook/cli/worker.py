"""`rollbook worker`: carry out the runs of the queue."""

from __future__ import annotations

from typing import Annotated

import typer

from rollbook.cli.boot import boot, start_embedded
from rollbook.cli.screen import AsJson, console, print_json


def worker(
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=64, help="Runs at the same time.")] = 1,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when nothing waits any more, instead of waiting for more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Carry out the runs of the queue, until told to end (Ctrl+C, SIGTERM).

    Start as many workers as you like, on as many machines as you like: one for each processor core is a good beginning. A
    worker that is told to end hands back what it is at, and another goes on with it; one that is killed is missed within a
    minute.
    """
    boot()
    from rollbook.jobs.worker import run

    done = run(concurrency=concurrency, until_idle=until_idle, before_connecting=start_embedded)
    if as_json:
        print_json({"runs": done})
    else:
        console().print(f"The worker has ended. It had {done:,} runs in hand.")
