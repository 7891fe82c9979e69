"""`rollbook trends`: what the runs of the last days did."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, now, print_json, table


def trends(
    slug: Annotated[str, typer.Argument(help="The district.")],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How far back.")] = 14,
    out: Annotated[Path | None, typer.Option("--out", help="Write the days as a CSV file.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what the runs of each day did, how old the data became, and how long each run took."""
    boot()
    from rollbook.reports import trends as report
    from rollbook.reports.writers import write_lines
    from rollbook.services import access

    found = report.trends(access.district(slug), days=days, now=now())
    if out is not None:
        write_lines(out, report.sheet(found))
    if as_json:
        print_json({"district": slug, **dataclasses.asdict(found)})
        return
    numbers = ("added", "changed", "taken away", "waiting", "runs", "age, hours")
    headings: list[str | tuple[str, str]] = ["day", *((name, "right") for name in numbers)]
    rows = [
        (
            str(line.day),
            *(f"{count:,}" for count in (line.added, line.changed, line.removed, line.held, line.runs)),
            "" if line.age_hours is None else f"{line.age_hours:.1f}",
        )
        for line in found.days
    ]
    console().print(table(headings, rows))
    for time in found.times:
        seconds = ", ".join(f"{stage} {value:.1f} s" for stage, value in time.seconds.items() if value >= 0.05)
        console().print(f"Run {time.run}: {time.rows:,} rows; {seconds}", markup=False)
