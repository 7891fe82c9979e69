"""`rollbook announce` and `rollbook attributes`: what a district tells families, and what it keeps about students."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, now, print_json, table

Slug = Annotated[str, typer.Argument(help="The district.")]


def announce(
    slug: Slug,
    title: Annotated[str, typer.Option(help="The subject of the mail.")],
    text: Annotated[Path, typer.Option(help="A text file (UTF-8) with what families shall know.", dir_okay=False)],
    school: Annotated[int | None, typer.Option(help="Only families of this school (its number).")] = None,
    classroom: Annotated[int | None, typer.Option(help="Only families of this classroom (its number).")] = None,
    is_preview: Annotated[bool, typer.Option("--preview", help="Say whom it would reach; send nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write to the guardians of all active students of a district, a school or a classroom."""
    boot()
    from rollbook.core.errors import ConfigError
    from rollbook.services import access, announcing

    where = announcing.place(access.district(slug), school=school, classroom=classroom)
    audience = announcing.audience(where)
    made = None
    if not is_preview:
        try:
            words = text.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{text} cannot be read as UTF-8 text.", hint="Check the name of the file.") from error
        made = announcing.announce(where=where, title=title, text=words, by=me(), now=now())
    if as_json:
        print_json({"announcement": made.pk if made else None, "place": where.name, **dataclasses.asdict(audience)})
        return
    verb = "would get this" if made is None else "get it as soon as a worker sends mail"
    console().print(
        f"{where.name}: {audience.guardians:,} guardians of {audience.students:,} active students {verb}.",
        markup=False,
    )
    if audience.unreachable or audience.alone:
        console().print(
            f"{audience.unreachable:,} guardians have no e-mail address; {audience.alone:,} students have nobody who gets it.",
            markup=False,
        )


def attributes(
    slug: Slug,
    define: Annotated[
        str | None, typer.Option(metavar="NAME", help="Define the attribute NAME first.", show_default=False)
    ] = None,
    value_type: Annotated[str, typer.Option("--type", help="Of --define: text, number, date or yes-no.")] = "text",
    is_sensitive: Annotated[bool, typer.Option("--sensitive", help="Of --define: for administrators only.")] = False,
    csv: Annotated[
        Path | None,
        typer.Option(help="Fill from this file: one row a student, one column an attribute.", dir_okay=False),
    ] = None,
    blank_removes: Annotated[bool, typer.Option("--blank-removes", help="A blank cell takes the value away.")] = False,
    is_preview: Annotated[bool, typer.Option("--preview", help="Say what the file would do; set nothing.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="With --csv: write a line a row here. Without: write all values.", dir_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Define, list, fill and write what a district keeps about its students beyond the roster."""
    boot()
    from rollbook.core.errors import ConfigError
    from rollbook.core.spreadsheet import defused
    from rollbook.reports.family_records import attribute_kinds
    from rollbook.services import access, attribute_sheet
    from rollbook.services import attributes as service

    district = access.district(slug)
    if define is not None:
        service.define(
            district=district, name=define, value_type=value_type, is_sensitive=is_sensitive, by=me(), now=now()
        )
    told: dict[str, object] = {}
    data = b""
    if csv is not None:
        try:
            given = csv.read_bytes()
        except OSError as error:
            raise ConfigError(f"{csv} cannot be read: {error.strerror}.", hint="Check the name of the file.") from error
        judged = attribute_sheet.judge(district=district, data=given, blank_removes=blank_removes)
        changed = service.set_all(district=district, values=judged.values, by=me(), now=now(), is_preview=is_preview)
        told = {"rows": judged.lines.height, "refused": judged.refused, "unknown": list(judged.unknown)}
        told |= dataclasses.asdict(changed)
        data = defused(judged.lines).write_csv().encode()
    elif out is not None:
        data = attribute_sheet.write(district, with_sensitive=True)
    if out is not None:
        try:
            out.write_bytes(data)
        except OSError as error:
            raise ConfigError(f"{out} cannot be written: {error.strerror}.", hint="Name another file.") from error
    kinds = attribute_kinds(district, with_sensitive=True)
    if as_json:
        print_json({"district": slug, "attributes": [dataclasses.asdict(kind) for kind in kinds], "file": told or None})
        return
    if told:
        verb = "would be" if is_preview else "are"
        console().print(
            f"{told['rows']:,} rows: {told['added']:,} values {verb} new, {told['changed']:,} changed, "
            f"{told['removed']:,} taken away, {told['unchanged']:,} as before; {told['refused']:,} rows refused.",
            markup=False,
        )
    if not kinds:
        console().print(f"No attribute yet. Next: rollbook attributes {slug} --define NAME", markup=False)
        return
    rows = [
        (kind.name, kind.type, "administrators" if kind.is_sensitive else "staff", f"{kind.students:,}")
        for kind in kinds
    ]
    console().print(table(("attribute", "type", "seen by", ("students", "right")), rows))
