"""`rollbook source`: where a district's roster comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, print_json

source = typer.Typer(no_args_is_help=True, help="Where a district's roster comes from.")


@source.command("add")
def add(
    slug: Annotated[str, typer.Argument(help="The district.")],
    kind: Annotated[str, typer.Option("--kind", help="What it speaks: oneroster_csv.")],
    path: Annotated[
        Path, typer.Option("--path", help="Folder or zip of files, or a folder of one zip or folder a day.")
    ],
    name: Annotated[str, typer.Option("--name", help="What to call it.")] = "main",
    as_json: AsJson = False,
) -> None:
    """Add a source to a district. Nothing is read yet."""
    boot()
    from rollbook.services import access, sources

    made = sources.add(district=access.district(slug), kind=kind, config={"path": str(path)}, name=name, by=me())
    if as_json:
        print_json({"district": slug, "source": made.name, "kind": made.kind, "config": made.config})
        return
    console().print(f"Added source {made.name} ({made.kind}): {made.config['path']}", markup=False)
    console().print(f"Next: rollbook schools {slug}", markup=False)
