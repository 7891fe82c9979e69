"""`rollbook source`: where a district's roster comes from."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, now, print_json, table, working
from rollbook.cli.screen import Source as SourceOption
from rollbook.cli.source_settings import SecretFiles, gather, kinds_sheet
from rollbook.core.errors import ConfigError

if TYPE_CHECKING:
    from rollbook.connectors.kit.receipt import SharingReceipt

source = typer.Typer(no_args_is_help=True, help="Where a district's roster comes from.")

_ANY_SETTING = {"allow_extra_args": True, "ignore_unknown_options": True}

Slug = Annotated[str, typer.Argument(help="The district.")]
Name = Annotated[str | None, typer.Argument(help="Which source, when the district has several.", show_default=False)]


@source.command("kinds")
def kinds(
    kind: Annotated[str | None, typer.Argument(help="Only this kind.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List the kinds of source and the settings of each."""
    sheet = kinds_sheet(kind)
    if as_json:
        print_json(sheet)
        return
    for name, settings in sheet.items():
        console().print(name, style="bold", markup=False)
        rows = [
            (f"--{item['name'].replace('_', '-')}", item["default"], item["help"] + item["choices"])
            for item in settings
        ]
        console().print(table(("setting", "default", ""), rows))


@source.command("add", context_settings=_ANY_SETTING)
def add(
    context: typer.Context,
    slug: Slug,
    kind: Annotated[str, typer.Option("--kind", help="What it speaks: see rollbook source kinds.")],
    name: Annotated[str, typer.Option("--name", help="What to call it.")] = "main",
    secret_file: SecretFiles = None,
    upload: Annotated[
        bool, typer.Option("--upload", help="Files are handed over (rollbook source upload) instead of fetched.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add a source to a district, with the settings of its kind as options (--path PATH, --base-url URL …). Nothing is
    read yet.

    Secrets are asked for, or come from --secret-file or from the environment (ROLLBOOK_SOURCE_ and the name in
    capitals); never from the command line, where others can read them.
    """
    config = gather(kind, context.args, secret_file or [], ask=True)
    boot()
    from rollbook.services import access, source_config, sources, uploads

    add_it = uploads.add if upload else sources.add
    made = add_it(district=access.district(slug), kind=kind, config=config, name=name, by=me())
    shown = source_config.hidden(kind, made.config)
    if as_json:
        print_json({"district": slug, "source": made.name, "kind": made.kind, "config": shown})
        return
    where = shown.get("path") or shown.get("base_url") or shown.get("host") or ""
    console().print(f"Added source {made.name} ({made.kind}){f': {where}' if where else ''}", markup=False)
    test = "" if made.kind == "oneroster_csv" else f"rollbook source test {slug}, then: "
    console().print(f"Next: {test}rollbook schools {slug}", markup=False)


@source.command("set", context_settings=_ANY_SETTING)
def change(
    context: typer.Context,
    slug: Slug,
    name: Annotated[str | None, typer.Option("--source", help="Which source, when there are several.")] = None,
    secret_file: SecretFiles = None,
    as_json: AsJson = False,
) -> None:
    """Change settings of a source, or give it new secrets."""
    boot()
    from rollbook.services import access, source_config, sources

    connection = access.connection(access.district(slug), name)
    config = gather(connection.kind, context.args, secret_file or [], ask=False)
    sources.change(connection, config=config, by=me())
    shown = source_config.hidden(connection.kind, connection.config)
    if as_json:
        print_json({"district": slug, "source": connection.name, "kind": connection.kind, "config": shown})
        return
    console().print(f"Changed source {connection.name}: {', '.join(sorted(config))}", markup=False)


@source.command("test")
def examine(slug: Slug, name: Name = None, as_json: AsJson = False) -> None:
    """Test the connection: do the credentials work, what is shared, what is shared in vain, what is missing. Changes
    nothing."""
    boot()
    from rollbook.services import access, examining, receipts, sources
    from rollbook.services.examining import ExaminationKind

    connection = access.connection(access.district(slug), name)
    with working("Testing the connection"):
        receipt = sources.examine(connection)
    kept = receipts.as_kept(receipt)
    examining.keep(connection, ExaminationKind.CONNECTION, kept, by=me(), now=now())
    if as_json:
        print_json({"source": connection.name, "kind": connection.kind, **kept})
    else:
        _show(receipt)
    if not receipt.works:
        raise typer.Exit(receipt.exit_code or 1)


@source.command("upload")
def upload(
    slug: Slug,
    files: Annotated[list[Path], typer.Argument(help="The CSV files, or one zip of them.")],
    name: SourceOption = None,
    as_json: AsJson = False,
) -> None:
    """Hand files over to a source that was added with --upload: they are its newest delivery. Nothing is read yet."""
    boot()
    from rollbook.services import access, uploads

    connection = access.connection(access.district(slug), name)
    with ExitStack() as stack:
        try:
            opened = [(file.name, stack.enter_context(file.open("rb"))) for file in files]
        except OSError as error:
            raise ConfigError(f"{error.filename} cannot be read: {error.strerror}.", hint="Check the path.") from None
        received = uploads.receive(connection, opened, by=me(), now=now())
    if as_json:
        print_json({"district": slug, "source": connection.name, "files": received.files, "bytes": received.size})
        return
    console().print(f"Handed over: {', '.join(received.files)}. Next: rollbook plan {slug}", markup=False)


@source.command("rename")
def rename(
    slug: Slug,
    new: Annotated[str, typer.Argument(help="What to call it from now on.")],
    name: SourceOption = None,
    as_json: AsJson = False,
) -> None:
    """Call a source something else."""
    boot()
    from rollbook.services import access, sources

    connection = access.connection(access.district(slug), name)
    sources.rename(connection, name=new, by=me())
    if as_json:
        print_json({"district": slug, "source": connection.name})
        return
    console().print(f"It is called {connection.name} now.", markup=False)


@source.command("remove")
def remove(
    slug: Slug,
    name: Annotated[str, typer.Argument(help="Which source.")],
    as_json: AsJson = False,
) -> None:
    """Take a source away that has brought nothing yet, with its secrets, plans and matches. Nothing of the directory
    changes."""
    boot()
    from rollbook.services import access, removing

    gone = removing.remove(access.connection(access.district(slug), name), by=me())
    if as_json:
        print_json({"district": slug, "removed": name, "plans": gone.plans, "schools": gone.schools})
        return
    console().print(f"Removed {name}, {gone.plans:,} plans and {gone.schools:,} matches of schools.", markup=False)


@source.command("pull")
def pull(
    slug: Slug,
    out: Annotated[Path, typer.Option("--out", help="New folder to write to.")],
    name: Name = None,
    as_json: AsJson = False,
) -> None:
    """Read the source as it is now and write it as a OneRoster bundle. Nothing is planned, nothing changes."""
    boot()
    from rollbook.services import access, sources

    with working("Reading the source"):
        written = sources.pull(access.connection(access.district(slug), name), out, by=me())
    if as_json:
        print_json({"district": slug, "out": str(out), "rows": written})
        return
    console().print(f"Wrote {out}", markup=False)
    console().print(table((("rows", "right"), ""), [(f"{rows:,}", file) for file, rows in written.items()]))


def _show(receipt: SharingReceipt) -> None:
    out = console()
    if not receipt.works:
        out.print("It does not work.", style="bold red")
        out.print(receipt.problem, markup=False)
        if receipt.hint:
            out.print(f"What to do: {receipt.hint}", markup=False)
    else:
        out.print(f"It works: {receipt.speaks}.", style="bold green")
        out.print(table((("rows", "right"), "shared"), [(f"{rows:,}", name) for name, rows in receipt.rows.items()]))
        out.print(table((("users", "right"), "role"), [(f"{count:,}", role) for role, count in receipt.roles.items()]))
        headings: tuple[str | tuple[str, str], ...] = (
            "school",
            "name",
            ("users", "right"),
            ("classes", "right"),
            ("enrollments", "right"),
        )
        schools = [
            (
                row["sourced_id"] or "",
                row["name"] or "",
                *(f"{row[part]:,}" for part in ("users", "classes", "enrollments")),
            )
            for row in receipt.schools.iter_rows(named=True)
        ]
        out.print(table(headings, schools))
        if receipt.classes_without_students:
            out.print(f"{receipt.classes_without_students:,} of the classes have no students.", markup=False)
    for title, sentences in (
        ("Not needed, and not kept", receipt.dropped),
        ("More than needed", receipt.over_shared),
        ("Missing", receipt.missing),
    ):
        if sentences:
            out.print(f"{title}:", style="bold")
            for sentence in sentences:
                out.print(f"  {sentence}", markup=False)
