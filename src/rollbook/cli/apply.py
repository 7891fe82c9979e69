"""`rollbook apply` and `rollbook sync`: the plan becomes the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.plan_view import plan_json, say_holds, say_how, say_matrix, verdict
from rollbook.cli.screen import AsJson, On, Source, console, day_of, me, now, print_json, working

if TYPE_CHECKING:
    from rollbook.services.applying import Applied

Approve = Annotated[
    list[str] | None,
    typer.Option("--approve", metavar="HOLD", help="Release this hold and what waits with it; may be repeated."),
]


def apply(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="A plan's id, or a run's number.")],
    approve: Approve = None,
    as_json: AsJson = False,
) -> None:
    """Apply a plan exactly as it was shown, in one transaction: all of it that waits for nobody, or nothing.

    What still waits stays as it is; that is no failure, and the exit code is 0.
    """
    boot()
    from rollbook.services import access, alarms, applying

    run = access.run(plan)
    with alarms.telling(run.connection, clock=now), working("Applying") as told:
        applied = applying.apply(run=run, approve=tuple(approve or ()), by=me(), now=now(), progress=told)
    if as_json:
        print_json(applied_json(applied))
    else:
        say_applied(applied)


def sync(
    slug: Annotated[str, typer.Argument(help="The district.")],
    on: On = None,
    source: Source = None,
    as_json: AsJson = False,
) -> None:
    """Plan, and apply what waits for nobody: the daily run."""
    boot()
    from rollbook.services import access, alarms, syncing

    connection = access.connection(access.district(slug), source)
    with alarms.telling(connection, clock=now), working("Syncing") as told:
        synced = syncing.sync(connection=connection, by=me(), now=now(), on=day_of(on), progress=told)
    if as_json:
        print_json({**plan_json(synced.planned), "applied": applied_json(synced.applied)})
        return
    say_how(synced.planned)
    console().print(verdict(synced.planned))
    say_applied(synced.applied)


def applied_json(applied: Applied) -> dict[str, Any]:
    """What was done, for machines. ``leftover`` must be 0 (R-12)."""
    receipt = applied.receipt.as_dict()
    return {
        "run": applied.run.pk,
        "plan": applied.run.plan,
        "state": str(applied.run.state),
        "approved": list(applied.approved),
        "written": {name: receipt[name] for name in ("inserted", "updated", "deleted")},
        "waiting": _waiting(applied),
        "leftover": applied.leftover,
        "seconds": receipt["seconds"],
    }


def say_applied(applied: Applied) -> None:
    """What was done by school and kind, what waits and how to release it, and how to take it all back."""
    from rollbook.reports.preview import matrix_of

    screen, run = console(), applied.run
    if not applied.receipt.rows and not applied.plan.holds.height:
        screen.print(f"Run {run.pk}: nothing had to be written.")
        return
    seconds = sum(applied.receipt.seconds.values())
    screen.print(f"Applied run {run.pk}: {applied.receipt.rows:,} rows written in {seconds:.1f} s, in one transaction.")
    matrix = matrix_of(run, applied.plan)
    if matrix.height:
        say_matrix(screen, matrix)
    open_ = applied.plan.without_holds(applied.approved).holds
    say_holds(screen, open_, str(run.plan), is_open=False)
    if open_.height:
        slug = run.district.slug
        first = open_.row(0, named=True)["hold"]
        screen.print(
            f"  To let them happen: rollbook plan {slug}, then rollbook apply PLAN --approve {first!r}", markup=False
        )
    if applied.leftover:
        screen.print(
            Text(
                f"A second plan would still change {applied.leftover:,} records. That is a fault of Rollbook: please "
                "report it.",
                style="bold red",
            )
        )
    else:
        screen.print("Planned again: nothing is left to do.")
    screen.print(f"To take it back: rollbook undo {run.pk}", markup=False)


def _waiting(applied: Applied) -> int:
    return int(applied.plan.without_holds(applied.approved).holds["count"].sum())
