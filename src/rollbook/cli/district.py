"""`rollbook district`: the tenants of this installation."""

from __future__ import annotations

from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, print_json

district = typer.Typer(no_args_is_help=True, help="The districts of this installation.")


@district.command("add")
def add(
    slug: Annotated[str, typer.Argument(help="Short name for commands, such as maple-valley.")],
    name: Annotated[str, typer.Option("--name", help="Name as people know it.")],
    timezone: Annotated[str, typer.Option("--timezone", help="Where its days begin and end.")] = "UTC",
    region: Annotated[str, typer.Option("--region", help="Country whose phone numbers need no code.")] = "US",
    as_json: AsJson = False,
) -> None:
    """Add a district."""
    boot()
    from rollbook.services import districts

    made = districts.add(slug=slug, name=name, timezone=timezone, region=region, by=me())
    if as_json:
        print_json({"district": made.slug, "name": made.name, "timezone": made.timezone, "region": made.region})
        return
    console().print(f"Added district {made.slug} ({made.name}).", markup=False)
    console().print(f"Next: rollbook source add {made.slug} --kind oneroster_csv --path PATH", markup=False)
