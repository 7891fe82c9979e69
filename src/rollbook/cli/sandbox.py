"""`rollbook sandbox`: ClassLink, Clever, OneRoster and SFTP on this computer, to practise on."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from rollbook.core.errors import DataError
from rollbook.sandbox.server import Sandbox

if TYPE_CHECKING:
    from rollbook.cli.sandbox_ways import Told

DIFFERS = 13


def sandbox(
    students: Annotated[int, typer.Option("--students", "-n", min=1, help="Students on the first day.")] = 600,
    seed: Annotated[int, typer.Option(help="Another seed, another district.")] = 1,
    port: Annotated[int, typer.Option(min=0, max=65_529, help="Of the console; the vendors follow. 0: any.")] = 8600,
    check_sources: Annotated[
        bool, typer.Option("--check-sources", help="Read the sandbox every way, compare, and stop.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")] = False,
) -> None:
    """Practise without a vendor: real servers on this computer with an invented district behind them.

    The console page switches days, grants and faults. Everything ends with Ctrl+C. Nothing is stored.
    """
    if check_sources:
        _check(students, seed, as_json=as_json)
        return
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Sandbox(students, seed, port, sftp=True) as running:
        if as_json:
            typer.echo(json.dumps(_as_json(running)))
        else:
            _say(running)
        ended.wait()


def _check(students: int, seed: int, *, as_json: bool) -> None:
    from rollbook.cli.sandbox_ways import EQUAL_WAYS, read_every_way

    console = Console(stderr=True)
    with Sandbox(students, seed, sftp=True) as running:
        told = read_every_way(running, told=lambda way: console.print(f"Reading {way} …") if not as_json else None)
    is_equal = len({told[way].fingerprint for way in EQUAL_WAYS}) == 1
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "equal": is_equal,
                    "fingerprints": {way: one.fingerprint for way, one in told.items()},
                    "rows": {way: one.rows for way, one in told.items()},
                    "seconds": {way: one.seconds for way, one in told.items()},
                }
            )
        )
        if not is_equal:
            raise typer.Exit(DIFFERS)
        return
    _show(told)
    if not is_equal:
        raise DataError(
            "The ways do not tell the same roster.", hint="Compare the fingerprints above; the odd one out is wrong."
        )


def _show(told: Mapping[str, Told]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("way", "fingerprint", "people", "classes", "enrollments", "seconds"):
        table.add_column(heading, justify="left" if heading in ("way", "fingerprint") else "right")
    for way, one in told.items():
        counts = [f"{one.rows[name]:,}" for name in ("users", "classes", "enrollments")]
        table.add_row(way, one.fingerprint[:16], *counts, f"{one.seconds:.1f}")
    Console(highlight=False).print(table)


def _as_json(running: Sandbox) -> dict[str, object]:
    urls, sftp = running.urls, running.sftp
    return {
        "urls": {
            **asdict(urls),
            "classlink_direct_1_1": urls.classlink_direct_1_1,
            "oneroster_1_1": urls.oneroster_1_1,
            "oneroster_1_2": urls.oneroster_1_2,
            "oneroster_token": urls.oneroster_token,
        },
        "credentials": asdict(running.credentials),
        "keys": running.keys,
        "sftp": None
        if sftp is None
        else {
            "host": sftp.host,
            "port": sftp.port,
            "login": sftp.login,
            "password": sftp.password,
            "host_key": sftp.host_key,
        },
    }


def _say(running: Sandbox) -> None:
    rows = {"Console": {"open in a browser": running.urls.console}, **running.keys}
    table = Table(box=None, pad_edge=False, show_header=False)
    for vendor, settings in rows.items():
        for number, (name, value) in enumerate(settings.items()):
            table.add_row(vendor if number == 0 else "", name, value)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{running.world.students:,} invented students; these keys open nothing else. Ctrl+C ends it.")
    console.print(table)
