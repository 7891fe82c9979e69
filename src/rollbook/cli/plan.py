"""`rollbook plan` and `rollbook show`: every change before it happens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.plan_view import plan_json, say_plan
from rollbook.cli.screen import AsJson, On, Source, console, day_of, me, now, print_json, table, working

MOST = 60
"""So many lines fit a screen; the CSV holds all."""


def plan(
    slug: Annotated[str, typer.Argument(help="The district.")],
    on: On = None,
    source: Source = None,
    as_json: AsJson = False,
) -> None:
    """Read the source and plan: counts, what waits with its likely cause, findings. Nothing is changed."""
    boot()
    from rollbook.reports.preview import matrix_of
    from rollbook.services import access, planning

    connection = access.connection(access.district(slug), source)
    with working("Planning") as told:
        planned = planning.make(connection=connection, by=me(), now=now(), on=day_of(on), progress=told)
    if as_json:
        print_json(plan_json(planned))
    else:
        say_plan(planned, matrix_of(planned.run, planned.plan))


def show(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="A plan's id, or a run's number.")],
    school: Annotated[
        str | None, typer.Option("--school", help="Only this school (number, sourcedId or name).", show_default=False)
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only e.g. student.", show_default=False)] = None,
    action: Annotated[
        str | None, typer.Option("--action", help="Only this action, e.g. archive.", show_default=False)
    ] = None,
    hold: Annotated[
        str | None, typer.Option("--hold", help="Only what waits in this hold.", show_default=False)
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="OUT", help="Write all lines to a CSV file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the records of a plan or a run, one line a record and field: who, what, why."""
    boot()
    from rollbook.reports.preview import listing
    from rollbook.reports.writers import write_lines
    from rollbook.services import access

    run = access.run(plan)
    lines = listing(run, school=school, kind=kind, action=action, hold=hold)
    if csv is not None:
        write_lines(csv, lines)
    if as_json:
        print_json({"plan": run.plan, "run": run.pk, "state": run.state, "lines": lines.to_dicts()})
        return
    screen = console()
    if csv is not None:
        screen.print(f"Wrote {lines.height:,} lines to {csv}", markup=False)
        return
    rows = [
        (
            Text(row["school"] or "district"),
            row["kind"],
            Text(row["sis_id"] or "·"),
            Text(row["name"] or "·"),
            row["action"],
            Text(_change(row["field"], row["old"], row["new"])),
            row["result"],
            Text(row["message"]),
        )
        for row in lines.head(MOST).iter_rows(named=True)
    ]
    screen.print(table(("school", "kind", "SIS id", "name", "action", "what", "result", "why"), rows))
    more = f"; the first {MOST} are shown, --csv OUT writes all" if lines.height > MOST else ""
    screen.print(f"{lines.height:,} lines of run {run.pk} ({run.state}){more}.")


def _change(field: str | None, old: str | None, new: str | None) -> str:
    return "" if field is None else f"{field}: {old or 'blank'} → {new or 'blank'}"
