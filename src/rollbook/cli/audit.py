"""`rollbook audit`: who did what, when; and whether it is as it was written."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, print_json, table

audit = typer.Typer(no_args_is_help=True, help="Who did what, when.")

Day = "%Y-%m-%d"


@audit.command("verify")
def verify(
    slug: Annotated[str | None, typer.Option("--district", metavar="SLUG", help="Only this district's.")] = None,
    expect: Annotated[
        str | None,
        typer.Option(
            "--expect",
            metavar="NUMBER:DIGEST",
            help="An entry as an earlier verify told it: it must still be so. With --district; else the installation's.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look through every chain of the audit, and name the first entry that is not as it was written.

    Note the number and the digest of the last entry down, outside the database: whoever cuts the end off, or writes all of
    it anew, cannot hide that from --expect.
    """
    boot()
    from rollbook.core.errors import ConfigError
    from rollbook.services import access
    from rollbook.services import audit as service

    if slug is None and expect is None:
        told = service.verify_all()
    else:
        district = access.district(slug) if slug is not None else None
        told = [service.verify(district, expect=service.expected(expect) if expect else None)]
    broken = [chain for chain in told if chain.broken is not None]
    if as_json and not broken:
        print_json({"chains": [dataclasses.asdict(chain) for chain in told]})
    elif not as_json:
        rows = [
            (chain.district or "installation", f"{chain.entries:,}", chain.why or "as written", chain.head)
            for chain in told
        ]
        console().print(table(("chain", ("entries", "right"), "", "last digest"), rows))
    if broken:
        first = broken[0]
        raise ConfigError(
            f"The audit of {first.district or 'the installation'} is not as it was written: {first.why}.",
            hint="Somebody wrote in the database around Rollbook. Keep a copy of it, and look at who could.",
            detail={"chains": [dataclasses.asdict(chain) for chain in told]},
        )


@audit.command("list")
def entries(
    slug: Annotated[
        str | None, typer.Argument(help="The district; without one, the installation's own.", show_default=False)
    ] = None,
    deed: Annotated[str, typer.Option("--deed", help="Only this, such as apply or 'sign-in failed'.")] = "",
    who: Annotated[str, typer.Option("--who", help="Only this actor, such as account:12.")] = "",
    since: Annotated[
        dt.datetime | None, typer.Option("--since", formats=[Day], help="From that day on.", show_default=False)
    ] = None,
    until: Annotated[
        dt.datetime | None, typer.Option("--until", formats=[Day], help="Up to that day.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List who did what, the newest first. Actors are ids: no name or address is in the audit."""
    boot()
    from zoneinfo import ZoneInfo

    from rollbook.reports import audit as report
    from rollbook.services import access

    district = access.district(slug) if slug is not None else None
    zone = ZoneInfo(district.timezone) if district is not None else ZoneInfo("UTC")
    wanted = report.AuditFilter(
        deed=deed,
        actor=who,
        since=since.date() if since else None,
        until=until.date() if until else None,
        zone=zone,
    )
    found = report.entries(district, wanted, offset=0, limit=limit)
    if as_json:
        print_json(
            {"district": slug, "total": found.total, "entries": [dataclasses.asdict(line) for line in found.lines]}
        )
        return
    rows = [
        (
            str(line.number),
            line.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            line.actor,
            line.deed,
            f"{line.subject} {line.subject_id or ''}".strip(),
            " · ".join(f"{name}: {value}" for name, value in line.detail),
        )
        for line in found.lines
    ]
    console().print(
        table((("no.", "right"), "when", "who", "what", "about", "details"), rows) if rows else "Nothing yet."
    )
