"""`rollbook runs` and `rollbook report`: what happened."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, print_json, table, working

STATES = {
    "applied": "green",
    "planned": "blue",
    "undone": "dim",
    "failed": "red",
    "stale": "yellow",
    "cancelled": "dim",
}


def runs(
    slug: Annotated[str, typer.Argument(help="The district.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, the newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the runs of a district, the newest first."""
    boot()
    from rollbook.reports.run_list import run_list
    from rollbook.services import access

    district = access.district(slug)
    found = run_list(district, limit=limit)
    if as_json:
        print_json({"district": slug, "runs": [dataclasses.asdict(row) for row in found]})
        return
    zone = ZoneInfo(district.timezone)
    rows = [
        (
            str(row.run),
            Text(row.plan or (f"undo of run {row.undoes}" if row.undoes else "–")),
            Text(row.state, style=STATES.get(row.state, "")),
            str(row.day or ""),
            row.planned_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            Text(row.planned_by),
            Text(f"{row.rows:,} rows") if row.undoes else _changes(row.added, row.changed, row.removed),
            Text(f"‖{row.waiting:,}" if row.waiting else "", style="magenta"),
            Text(row.error or (row.notes[-1] if row.notes else "")),
        )
        for row in found
    ]
    headings = (("run", "right"), "plan", "state", "as of", "planned", "by", "changes", "waits", "")
    console().print(table(headings, rows) if rows else f"No runs yet. Next: rollbook plan {slug}")


def _changes(added: int, changed: int, removed: int) -> Text:
    return Text.assemble((f"+{added:,}", "green"), (f" ~{changed:,}", "yellow"), (f" −{removed:,}", "red"))


def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's number, or a plan's id.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    form: Annotated[str, typer.Option("--format", help="csv, xlsx or json.")] = "csv",
    as_json: AsJson = False,
) -> None:
    """Write the report of a run: numbers per school and kind, one line a record and field, findings, holds."""
    boot()
    from rollbook.reports.run_report import write
    from rollbook.services import access, audit

    found = access.run(run)
    audit.handed_out(district=found.district_id, what="run report", number=found.pk, by=me())
    with working("Writing the report"):
        written = write(found, out, form)
    if as_json:
        print_json({"run": found.pk, "out": str(out), "format": form, "rows": written})
        return
    console().print(f"Wrote the report of run {found.pk} to {out}", markup=False)
    console().print(table((("rows", "right"), ""), [(f"{number:,}", name) for name, number in written.items()]))
