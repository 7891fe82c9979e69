"""`rollbook undo`: take a run back, exactly."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, now, print_json, table, working

LINES = 20


def undo(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's number, or a plan's id.")],
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would happen.")] = False,
    exclude_conflicts: Annotated[
        bool, typer.Option("--exclude-conflicts", help="Leave records that changed since as they are.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take an applied run back: values, links, archives, enrollments, byte for byte as before.

    Records that changed since are in the way: undo the later runs first, or exclude them.
    """
    boot()
    from rollbook.services import access, undoing

    found = access.run(run)
    if preview:
        would = undoing.preview(found)
        if as_json:
            print_json(
                {
                    "run": found.pk,
                    "would": _tables(would),
                    "rows": would.rows,
                    "conflicts": would.conflicts.to_dicts(),
                    "undo_first": list(would.blocking_runs),
                }
            )
            return
        say_preview(found.pk, would)
        return
    with working("Undoing") as told:
        receipt = undoing.undo(run=found, by=me(), now=now(), exclude_conflicts=exclude_conflicts, progress=told)
    if as_json:
        print_json({"undone": found.pk, "run": receipt.run, **receipt.as_dict()})
        return
    screen = console()
    screen.print(f"Undid run {found.pk} (this is run {receipt.run}): {receipt.rows:,} rows are as they were before.")
    if receipt.excluded:
        screen.print(f"{receipt.excluded:,} records changed since and were left as they are.")
    screen.print(f"To have it back: rollbook undo {receipt.run}", markup=False)


def _tables(would: Any) -> dict[str, dict[str, int]]:
    return {"delete": dict(would.deletes), "update": dict(would.updates), "insert": dict(would.inserts)}


def say_preview(run: int, would: Any) -> None:
    """What undoing a run would do, and what is in its way (``would``: the service's preview)."""
    screen, tables = console(), _tables(would)
    conflicts, first = would.conflicts.to_dicts(), would.blocking_runs
    names = list(dict.fromkeys(name for part in tables.values() for name in part))
    rows = [
        (name.replace("_", " "), *(f"{tables[verb].get(name, 0):,}" for verb in ("delete", "update", "insert")))
        for name in names
    ]
    screen.print(f"Undoing run {run} would do this, and nothing else:")
    headings = ("", ("take out", "right"), ("set back", "right"), ("bring back", "right"))
    screen.print(table(headings, rows) if rows else "Nothing: the run changed nothing.")
    if conflicts:
        screen.print(f"{len(conflicts):,} records changed since and are in the way:")
        for row in conflicts[:LINES]:
            screen.print("  " + ", ".join(f"{key} {value}" for key, value in row.items() if value), markup=False)
        if first:
            screen.print(f"Undo first: {', '.join(f'run {number}' for number in first)}; or use --exclude-conflicts.")
        else:
            screen.print("Use --exclude-conflicts to leave them as they are.")
    else:
        screen.print(f"Nothing stands in the way. To do it: rollbook undo {run}", markup=False)
