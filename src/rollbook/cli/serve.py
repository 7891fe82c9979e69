"""`rollbook serve`: the pages in a browser."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Annotated, Any, cast

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, print_json
from rollbook.core.errors import ConfigError

__all__ = ["answer", "look", "serve", "url_of"]

APPLICATION = "rollbook.config.wsgi:application"


def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = 8000,
    processes: Annotated[int, typer.Option("--processes", min=1, help="How many processes answer.")] = 1,
    threads: Annotated[int, typer.Option("--threads", min=1, help="How many requests each answers at once.")] = 8,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave the runs to workers elsewhere.")] = False,
    as_json: AsJson = False,
) -> None:
    """Serve the pages until you press Ctrl+C, with one worker beside them.

    Put a proxy that speaks HTTPS in front when others are to reach it, and say its address in ROLLBOOK_URL.
    """
    os.environ.setdefault("ROLLBOOK_URL", url_of(host, port))
    look(host, port)
    boot()
    if as_json:
        print_json({"url": os.environ["ROLLBOOK_URL"], "host": host, "port": port, "worker": not no_worker})
    sys.stderr.write(f"Serving {os.environ['ROLLBOOK_URL']} — Ctrl+C stops it.\n")
    answer(host=host, port=port, processes=processes, threads=threads, has_worker=not no_worker)


def url_of(host: str, port: int) -> str:
    """The address that a person types."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def answer(*, host: str, port: int, processes: int = 1, threads: int = 8, has_worker: bool = True) -> None:
    """The pages are served until somebody presses Ctrl+C. The database answers already (``boot``)."""
    import multiprocessing

    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces

    from rollbook.jobs.worker import run_beside

    connections.close_all()  # none is shared with the processes that answer
    multiprocessing.set_start_method("spawn", force=True)  # Polars has threads, and threads do not survive a fork
    server = Granian(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        workers_kill_timeout=30,
        log_enabled=False,
    )
    with run_beside() if has_worker else nullcontext():
        server.serve(target_loader=_load)


def _load(target: str) -> Callable[..., Any]:
    """The application, in a process that answers. Ctrl+C at a terminal is pressed for every process of the command; here
    it is left to the first of them, who asks the others to end: told twice, one that has answered before would wait half a
    minute."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    module, _, name = target.partition(":")
    return cast("Callable[..., Any]", getattr(importlib.import_module(module), name))


def look(host: str, port: int) -> None:
    """The port is free: two servers would share it, and nobody would know which of them answers."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise ConfigError(
            f"Port {port} of {host} cannot be used.",
            hint="Something else may listen there; choose another --port.",
        ) from error
