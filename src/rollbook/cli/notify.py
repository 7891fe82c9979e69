"""`rollbook notify` and `rollbook alarms`: who is told, and what there is to tell."""

from __future__ import annotations

import dataclasses
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, now, print_json, table

notify = typer.Typer(no_args_is_help=True, help="Say who is told by mail when something happens, and of what.")

Slug = Annotated[str, typer.Argument(help="The district.")]
Address = Annotated[str, typer.Argument(help="A mail address.")]


@notify.command("add")
def add(
    slug: Slug,
    address: Address,
    kinds: Annotated[
        str | None,
        typer.Option("--kinds", metavar="KIND,KIND", help="Only these (default: everything).", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell somebody of a district's alarms; for somebody who is told already, of these kinds from now on."""
    boot()
    from rollbook.services import access, recipients

    wanted = [kind.strip() for kind in (kinds or "").split(",") if kind.strip()]
    found = recipients.add(district=access.district(slug), address=address, kinds=wanted, by=me(), now=now())
    if as_json:
        print_json({"district": slug, "address": found.address, "kinds": found.kinds or list(recipients.KINDS)})
        return
    console().print(f"{found.address} is told of {', '.join(found.kinds) or 'everything'}.", markup=False)


@notify.command("list")
def listed(slug: Slug, as_json: AsJson = False) -> None:
    """List who is told in a district, and of what."""
    boot()
    from rollbook.services import access, recipients

    found = recipients.listed(access.district(slug))
    if as_json:
        rows = [{"address": one.address, "kinds": one.kinds or list(recipients.KINDS)} for one in found]
        print_json({"district": slug, "recipients": rows})
        return
    if not found:
        console().print(f"Nobody is told. Next: rollbook notify add {slug} ADDRESS", markup=False)
        return
    shown = [(Text(one.address), ", ".join(one.kinds) or "everything") for one in found]
    console().print(table(("address", "of"), shown))


@notify.command("remove")
def remove(slug: Slug, address: Address, as_json: AsJson = False) -> None:
    """Tell somebody nothing any more; what waits to be sent to them is gone."""
    boot()
    from rollbook.services import access, recipients

    recipients.remove(district=access.district(slug), address=address, by=me())
    if as_json:
        print_json({"district": slug, "removed": address})
    else:
        console().print(f"{address} is told of nothing in {slug} any more.", markup=False)


@notify.command("test")
def try_out(address: Address, as_json: AsJson = False) -> None:
    """Send a mail that says nothing, now, to see that mail works from here."""
    boot()
    from rollbook.services import recipients

    recipients.test(address)
    if as_json:
        print_json({"sent": True, "address": address})
    else:
        console().print(f"The mail server has taken a mail for {address}.", markup=False)


def alarms(
    slug: Slug,
    with_over: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look, and list what somebody has to know about a district's sources: what happened, since when, what to do."""
    boot()
    from rollbook.services import access
    from rollbook.services import alarms as service

    district = access.district(slug)
    service.look_at(district, now=now())
    found = service.standing(district, with_over=with_over)
    if as_json:
        print_json({"district": slug, "alarms": [dataclasses.asdict(one) for one in found]})
        return
    if not found:
        console().print(f"All is quiet in {slug}.", markup=False)
        return
    zone = ZoneInfo(district.timezone)
    for one in found:
        since = one.since.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        mark = ("✓ ", "green") if one.over_at is not None else ("! ", "yellow")
        console().print(Text.assemble(mark, (one.title, "bold"), f" ({one.source}, since {since})"))
        console().print(Text(f"  {one.sentence}"))
        if one.what_to_do and one.over_at is None:
            console().print(Text(f"  What to do: {one.what_to_do}", style="dim"))
