"""`rollbook export`: the directory for other products."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, print_json, table, working


def export(
    slug: Annotated[str, typer.Argument(help="The district.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    as_json: AsJson = False,
) -> None:
    """Write the directory as a OneRoster 1.1 bundle: what is active as active, what is archived as tobedeleted."""
    boot()
    from rollbook.services import access, exporting

    with working("Exporting"):
        written = exporting.export(access.district(slug), out, by=me())
    if as_json:
        print_json({"district": slug, "out": str(out), "oneroster": exporting.VERSION, "rows": written})
        return
    console().print(f"Wrote OneRoster {exporting.VERSION} to {out}", markup=False)
    console().print(
        table((("rows", "right"), ""), [(f"{number:,}", f"{name}.csv") for name, number in written.items()])
    )
