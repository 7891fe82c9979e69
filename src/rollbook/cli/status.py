"""`rollbook status`: how everything is, on one screen."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, now, print_json, table

if TYPE_CHECKING:
    from rollbook.reports.signals import SourceSignal, Work

MOST = 60
"""So many sources fit a screen; those that need a person come first, --json tells all."""
STYLES = {
    "failing": "bold red",
    "held": "magenta",
    "planned": "yellow",
    "working": "blue",
    "good": "green",
    "new": "dim",
}


def status(
    failing: Annotated[bool, typer.Option("--failing", help="Only sources that somebody has to mend.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how everything is: every source with its health, the age of its data, its last and its next run, what waits for a
    person; the queue and its workers.

    The exit code is 0 whatever the state: this looks, and judges nobody. For alarms see rollbook alarms.
    """
    boot()
    from rollbook.core.health import Health
    from rollbook.reports.signals import source_signals, work

    moment = now()
    sources, whole = source_signals(), work(now=moment)
    if failing:
        sources = [source for source in sources if source.health is Health.FAILING]
    if as_json:
        print_json({"sources": [_as_json(source, moment) for source in sources], "work": _work_json(whole, moment)})
        return
    _say_sources(sources, moment)
    _say_work(whole, moment)


def _say_sources(sources: list[SourceSignal], moment: dt.datetime) -> None:
    screen = console()
    if not sources:
        screen.print("No source is in need of anybody, or there is none. Add one: rollbook source add SLUG")
        return
    order = list(STYLES)
    rows = [
        (
            source.slug,
            source.source,
            Text(source.health.value, style=STYLES[source.health.value]),
            _ago(source.data_at, moment),
            Text(_last(source, moment)),
            _at(source.next_due_at, source.timezone),
            Text(f"‖{source.waiting:,}" if source.waiting else "", style="magenta"),
            Text(source.paused_because or (source.error if source.health.value == "failing" else "")),
        )
        for source in sorted(sources, key=lambda source: order.index(source.health.value))[:MOST]
    ]
    headings = ("district", "source", "health", ("data", "right"), "last run", "next run", ("waits", "right"), "")
    screen.print(table(headings, rows))
    if len(sources) > MOST:
        screen.print(f"… and {len(sources) - MOST:,} more; --json tells all, --failing those that need mending.")


def _say_work(whole: Work, moment: dt.datetime) -> None:
    screen = console()
    waits = f", the first for {_ago(whole.oldest_at, moment)}" if whole.oldest_at else ""
    workers = f"{whole.workers} worker{'s' if whole.workers != 1 else ''}"
    screen.print(f"{workers}; {whole.queued:,} runs wait{waits}; {whole.working:,} are under way.")
    if not whole.workers and whole.queued:
        screen.print("Nobody does the work that waits. Start a worker: rollbook worker", style="yellow")
    if whole.letters:
        screen.print(f"{whole.letters:,} mails wait to be sent.")


def _last(source: SourceSignal, moment: dt.datetime) -> str:
    if source.run is None:
        return ""
    stage = f" ({source.stage})" if source.stage else ""
    return f"{source.run} {source.state}{stage}, {_ago(source.run_at, moment)} ago"


def _ago(at: dt.datetime | None, moment: dt.datetime) -> str:
    """“3 min”, “5 h”, “2 d”."""
    if at is None:
        return ""
    seconds = max((moment - at).total_seconds(), 0)
    for unit, size, most in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 48 * 3600)):
        if seconds < most:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds // 86_400:,.0f} d"


def _at(at: dt.datetime | None, zone: str) -> str:
    return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%a %H:%M}"


def _as_json(source: SourceSignal, moment: dt.datetime) -> dict[str, object]:
    age = None if source.data_at is None else round((moment - source.data_at).total_seconds())
    return {**dataclasses.asdict(source), "health": source.health.value, "data_age_seconds": age}


def _work_json(whole: Work, moment: dt.datetime) -> dict[str, object]:
    waited = None if whole.oldest_at is None else round((moment - whole.oldest_at).total_seconds())
    return {
        "runs": dict(whole.runs),
        "queued": whole.queued,
        "oldest_waits_seconds": waited,
        "working": whole.working,
        "workers": whole.workers,
        "mails_waiting": whole.letters,
        "last_day": {
            "seconds": {stage: round(spent, 3) for stage, (spent, _) in whole.seconds.items()},
            "rows": dict(whole.rows),
            "written": {f"{table} {operation}": rows for (operation, table), rows in whole.written.items()},
        },
    }
