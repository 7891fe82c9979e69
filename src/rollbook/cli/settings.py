"""`rollbook settings`: how a source is synced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
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
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Only say what the changes would do to the newest reading.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the sync settings of a source, or change some: all that are given, or none.

    With --rehearse nothing is changed: the newest reading is planned with them, and held against what it means now.
    """
    values = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"{pair!r} is no setting.", hint=f"Write it as {key}=VALUE.")
        values[key.strip()] = value
    boot()
    from rollbook.services import access, policies

    connection = access.connection(access.district(slug), source)
    if rehearse:
        _rehearse(slug, source, values, as_json=as_json)
        return
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


def _rehearse(slug: str, source: str | None, values: Mapping[str, str], *, as_json: bool) -> None:
    from rollbook.services import access, setting_effects

    found = setting_effects.effect_of(access.connection(access.district(slug), source), values)
    if as_json:
        together = [asdict(difference) for difference in found.together]
        alone = {name: [asdict(one) for one in differences] for name, differences in found.alone.items()}
        print_json({"run": found.run.pk, "together": together, "alone": alone, "at_reading": found.at_reading})
        return
    console().print(f"Planned with the reading of run {found.run.pk}. Nothing is changed.", markup=False)
    rows = [(one.kind, one.action, f"{one.before:,}", f"{one.after:,}") for one in found.together]
    if rows:
        console().print(table(("kind", "action", ("now", "right"), ("then", "right")), rows))
    else:
        console().print("No record would be treated otherwise.")
    for name in found.at_reading:
        console().print(f"{name}: the effect shows with the next reading, for it decides what is read.", markup=False)
