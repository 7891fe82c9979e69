"""`rollbook settings`: how a source is synced."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, Source, console, me, print_json, table
from rollbook.core.errors import ConfigError
from rollbook.core.settings import SETTINGS, default_of, written


def settings(
    slug: Annotated[str, typer.Argument(help="The district.")],
    pairs: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="What to change; KEY= is the default again.")
    ] = None,
    source: Source = None,
    as_json: AsJson = False,
) -> None:
    """List the sync settings of a source, or change some: all that are given, or none."""
    values = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"{pair!r} is no setting.", hint=f"Write it as {key}=VALUE.")
        values[key.strip()] = value
    boot()
    from rollbook.services import access, policies

    connection = access.connection(access.district(slug), source)
    policy = (
        policies.change(connection=connection, values=values, by=me()) if values else policies.policy_of(connection)
    )
    now = {name: written(getattr(policy, name)) for name in SETTINGS}
    usual = {name: written(default_of(name)) for name in SETTINGS}
    if as_json:
        listed = {
            name: {"value": now[name], "default": usual[name], "legal": setting.legal, "help": setting.help}
            for name, setting in SETTINGS.items()
        }
        print_json({"district": slug, "source": connection.name, "changed": sorted(values), "settings": listed})
        return
    if values:
        for name in values:
            console().print(f"{name} = {now[name] or 'blank'}", markup=False)
        console().print(f"Plans made before are stale. Next: rollbook plan {slug}", markup=False)
        return
    rows = [
        (
            name,
            Text(now[name] or "·", style="bold" if now[name] != usual[name] else ""),
            Text(usual[name] or "·", style="dim"),
            setting.help,
        )
        for name, setting in SETTINGS.items()
    ]
    console().print(table(("setting", "value", "default", "what it does"), rows))
