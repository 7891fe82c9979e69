"""`rollbook holds`, `approve`, `reject` and `wait`: what waits for a person, and what persons decide (R-10)."""

from __future__ import annotations

import dataclasses
import shlex
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, Source, console, me, now, print_json, working

if TYPE_CHECKING:
    from rollbook.services.approving import WaitingHold

PlanWord = Annotated[str, typer.Argument(metavar="PLAN", help="A plan's id, or a run's number.")]
Keys = Annotated[list[str], typer.Argument(metavar="HOLD...", help="The holds, as rollbook holds names them.")]


def holds(
    slug: Annotated[str, typer.Argument(help="The district.")],
    source: Source = None,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person in the newest plan of each source: whom it touches, why, and who has said what."""
    boot()
    from rollbook.services import access, approving

    district = access.district(slug)
    connection = access.connection(district, source) if source else None
    found = approving.waiting(district, now=now(), connection=connection)
    if as_json:
        print_json({"district": slug, "holds": [dataclasses.asdict(hold) for hold in found]})
        return
    if not found:
        console().print(f"Nothing waits for a person in {slug}.", markup=False)
        return
    zone = ZoneInfo(district.timezone)
    for hold in found:
        _say(hold, zone)


def approve(plan: PlanWord, holds: Keys, as_json: AsJson = False) -> None:
    """Approve holds, once, for exactly the people they are about.

    A plan that is not applied yet takes them along when it is. If it is applied already, it is made again from the same
    data; what was approved is applied at once when it is still the same, and else nothing is.
    """
    boot()
    from rollbook.cli.apply import applied_json, say_applied
    from rollbook.core.lifecycle import HoldState, RunState
    from rollbook.services import access, alarms, approving, releasing

    run = access.run(plan)
    applied = None
    with alarms.telling(run.connection, clock=now):
        standings = approving.approve(run=run, keys=holds, by=me(), now=now())
        if run.state == RunState.APPLIED and any(one.state is HoldState.APPROVED for one in standings.values()):
            with working("Applying") as told:
                applied = releasing.release(run=run, by=me(), now=now(), progress=told)
    if as_json:
        done = None if applied is None else applied_json(applied)
        print_json({**_decided(plan, standings), "applied": done})
        return
    for key, standing in standings.items():
        if standing.state is HoldState.APPROVED:
            console().print(f"Approved {key}.", markup=False)
        else:
            console().print(
                f"Your approval of {key} is kept: {len(standing.approvals)} of {standing.needed}. Somebody else calls: "
                f"rollbook approve {plan} {shlex.quote(key)}",
                markup=False,
            )
    if applied is not None:
        say_applied(applied)
    elif all(one.state is HoldState.APPROVED for one in standings.values()):
        console().print(f"Next: rollbook apply {run.plan}", markup=False)


def reject(plan: PlanWord, holds: Keys, as_json: AsJson = False) -> None:
    """Reject holds: what waits in them is not applied.

    Later plans do not ask again as long as it is about the same people for the same cause.
    """
    boot()
    from rollbook.services import access, alarms, approving

    run = access.run(plan)
    with alarms.telling(run.connection, clock=now):
        standings = approving.reject(run=run, keys=holds, by=me(), now=now())
    if as_json:
        print_json(_decided(plan, standings))
        return
    for key in standings:
        console().print(f"Rejected {key}. Nobody asks again until the data change.", markup=False)


def wait(plan: PlanWord, holds: Keys, as_json: AsJson = False) -> None:
    """Wait for new data: the holds stay open, and others see that you have looked."""
    boot()
    from rollbook.services import access, approving

    standings = approving.wait(run=access.run(plan), keys=holds, by=me(), now=now())
    if as_json:
        print_json(_decided(plan, standings))
        return
    for key in standings:
        console().print(f"{key} waits for new data. Nothing is removed meanwhile.", markup=False)


def _decided(plan: str, standings: dict[str, Any]) -> dict[str, Any]:
    return {"plan": plan, "holds": {key: dataclasses.asdict(standing) for key, standing in standings.items()}}


def _say(hold: WaitingHold, zone: ZoneInfo) -> None:
    screen = console()
    screen.print(Text.assemble(("‖ ", "magenta"), hold.sentence))
    if hold.with_it:
        screen.print(Text(f"  {hold.with_it:,} records that hang on them wait too.", style="dim"))
    screen.print(Text(f"  {_standing(hold, zone)}", style="dim"))
    key = shlex.quote(hold.key)
    screen.print(Text(f"  Look: rollbook show {hold.plan} --hold {key}", style="dim"))
    if not hold.is_expired:
        screen.print(Text(f"  They are right? rollbook approve {hold.plan} {key}", style="dim"))
        if hold.state != "rejected":
            screen.print(Text(f"  They are wrong? rollbook reject {hold.plan} {key}", style="dim"))


def _standing(hold: WaitingHold, zone: ZoneInfo) -> str:
    until = hold.expires_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if hold.is_expired:
        return f"Too old to decide since {until}. Plan again."
    if hold.state == "rejected":
        before = "; it is the same now" if hold.rejected_before else ""
        return f"Rejected by {hold.decided_by}{before}. It stays as it is until the data change."
    if hold.state == "approved":
        return f"Approved by {hold.decided_by}. It is applied with the plan, until {until}."
    if hold.approvals:
        return f"Approved by {' and '.join(hold.approvals)}; {hold.needed} persons must, until {until}."
    if hold.waiting_by:
        return f"{hold.waiting_by} waits for new data. To be decided until {until}."
    return f"To be decided until {until}."
